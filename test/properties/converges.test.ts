// Law 1, converges: after apply, the next plan changes nothing. Law 5, the ledger is a convenience.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerIsTheTruth, losesAField } from './broken.ts';
import { law, twin } from './check-law.ts';
import { expectFilled, expectHandsOff, expectNoDuplicates, lookAtForeign } from './invariants.ts';
import { life, live, setup } from './life.ts';
import { type Alteration, boxId, personId, World } from './world.ts';

/** Two runs with life around them; then `between`; then a run that must write nothing. */
const settles = (between: (world: World) => Promise<unknown>, alter?: Alteration) =>
  fc.asyncProperty(setup, life, life, async (start, earlier, later) => {
    const world = new World(start, alter);
    live(world, earlier);
    await world.run();
    live(world, later);
    const foreign = lookAtForeign(world);
    const run = await world.run();
    if (run.state !== 'finished') throw new Error(`the run ended ${run.state}`);
    expectHandsOff(world, foreign);
    expectNoDuplicates(world);
    expectFilled(world);

    const settled = world.dump();
    await between(world);
    const test = await world.run({ mode: 'test' });
    const plans = await world.plansOf(test);
    const planned = plans.flatMap((plan) => [...plan.folders, ...plan.changes]);
    if (planned.length > 0) throw new Error(`still to do: ${JSON.stringify(planned)}`);
    await world.run();
    if (world.dump() !== settled) throw new Error('a run with nothing to do wrote');
  });

const nothing = async () => {};
const loseLedger = (world: World) => world.ledger.forget();

describe('law 1: converges', () => {
  law('after a run the next one has nothing to do', settles(nothing), { fixedRuns: 72, randomRuns: 36 });
  twin(
    'a target that stores something else than it was given',
    /instead of|still to do/,
    settles(loseLedger, losesAField),
  );
});

describe('a copy that a user made', () => {
  it("becomes the user's for good when the person leaves, instead of being deleted by the run after", async () => {
    const seed = { givenName: 'Ada', surname: 'A', jobTitle: '', department: '', notes: '', phones: [] };
    const world = new World({
      people: [1, 2].map(() => ({ ...seed, domain: 'contoso.example' as const })),
      mailboxes: 1,
      normalizes: true,
      subfolderPerDomain: false,
      useDefaultContacts: false,
    });
    await world.run();
    const [contact] = world.managed(world.box(1));
    if (contact === undefined) throw new Error('the second person is in the mailbox of the first');
    const copy = world.organization.userOf(boxId(1)).copyContact(contact.id);
    world.organization.removeObject(personId(2));
    await world.run();
    expect(world.box(1).item(contact.id)).toBeUndefined();
    await world.run();
    expect(world.box(1).item(copy)?.properties).toEqual(contact.properties);
    expect(world.box(1).item(copy)?.mark).toBeUndefined();
  });
});

describe('law 5: the ledger is a convenience', () => {
  law('with the ledger deleted, the next run writes nothing', settles(loseLedger), {
    fixedRuns: 48,
    randomRuns: 24,
  });
  twin(
    'a product that finds its contacts only through the ledger',
    /still to do/,
    settles(loseLedger, ledgerIsTheTruth),
  );
});
