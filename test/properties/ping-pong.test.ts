// Hard part 4, no ping-pong: a mailbox whose other client rewrites values forever. The number of writes per run must
// go to zero.

import fc from 'fast-check';
import { describe } from 'vitest';
import type { ContactProperties } from '../../src/model/contact.ts';
import { law, twin } from './check-law.ts';
import { expectHandsOff, expectNoDuplicates, lookAtForeign } from './invariants.ts';
import { setup } from './life.ts';
import { World } from './world.ts';

type Fashion = (properties: ContactProperties, round: number) => ContactProperties;

const fashion: fc.Arbitrary<Fashion> = fc.constantFrom<Fashion>(
  (properties) => ({ ...properties, surname: (properties.surname ?? '').toUpperCase() }),
  (properties) => ({ ...properties, jobTitle: '' }),
  (properties) => ({
    ...properties,
    emailAddress1: (properties.emailAddress1 ?? '').replace('@', '+phone@'),
  }),
  (properties) => ({ ...properties, displayName: `~${(properties.displayName ?? '').replace(/^~/, '')}` }),
  (properties, round) => ({ ...properties, department: `sync ${round}` }),
  (properties) => ({ ...properties, businessPhone1: (properties.businessPhone1 ?? '').replaceAll(' ', '') }),
);

const calmsDown = (rounds: number) =>
  fc.asyncProperty(setup, fashion, fc.boolean(), async (start, rewrite, expires) => {
    const world = new World(start);
    await world.run();
    let writes = 0;
    const stop = world.organization.onWrite(() => {
      writes += 1;
    });
    for (let round = 1; round <= rounds; round += 1) {
      for (const box of world.boxes) {
        const user = world.organization.userOf(box.id);
        for (const folder of box.folders.filter((one) => one.mark !== undefined)) {
          user.rewriteContacts(folder.id, (properties) => rewrite(properties, round));
          for (const item of box.itemsIn(folder.id)) user.touchContact(item.id);
        }
        if (expires) box.expireSyncTokens();
      }
      const foreign = lookAtForeign(world);
      writes = 0;
      const run = await world.run();
      if (run.state !== 'finished') throw new Error(`the run ended ${run.state}`);
      expectHandsOff(world, foreign);
      expectNoDuplicates(world);
    }
    stop();
    if (writes > 0) throw new Error(`still ${writes} writes in the last of ${rounds} runs`);
  });

describe('no ping-pong', () => {
  law('a client that rewrites values forever is not fought forever', calmsDown(4));
  twin('one run is not enough to calm down, so the client really rewrites', /still \d+ writes/, calmsDown(1));
});
