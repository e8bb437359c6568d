// Ways in which a run could damage something or slip past the brake, each found by attacking the engine.

import { describe, expect, it } from 'vitest';
import { policyId, runId } from '../model/ids.ts';
import type { Policy } from '../model/policy.ts';
import { cleanUp } from './clean-up.ts';
import { boxId, person, personId, World } from './testing/world.ts';

function edit(world: World, parts: { [Part in keyof Policy]?: Partial<Policy[Part]> }): void {
  const policy = { ...world.policy } as Record<string, unknown>;
  for (const [name, part] of Object.entries(parts))
    policy[name] = { ...(policy[name] as object), ...(part as object) };
  world.policy = policy as unknown as Policy;
  world.revision += 1;
}

/** 18 of 100 leave: below 20 %, and above the named limit. */
function wrongFilter(world: World): void {
  edit(world, {
    source: { exclude: [[{ property: 'surname', operator: 'matches', value: '^Nr([1-9]|1[0-8])$' }]] },
    brake: { maxPeople: 10 },
  });
}

const emptySource = {
  source: { include: [[{ property: 'surname', operator: 'equals', value: 'x' } as const]] },
};

describe('The brake is not slipped past', () => {
  it('by a run that reached no mailbox', async () => {
    const world = new World(100, 2);
    await world.run();
    wrongFilter(world);
    for (const n of [1, 2]) world.box(n).trouble.refuse('serviceUnavailable');
    expect((await world.run()).state).toBe('finishedWithErrors');
    for (const n of [1, 2]) world.box(n).trouble.relent();

    expect((await world.run()).state).toBe('awaitingApproval');
    expect(world.managed(1).size).toBe(100);
  });

  it('by a wave that failed before the others were begun', async () => {
    const world = new World(100, 3);
    await world.run();
    wrongFilter(world);
    edit(world, { canary: { mailboxes: ['box2@contoso.example'] } });
    const waiting = await world.run();
    world.box(2).trouble.refuse('serviceUnavailable');
    const digest = world.eventsOf('brake.engaged')[0]?.digest ?? '';
    expect((await world.approve(waiting.id, digest)).state).toBe('finishedWithErrors');
    world.box(2).trouble.relent();

    expect((await world.run()).state).toBe('awaitingApproval');
    expect(world.managed(1).size).toBe(100);
  });

  it('after a rollback: whom it brought back may not silently go again', async () => {
    const world = new World(100, 2);
    await world.run();
    wrongFilter(world);
    const waiting = await world.run();
    const digest = world.eventsOf('brake.engaged')[0]?.digest ?? '';
    await world.approve(waiting.id, digest);
    expect(world.managed(1).size).toBe(82);
    await world.rollback(waiting.id);
    expect(world.managed(1).size).toBe(100);

    expect((await world.run()).state).toBe('awaitingApproval');
    expect(world.managed(1).size).toBe(100);
  });
});

describe('Rollback', () => {
  it('brings a contact back once, also when its deletion had to be sent twice', async () => {
    const world = new World(20, 1);
    await world.run();
    world.organization.removeObject(personId(3));
    world.box(1).trouble.atWrite(1, { kind: 'loseRequest' });
    const run = await world.run();
    expect(world.managed(1).size).toBe(19);
    await world.rollback(run.id);

    expect(world.box(1).items.filter(({ mark }) => mark?.sourceObjectId === personId(3))).toHaveLength(1);
  });
});

describe('A move to another sub-folder', () => {
  it('keeps the old contact when the new one is refused', async () => {
    const world = new World(3, 1);
    edit(world, { folder: { subfolderPerDomain: true } });
    await world.run();
    world.organization.putObject(person(2, { emailAddresses: ['person2@fabrikam.example'] }));
    world.box(1).trouble.atWrite(1, { kind: 'fail', code: 'contactRefused' });
    await world.run();

    expect(world.managed(1).has(personId(2))).toBe(true);
  });
});

