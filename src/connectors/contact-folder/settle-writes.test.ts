// What is made of what lies there after a refusal that leaves open whether a write happened.

import { describe, expect, it } from 'vitest';
import { person, sampleMark, samplePolicyId } from '../../../test/contract/sample.ts';
import { Failure } from '../../model/failure.ts';
import { folderId, itemId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { TargetChange } from '../../model/plan.ts';
import type { MarkedRow } from './look-before-writing.ts';
import { createSeenItems } from './seen-items.ts';
import { type Lookout, type Outcomes, settle, type Uncertain } from './settle-writes.ts';

const { signal } = new AbortController();
const policyId = samplePolicyId(1);
const failure = new Failure('serviceUnavailable');
const folder = folderId('ours');
const mark = sampleMark(policyId, 1);

const row = (id: string, version: string, of: OwnershipMark | undefined = mark): MarkedRow => ({
  itemId: itemId(id),
  version,
  mark: of,
});

const creation: TargetChange = { kind: 'create', folderId: folder, properties: person(1), mark };
const item = { itemId: itemId('one'), version: '1' };
const update: TargetChange = { kind: 'update', ...item, set: {}, whole: person(1), mark };

/** `there`: what lies in the folder now. */
async function settled(
  changes: readonly TargetChange[],
  there: readonly MarkedRow[],
  more: Partial<Uncertain> & { readonly lookout?: Partial<Lookout> } = {},
): Promise<readonly unknown[]> {
  const { lookout, ...rest } = more;
  const outcomes: Outcomes = new Map();
  const uncertain = changes.map((change, index) => ({
    change,
    index,
    failure,
    mayStillHappen: false,
    ...rest,
  }));
  await settle(
    {
      seen: createSeenItems(),
      readRows: async (ids) => ids.map((id) => there.find((one) => one.itemId === id)),
      readMade: async () => there,
      ...lookout,
    },
    uncertain,
    outcomes,
    signal,
  );
  return changes.map((_, index) => outcomes.get(index));
}

describe('a creation', () => {
  it('is found by its mark among items that nobody has seen, each once', async () => {
    const seen = createSeenItems();
    seen.add(itemId('copy'), '1');
    const there = [row('copy', '1'), row('another', '1', sampleMark(policyId, 2)), row('made', '7')];
    expect(await settled([creation, creation], there, { lookout: { seen } })).toEqual([
      { status: 'applied', itemId: itemId('made'), version: '7' },
      undefined,
    ]);
  });

  it('that is not there is open again after the last word of the store, otherwise unknown', async () => {
    expect(await settled([creation], [])).toEqual([undefined]);
    expect(await settled([creation], [], { mayStillHappen: true })).toEqual([{ status: 'unknown', failure }]);
  });
});

describe('a change of an item', () => {
  it('that has the version it had is open again, even where the store may still be at work', async () => {
    expect(await settled([update], [row('one', '1')], { mayStillHappen: true })).toEqual([undefined]);
  });

  it('has happened where its mark is there in another version, and met somebody else where it is not', async () => {
    expect(await settled([update], [row('one', '2')])).toEqual([
      { status: 'applied', itemId: item.itemId, version: '2' },
    ]);
    const other = sampleMark(policyId, 1, 2);
    expect(await settled([update], [row('one', '2', other)])).toEqual([{ status: 'conflict' }]);
    expect(await settled([{ kind: 'handOver', ...item }], [row('one', '2')])).toEqual([
      { status: 'conflict' },
    ]);
    const bare = { ...row('one', '2'), mark: undefined };
    expect(await settled([{ kind: 'handOver', ...item }], [bare])).toMatchObject([{ status: 'applied' }]);
  });

  it('whose item is gone: that was wanted, or not', async () => {
    const deletion: TargetChange = { kind: 'delete', ...item, mode: 'soft' };
    expect(await settled([deletion, update], [])).toEqual([
      { status: 'applied', itemId: item.itemId, version: '' },
      { status: 'gone' },
    ]);
    expect(await settled([deletion], [row('one', '2')])).toEqual([{ status: 'conflict' }]);
  });
});

it('where nobody can look, everything stays unknown for that reason', async () => {
  const noAnswer = new Failure('answerLost');
  const lookout = { readMade: () => Promise.reject(noAnswer) };
  expect(await settled([update, creation, creation], [row('one', '2')], { lookout })).toEqual([
    { status: 'applied', itemId: item.itemId, version: '2' },
    { status: 'unknown', failure: noAnswer },
    { status: 'unknown', failure: noAnswer },
  ]);
});
