// The parts that sink products like this one, each by its name, on the whole engine with mailboxes in memory.

import { describe, expect, it } from 'vitest';
import { policyId } from '../model/ids.ts';
import { boxId, person, personId, World } from './testing/world.ts';

const ours = (world: World, box = 1) => {
  const mailbox = world.box(box);
  const folder = mailbox.folders.find(({ mark }) => mark !== undefined);
  if (folder === undefined) throw new Error('no contact folder');
  return folder;
};

function rename(world: World, name: string): void {
  world.policy = { ...world.policy, folder: { ...world.policy.folder, name } };
  world.revision += 1;
}

describe('Identity', () => {
  it('a person who marries and gets a new address keeps the contact', async () => {
    const world = new World(3, 1);
    await world.run();
    const before = world.item(1, 1).id;
    world.organization.putObject(
      person(1, {
        displayName: ['Erika Neu'],
        surname: ['Neu'],
        emailAddresses: ['erika.neu@contoso.example'],
      }),
    );

    expect(await world.writesDuring(() => world.run())).toEqual(['update applied']);
    expect(world.item(1, 1).id).toBe(before);
  });

  it('two people with the same name and the same address are two contacts', async () => {
    const world = new World(0, 1);
    for (const n of [1, 2]) {
      world.organization.putObject(
        person(n, { displayName: ['Same'], emailAddresses: ['same@contoso.example'] }),
      );
    }
    await world.run();
    expect(world.managed(1).size).toBe(2);
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });
});

it('People change type: a user who becomes a mail contact keeps the contact', async () => {
  const world = new World(3, 1);
  await world.run();
  world.organization.putObject({ ...person(1), kind: 'mailContact' });
  expect(await world.writesDuring(() => world.run())).toEqual([]);
});

describe('An object of the source that cannot be opened', () => {
  async function damaged() {
    const world = new World(3, 2);
    await world.run();
    world.organization.trouble = { unreadable: new Set([personId(1)]) };
    return world;
  }

  it('keeps its contacts as they are, and everybody else is up to date, deletions too', async () => {
    const world = await damaged();
    world.organization.putObject(person(1, { displayName: ['Never read'] }));
    world.organization.removeObject(personId(2));
    const run = await world.run();
    expect(run.state).toBe('finished');
    expect([...world.managed(1)].length).toBe(2);
    expect(world.item(1, 1).properties.displayName).toBe('Person 1');
    const read = world.events.find((event) => event.type === 'source.read');
    expect(read?.gaps.map(({ number }) => number)).toEqual([14033]);
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });

  it('goes like everybody else once it is gone from the source, and not before', async () => {
    const world = await damaged();
    await world.run();
    expect(world.managed(1).size).toBe(3);
    world.organization.trouble = {};
    world.organization.removeObject(personId(1));
    await world.run();
    expect(world.managed(1).size).toBe(2);
  });

  it('stays also where a mailbox is planned again after an approval', async () => {
    const world = await damaged();
    world.policy = { ...world.policy, brake: { ...world.policy.brake, maxPeople: 0 } };
    world.organization.removeObject(personId(2));
    const run = await world.run();
    expect(run.state).toBe('awaitingApproval');
    // The item moved on: the stored plan no longer fits, and the mailbox is planned anew.
    world.organization.userOf(boxId(1)).touchContact(world.item(1, 2).id);
    const approved = await world.approve(run.id, world.eventsOf('brake.engaged')[0]?.digest ?? '');
    expect(approved.state).toBe('finished');
    expect(world.item(1, 1).properties.displayName).toBe('Person 1');
    expect(world.managed(1).size).toBe(2);
  });
});

it('Source objects leave and come back: with days of grace nothing is written at all', async () => {
  const world = new World(30, 1);
  world.policy = { ...world.policy, deletion: { ...world.policy.deletion, strategy: 'grace', graceDays: 3 } };
  await world.run();
  world.organization.putObject({ ...person(1), isHidden: true });
  expect(await world.writesDuring(() => world.run())).toEqual([]);
  world.clock.advance(24 * 60 * 60 * 1000);
  world.organization.putObject(person(1));
  expect(await world.writesDuring(() => world.run())).toEqual([]);

  world.organization.removeObject(personId(1));
  await world.run();
  world.clock.advance(3 * 24 * 60 * 60 * 1000);
  expect(await world.writesDuring(() => world.run())).toEqual(['delete applied']);
});

