import { describe, expect, it } from 'vitest';
import { expectFailure } from '../../../test/contract/mailbox-target/bench.ts';
import { Failure } from '../../model/failure.ts';
import type { RawEntry } from './messages.ts';
import { type AskForValues, readAllValues } from './value-ranges.ts';

const RANGE = 3;

/** A group whose members are given by threes; `before` runs before each answer and may change it. */
function group(
  members: string[],
  options: { readonly before?: (answer: number) => void; readonly tellsUsn?: boolean } = {},
) {
  let usn = 1;
  let answers = 0;
  const ask: AskForValues = async ([asked = '']) => {
    answers += 1;
    options.before?.(answers);
    const start = Number(/range=(\d+)/.exec(asked)?.[1]);
    if (start > 0 && start >= members.length) throw new Failure('unexpectedDirectoryAnswer');
    const rest = members.slice(start);
    const end = rest.length <= RANGE ? '*' : String(start + RANGE - 1);
    return entry({
      [`member;range=${start}-${end}`]: rest.slice(0, RANGE),
      ...(options.tellsUsn === false ? {} : { uSNChanged: [String(usn)] }),
    });
  };
  return {
    ask,
    get answers() {
      return answers;
    },
    change(next: readonly string[]) {
      members.splice(0, members.length, ...next);
      usn += 1;
    },
  };
}

function entry(values: Readonly<Record<string, readonly string[]>>): RawEntry {
  return {
    dn: 'CN=group',
    attributes: new Map(
      Object.entries(values).map(([name, list]) => [name, list.map((text) => Buffer.from(text))]),
    ),
  };
}

const EIGHT = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('a long attribute', () => {
  it('is read range by range', async () => {
    const { ask } = group([...EIGHT]);
    expect(await readAllValues(ask, 'member')).toEqual(EIGHT);
    expect(await readAllValues(group(['a']).ask, 'member')).toEqual(['a']);
    expect(await readAllValues(async () => entry({}), 'member')).toEqual([]);
    expect(await readAllValues(async () => undefined, 'member')).toBeUndefined();
  });

  it('is read again when a value left between two ranges, so that nobody slips through', async () => {
    const changing = group([...EIGHT], {
      before: (answer) => {
        // With `a` gone `d` stands in the range that has been read already.
        if (answer === 2) changing.change(EIGHT.slice(1));
      },
    });
    expect(await readAllValues(changing.ask, 'member')).toEqual(EIGHT.slice(1));
    expect(changing.answers).toBe(5);
  });

  it('twin: without a sequence number that tells of the change `d` is missing from that reading', async () => {
    const ranges: (readonly string[])[] = [];
    const changing = group([...EIGHT], {
      before: (answer) => {
        if (answer === 2) changing.change(EIGHT.slice(1));
      },
    });
    for (const start of [0, 3, 6]) {
      const read = await changing.ask([`member;range=${start}-*`]);
      ranges.push(
        [...(read?.attributes ?? [])].flatMap(([name, values]) =>
          name.startsWith('member') ? values.map(String) : [],
        ),
      );
    }
    expect(ranges.flat()).not.toContain('d');
  });

  it('without sequence numbers counts when it was the same twice', async () => {
    const changing = group([...EIGHT], {
      tellsUsn: false,
      before: (answer) => {
        if (answer === 2) changing.change(EIGHT.slice(1));
      },
    });
    expect(await readAllValues(changing.ask, 'member')).toEqual(EIGHT.slice(1));
  });

  it('that never holds still is no answer, and comes to an end', async () => {
    const restless = group([...EIGHT], {
      before: () => restless.change([...EIGHT, String(restless.answers)]),
    });
    expect(await readAllValues(restless.ask, 'member')).toBe('changing');
  });

  it('that shrinks below the next range is read again', async () => {
    const shrinking = group([...EIGHT], {
      before: (answer) => {
        if (answer === 2) shrinking.change(['a', 'b']);
      },
    });
    expect(await readAllValues(shrinking.ask, 'member')).toEqual(['a', 'b']);
  });

  it('of a server that gives the same range again and again ends with a failure', async () => {
    const stuck: AskForValues = async () => entry({ 'member;range=0-2': ['a', 'b', 'c'], uSNChanged: ['1'] });
    // The second answer is no continuation of the first.
    await expectFailure(readAllValues(stuck, 'member'), 'unexpectedDirectoryAnswer');
    const empty: AskForValues = async () => entry({ 'member;range=0-2': [], uSNChanged: ['1'] });
    await expectFailure(readAllValues(empty, 'member'), 'unexpectedDirectoryAnswer');
  });
});
