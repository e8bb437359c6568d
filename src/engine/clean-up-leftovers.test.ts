import { describe, expect, it } from 'vitest';
import type { ContactProperties } from '../model/contact.ts';
import { type FolderId, runId } from '../model/ids.ts';
import type { JournalIntent } from '../model/ledger-record.ts';
import type { LeftoverRules } from '../model/leftovers.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { Run } from '../model/run.ts';
import type { LeftoverItems } from '../ports/leftover-items.ts';
import { approveRun } from './approve-run.ts';
import { cleanUpLeftovers } from './clean-up-leftovers.ts';
import type { RunPorts } from './run-ports.ts';
import { boxId, World } from './testing/world.ts';

const signal = () => new AbortController().signal;
const STAND_IN = '99999999-2222-4333-8444-555555555555';
const RULES: LeftoverRules = { categories: ['Imported'], fileAs: ['{guid}'], folders: ['GAL'] };
const GUID = '0f8fad5b-d9cb-469f-a165-70867728950e';

let nextRun = 0;

async function sought(
  world: World,
  rules: LeftoverRules = RULES,
  { mode = 'run', ports = world.ports }: { mode?: 'run' | 'test'; ports?: RunPorts } = {},
): Promise<Run> {
  nextRun += 1;
  world.events = [];
  const mailboxes: TargetMailbox[] = [1, 2].map((n) => ({
    ...{ id: boxId(n), displayName: `Box ${n}`, primarySmtpAddress: `box${n}@contoso.example` },
    ...{ location: 'exchangeOnline', ownerId: undefined },
  }));
  return cleanUpLeftovers(
    {
      runId: runId(`00000000-0000-4000-9000-${String(nextRun).padStart(12, '0')}`),
      revision: { policy: { ...world.policy, id: STAND_IN, name: 'leftovers' }, revision: 1 },
      ...{ rules, mailboxes, mode, holder: 'test' },
      onEvent: (event) => world.events.push(event),
    },
    ports,
    signal(),
  );
}

/** Nobody has a license. */
async function approved(world: World, run: Run, ports: RunPorts = world.ports): Promise<Run> {
  const digest = world.eventsOf('brake.engaged')[0]?.digest ?? '';
  world.events = [];
  return approveRun(
    {
      ...{ runId: run.id, digest, approvedBy: 'admin', holder: 'test' },
      limit: { kind: 'trial', maxMailboxes: 20, mayWrite: false, endsAt: '2026-01-01T00:00:00.000Z' },
      onEvent: (event) => world.events.push(event),
    },
    ports,
    signal(),
  );
}

/** Two mailboxes with contacts of ours, and in the first one everything that another tool may have left, beside own ones. */
async function bed(): Promise<{ world: World; gal: FolderId }> {
  const world = new World(3, 2);
  await world.run();
  const user = world.organization.userOf(boxId(1));
  const gal = user.createFolder('GAL');
  user.addContact({ displayName: 'Tagged', categories: 'Friends;Imported', notes: 'met in May' });
  user.addContact({ displayName: 'Filed', fileAs: GUID });
  user.addContact({ displayName: 'In GAL' }, gal);
  user.addContact({ displayName: 'In GAL' }, gal);
  user.addContact({ displayName: 'Dentist', categories: 'Friends' });
  // Somebody gave one of ours the category: it carries our mark.
  user.editContact(world.item(1, 1).id, { categories: 'Imported' });
  return { world, gal };
}

interface Shown {
  readonly folder: string;
  readonly properties: ContactProperties;
  readonly isOurs: boolean;
}

