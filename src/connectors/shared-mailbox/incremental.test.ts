// What a reading costs when an earlier one is remembered, and that it tells the same as a full one.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SourceReading } from '../../ports/contact-source.ts';
import { overEws } from './testing/over-ews.ts';
import { overGraph } from './testing/over-graph.ts';
import { SharedMailboxBed } from './testing/shared-mailbox-bed.ts';

const MINUTE = 60_000;

describe.each([
  ['Graph', overGraph],
  ['EWS', overEws],
] as const)('through %s', (name, connect) => {
  let bed: SharedMailboxBed;
  beforeAll(async () => {
    bed = await SharedMailboxBed.start(connect);
  });
  afterAll(() => bed.close());
  beforeEach(() => bed.renew());

  const shown = ({ objects, isComplete }: SourceReading) => ({
    objects: objects.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    isComplete,
  });

  async function costing(): Promise<{ readonly reading: SourceReading; readonly requests: number }> {
    const before = bed.protocol.requests();
    const reading = await bed.read();
    return { reading, requests: bed.protocol.requests() - before };
  }

  /** Three contacts, read once, and a while later nobody doubts that nothing happened. */
  async function settled(): Promise<readonly string[]> {
    const items: string[] = [];
    for (const number of [1, 2, 3]) items.push(await bed.add({ displayName: `Customer ${number}` }));
    await bed.control.advanceClock(10 * MINUTE);
    await bed.read();
    await bed.control.advanceClock(MINUTE);
    return items;
  }

  async function sameAsInFull(): Promise<SourceReading> {
    const reading = await bed.read();
    bed.protocol.forget();
    expect(shown(reading)).toEqual(shown(await bed.read()));
    return reading;
  }

  it('an unchanged folder is not read at all, again and again, and once a day all the same', async () => {
    await settled();
    // What lists the folders: Graph asks for Contacts and for those below, EWS the same.
    for (let run = 0; run < 3; run += 1) {
      const { reading, requests } = await costing();
      expect([reading.objects.length, reading.isComplete, requests]).toEqual([
        3,
        true,
        name === 'EWS' ? 2 : 1,
      ]);
    }
    await bed.control.advanceClock(25 * 60 * MINUTE);
    expect((await costing()).requests).toBe(name === 'EWS' ? 3 : 2);
  });

  it.each<readonly [string, (items: readonly string[]) => Promise<unknown>, readonly string[]]>([
    [
      'an edit',
      ([first = '']) => bed.control.editContact(bed.address, first, { displayName: 'Married' }),
      ['Customer 2', 'Customer 3', 'Married'],
    ],
    [
      'a deletion',
      ([first = '']) => bed.control.deleteContact(bed.address, first),
      ['Customer 2', 'Customer 3'],
    ],
    ['a new one', () => bed.add({ displayName: 'New' }), ['Customer 1', 'Customer 2', 'Customer 3', 'New']],
    [
      'one that is moved out',
      async ([first = '']) => {
        await bed.control.createFolder(bed.address, 'Other');
        await bed.control.moveContact(bed.address, first, 'Contacts/Other');
      },
      ['Customer 2', 'Customer 3'],
    ],
  ])('%s is noticed with few requests, at once and after a while', async (_, happens, names) => {
    const items = await settled();
    await happens(items);
    const { reading, requests } = await costing();
    expect(reading.objects.map(({ attributes }) => attributes.displayName?.[0] ?? '').sort()).toEqual(names);
    expect(requests).toBeLessThanOrEqual(4);
    await bed.control.advanceClock(10 * MINUTE);
    expect((await sameAsInFull()).isComplete).toBe(true);
  });

  it('50 new ones cost what the manual says', async () => {
    await settled();
    bed.fill(50);
    await bed.control.clearRequests();
    const { reading, requests } = await costing();
    const sent = (await bed.control.requests(1_000)).filter(
      ({ face, isBatchPart }) => (face === 'graph' || face === 'ews') && !isBatchPart,
    );
    expect([reading.objects.length, requests, sent.length]).toEqual(
      name === 'EWS' ? [53, 4, 4] : [53, 52, 5],
    );
  });

  it('a contact list that comes is noticed by the count', async () => {
    await settled();
    await bed.control.createContact(bed.address, {
      properties: { displayName: 'Everybody' },
      itemClass: 'IPM.DistList',
    });
    await bed.control.advanceClock(10 * MINUTE);
    const { objects, gaps } = await sameAsInFull();
    expect([objects.length, gaps.length]).toEqual(name === 'EWS' ? [4, 0] : [3, 1]);
  });

  it('a contact that is damaged later is known by the earlier reading, and kept', async () => {
    const [first = ''] = await settled();
    const all = (await bed.read()).objects;
    await bed.control.editContact(bed.address, first, { displayName: 'Never read' });
    bed.damage(first);
    const { objects, unreadable = new Set(), gaps, isComplete } = await bed.read();
    expect([objects.length, isComplete, gaps.map(({ code }) => code)]).toEqual([2, true, ['sourceItemKept']]);
    const left = all.map(({ id }) => id).filter((id) => objects.every((object) => object.id !== id));
    expect([...unreadable]).toEqual(left);
    // Still so in the next reading, also when nothing happened meanwhile, and over once it can be opened.
    await bed.control.advanceClock(10 * MINUTE);
    expect([...((await bed.read()).unreadable ?? [])]).toEqual(left);
    bed.damage(first, false);
    expect((await bed.read()).objects).toHaveLength(3);
  });

  it('a position that the server no longer accepts leads to a full reading', async () => {
    await settled();
    await bed.add({ displayName: 'New' });
    if (name === 'EWS') {
      await bed.control.addEwsFault({
        operation: 'SyncFolderItems',
        count: 1,
        action: { kind: 'sync-state-invalid' },
      });
    } else {
      const action = { kind: 'answer', status: 410 } as const;
      await bed.control.addFault({ path: 'delta.*deltatoken', count: 1, action });
    }
    const { reading, requests } = await costing();
    // The folders, the refusal, and everything.
    expect([reading.objects.length, reading.isComplete, requests]).toEqual([4, true, name === 'EWS' ? 5 : 4]);
  });
});
