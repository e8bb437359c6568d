import { describe, expect, it } from 'vitest';
import { findUnreadable } from './unreadable.ts';

const ATTRIBUTES = Array.from({ length: 40 }, (_, index) => `attribute${index}`);
const PEOPLE = ['anna', 'bert', 'cleo'];

/** A server at which these pairs of object and attribute may not be read. */
function server(hidden: Readonly<Record<string, readonly string[]>>, there: readonly string[] = PEOPLE) {
  let questions = 0;
  return {
    async ask(attributes: readonly string[], among: readonly string[]) {
      questions += 1;
      const isReadable = (guid: string) => !attributes.some((name) => hidden[guid]?.includes(name));
      return new Set(there.filter((guid) => among.includes(guid) && isReadable(guid)));
    },
    get questions() {
      return questions;
    },
  };
}

describe('which attributes may not be read', () => {
  it('costs one question where everything may be read', async () => {
    const open = server({});
    expect(await findUnreadable(open.ask, ATTRIBUTES, PEOPLE)).toEqual(new Map());
    expect(open.questions).toBe(1);
    expect(await findUnreadable(open.ask, ATTRIBUTES, [])).toEqual(new Map());
    expect(open.questions).toBe(1);
  });

  it('finds every pair, by halving', async () => {
    const some = server({ anna: ['attribute7'], cleo: ['attribute7', 'attribute39', 'attribute0'] });
    expect(await findUnreadable(some.ask, ATTRIBUTES, PEOPLE)).toEqual(
      new Map([
        ['anna', ['attribute7']],
        ['cleo', ['attribute0', 'attribute7', 'attribute39']],
      ]),
    );
    expect(some.questions).toBeLessThan(ATTRIBUTES.length);
  });

  it('who is gone meanwhile is not asked for each of them', async () => {
    const gone = server({}, ['anna', 'cleo']);
    expect(await findUnreadable(gone.ask, ATTRIBUTES, PEOPLE)).toEqual(new Map([['bert', 'gone']]));
    expect(gone.questions).toBe(2);
  });
});