describe('A mailbox that leaves', () => {
  it('is not forgotten, and loses nothing, while the source is half-read', async () => {
    const world = new World(4, 10);
    edit(world, { folder: { subfolderPerDomain: true } });
    world.organization.putObject(person(5, { emailAddresses: ['person5@fabrikam.example'] }));
    await world.run();
    const user = world.organization.userOf(boxId(3));
    user.purgeContact(world.item(3, 5).id);
    edit(world, { mailboxes: { exclude: ['box3@contoso.example'] } });
    world.organization.trouble.hidesHiddenFlag = true;
    await world.ledger.forget();
    const folders = world.box(3).folders.length;
    await world.run();

    expect(world.box(3).folders.filter(({ id }) => !world.box(3).isDeletedFolder(id))).toHaveLength(
      folders - 1,
    );
    expect(await world.memory.readWrittenMailboxes(policyId(world.policy.id))).toHaveLength(10);
    expect(world.managed(3).size).toBe(4);
  });

  it('is forgotten when nothing of ours is left in it', async () => {
    const world = new World(2, 10);
    await world.run();
    const box = world.box(3);
    const folder = box.foldersIn(box.contactsId)[0];
    if (folder !== undefined) world.organization.userOf(boxId(3)).deleteFolder(folder.id);
    edit(world, { mailboxes: { exclude: ['box3@contoso.example'] } });
    await world.run();
    expect(await world.memory.readWrittenMailboxes(policyId(world.policy.id))).toHaveLength(9);
  });

  it('has not left when the directory merely does not know its address any more', async () => {
    const world = new World(2, 10);
    const addresses = Array.from({ length: 10 }, (_, n) => `box${n + 1}@contoso.example`);
    edit(world, { mailboxes: { addresses } });
    await world.run();
    const entry = world.organization.directory.find(({ id }) => id === boxId(3));
    if (entry !== undefined)
      world.organization.putMailbox({ ...entry, primarySmtpAddress: 'renamed@contoso.example' });
    await world.run();
    expect(world.managed(3).size).toBe(2);
  });
});

it.each([undefined, personId(1)])(
  'A mailbox made anew for its owner (%s) is not emptied as the old one',
  async (ownerId) => {
    const world = new World(2, 10);
    const entry = world.organization.directory.find(({ id }) => id === boxId(3));
    if (entry === undefined) throw new Error('no mailbox');
    world.organization.putMailbox({ ...entry, ownerId });
    await world.run();
    const before = world.managed(3).size;
    world.organization.hideMailbox(boxId(3));
    world.organization.putMailbox({ ...entry, id: boxId(33), ownerId });
    await world.run();
    // In memory both stand; behind Graph they answer to one name.
    expect(world.managed(3).size).toBe(before);
    expect(world.managed(33).size).toBe(before);
  },
);

describe('Adoption', () => {
  it("takes nobody's contact when two people have the address", async () => {
    const world = new World(2, 1);
    edit(world, { folder: { existing: 'adopt' } });
    world.organization.putObject(person(2, { emailAddresses: ['person1@contoso.example'] }));
    const user = world.organization.userOf(boxId(1));
    const folder = user.createFolder('Company Contacts');
    const own = user.addContact({ displayName: 'Mine', emailAddress1: 'person1@contoso.example' }, folder);
    await world.run();
    expect(world.box(1).item(own)?.mark).toBeUndefined();
    expect(world.managed(1).size).toBe(2);
  });

  it.each(['loseRequest', 'conflict'] as const)(
    'goes on after a write that did not happen (%s)',
    async (kind) => {
      const world = new World(3, 1);
      edit(world, { folder: { existing: 'adopt' } });
      const user = world.organization.userOf(boxId(1));
      const folder = user.createFolder('Company Contacts');
      const own = user.addContact({ displayName: 'Old', emailAddress1: 'person1@contoso.example' }, folder);
      world.box(1).trouble.atWrite(1, { kind });
      await world.run();
      expect(world.box(1).item(own)?.mark?.sourceObjectId).toBe(personId(1));
      expect(world.box(1).itemsIn(folder)).toHaveLength(3);
    },
  );
});

