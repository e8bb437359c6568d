// Law 4, half-read is not empty: an incomplete reading yields no deletions, of contacts or of whole mailboxes.

import fc from 'fast-check';
import { describe } from 'vitest';
import type { DirectoryTrouble } from '../../src/connectors/memory/organization.ts';
import { callsItComplete } from './broken.ts';
import { law, twin } from './check-law.ts';
import { expectHandsOff, expectNoDuplicates, lookAtForeign } from './invariants.ts';
import { administratorAct, life, live, setup } from './life.ts';
import { type Alteration, World } from './world.ts';

const trouble: fc.Arbitrary<DirectoryTrouble> = fc.oneof(
  fc.nat({ max: 4 }).map((stopsAfter) => ({ stopsAfter })),
  fc.constant({ hidesHiddenFlag: true }),
  fc.constant({ hidesAttributes: ['customAttribute1' as const, 'department' as const] }),
  fc.constant({ unreadableGroups: new Set(['Everybody']) }),
  fc.constant({ refusedWith: 'signInRefused' as const }),
);

const halfRead = (alter?: Alteration) =>
  fc.asyncProperty(
    setup,
    life,
    fc.array(administratorAct, { maxLength: 4 }),
    trouble,
    async (start, earlier, later, broken) => {
      const world = new World(start, alter);
      const group = () => {
        world.organization.putGroup('Everybody', [
          ...world.organization.objects.map((object) => object.id),
          ...world.organization.directory.map((mailbox) => mailbox.id),
        ]);
      };
      world.editPolicy((policy) => ({
        ...policy,
        source: { ...policy.source, groups: ['Everybody'] },
        mailboxes: { ...policy.mailboxes, groups: ['Everybody'] },
      }));
      live(world, earlier);
      group();
      await world.run();
      const before = peopleIn(world);
      live(world, later);
      group();
      const foreign = lookAtForeign(world);
      // With nothing to stop before, the reading is complete and may delete.
      const isCut = (broken.stopsAfter ?? 0) < Math.min(world.organization.objects.length, world.mailboxes);
      world.organization.trouble = isCut ? broken : { refusedWith: 'serviceUnavailable' };

      const run = await world.run();

      if (run.state === 'finished') throw new Error('an incomplete reading ended as if all were well');
      expectHandsOff(world, foreign);
      expectNoDuplicates(world);
      const after = peopleIn(world);
      for (const key of before) if (!after.has(key)) throw new Error(`${key} was deleted`);
    },
  );

const peopleIn = (world: World): ReadonlySet<string> =>
  new Set(
    world.boxes.flatMap((box) => world.managed(box).map((item) => `${box.id} ${item.mark?.sourceObjectId}`)),
  );

describe('law 4: half-read is not empty', () => {
  law('an incomplete reading deletes nobody', halfRead(), { fixedRuns: 72, randomRuns: 36 });
  twin(
    'a source that calls a list that broke off complete',
    /was deleted|as if all were well/,
    halfRead(callsItComplete),
  );
});