/** Everything in all folders but Deleted Items, but for what nobody can give back: ids, versions, ages. */
function contents(world: World, box = 1): readonly Shown[] {
  const mailbox = world.box(box);
  return mailbox.items
    .filter(({ folderId }) => !mailbox.isDeletedFolder(folderId))
    .map(({ folderId, properties, mark }) => ({
      folder: mailbox.folder(folderId)?.name ?? '',
      ...{ properties, isOurs: mark !== undefined },
    }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const names = (shown: readonly Shown[]) =>
  shown.filter(({ isOurs }) => !isOurs).map(({ properties }) => properties.displayName ?? '');

const folders = (world: World) =>
  world
    .box(1)
    .folders.filter(({ id }) => !world.box(1).isDeletedFolder(id))
    .map(({ name }) => name);

/** Every item and folder that the rules say nothing of, with ids and versions. */
function untouched(world: World): string {
  const mailbox = world.box(1);
  const left = mailbox.items.filter(
    ({ properties, mark }) => mark !== undefined || properties.displayName === 'Dentist',
  );
  return JSON.stringify([left, world.box(2).items, world.box(2).folders]);
}

describe('a clean-up of what other tools left', () => {
  it('plans every item with the rule that recognized it, and always waits', async () => {
    const { world } = await bed();
    const before = contents(world);
    const run = await sought(world);
    expect(run).toMatchObject({ kind: 'cleanup', state: 'awaitingApproval' });
    expect(contents(world)).toEqual(before);
    const stored = await world.runs.readPlan(run.id, boxId(1));
    const shown = stored?.plan.changes.map((change) =>
      change.kind === 'delete'
        ? [change.label, change.mode, change.reason, change.leftover?.rule, change.leftover?.folder]
        : [change.kind],
    );
    expect(shown).toEqual([
      ['Tagged', 'soft', 'leftoverCategory', 'Imported', ''],
      ['Filed', 'soft', 'leftoverFileAs', '{guid}', ''],
      ['In GAL', 'soft', 'leftoverFolder', 'GAL', 'GAL'],
      ['In GAL', 'soft', 'leftoverFolder', 'GAL', 'GAL'],
    ]);
    expect(stored?.plan).toMatchObject({
      folders: [{ kind: 'remove', name: 'GAL' }],
      counts: { delete: 4, foreign: 1 },
    });
    expect(world.eventsOf('brake.engaged')[0]?.reasons).toEqual([
      { rule: 'mailboxes', count: 1, base: 2, limit: 0, unit: 'count' },
    ]);
  });

  it('moves what was approved to Deleted Items, and touches nothing else', async () => {
    const { world } = await bed();
    const run = await sought(world);
    const before = untouched(world);
    expect((await approved(world, run)).state).toBe('finished');
    expect(untouched(world)).toBe(before);
    expect(names(contents(world))).toEqual(['Dentist']);
    expect(folders(world)).not.toContain('GAL');
    const box = world.box(1);
    expect(box.items.filter(({ folderId }) => box.isDeletedFolder(folderId))).toHaveLength(4);
    expect(world.eventsOf('mailbox.applied')).toMatchObject([{ counts: { deleted: 4, failed: 0 } }]);
  });

  it('the twin: with a rule for it, the item that stayed goes too', async () => {
    const { world } = await bed();
    const run = await sought(world, { ...RULES, categories: ['Imported', 'Friends'] });
    const before = untouched(world);
    await approved(world, run);
    expect(untouched(world)).not.toBe(before);
  });

  it('as a test run writes nothing, and finds nothing where there is nothing', async () => {
    const { world } = await bed();
    const before = contents(world);
    expect((await sought(world, RULES, { mode: 'test' })).state).toBe('finished');
    expect(contents(world)).toEqual(before);
    expect((await sought(world, { ...RULES, categories: ['Nobody'], fileAs: [], folders: [] })).state).toBe(
      'finished',
    );
    expect(world.eventsOf('brake.engaged')).toEqual([]);
  });

  it('leaves what is no longer recognized, and what came after the plan', async () => {
    const { world, gal } = await bed();
    const run = await sought(world);
    const user = world.organization.userOf(boxId(1));
    const tagged = world.box(1).items.find(({ properties }) => properties.displayName === 'Tagged');
    const filed = world.box(1).items.find(({ properties }) => properties.displayName === 'Filed');
    if (tagged === undefined || filed === undefined) throw new Error('they lie there');
    user.editContact(tagged.id, { categories: 'Friends' });
    user.touchContact(filed.id);
    user.addContact({ displayName: 'New in GAL' }, gal);
    await approved(world, run);
    expect(names(contents(world)).toSorted()).toEqual(['Dentist', 'New in GAL', 'Tagged']);
    // Something lies in it.
    expect(folders(world)).toContain('GAL');
  });

  it.each(['loseAnswer', 'loseRequest'] as const)('counts each item once after trouble: %s', async (kind) => {
    const { world } = await bed();
    const run = await sought(world);
    world.box(1).trouble.atWrite(2, { kind });
    expect((await approved(world, run)).state).toBe('finished');
    expect(names(contents(world))).toEqual(['Dentist']);
    expect(world.eventsOf('mailbox.applied')).toMatchObject([{ counts: { deleted: 4 } }]);
    await world.rollback(run.id);
    expect(names(contents(world))).toHaveLength(5);
  });

  it('is tried again when the mailbox breaks off, and counts what had gone before once', async () => {
    const { world } = await bed();
    const run = await sought(world);
    world.box(1).trouble.atWrite(3, { kind: 'break', code: 'serviceUnavailable' });
    expect((await approved(world, run)).state).toBe('finished');
    expect(names(contents(world))).toEqual(['Dentist']);
    const deleted = world.eventsOf('mailbox.applied').map(({ counts }) => counts.deleted);
    expect(deleted.reduce((sum, one) => sum + one, 0)).toBe(4);
  });

  it('says which item failed, and goes on with the others', async () => {
    const { world } = await bed();
    const run = await sought(world);
    world.box(1).trouble.atWrite(1, { kind: 'fail', code: 'contactRefused' });
    expect((await approved(world, run)).state).toBe('finishedWithErrors');
    expect(world.eventsOf('contact.failed')).toMatchObject([{ failure: { code: 'contactRefused' } }]);
    expect(world.eventsOf('mailbox.applied')).toMatchObject([{ counts: { deleted: 3, failed: 1 } }]);
    expect(names(contents(world)).toSorted()).toEqual(['Dentist', 'Tagged']);
  });

  it('skips a mailbox that is gone', async () => {
    const { world } = await bed();
    world.box(2).trouble.refuse('mailboxNotProvisioned');
    expect((await approved(world, await sought(world))).state).toBe('finished');
  });
});

describe('the rollback of a clean-up of what other tools left', () => {
  it('makes every item again as it was, without a mark and in its folder', async () => {
    const { world } = await bed();
    const before = contents(world);
    const run = await sought(world);
    await approved(world, run);
    expect(contents(world)).not.toEqual(before);
    expect((await world.rollback(run.id)).state).toBe('finished');
    expect(contents(world)).toEqual(before);
    expect(folders(world)).toContain('GAL');
    expect(world.eventsOf('mailbox.applied')).toMatchObject([{ counts: { created: 4, failed: 0 } }]);
    // Twice is as once.
    await world.rollback(run.id);
    expect(contents(world)).toEqual(before);
  });

  it('the twin: with before-images that lack one value it does not', async () => {
    const { world } = await bed();
    const before = contents(world);
    const { journal } = world;
    const forgetful = {
      ...{ record: journal.record.bind(journal), readRun: journal.readRun.bind(journal) },
      ...{ hasWrites: journal.hasWrites.bind(journal), handedOver: journal.handedOver.bind(journal) },
      intend: (...[id, mailbox, intents]: Parameters<typeof journal.intend>) =>
        journal.intend(id, mailbox, intents.map(withoutNotes)),
    };
    const run = await sought(world);
    await approved(world, run, { ...world.ports, journal: forgetful });
    await world.rollback(run.id);
    expect(contents(world)).toHaveLength(before.length);
    expect(contents(world)).not.toEqual(before);
  });

  it('does not make twice what its user fetched back', async () => {
    const { world } = await bed();
    const before = contents(world);
    const run = await sought(world);
    await approved(world, run);
    const box = world.box(1);
    const tagged = box.items.find(({ properties }) => properties.displayName === 'Tagged');
    if (tagged === undefined) throw new Error('it lies in Deleted Items');
    world.organization.userOf(boxId(1)).moveContact(tagged.id, box.contactsId);
    await world.rollback(run.id);
    expect(contents(world)).toEqual(before);
  });

  it('makes nothing twice when an answer is lost, and can be rolled back itself', async () => {
    const { world } = await bed();
    const before = contents(world);
    const run = await sought(world);
    await approved(world, run);
    const after = contents(world);
    world.box(1).trouble.atWrite(2, { kind: 'loseAnswer' });
    const rollback = await world.rollback(run.id);
    expect(rollback.state).toBe('finished');
    expect(contents(world)).toEqual(before);
    expect((await world.rollback(rollback.id)).state).toBe('finished');
    expect(contents(world)).toEqual(after);
    expect(folders(world)).not.toContain('GAL');
  });

  it('of a run that died in the middle brings back what had gone', async () => {
    const { world } = await bed();
    const before = contents(world);
    const run = await sought(world);
    const dying = dyingAfterMoving(world);
    await expect(approved(world, run, dying)).resolves.toMatchObject({
      state: 'finishedWithErrors',
    });
    expect(names(contents(world)).length).toBeLessThan(5);
    await world.rollback(run.id);
    expect(contents(world)).toEqual(before);
  });
});

function withoutNotes(intent: JournalIntent): JournalIntent {
  if (intent.before === undefined) return intent;
  const { notes: _, ...properties } = intent.before.properties;
  return { ...intent, before: { ...intent.before, properties } };
}

/** Items are moved, and then nothing more is heard of it. */
function dyingAfterMoving(world: World): RunPorts {
  const { targets } = world.ports;
  const leftovers = (mailbox: TargetMailbox): LeftoverItems => {
    const items = targets.leftovers?.(mailbox);
    if (items === undefined) throw new Error('they are shown in memory');
    return {
      listFolders: (one) => items.listFolders(one),
      readContacts: (...parts) => items.readContacts(...parts),
      async moveToDeletedItems(...parts) {
        await items.moveToDeletedItems(...parts);
        throw new Error('the process died');
      },
      restore: (...parts) => items.restore(...parts),
      removeFolder: (...parts) => items.removeFolder(...parts),
      ensureFolder: (...parts) => items.ensureFolder(...parts),
    };
  };
  const { capabilities } = targets;
  return {
    ...world.ports,
    targets: {
      ...{ capabilities, leftovers },
      open: (...parts) => targets.open(...parts),
      scan: (...parts) => targets.scan(...parts),
    },
  };
}