describe('While a run waits for approval', () => {
  async function waiting(prepare: (world: World) => void = () => undefined) {
    const world = new World(30, 1);
    await world.run();
    prepare(world);
    edit(world, { source: { exclude: [[{ property: 'surname', operator: 'startsWith', value: 'Nr1' }]] } });
    const run = await world.run();
    expect(run.state).toBe('awaitingApproval');
    return { world, run, digest: world.eventsOf('brake.engaged')[0]?.digest ?? '' };
  }

  it('a user fetches a deleted contact back: it does not stand there twice', async () => {
    let deleted: ReturnType<World['item']> | undefined;
    const { world, run, digest } = await waiting((before) => {
      deleted = before.item(1, 25);
      before.organization.userOf(boxId(1)).deleteContact(deleted.id);
    });
    if (deleted !== undefined) world.organization.userOf(boxId(1)).moveContact(deleted.id, deleted.folderId);
    await world.approve(run.id, digest);
    const box = world.box(1);
    const alive = box.items.filter(
      ({ mark, folderId }) => mark?.sourceObjectId === personId(25) && !box.isDeletedFolder(folderId),
    );
    expect(alive).toHaveLength(1);
  });

  it('a run that cannot read its source takes the approval away from nobody', async () => {
    const { world, run, digest } = await waiting();
    world.organization.trouble.refusedWith = 'serviceUnavailable';
    expect((await world.run()).state).toBe('failed');
    delete world.organization.trouble.refusedWith;
    expect((await world.approve(run.id, digest)).state).toBe('finished');
  });

  it('its mailboxes that could not be planned are not passed over in silence', async () => {
    const world = new World(30, 2);
    await world.run();
    edit(world, { source: { exclude: [[{ property: 'surname', operator: 'startsWith', value: 'Nr1' }]] } });
    world.box(2).trouble.refuse('serviceUnavailable');
    const run = await world.run();
    const digest = world.eventsOf('brake.engaged')[0]?.digest ?? '';
    expect((await world.approve(run.id, digest)).state).toBe('finishedWithErrors');
  });

  it('a test run with a failed mailbox and an engaged brake ends with errors', async () => {
    const world = new World(30, 2);
    await world.run();
    edit(world, emptySource);
    world.box(2).trouble.refuse('serviceUnavailable');
    expect((await world.run('test')).state).toBe('finishedWithErrors');
  });
});

it('A folder of the name that the user makes between plan and apply is not written into', async () => {
  const world = new World(3, 1);
  const stop = new AbortController();
  const ports = world.ports;
  const setState = ports.runs.setState.bind(ports.runs);
  ports.runs.setState = async (id, state, endedAt) => {
    if (state === 'applying') {
      const user = world.organization.userOf(boxId(1));
      user.addContact({ displayName: 'Mine' }, user.createFolder('Company Contacts'));
    }
    await setState(id, state, endedAt);
  };
  await world.run('run', stop.signal);
  expect(world.managed(1).size).toBe(0);
  expect(world.eventsOf('mailbox.failed')).toMatchObject([{ failure: { code: 'folderRefused' } }]);
});

it('A value that the user insists on is never purged with its contact', async () => {
  const world = new World(20, 1);
  await world.run();
  const user = world.organization.userOf(boxId(1));
  for (let time = 0; time < 4; time += 1) {
    user.editContact(world.item(1, 3).id, { businessPhone1: '+49 89 999' });
    await world.run();
  }
  expect(world.item(1, 3).properties.businessPhone1).toBe('+49 89 999');
  const { id } = world.item(1, 3);
  world.organization.removeObject(personId(3));
  await world.run();
  expect(world.managed(1).has(personId(3))).toBe(false);
  expect(world.box(1).item(id)?.folderId).toBe(world.box(1).deletedItemsId);
});

