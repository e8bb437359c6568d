// A program that writes contacts back without their marks: what holds what we wrote gets its mark back, nothing is written
// beside it, and whatever somebody edited, or the ledger does not know, is left byte by byte.

import fc from 'fast-check';
import { describe } from 'vitest';
import type { ContactProperties } from '../../src/model/contact.ts';
import type { FolderId, ItemId, MailboxId, SourceObjectId } from '../../src/model/ids.ts';
import { withTargets } from './broken.ts';
import { law, twin } from './check-law.ts';
import { expectHandsOff, expectNoDuplicates, type Foreign, lookAtForeign } from './invariants.ts';
import { administratorAct, life, live, setup } from './life.ts';
import { type Alteration, World } from './world.ts';

const loss = fc.record({
  mailbox: fc.nat({ max: 3 }),
  contact: fc.nat({ max: 5 }),
  after: fc.constantFrom('nothing', 'nothing', 'touch', 'edit', 'enrich'),
});

interface Lost {
  readonly mailboxId: MailboxId;
  readonly person: SourceObjectId;
  readonly itemId: ItemId;
  readonly folderId: FolderId;
  readonly properties: string;
}

function lose(world: World, losses: readonly { mailbox: number; contact: number; after: string }[]) {
  const lost: Lost[] = [];
  for (const { mailbox, contact, after } of losses) {
    const box = world.boxes[mailbox % world.boxes.length];
    if (box === undefined) continue;
    const managed = world.managed(box);
    const item = managed[contact % Math.max(managed.length, 1)];
    if (item?.mark?.sourceObjectId === undefined) continue;
    box.updateItem(item.id, { mark: null });
    const properties = JSON.stringify(item.properties);
    lost.push({
      ...{ mailboxId: box.id, person: item.mark.sourceObjectId, itemId: item.id },
      ...{ folderId: item.folderId, properties },
    });
    const user = world.organization.userOf(box.id);
    if (after === 'touch') user.touchContact(item.id);
    if (after === 'edit') user.editContact(item.id, { surname: 'Changed by the user' });
    if (after === 'enrich') user.editContact(item.id, { spouseName: 'Sam' });
  }
  return lost;
}

const isUntouched = (world: World, { mailboxId, itemId, properties, folderId }: Lost): boolean => {
  const item = world.organization.mailboxOf(mailboxId)?.item(itemId);
  return item !== undefined && item.folderId === folderId && JSON.stringify(item.properties) === properties;
};

/** What may get its mark back is not foreign. */
function without(foreign: Foreign, untouched: readonly Lost[]): Foreign {
  const ids = new Set(untouched.map(({ itemId, mailboxId }) => `${mailboxId} ${itemId}`));
  return new Map(
    [...foreign].map(([mailboxId, seen]) => {
      const items = [...seen.items].filter(([id]) => !ids.has(`${mailboxId} ${id}`));
      return [mailboxId, { ...seen, items: new Map(items) }];
    }),
  );
}

const keepsTheirs = (alter?: Alteration) =>
  fc.asyncProperty(
    setup,
    fc.array(administratorAct, { maxLength: 4 }),
    fc.array(loss, { minLength: 1, maxLength: 6 }),
    life,
    fc.record({ ledger: fc.boolean(), testRun: fc.boolean() }),
    async (start, earlier, losses, later, { ledger, testRun }) => {
      const world = new World(start, alter);
      await world.run();
      for (const one of earlier) live(world, [one]);
      await world.run();
      const lost = lose(world, losses);
      if (testRun) await world.run({ mode: 'test' });
      live(world, later);
      if (ledger) await world.ledger.forget();
      const untouched = ledger ? [] : lost.filter((one) => isUntouched(world, one));
      const foreign = without(lookAtForeign(world), untouched);
      await world.run();
      expectHandsOff(world, foreign);
      expectNoDuplicates(world);
      for (const { mailboxId, person, itemId, folderId } of untouched) {
        const box = world.organization.mailboxOf(mailboxId);
        const managed = box === undefined ? [] : world.managed(box);
        const theirs = managed.filter(({ mark }) => mark?.sourceObjectId === person);
        const beside = theirs.find((item) => item.folderId === folderId && item.id !== itemId);
        if (beside !== undefined && beside.copyOf === undefined)
          throw new Error(`${person} was written beside the contact that lost its mark`);
      }
      const settled = world.dump();
      await world.run();
      if (world.dump() !== settled) throw new Error('a second run still wrote');
    },
  );

/** A target that finds no item without its mark. */
const findsNone = withTargets(() => ({ readUnmarked: async () => [] }));

/** A target that shows of an item what was written, whatever stands there. */
const blindToEdits: Alteration = (ports, world) => {
  const written = new Map<string, ContactProperties>();
  return withTargets((target, _, { id }) => ({
    applyChanges: async (changes, signal) => {
      const outcomes = await target.applyChanges(changes, signal);
      for (const [index, outcome] of outcomes.entries()) {
        const change = changes[index];
        if (outcome.status !== 'applied') continue;
        const key = `${id} ${outcome.itemId}`;
        if (change?.kind === 'create') written.set(key, change.properties);
        if (change?.kind === 'update') written.set(key, { ...written.get(key), ...change.set });
      }
      return outcomes;
    },
    readUnmarked: async (ids, signal) =>
      (await target.readUnmarked(ids, signal)).map((item) => ({
        ...item,
        properties: written.get(`${id} ${item.itemId}`) ?? item.properties,
      })),
  }))(ports, world);
};

describe('contacts that lost their mark', () => {
  law('get it back, or stay as the user has them', keepsTheirs(), { fixedRuns: 60, randomRuns: 30 });
  twin('a target that finds none of them', /was written beside/, keepsTheirs(findsNone));
  twin('a target that does not see edits', /was touched/, keepsTheirs(blindToEdits));
});