describe("The folder is the user's too", () => {
  async function filled() {
    const world = new World(3, 1);
    await world.run();
    return { world, user: world.organization.userOf(boxId(1)), folder: ours(world) };
  }

  it('renamed: stays renamed, nothing is written', async () => {
    const { world, user, folder } = await filled();
    user.renameFolder(folder.id, 'Firma');
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    expect(ours(world).name).toBe('Firma');
  });

  it('given a name that the mailbox has already: filled under the old one, until the name is free', async () => {
    const world = new World(3, 2);
    await world.run();
    const user = world.organization.userOf(boxId(1));
    const mine = user.createFolder('Colleagues');
    rename(world, 'Colleagues');
    world.policy = {
      ...world.policy,
      canary: { ...world.policy.canary, mailboxes: ['box1@contoso.example'] },
    };
    world.organization.putObject(person(4));
    for (const people of [4, 5]) {
      expect((await world.run()).state).toBe('finishedWithErrors');
      expect([ours(world).name, ours(world, 2).name]).toEqual(['Company Contacts', 'Colleagues']);
      expect([world.managed(1).size, world.managed(2).size]).toEqual([people, people]);
      expect(world.eventsOf('mailbox.failed')).toEqual([]);
      expect(world.eventsOf('mailbox.warned')).toMatchObject([
        {
          mailboxId: boxId(1),
          failure: { code: 'folderNameTaken', details: { folder: 'Colleagues' } },
        },
      ]);
      world.organization.putObject(person(people + 1));
    }
    expect(world.box(1).itemsIn(mine)).toEqual([]);

    user.renameFolder(mine, 'Mine');
    expect((await world.run()).state).toBe('finished');
    expect(ours(world).name).toBe('Colleagues');
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });

  it('renamed by a run whose rollback finds the old name taken: keeps the new one, and the rest is undone', async () => {
    const { world, user, folder } = await filled();
    rename(world, 'Colleagues');
    world.organization.putObject(person(4));
    const run = await world.run();
    user.createFolder('Company Contacts');
    expect((await world.rollback(run.id)).state).toBe('finishedWithErrors');
    expect(world.managed(1).size).toBe(3);
    expect(ours(world).id).toBe(folder.id);
    expect(world.eventsOf('mailbox.warned')).toMatchObject([{ failure: { code: 'folderNameTaken' } }]);
  });

  it('not renamed by a run: its rollback renames nothing either', async () => {
    const { world, user, folder } = await filled();
    const mine = user.createFolder('Colleagues');
    rename(world, 'Colleagues');
    world.organization.putObject(person(4));
    const run = await world.run();
    user.renameFolder(mine, 'Mine');
    user.renameFolder(folder.id, 'Firma');
    expect((await world.rollback(run.id)).state).toBe('finished');
    expect(ours(world).name).toBe('Firma');
  });

  it('deleted: made again', async () => {
    const { world, user, folder } = await filled();
    user.deleteFolder(folder.id);
    await world.run();
    expect(world.managed(1).size).toBe(3);
    user.emptyDeletedItems();
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });

  it('moved into another folder below Contacts: followed there', async () => {
    const { world, user, folder } = await filled();
    user.moveFolder(folder.id, user.createFolder('Archive'));
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    expect(world.box(1).itemsIn(folder.id)).toHaveLength(3);
  });

  it('own contacts in it: untouched, also when the mailbox leaves', async () => {
    const { world, user, folder } = await filled();
    user.addContact({ displayName: 'My plumber' }, folder.id);
    const before = world.organization.dumpForeign();
    world.policy = {
      ...world.policy,
      mailboxes: { ...world.policy.mailboxes, exclude: ['box1@contoso.example'] },
    };
    world.policy = { ...world.policy, brake: { ...world.policy.brake, maxMailboxesPercent: 100 } };
    await world.run();

    expect(world.managed(1).size).toBe(0);
    expect(world.organization.dumpForeign()).toBe(before);
    expect(world.box(1).folder(folder.id)?.parentId).toBe(world.box(1).contactsId);
  });

  it('a contact dragged out: made again in the folder, the dragged one stays', async () => {
    const { world, user } = await filled();
    const dragged = world.item(1, 1).id;
    user.moveContact(dragged, world.box(1).contactsId);
    await world.run();
    expect(world.box(1).item(dragged)?.folderId).toBe(world.box(1).contactsId);
    expect(world.box(1).itemsIn(ours(world).id)).toHaveLength(3);
  });

  it('The mark is copied as well: the copy stays, whatever happens to the original', async () => {
    const { world, user } = await filled();
    const original = world.item(1, 1).id;
    const copy = user.copyContact(original);
    world.organization.putObject(person(1, { surname: ['Changed'] }));
    await world.run();

    expect(world.box(1).item(original)?.properties.surname).toBe('Changed');
    expect(world.box(1).item(copy)?.properties.surname).toBe('Nr1');
    expect(world.eventsOf('mailbox.planned')[0]?.notices).toContainEqual(
      expect.objectContaining({ kind: 'copyLeftAlone' }),
    );
  });
});

describe('Two policies, one mailbox', () => {
  it('fill one folder without deleting each other', async () => {
    const world = new World(10, 1);
    const first = world.policy;
    const second = { ...first, id: '22222222-2222-4333-8444-555555555555', name: 'Second' };
    const only = (digit: string) => ({
      ...first.source,
      include: [[{ property: 'surname', operator: 'startsWith' as const, value: `Nr${digit}` }]],
    });
    world.policy = { ...first, source: only('1') };
    await world.run();
    world.policy = { ...second, source: only('2') };
    await world.run();
    expect([...world.managed(1).keys()].length).toBe(3);

    world.policy = { ...first, source: only('1') };
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    world.policy = { ...second, source: only('2') };
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    expect(await world.memory.readWrittenMailboxes(policyId(second.id))).toHaveLength(1);
  });
});

