import { describe, expect, it } from 'vitest';
import { MailboxUser } from '../connectors/memory/mailbox-user.ts';
import { buildReport } from '../core/report.ts';
import type { DriftFinding, MailboxDrift } from '../model/drift.ts';
import { type MailboxId, policyId } from '../model/ids.ts';
import { boxId, person, personId, World } from './testing/world.ts';

async function filled(people = 4, mailboxes = 2): Promise<World> {
  const world = new World(people, mailboxes);
  await world.run();
  return world;
}

const user = (world: World, box: number) => new MailboxUser(world.box(box));
const ownPolicy = ({ policy }: World) => policyId(policy.id);

async function driftOf(world: World, box = 1): Promise<MailboxDrift> {
  const run = await world.verify();
  expect(run.state).toBe('finished');
  const event = world.eventsOf('mailbox.verified').find(({ mailboxId }) => mailboxId === boxId(box));
  if (event === undefined) throw new Error('the mailbox was not verified');
  return event.drift;
}

const told = ({ findings }: MailboxDrift): readonly string[] =>
  findings.map(({ kind, sourceObjectId, properties, elsewhere, isLeft }: DriftFinding) =>
    [
      `${isLeft ? 'left ' : ''}${kind}${sourceObjectId === undefined ? '' : ` ${Number(sourceObjectId.slice(-12))}`}`,
      elsewhere === undefined ? '' : ` to ${['Contacts', ...elsewhere].join('/')}`,
      properties === undefined ? '' : `: ${properties.join(' ')}`,
    ].join(''),
  );

/** Runs once more with the mailboxes read in full in which the last verify run found something. */
async function repair(world: World): Promise<void> {
  const mailboxes = new Set<MailboxId>(
    world.eventsOf('mailbox.verified').flatMap(({ mailboxId, drift }) => (drift.differs ? [mailboxId] : [])),
  );
  const run = await world.run('run', new AbortController().signal, mailboxes);
  expect(run.state).toBe('finished');
}

const everything = (world: World): string =>
  JSON.stringify(world.organization.mailboxes.map(({ folders, items }) => [folders, items]));

