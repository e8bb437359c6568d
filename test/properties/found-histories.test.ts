// Histories that a search found, each cut down to what matters.

import { describe, expect, it } from 'vitest';
import { expectFilled, expectNoDuplicates } from './invariants.ts';
import { happen } from './life.ts';
import { Death } from './mortal.ts';
import { type PersonSeed, personId, World } from './world.ts';

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

describe('a value that is fought over', () => {
  it('is left to the user also after a run that died', async () => {
    const world = new World({
      people: [ada, ada, ada],
      mailboxes: 1,
      normalizes: false,
      subfolderPerDomain: false,
      useDefaultContacts: false,
    });
    await world.run();
    const itemOf = (number: number) => {
      const found = world.managed(world.box(1)).find(({ mark }) => mark?.sourceObjectId === personId(number));
      if (found === undefined) throw new Error(`person ${number} is there`);
      return found;
    };
    const edit = () =>
      world.organization.userOf(world.box(1).id).editContact(itemOf(2).id, { surname: 'Mine' });
    for (let time = 0; time < 3; time += 1) {
      edit();
      await world.run();
    }
    expect(itemOf(2).properties.surname).toBe('Mine');
    happen(world, { kind: 'renamePerson', a: 2, b: 0, text: 'Lovelace' });
    const death = new Death();
    const stop = death.afterWrites(world, 1);
    await world.run({ ports: death.mortal(world.ports) }).catch(() => undefined);
    stop();
    world.leases.holderDies('test');
    world.clock.advance(61_000);
    await world.run();
    expect(itemOf(3).properties.surname).toBe('Lovelace');
    expect(itemOf(2).properties.surname).toBe('Mine');
  });
});

describe('a copy that the user made', () => {
  it.each([
    { kind: 'conflict' } as const,
    { kind: 'loseRequest' } as const,
    { kind: 'fail', code: 'contactRefused' } as const,
  ])('stays when its original goes and taking its mark off meets $kind', async (trouble) => {
    const world = new World({
      people: [ada, ada],
      mailboxes: 1,
      normalizes: false,
      subfolderPerDomain: false,
      useDefaultContacts: false,
    });
    await world.run();
    const box = world.box(1);
    const [original] = world.managed(box);
    if (original === undefined) throw new Error('the contact is there');
    world.organization.userOf(box.id).copyContact(original.id);
    const copy = box.items.find(({ copyOf }) => copyOf === original.id);
    world.organization.removeObject(personId(2));
    // Where several are written at once, any of them may fail while the others are done.
    for (const at of [1, 2]) {
      box.trouble.atWrite(at, trouble);
      await world.run();
      while (box.trouble.pending > 0) box.trouble.takeWrite();
    }
    await world.run();
    expect(box.item(original.id)?.folderId).not.toBe(original.folderId);
    const now = copy === undefined ? undefined : box.item(copy.id);
    expect([now?.folderId, now?.properties]).toEqual([original.folderId, original.properties]);
  });
});

it('a move to a sub-folder that was half done is ended also when the policy makes no sub-folders any more', async () => {
  const world = new World({
    people: [ada, ada, ada],
    mailboxes: 1,
    normalizes: false,
    subfolderPerDomain: false,
    useDefaultContacts: false,
  });
  const toggle = (subfolderPerDomain: boolean) =>
    world.editPolicy((policy) => ({ ...policy, folder: { ...policy.folder, subfolderPerDomain } }));
  await world.run();
  toggle(true);
  world.box(1).trouble.atWrite(3, { kind: 'fail', code: 'contactRefused' });
  await world.run();
  toggle(false);
  await world.run();
  expectNoDuplicates(world);
  expectFilled(world);
});
