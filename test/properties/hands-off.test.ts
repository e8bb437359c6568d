// Law 3, hands off: a foreign item is never in any change, and is byte-equal after any run. Here with every kind of
// policy that touches folders, with adoption excepted, which is what an administrator asks for by name.

import fc from 'fast-check';
import { describe } from 'vitest';
import type { Policy } from '../../src/model/policy.ts';
import { tidiesUp } from './broken.ts';
import { law, twin } from './check-law.ts';
import { expectHandsOff, lookAtForeign } from './invariants.ts';
import { life, live, setup } from './life.ts';
import { type Alteration, World } from './world.ts';

const deletion = fc.record({
  strategy: fc.constantFrom('never', 'remove', 'grace', 'handOver'),
  graceDays: fc.constant(2),
  mailboxLeft: fc.constantFrom('remove', 'leave'),
  deletedByUser: fc.constantFrom('restore', 'respect'),
  keepInDeletedItems: fc.boolean(),
}) satisfies fc.Arbitrary<Policy['deletion']>;

const anySetup = fc.record({
  start: setup,
  useDefaultContacts: fc.boolean(),
  existing: fc.constantFrom('refuse', 'use'),
  hasFolderOfThatName: fc.boolean(),
  deletion,
});

const handsOff = (alter?: Alteration) =>
  fc.asyncProperty(anySetup, life, life, life, async (world0, ...lives) => {
    const { start, useDefaultContacts, existing, hasFolderOfThatName } = world0;
    const world = new World({ ...start, useDefaultContacts }, alter);
    world.editPolicy((policy) => ({
      ...policy,
      folder: { ...policy.folder, existing },
      deletion: world0.deletion,
    }));
    if (hasFolderOfThatName) {
      for (const box of world.boxes) {
        const folder = world.organization.userOf(box.id).createFolder('company contacts');
        world.organization.userOf(box.id).addContact({ displayName: 'mine', notes: 'mine' }, folder);
      }
    }
    for (const acts of lives) {
      live(world, acts);
      const foreign = lookAtForeign(world);
      const run = await world.run();
      expectHandsOff(world, foreign);
      for (const plan of await world.plansOf(run)) {
        for (const change of plan.changes) {
          if (!('itemId' in change)) continue;
          if (foreign.get(plan.mailboxId)?.items.has(change.itemId) === true) {
            throw new Error(`the plan names the foreign item ${change.itemId}`);
          }
        }
      }
    }
  });

describe('law 3: hands off', () => {
  law('what people made is byte by byte as before, whatever the policy', handsOff(), {
    fixedRuns: 60,
    randomRuns: 30,
  });
  twin('a target that tidies up', /was touched/, handsOff(tidiesUp));
});
