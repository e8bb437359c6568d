// Histories that a search found, each cut down to what matters.

import { describe, expect, it } from 'vitest';
import { expectFilled, expectNoDuplicates } from './invariants.ts';
import { happen } from './life.ts';
import { type PersonSeed, World } from './world.ts';

const ada: PersonSeed = {
  givenName: 'Ada',
  surname: 'Ada',
  jobTitle: '',
  department: '',
  notes: '',
  domain: 'contoso.example',
  phones: [],
};

describe('a move to another sub-folder', () => {
  const moving = async () => {
    const world = new World({
      people: [ada, ada],
      mailboxes: 1,
      normalizes: false,
      subfolderPerDomain: true,
      useDefaultContacts: false,
    });
    await world.run();
    happen(world, { kind: 'changeDomain', a: 1, b: 1, text: '' });
    return world;
  };
  const foldersOf = (world: World) =>
    world.box(1).items.map((item) => world.box(1).folder(item.folderId)?.name);

  it('is ended by a later run when the answer of the first write was lost and the second one was refused', async () => {
    const world = await moving();
    world.box(1).trouble.atWrite(1, { kind: 'loseAnswer' });
    world.box(1).trouble.atWrite(2, { kind: 'fail', code: 'contactRefused' });
    await world.run();
    expect(foldersOf(world)).toEqual(['contoso.example', 'fabrikam.example']);
    await world.run();
    expectNoDuplicates(world);
    expectFilled(world);
    expect(foldersOf(world)).toEqual(['fabrikam.example']);
  });

  it('counts the new contact although its answer was lost', async () => {
    const world = await moving();
    world.box(1).trouble.atWrite(1, { kind: 'loseAnswer' });
    await world.run();
    expect(world.eventsOf('mailbox.applied').map(({ counts }) => counts)).toMatchObject([
      { created: 1, deleted: 1, failed: 0 },
    ]);
  });
});