describe('a verify run', () => {
  it('finds nothing in mailboxes that nobody touched, and says how many it looked into', async () => {
    const world = await filled();
    const run = await world.verify();
    const report = buildReport(run, await world.runs.readEvents(run.id));
    expect(run).toMatchObject({ kind: 'verify', state: 'finished' });
    expect(report.drift).toEqual({
      ...{ mailboxes: 2, mailboxesDiffering: 0, contacts: 8, differing: 0, left: 0 },
      ...{ counts: {}, leftCounts: {} },
    });
    expect(report.perMailbox.map(({ state }) => state)).toEqual(['unchanged', 'unchanged']);
  });

  it('writes into no mailbox and leaves the ledger as it is', async () => {
    const world = await filled();
    user(world, 1).editContact(world.item(1, 1).id, { jobTitle: 'Boss' });
    user(world, 1).purgeContact(world.item(1, 2).id);
    const [mailboxes, record] = [everything(world), await world.ledger.read(ownPolicy(world), boxId(1))];
    await driftOf(world);
    expect(everything(world)).toBe(mailboxes);
    expect(await world.ledger.read(ownPolicy(world), boxId(1))).toEqual(record);
  });

  it('needs no source', async () => {
    const world = await filled();
    Object.assign(world.ports.source, {
      read: () => Promise.reject(new Error('the source was read')),
    });
    expect(told(await driftOf(world))).toEqual([]);
  });

  it('names the properties that a user edited and the policy sets back, and a repair sets them back', async () => {
    const world = await filled();
    user(world, 1).editContact(world.item(1, 3).id, { givenName: 'Max', businessPhone1: '' });
    const drift = await driftOf(world);
    expect(told(drift)).toEqual(['edited 3: givenName businessPhone1']);
    expect(drift).toMatchObject({ differs: true, differing: 1, left: 0, counts: { edited: 1 } });
    await repair(world);
    expect(world.item(1, 3).properties.givenName).toBe('Person');
    expect(told(await driftOf(world))).toEqual([]);
  });

  it('counts as left what the rules of the policy leave to the user', async () => {
    const world = new World(4, 1);
    const { contact } = world.policy;
    const rule = { whenEmpty: 'clear' as const, replace: [] };
    world.policy = {
      ...world.policy,
      contact: {
        ...contact,
        properties: {
          givenName: { mode: 'keepEdited', ...rule },
          surname: { mode: 'fillIfBlank', ...rule },
          businessPhone1: { mode: 'fillIfBlank', ...rule },
        },
      },
    };
    await world.run();
    const edits = { givenName: 'Max', surname: 'Maier', businessPhone1: '', notes: 'met in Vienna' };
    user(world, 1).editContact(world.item(1, 2).id, edits);
    expect(told(await driftOf(world))).toEqual([
      'edited 2: businessPhone1',
      'left userValue 2: givenName surname notes',
    ]);
    await repair(world);
    expect(world.item(1, 2).properties).toMatchObject({ givenName: 'Max', surname: 'Maier' });
    expect(told(await driftOf(world))).toEqual(['left userValue 2: givenName surname notes']);
  });

  it('leaves categories that the user added, and finds ours that the user took away', async () => {
    const world = new World(2, 1);
    world.policy = { ...world.policy, contact: { ...world.policy.contact, categories: ['Blue', 'Company'] } };
    await world.run();
    user(world, 1).editContact(world.item(1, 1).id, { categories: 'Blue;Company;Mine;Skat' });
    user(world, 1).editContact(world.item(1, 2).id, { categories: 'Blue;Mine' });
    expect(told(await driftOf(world))).toEqual(['edited 2: categories', 'left userValue 1: categories']);
    await repair(world);
    expect(told(await driftOf(world))).toEqual([
      'left userValue 1: categories',
      'left userValue 2: categories',
    ]);
  });

  it('finds who is missing, and a repair writes them again', async () => {
    const world = await filled();
    user(world, 1).deleteContact(world.item(1, 1).id);
    user(world, 1).purgeContact(world.item(1, 4).id);
    expect(told(await driftOf(world))).toEqual(['missing 1', 'missing 4']);
    await repair(world);
    expect(told(await driftOf(world))).toEqual([]);
    expect([...world.managed(1).keys()].length).toBe(4);
  });

  it('does not miss whose deletion is respected', async () => {
    const world = new World(3, 1);
    world.policy = { ...world.policy, deletion: { ...world.policy.deletion, deletedByUser: 'respect' } };
    await world.run();
    user(world, 1).purgeContact(world.item(1, 2).id);
    // Not known to be respected before a run has seen it.
    expect(told(await driftOf(world))).toEqual(['left missing 2']);
    await world.run();
    expect(told(await driftOf(world))).toEqual([]);
  });

  it('knows without a ledger who should be there, from the last selection', async () => {
    const world = await filled();
    user(world, 1).purgeContact(world.item(1, 2).id);
    await world.ledger.forget();
    const drift = await driftOf(world);
    expect(told(drift)).toEqual(['missing 2']);
    expect(drift.missingBy).toBe('lastSelection');
    const run = await world.run();
    expect(run.state).toBe('finished');
    expect((await driftOf(world)).missingBy).toBe('ledger');
  });

  it('tells a copy from the contact itself, and leaves it alone', async () => {
    const world = await filled();
    world.clock.advance(60_000);
    const copy = user(world, 1).copyContact(world.item(1, 1).id);
    expect(told(await driftOf(world))).toEqual(['left copied 1']);
    await repair(world);
    expect(world.box(1).item(copy)).toBeDefined();
    expect(told(await driftOf(world))).toEqual(['left copied 1']);
  });

  it('tells who was moved into another folder, and a repair writes them again and leaves what was moved', async () => {
    const world = await filled();
    const family = user(world, 1).createFolder('Family');
    const { id } = world.item(1, 1);
    user(world, 1).moveContact(id, family);
    user(world, 1).moveContact(world.item(1, 2).id, world.box(1).contactsId);
    user(world, 1).purgeContact(world.item(1, 3).id);
    const drift = await driftOf(world);
    expect(told(drift)).toEqual(['missing 3', 'movedAway 1 to Contacts/Family', 'movedAway 2 to Contacts']);
    expect(drift).toMatchObject({ differs: true, differing: 3, counts: { missing: 1, movedAway: 2 } });
    const moved = JSON.stringify(world.box(1).item(id));
    await repair(world);
    expect(JSON.stringify(world.box(1).item(id))).toBe(moved);
    expect(told(await driftOf(world))).toEqual([
      'left copiedAway 1 to Contacts/Family',
      'left copiedAway 2 to Contacts',
    ]);
  });

  it('tells a copy in another folder, and leaves it alone', async () => {
    const world = await filled();
    const copy = user(world, 1).copyContact(world.item(1, 1).id, world.box(1).contactsId);
    const drift = await driftOf(world);
    expect(told(drift)).toEqual(['left copiedAway 1 to Contacts']);
    expect(drift).toMatchObject({ contacts: 4, differs: false, left: 1, foreign: 0 });
    const before = JSON.stringify(world.box(1).item(copy));
    await repair(world);
    expect(JSON.stringify(world.box(1).item(copy))).toBe(before);
  });

  it('takes of several items in other folders the one that the ledger knows for what was moved', async () => {
    const world = await filled();
    const { id } = world.item(1, 1);
    user(world, 1).copyContact(id, world.box(1).contactsId);
    user(world, 1).moveContact(id, user(world, 1).createFolder('Family'));
    expect(told(await driftOf(world))).toEqual([
      'movedAway 1 to Contacts/Family',
      'left copiedAway 1 to Contacts',
    ]);
  });

  it('leaves at that who was moved away where deletions are respected', async () => {
    const world = new World(3, 1);
    world.policy = { ...world.policy, deletion: { ...world.policy.deletion, deletedByUser: 'respect' } };
    await world.run();
    user(world, 1).moveContact(world.item(1, 2).id, world.box(1).contactsId);
    expect(told(await driftOf(world))).toEqual(['left movedAway 2 to Contacts']);
    await world.run();
    expect(told(await driftOf(world))).toEqual(['left movedAway 2 to Contacts']);
  });

  it('finds a contact that lost its mark, and not a private contact', async () => {
    const world = await filled();
    const { id, folderId } = world.item(1, 2);
    user(world, 1).addContact({ displayName: 'Private' }, folderId);
    world.box(1).updateItem(id, { mark: null });
    const drift = await driftOf(world);
    expect(told(drift)).toEqual(['lostMark 2']);
    expect(drift.foreign).toBe(2);
    // Neither does another one forget it.
    expect(told(await driftOf(world))).toEqual(['lostMark 2']);
    await repair(world);
    expect(world.item(1, 2).id).toBe(id);
    expect(told(await driftOf(world))).toEqual([]);
  });

  it('tells what was edited in a contact that lost its mark; a repair leaves it and writes it anew', async () => {
    const world = await filled();
    const { id } = world.item(1, 2);
    world.box(1).updateItem(id, { mark: null });
    user(world, 1).editContact(id, { givenName: 'Max', spouseName: 'Sam' });
    expect(told(await driftOf(world))).toEqual(['lostMark 2: givenName spouseName']);
    const bytes = JSON.stringify(world.box(1).item(id));
    await repair(world);
    expect(JSON.stringify(world.box(1).item(id))).toBe(bytes);
    expect(told(await driftOf(world))).toEqual([]);
  });

  it('finds a mark whose field fingerprints are damaged, and a repair renews it', async () => {
    const world = await filled();
    const { id, mark } = world.item(1, 2);
    if (mark === undefined) throw new Error('no mark');
    world.box(1).updateItem(id, { mark: { ...mark, fieldFingerprints: 'AAAA' } });
    expect(told(await driftOf(world))).toEqual(['damagedMark 2']);
    // Whatever damages it might do so after every run: only a repair fights it.
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    expect(told(await driftOf(world))).toEqual(['damagedMark 2']);
    await repair(world);
    expect(world.item(1, 2).mark).toEqual(mark);
    expect(told(await driftOf(world))).toEqual([]);
  });

  it('sees an edit that the ledger calls untouched, which an ordinary run cannot see', async () => {
    const world = await filled();
    user(world, 1).editContact(world.item(1, 1).id, { givenName: 'Max' });
    const record = await world.ledger.read(ownPolicy(world), boxId(1));
    if (record === undefined) throw new Error('no record');
    const { id, version, folderId } = world.item(1, 1);
    const entries = record.entries.map((entry) => (entry.itemId === id ? { ...entry, version } : entry));
    const syncToken = world.box(1).syncToken(folderId);
    const folders = record.folders.map((folder) => ({ ...folder, syncToken }));
    await world.ledger.write({ ...record, entries, folders });
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    expect(told(await driftOf(world))).toEqual(['edited 1: givenName']);
    await repair(world);
    expect(world.item(1, 1).properties.givenName).toBe('Person');
  });

  it('finds what the ledger says of other items than those that are there', async () => {
    const world = await filled();
    const record = await world.ledger.read(ownPolicy(world), boxId(1));
    if (record === undefined) throw new Error('no record');
    const entries = record.entries.filter(({ sourceObjectId }) => sourceObjectId !== personId(3));
    await world.ledger.write({ ...record, entries });
    expect(told(await driftOf(world))).toEqual(['staleLedger 3']);
    expect(await world.writesDuring(() => repair(world))).toEqual([]);
    expect(told(await driftOf(world))).toEqual([]);
  });

  it('finds contacts in another sub-folder, and a repair brings them back', async () => {
    const world = new World(0, 1);
    world.organization.putObject(person(1));
    world.organization.putObject(person(2, { emailAddresses: ['person2@fabrikam.example'] }));
    world.policy = { ...world.policy, folder: { ...world.policy.folder, subfolderPerDomain: true } };
    await world.run();
    user(world, 1).moveContact(world.item(1, 1).id, world.item(1, 2).folderId);
    expect(told(await driftOf(world))).toEqual(['wrongFolder 1']);
    await repair(world);
    expect(told(await driftOf(world))).toEqual([]);
  });

  it('finds a folder that the user deleted or renamed', async () => {
    const world = await filled();
    user(world, 1).renameFolder(world.item(1, 1).folderId, 'Firma');
    user(world, 2).deleteFolder(world.item(2, 1).folderId);
    expect(told(await driftOf(world, 1))).toEqual(['left folderRenamed']);
    const gone = await driftOf(world, 2);
    expect(gone.counts).toEqual({ missing: 4, folderGone: 1 });
    await repair(world);
    expect((await driftOf(world, 2)).differs).toBe(false);
  });

  it('misses nobody in a folder of its own whom it wrote into Contacts itself before', async () => {
    const world = new World(3, 1);
    world.policy = { ...world.policy, folder: { ...world.policy.folder, useDefaultContacts: true } };
    await world.run();
    expect(told(await driftOf(world))).toEqual([]);
    world.policy = { ...world.policy, folder: { ...world.policy.folder, useDefaultContacts: false } };
    expect(told(await driftOf(world))).toEqual([1, 2, 3].map((n) => `left copiedAway ${n} to Contacts`));
  });

  it('looks into the named mailboxes only, and refuses one that the policy did not fill', async () => {
    const world = await filled(2, 3);
    await world.verify(['BOX2@contoso.example']);
    expect(world.eventsOf('mailbox.verified').map(({ mailboxId }) => mailboxId)).toEqual([boxId(2)]);
    const run = await world.verify(['nobody@contoso.example']);
    expect(run.state).toBe('failed');
    expect(world.eventsOf('run.ended')[0]?.failure?.code).toBe('notFound');
  });

  it('looks into no mailbox that was never filled', async () => {
    const world = new World(2, 2);
    const run = await world.verify();
    expect(run.state).toBe('finished');
    expect(world.eventsOf('mailbox.verified')).toEqual([]);
  });

  it('goes on where one mailbox fails, and ends with errors', async () => {
    const world = await filled();
    world.box(1).trouble.refuse('mailboxAccessDenied');
    const run = await world.verify();
    expect(run.state).toBe('finishedWithErrors');
    expect(
      world.events.flatMap((event) => (event.type === 'mailbox.failed' ? [event.failure.code] : [])),
    ).toEqual(['mailboxAccessDenied']);
    expect(world.eventsOf('mailbox.verified')).toHaveLength(1);
  });

  it('takes no plan away that waits for an approval', async () => {
    const world = await filled(4, 1);
    for (const n of [1, 2, 3, 4]) world.organization.removeObject(personId(n));
    world.policy = { ...world.policy, brake: { ...world.policy.brake, maxPeople: 1 } };
    const waiting = await world.run();
    expect(waiting.state).toBe('awaitingApproval');
    await world.verify();
    expect((await world.runs.read(waiting.id))?.state).toBe('awaitingApproval');
  });
});