it('No ping-pong: a phone that rewrites values forever is not fought for long', async () => {
  const world = new World(5, 1);
  await world.run();
  const writes: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    world.organization.userOf(boxId(1)).rewriteContacts(ours(world).id, (properties) => ({
      ...properties,
      companyName: 'Phone Corp',
      surname: 'phone',
    }));
    writes.push((await world.writesDuring(() => world.run())).length);
  }
  expect(writes).toEqual([5, 5, 0, 0, 0, 0]);
});

it('Own writes come back: a run after own writes reads and writes nothing again', async () => {
  const world = new World(5, 1);
  await world.run();
  world.organization.putObject(person(1, { surname: ['Adler'] }));
  await world.run();
  expect(await world.writesDuring(() => world.run())).toEqual([]);
});

it('Deleting: a contact the user enriched goes to Deleted Items, one that is wholly ours is purged', async () => {
  const world = new World(30, 1);
  await world.run();
  const enriched = world.item(1, 1).id;
  const wholly = world.item(1, 2).id;
  world.organization.userOf(boxId(1)).editContact(enriched, { homePhone1: '+49891', homePhone2: '+49892' });
  for (const n of [1, 2]) world.organization.removeObject(personId(n));
  await world.run();

  const box = world.box(1);
  expect(box.items.filter(({ folderId }) => folderId === box.deletedItemsId)).toHaveLength(1);
  expect(box.item(wholly)).toBeUndefined();
});

describe('The first run is the dangerous one', () => {
  it('with the database lost, the marks in the mailboxes tell the brake who was there', async () => {
    const world = new World(30, 2);
    await world.run();
    await world.memory.forget(policyId(world.policy.id));
    await world.ledger.forget();
    world.policy = {
      ...world.policy,
      source: {
        ...world.policy.source,
        include: [[{ property: 'surname', operator: 'equals', value: 'Nr1' }]],
      },
    };

    expect((await world.run()).state).toBe('awaitingApproval');
    expect(world.managed(1).size).toBe(30);
  });

  it('a folder of that name that the user made is refused, and the run says so', async () => {
    const world = new World(3, 2);
    const user = world.organization.userOf(boxId(1));
    user.addContact({ displayName: 'Mine' }, user.createFolder('Company Contacts'));
    const run = await world.run();

    expect(run.state).toBe('finishedWithErrors');
    expect(world.eventsOf('mailbox.failed')).toMatchObject([{ failure: { code: 'folderRefused' } }]);
    expect(world.managed(2).size).toBe(3);
  });

  it('a policy that adopts takes over the contact with the same address and leaves the others', async () => {
    const world = new World(3, 1);
    world.policy = { ...world.policy, folder: { ...world.policy.folder, existing: 'adopt' } };
    const user = world.organization.userOf(boxId(1));
    const folder = user.createFolder('Company Contacts');
    user.addContact({ displayName: 'Old copy', emailAddress1: 'PERSON1@contoso.example' }, folder);
    const own = user.addContact({ displayName: 'Mine' }, folder);
    const run = await world.run();

    expect(world.box(1).itemsIn(folder)).toHaveLength(4);
    expect(world.item(1, 1).properties.displayName).toBe('Person 1');
    expect(world.box(1).item(own)?.mark).toBeUndefined();

    await world.rollback(run.id);
    expect(
      world
        .box(1)
        .itemsIn(folder)
        .map(({ properties, mark }) => [properties.displayName, mark]),
    ).toEqual([
      ['Old copy', undefined],
      ['Mine', undefined],
    ]);
  });
});

it('The default Contacts folder: managed contacts among own ones, and the folder is never removed', async () => {
  const world = new World(3, 1);
  world.policy = {
    ...world.policy,
    folder: { ...world.policy.folder, useDefaultContacts: true },
    contact: { ...world.policy.contact, categories: ['Company'] },
  };
  const user = world.organization.userOf(boxId(1));
  user.addContact({ displayName: 'Mine' });
  const before = world.organization.dumpForeign();
  await world.run();
  expect(world.managed(1).size).toBe(3);
  expect(await world.writesDuring(() => world.run())).toEqual([]);

  world.policy = {
    ...world.policy,
    mailboxes: { ...world.policy.mailboxes, exclude: ['box1@contoso.example'] },
    brake: { ...world.policy.brake, maxMailboxesPercent: 100 },
  };
  expect((await world.run()).state).toBe('finished');
  expect(world.managed(1).size).toBe(0);
  expect(world.organization.dumpForeign()).toBe(before);
});

it('A full mailbox stops itself alone and is repaired by the next run', async () => {
  const world = new World(45, 2);
  world.box(1).trouble.atWrite(30, { kind: 'break', code: 'mailboxFull' });
  const run = await world.run();
  expect(run.state).toBe('finishedWithErrors');
  expect(world.managed(2).size).toBe(45);

  expect((await world.run()).state).toBe('finished');
  expect(world.box(1).items.filter(({ mark }) => mark !== undefined)).toHaveLength(45);
});
