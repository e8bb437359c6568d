// The laws of the planner alone, on snapshots that a life with people left behind: 2, order-free; 3, hands off; 4,
// half-read is not empty. The planner is a parameter, so that a broken one can be put in its place.

import fc from 'fast-check';
import { describe } from 'vitest';
import { rulesDigest } from '../../src/core/fingerprint.ts';
import { mapContacts } from '../../src/core/map.ts';
import { type PlanInput, planMailbox as planMailboxOfCore } from '../../src/core/plan.ts';
import { selectContacts } from '../../src/core/select.ts';
import type { ContactPlan } from '../../src/model/plan.ts';
import type { SourceObject } from '../../src/model/source-object.ts';
import { law, twin } from './check-law.ts';
import { type Act, life, live, setup } from './life.ts';
import { ownPolicyId, personId, type Setup, World } from './world.ts';

type Planner = (input: PlanInput) => ContactPlan;

const signal = new AbortController().signal;

/** Everything the planner is given for one mailbox, from the source's objects in the given order. */
async function inputFor(
  world: World,
  objects: readonly SourceObject[],
  isComplete: boolean,
  order: <T>(list: readonly T[]) => readonly T[],
): Promise<readonly PlanInput[]> {
  const { policy } = world;
  const selection = selectContacts(objects, policy.source);
  const contacts = mapContacts(selection, policy, { country: 'DE' });
  return Promise.all(
    world.organization.directory.map(async (mailbox) => {
      const target = world.ports.targets.open(mailbox, ownPolicyId(policy), policy.folder);
      const snapshot = await target.readFolder({ known: undefined, includeForeign: true }, signal);
      return {
        policy,
        mailbox,
        purpose: 'fill' as const,
        wanted: new Map(contacts.map((contact) => [contact.sourceObjectId, contact])),
        undecided: new Set(selection.undecided.map(({ sourceObjectId }) => sourceObjectId)),
        markedNoContactSync: new Set(
          selection.excluded
            .filter(({ reason }) => reason === 'noContactSync')
            .map(({ sourceObjectId }) => sourceObjectId),
        ),
        withheld: new Set<never>(),
        departures: new Map(),
        mayDelete: isComplete,
        rulesDigest: rulesDigest(policy),
        now: '2026-11-02T08:00:00.000Z',
        emptyReason: 'mailboxLeft' as const,
        snapshot: { ...snapshot, contacts: order(snapshot.contacts), foreign: order(snapshot.foreign ?? []) },
        known: undefined,
        respected: new Set<never>(),
        ownerId: mailbox.ownerId,
      };
    }),
  );
}

async function afterLife(start: Setup, earlier: readonly Act[], later: readonly Act[]): Promise<World> {
  const world = new World(start);
  live(world, earlier);
  await world.run();
  live(world, later);
  return world;
}

const same = <T>(list: readonly T[]) => list;

/** A shuffle that depends on nothing but the numbers. */
const shuffled =
  (numbers: readonly number[]) =>
  <T>(list: readonly T[]): readonly T[] =>
    list
      .map((item, index) => ({ item, key: numbers[index % numbers.length] ?? 0, index }))
      .sort((a, b) => a.key - b.key || b.index - a.index)
      .map(({ item }) => item);

const orderFree = (planner: Planner) =>
  fc.asyncProperty(
    setup,
    life,
    life,
    fc.array(fc.nat(100), { minLength: 1, maxLength: 12 }),
    async (start, earlier, later, numbers) => {
      const world = await afterLife(start, earlier, later);
      const shuffle = shuffled(numbers);
      const plans = (await inputFor(world, world.organization.objects, true, same)).map(planner);
      const objects = shuffle(world.organization.objects);
      const others = (await inputFor(world, objects, true, shuffle)).map(planner);
      if (JSON.stringify(plans) !== JSON.stringify(others)) {
        throw new Error(
          `another order gave another plan: ${JSON.stringify(others)} for ${JSON.stringify(plans)}`,
        );
      }
    },
  );

const handsOff = (planner: Planner) =>
  fc.asyncProperty(setup, life, life, fc.boolean(), async (start, earlier, later, isComplete) => {
    const world = await afterLife(start, earlier, later);
    for (const input of await inputFor(world, world.organization.objects, isComplete, same)) {
      const foreign = new Set(input.snapshot.foreign?.map((item) => item.itemId));
      const ours = new Set(
        input.snapshot.contacts.flatMap(({ itemId, mark }) =>
          mark.policyId === ownPolicyId(input.policy) ? [itemId] : [],
        ),
      );
      for (const change of planner(input).changes) {
        if (!('itemId' in change)) continue;
        if (foreign.has(change.itemId)) throw new Error(`the plan names the foreign item ${change.itemId}`);
        if (!ours.has(change.itemId)) throw new Error(`the plan names ${change.itemId}, which is not there`);
      }
    }
  });

const halfRead = (planner: Planner) =>
  fc.asyncProperty(setup, life, life, fc.nat({ max: 4 }), async (start, earlier, later, read) => {
    const world = await afterLife(start, earlier, later);
    for (const input of await inputFor(world, world.organization.objects.slice(0, read), false, same)) {
      for (const purpose of ['fill', 'empty'] as const) {
        for (const change of planner({ ...input, purpose }).changes) {
          if (change.kind === 'delete' || change.kind === 'handOver') {
            throw new Error(`an incomplete reading takes away ${change.sourceObjectId}`);
          }
        }
      }
    }
  });

/** Writes in the order in which the mailbox happened to list its contacts. */
const inOrderOfArrival: Planner = (input) => {
  const plan = planMailboxOfCore(input);
  const place = new Map(input.snapshot.contacts.map((contact, index) => [contact.itemId, index]));
  const at = (change: (typeof plan.changes)[number]) =>
    'itemId' in change ? (place.get(change.itemId) ?? 0) : -1;
  return { ...plan, changes: [...plan.changes].sort((a, b) => at(a) - at(b)) };
};

/** Clears out of the folder what it does not know. */
const clearsTheFolder: Planner = (input) => {
  const plan = planMailboxOfCore(input);
  const deletions = (input.snapshot.foreign ?? []).map(({ itemId, version }) => ({
    kind: 'delete' as const,
    sourceObjectId: personId(1),
    itemId,
    version,
    mode: 'hard' as const,
    reason: 'leftSelection' as const,
    label: '',
  }));
  return { ...plan, changes: [...plan.changes, ...deletions] };
};

/** Takes what was not read for what is not there. */
const trustsEveryReading: Planner = (input) => planMailboxOfCore({ ...input, mayDelete: true });

describe('law 2: order-free', () => {
  law('shuffling source and mailbox changes nothing in the plan', orderFree(planMailboxOfCore), {
    fixedRuns: 60,
    randomRuns: 30,
  });
  twin(
    'a planner that writes in order of arrival',
    /another order gave another plan/,
    orderFree(inOrderOfArrival),
  );
});

describe('law 3 in the plan', () => {
  law('a foreign item is never in any change', handsOff(planMailboxOfCore), {
    fixedRuns: 60,
    randomRuns: 30,
  });
  twin('a planner that clears the folder', /names the foreign item/, handsOff(clearsTheFolder));
});

describe('law 4 in the plan', () => {
  law('an incomplete reading takes nobody away', halfRead(planMailboxOfCore), {
    fixedRuns: 60,
    randomRuns: 30,
  });
  twin('a planner that trusts every reading', /takes away/, halfRead(trustsEveryReading));
});
