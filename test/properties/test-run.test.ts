// Law 10, a test run tells the truth: applying the same plan in an unchanged world changes exactly what the test run
// listed. Two policies on one folder never undo each other.

import fc from 'fast-check';
import { describe } from 'vitest';
import type { ItemId, MailboxId } from '../../src/model/ids.ts';
import type { ContactPlan } from '../../src/model/plan.ts';
import { tidiesUp, writesMore } from './broken.ts';
import { law, twin } from './check-law.ts';
import { expectFilled, expectHandsOff, expectNoDuplicates, lookAtForeign } from './invariants.ts';
import { life, live, setup } from './life.ts';
import { type Alteration, World } from './world.ts';

type Items = ReadonlyMap<MailboxId, ReadonlyMap<ItemId, string>>;

const itemsOf = (world: World): Items =>
  new Map(
    world.boxes.map((box) => [box.id, new Map(box.items.map((item) => [item.id, JSON.stringify(item)]))]),
  );

/** What is done, without the remarks, in a fixed order. */
const essence = (plans: readonly ContactPlan[]): string =>
  JSON.stringify(
    [...plans].sort((a, b) => (a.mailboxId < b.mailboxId ? -1 : 1)).map((plan) => ({ ...plan, notices: [] })),
  );

const truthful = (alter?: Alteration) =>
  fc.asyncProperty(setup, life, life, async (start, earlier, later) => {
    const world = new World(start, alter);
    live(world, earlier);
    await world.run();
    live(world, later);
    const foreign = lookAtForeign(world);

    const untouched = world.dump();
    const told = await world.plansOf(await world.run({ mode: 'test' }));
    if (world.dump() !== untouched) throw new Error('the test run wrote');

    const before = itemsOf(world);
    const run = await world.run();
    const done = await world.plansOf(run);
    if (essence(done) !== essence(told)) {
      throw new Error(`another plan than the test run told: ${essence(done)} instead of ${essence(told)}`);
    }
    expectHandsOff(world, foreign);
    expectNoDuplicates(world);
    expectFilled(world);

    const after = itemsOf(world);
    for (const plan of told) {
      const old = before.get(plan.mailboxId) ?? new Map<ItemId, string>();
      const now = after.get(plan.mailboxId) ?? new Map<ItemId, string>();
      const listed = new Set(plan.changes.flatMap((change) => ('itemId' in change ? [change.itemId] : [])));
      for (const [id, bytes] of old) {
        const isChanged = now.get(id) !== bytes;
        if (isChanged && !listed.has(id)) throw new Error(`${id} changed, and the test run did not list it`);
        if (!isChanged && listed.has(id))
          throw new Error(`${id} did not change, although the test run listed it`);
      }
      const added = [...now.keys()].filter((id) => !old.has(id)).length;
      if (added !== plan.counts.create)
        throw new Error(`${added} contacts added instead of ${plan.counts.create}`);
    }
  });

const twoPolicies = (alter?: Alteration) =>
  fc.asyncProperty(setup, life, life, async (start, earlier, later) => {
    const world = new World(start, alter);
    const [first, second] = world.policies;
    for (const acts of [earlier, later]) {
      live(world, acts);
      const foreign = lookAtForeign(world);
      await world.run({ policy: first });
      const ofFirst = world.contents(first);
      await world.run({ policy: second });
      if (world.contents(first) !== ofFirst)
        throw new Error('the second policy changed what the first wrote');
      expectHandsOff(world, foreign);
      expectNoDuplicates(world);
      expectFilled(world);
    }
    // A folder that the second emptied is removed by the first, which made it.
    await world.run({ policy: first });
    const settled = world.dump();
    await world.run({ policy: second });
    await world.run({ policy: first });
    if (world.dump() !== settled) throw new Error('two policies on one folder undo each other');
  });

describe('law 10: a test run tells the truth', () => {
  law('the run does exactly what the test run listed', truthful(), { fixedRuns: 60, randomRuns: 30 });
  twin('a target that writes more than it was told', /did not list it|instead of/, truthful(writesMore));
  law('two policies on one folder never undo each other', twoPolicies(), { fixedRuns: 40, randomRuns: 20 });
  twin('two policies on a target that tidies up', /was touched|undo each other/, twoPolicies(tidiesUp));
});