it('A clean-up does not forget a mailbox with marks of a newer release', async () => {
  const world = new World(3, 1);
  await world.run();
  const { id, mark } = world.item(1, 2);
  if (mark !== undefined) world.box(1).updateItem(id, { mark: { ...mark, version: 2 } });
  const mailboxes = await world.memory.readWrittenMailboxes(policyId(world.policy.id));
  const run = await cleanUp(
    {
      runId: runId('00000000-0000-4000-c000-000000000001'),
      revision: { policy: world.policy, revision: 1 },
      mailboxes,
      mode: 'run',
      holder: 'test',
    },
    world.ports,
    new AbortController().signal,
  );
  expect(run.state).toBe('finishedWithErrors');
  expect(await world.memory.readWrittenMailboxes(policyId(world.policy.id))).toEqual(mailboxes);
});

describe('Deletions by the user', () => {
  it('that were respected are restored when the policy says so again', async () => {
    const world = new World(5, 1);
    edit(world, { deletion: { deletedByUser: 'respect' } });
    await world.run();
    world.organization.userOf(boxId(1)).deleteContact(world.item(1, 3).id);
    await world.run();
    edit(world, { deletion: { deletedByUser: 'restore' } });
    await world.run();
    expect(world.managed(1).has(personId(3))).toBe(true);
  });

  it('are not seen in a policy that leaves the default Contacts folder', async () => {
    const world = new World(5, 1);
    edit(world, { deletion: { deletedByUser: 'respect' }, folder: { useDefaultContacts: true } });
    await world.run();
    edit(world, { folder: { useDefaultContacts: false } });
    await world.run('test');
    await world.run();
    const box = world.box(1);
    const folder = box.foldersIn(box.contactsId).find(({ name }) => name === 'Company Contacts');
    expect(folder === undefined ? [] : box.itemsIn(folder.id)).toHaveLength(5);
  });
});

describe('Rollback of an old run', () => {
  it('does not make what a later run wrote look like the edit of a user', async () => {
    const world = new World(3, 1);
    edit(world, {
      contact: { properties: { jobTitle: { mode: 'keepEdited', whenEmpty: 'clear', replace: [] } } as never },
    });
    world.organization.putObject(person(1, { jobTitle: ['A'], department: ['X'] }));
    await world.run();
    world.organization.putObject(person(1, { jobTitle: ['B'], department: ['Y'] }));
    const old = await world.run();
    world.organization.putObject(person(1, { jobTitle: ['C'], department: ['Y'] }));
    await world.run();
    await world.rollback(old.id);
    expect(world.item(1, 1).properties).toMatchObject({ jobTitle: 'C', department: 'X' });
    world.organization.putObject(person(1, { jobTitle: ['D'], department: ['Y'] }));
    await world.run();
    expect(world.item(1, 1).properties).toMatchObject({ jobTitle: 'D', department: 'Y' });
  });
});

describe('Rollback, again', () => {
  it('gives an adopted contact back once, also when adopting had to be sent twice', async () => {
    const world = new World(3, 1);
    edit(world, { folder: { existing: 'adopt' } });
    const user = world.organization.userOf(boxId(1));
    const folder = user.createFolder('Company Contacts');
    const own = user.addContact({ displayName: 'Old', emailAddress1: 'person1@contoso.example' }, folder);
    world.box(1).trouble.atWrite(1, { kind: 'loseRequest' });
    const run = await world.run();
    const undone = await world.rollback(run.id);
    expect(undone.state).toBe('finished');
    expect(world.box(1).item(own)?.mark).toBeUndefined();
    expect(world.box(1).item(own)?.properties.displayName).toBe('Old');
  });
  it('of a run that is rolled back already writes nothing', async () => {
    const world = new World(20, 1);
    await world.run();
    world.organization.removeObject(personId(2));
    world.organization.putObject(person(1, { surname: ['New'] }));
    const run = await world.run();
    await world.rollback(run.id);
    const before = JSON.stringify([...world.managed(1)]);
    const writes = await world.writesDuring(() => world.rollback(run.id));
    expect(writes).toEqual([]);
    expect(JSON.stringify([...world.managed(1)])).toBe(before);
  });
});
