// Law 8, bounded: people or mailboxes leaving above the limits always engage the brake, before any write.

import fc from 'fast-check';
import { describe } from 'vitest';
import type { Policy } from '../../src/model/policy.ts';
import { law, twin } from './check-law.ts';
import { expectHandsOff, lookAtForeign } from './invariants.ts';
import { life, live, personSeed, setup, userAct } from './life.ts';
import { boxId, LOOSE_BRAKE, personId, World } from './world.ts';

const limits = fc.record({
  maxPeople: fc.integer({ min: 0, max: 4 }),
  maxPeoplePercent: fc.constantFrom(10, 30, 100),
  percentFromPeople: fc.constantFrom(0, 4, 20),
  maxMailboxes: fc.integer({ min: 0, max: 2 }),
  maxMailboxesPercent: fc.constantFrom(10, 40, 100),
  maxUnexplainedPercentPerMailbox: fc.constantFrom(20, 100),
}) satisfies fc.Arbitrary<Policy['brake']>;

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 8 });
const people = fc.array(personSeed, { minLength: 4, maxLength: 8 });

const bounded = (applies: (limits: Policy['brake']) => Policy['brake']) =>
  fc.asyncProperty(
    setup,
    people,
    limits,
    numbers,
    numbers,
    fc.array(userAct, { maxLength: 4 }),
    fc.boolean(),
    async (start, seeds, brake, leavers, leavingBoxes, acts, losesMemory) => {
      const world = new World({ ...start, people: seeds });
      world.editPolicy((policy) => ({ ...policy, brake: LOOSE_BRAKE }));
      await world.run();
      live(world, acts);
      const managedBefore = world.boxes.map((box) => world.managed(box).length);
      world.editPolicy((policy) => ({ ...policy, brake: applies(brake) }));
      if (losesMemory) await world.ledger.forget();
      const goingPeople = leavers.filter((number) => number <= seeds.length);
      for (const number of goingPeople) world.organization.removeObject(personId(number));
      const goingBoxes = leavingBoxes.filter((number) => number <= start.mailboxes);
      for (const number of goingBoxes) {
        const entry = world.organization.directory.find((one) => one.id === boxId(number));
        if (entry !== undefined) {
          world.organization.putMailbox({ ...entry, customAttributes: ['NoMailboxSync'] });
        }
      }
      // Who is in a mailbox that stays and would go from there.
      const staying = world.boxes.filter((box) => !goingBoxes.some((number) => boxId(number) === box.id));
      const lost = new Set(
        staying.flatMap((box) =>
          world
            .managed(box)
            .filter((item) => item.copyOf === undefined)
            .map((item) => item.mark?.sourceObjectId)
            .filter((id) => goingPeople.some((number) => personId(number) === id)),
        ),
      ).size;
      const emptied = goingBoxes.filter((number) => (managedBefore[number - 1] ?? 0) > 0).length;
      const share = (part: number, whole: number, percent: number) => part * 100 > whole * percent;
      const mustStop =
        lost > brake.maxPeople ||
        (seeds.length >= brake.percentFromPeople && share(lost, seeds.length, brake.maxPeoplePercent)) ||
        emptied > brake.maxMailboxes ||
        share(emptied, start.mailboxes, brake.maxMailboxesPercent);

      const foreign = lookAtForeign(world);
      const before = world.dump();
      const run = await world.run();

      const stopped = run.state === 'awaitingApproval';
      if (mustStop && !stopped)
        throw new Error(`${lost} people and ${emptied} mailboxes left, and the run ended ${run.state}`);
      if (stopped && world.dump() !== before) throw new Error('the brake engaged after a write');
      expectHandsOff(world, foreign);
      if (!stopped) return;
      const approved = await world.approve(run);
      if (approved.state !== 'finished') throw new Error(`the approved run ended ${approved.state}`);
      expectHandsOff(world, foreign);
    },
  );

/** An approval is void for a mailbox that would lose more than was approved, and for that mailbox alone. */
const approvalHolds = fc.asyncProperty(setup, people, life, async (start, seeds, meanwhile) => {
  const world = new World({ ...start, people: seeds });
  await world.run();
  world.editPolicy((policy) => ({ ...policy, brake: { ...LOOSE_BRAKE, maxPeople: 0 } }));
  world.organization.removeObject(personId(seeds.length));
  const run = await world.run();
  const plans = await world.plansOf(run);
  // An approval expires after seven days, which is another promise.
  live(
    world,
    meanwhile.filter((act) => act.kind !== 'waitDays'),
  );
  const foreign = lookAtForeign(world);
  const before = world.boxes.map((box) => world.managed(box).map((item) => item.mark?.sourceObjectId));
  if (run.state === 'awaitingApproval') await world.approve(run);
  expectHandsOff(world, foreign);
  for (const [index, box] of world.boxes.entries()) {
    const plan = plans.find((one) => one.mailboxId === box.id);
    const approved = new Set<string | undefined>(
      plan?.changes
        .filter((change) => change.kind === 'delete' || change.kind === 'handOver')
        .map((change) => change.sourceObjectId),
    );
    const after = new Set(world.managed(box).map((item) => item.mark?.sourceObjectId));
    for (const id of before[index] ?? []) {
      if (!after.has(id) && !approved.has(id)) throw new Error(`${id} went from ${box.id} without approval`);
    }
  }
});

describe('law 8: bounded', () => {
  law(
    'whoever leaves above the limits engages the brake, before any write',
    bounded((limit) => limit),
    {
      fixedRuns: 60,
      randomRuns: 30,
    },
  );
  twin(
    'a brake that is never tight',
    /and the run ended finished/,
    bounded(() => LOOSE_BRAKE),
  );
  law('an approval covers nobody but those who were shown', approvalHolds);
});
