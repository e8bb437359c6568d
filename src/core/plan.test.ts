import { describe, expect, it } from 'vitest';
import type { ContactProperties, MappedContact } from '../model/contact.ts';
import { folderId, itemId, mailboxId, policyId, sourceObjectId } from '../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../model/ledger-record.ts';
import type { FolderSnapshot, ManagedContact, SnapshotFolder, TargetMailbox } from '../model/mailbox.ts';
import type { Policy } from '../model/policy.ts';
import { contactFingerprint, fieldFingerprints, folderNameFingerprint } from './fingerprint.ts';
import { contactsToRead, type PlanInput, planMailbox } from './plan.ts';
import { testPolicy } from './test-policy.ts';

const ERIKA = sourceObjectId('00000000-0000-4000-8000-000000000001');
const PAVEL = sourceObjectId('00000000-0000-4000-8000-000000000002');
const MAILBOX: TargetMailbox = {
  id: mailboxId('00000000-0000-4000-8000-0000000000aa'),
  displayName: 'Owner',
  primarySmtpAddress: 'owner@contoso.example',
  location: 'exchangeOnline',
  ownerId: sourceObjectId('00000000-0000-4000-8000-0000000000bb'),
};
const erika: ContactProperties = {
  displayName: 'Erika Muster',
  surname: 'Muster',
  emailAddress1: 'erika@contoso.example',
  businessPhone1: '+4989123456',
};

function wish(
  id: MappedContact['sourceObjectId'],
  properties: ContactProperties,
  folderKey = '',
): MappedContact {
  return {
    sourceObjectId: id,
    kind: 'userMailbox',
    label: properties.displayName ?? '',
    properties,
    folderKey,
    fingerprint: contactFingerprint(properties),
    fieldFingerprints: fieldFingerprints(properties),
    losses: [],
  };
}

interface There {
  readonly id?: MappedContact['sourceObjectId'];
  /** What we wrote last. */
  readonly written: ContactProperties;
  /** What is stored; absent: the properties were not read. */
  readonly stored?: ContactProperties;
  readonly item?: string;
  readonly version?: string;
  readonly createdAt?: string;
  readonly folderKey?: string;
  readonly policy?: string;
}

function there(what: There): ManagedContact {
  return {
    itemId: itemId(what.item ?? 'item-1'),
    version: what.version ?? 'v1',
    folderKey: what.folderKey ?? '',
    createdAt: what.createdAt ?? '2026-01-01T00:00:00Z',
    mark: {
      version: 1,
      policyId: policyId(what.policy ?? testPolicy().id),
      sourceObjectId: what.id ?? ERIKA,
      fingerprint: contactFingerprint(what.written),
      fieldFingerprints: fieldFingerprints(what.written),
    },
    ...(what.stored === undefined ? {} : { properties: what.stored }),
  };
}

function folderOf(policy: Policy, change: Partial<SnapshotFolder> = {}): SnapshotFolder {
  return {
    key: '',
    folderId: folderId('folder'),
    name: policy.folder.name,
    mark: {
      version: 1,
      policyId: policyId(policy.id),
      sourceObjectId: undefined,
      fingerprint: folderNameFingerprint(policy.folder.name),
      fieldFingerprints: '',
    },
    syncToken: 'token',
    ...change,
  };
}

interface World {
  readonly policy?: Policy;
  readonly wanted?: readonly MappedContact[];
  readonly contacts?: readonly ManagedContact[];
  readonly folders?: readonly SnapshotFolder[];
  readonly snapshot?: Partial<FolderSnapshot>;
  readonly entries?: readonly LedgerEntry[];
  readonly known?: Partial<LedgerRecord>;
  readonly input?: Partial<PlanInput>;
}

function input(world: World): PlanInput {
  const policy = world.policy ?? testPolicy();
  const known: LedgerRecord | undefined =
    world.entries === undefined && world.known === undefined
      ? undefined
      : {
          policyId: policyId(policy.id),
          mailboxId: MAILBOX.id,
          isDirty: false,
          rulesDigest: 'rules',
          folders: [],
          entries: world.entries ?? [],
          foreignCount: 0,
          ...world.known,
        };
  return {
    policy,
    mailbox: MAILBOX,
    purpose: 'fill',
    wanted: new Map((world.wanted ?? []).map((contact) => [contact.sourceObjectId, contact])),
    snapshot: {
      folders: world.folders ?? [folderOf(policy)],
      contacts: world.contacts ?? [],
      foreignCount: 0,
      highestMarkVersion: 1,
      isFullReading: true,
      ...world.snapshot,
    },
    known,
    rulesDigest: 'rules',
    respected: new Set(),
    mayDelete: true,
    undecided: new Set(),
    markedNoContactSync: new Set(),
    withheld: new Set(),
    ownerId: MAILBOX.ownerId,
    departures: new Map(),
    now: '2026-11-20T08:00:00.000Z',
    emptyReason: 'mailboxLeft',
    ...world.input,
  };
}

function entryOf(contact: ManagedContact, change: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    sourceObjectId: contact.mark.sourceObjectId ?? ERIKA,
    itemId: contact.itemId,
    version: contact.version,
    folderKey: contact.folderKey,
    createdAt: contact.createdAt,
    markVersion: 1,
    fingerprint: contact.mark.fingerprint,
    fieldFingerprints: contact.mark.fieldFingerprints,
    ...change,
  };
}

const plan = (world: World) => planMailbox(input(world));
const withDeletion = (deletion: Partial<Policy['deletion']>, parts = {}): Policy => {
  const policy = testPolicy(parts);
  return { ...policy, deletion: { ...policy.deletion, ...deletion } };
};

describe('a person who is wanted and not there', () => {
  it('is created, after the folder', () => {
    const made = plan({ wanted: [wish(ERIKA, erika)], folders: [] });

    expect(made.folders).toEqual([{ kind: 'create', key: '', name: 'Company Contacts' }]);
    expect(made.changes).toEqual([{ kind: 'create', sourceObjectId: ERIKA, folderKey: '', reason: 'new' }]);
  });

  it('was deleted by the user: restored by default', () => {
    const entries = [entryOf(there({ written: erika }))];
    expect(plan({ wanted: [wish(ERIKA, erika)], entries }).changes).toMatchObject([{ reason: 'restored' }]);
  });

  it('was deleted by the user: respected when the policy says so, and remembered', () => {
    const policy = withDeletion({ deletedByUser: 'respect' });
    const made = plan({
      policy,
      wanted: [wish(ERIKA, erika)],
      entries: [entryOf(there({ written: erika }))],
    });

    expect(made.changes).toEqual([]);
    expect(made.respectedDeletions).toEqual([ERIKA]);
    expect(
      plan({ policy, wanted: [wish(ERIKA, erika)], input: { respected: new Set([ERIKA]) } }).changes,
    ).toEqual([]);
  });

  it('is not created in the own mailbox, except on request', () => {
    const wanted = [wish(MAILBOX.ownerId ?? ERIKA, erika)];
    expect(plan({ wanted }).changes).toEqual([]);
    expect(plan({ wanted, policy: testPolicy({ contact: { includeOwn: true } }) }).changes).toHaveLength(1);
  });
});

describe('a person who is wanted and there', () => {
  it('is neither read nor changed when version, wish and rules are the same', () => {
    const contact = there({ written: erika });
    const world = { wanted: [wish(ERIKA, erika)], contacts: [contact], entries: [entryOf(contact)] };

    expect(contactsToRead(input(world))).toEqual([]);
    expect(plan(world)).toMatchObject({ changes: [], counts: { keep: 1 } });
  });

  it.each([
    ['the version moved', { entries: [entryOf(there({ written: erika }), { version: 'v0' })] }],
    ['the rules changed', { entries: [entryOf(there({ written: erika }))], known: { rulesDigest: 'old' } }],
    ['the ledger is lost', {}],
  ])('is read when %s', (_why, world) => {
    const contacts = [there({ written: erika })];
    expect(contactsToRead(input({ wanted: [wish(ERIKA, erika)], contacts, ...world }))).toEqual(['item-1']);
  });

  it('is updated in the fields that differ, old value first', () => {
    const contacts = [there({ written: erika, stored: erika })];
    const made = plan({ wanted: [wish(ERIKA, { ...erika, surname: 'Adler', jobTitle: 'Buyer' })], contacts });

    expect(made.changes).toMatchObject([
      {
        kind: 'update',
        reason: 'changedAtSource',
        fields: [
          { property: 'surname', from: 'Muster', to: 'Adler' },
          { property: 'jobTitle', from: '', to: 'Buyer' },
        ],
      },
    ]);
  });

  it('Clearing a field: an emptied source attribute clears what we wrote, never what the user filled in', () => {
    const { businessPhone1: _gone, ...withoutPhone } = erika;
    const contacts = [there({ written: erika, stored: { ...erika, homePhone1: '+49111' } })];
    const made = plan({ wanted: [wish(ERIKA, withoutPhone)], contacts });

    expect(made.changes).toMatchObject([
      { fields: [{ property: 'businessPhone1', from: '+4989123456', to: '' }] },
    ]);
  });

  it.each([
    ['overwrite', 'Adler', [{ property: 'surname', from: 'Adler', to: 'Muster' }]],
    ['keepEdited', 'Adler', []],
    ['keepEdited', undefined, []],
    ['fillIfBlank', 'Adler', []],
    ['fillIfBlank', undefined, [{ property: 'surname', from: '', to: 'Muster' }]],
    ['off', 'Adler', []],
  ] as const)('with %s and the surname edited to %s', (mode, edited, fields) => {
    const policy = testPolicy({ contact: { properties: { surname: { mode } } } });
    const { surname: _old, ...rest } = erika;
    const stored = edited === undefined ? rest : { ...rest, surname: edited };
    const made = plan({
      policy,
      wanted: [wish(ERIKA, erika)],
      contacts: [there({ written: erika, stored })],
    });

    expect(made.changes.flatMap((change) => (change.kind === 'update' ? change.fields : []))).toEqual(fields);
  });

  it("keeps the user's own categories beside ours", () => {
    const policy = testPolicy({ contact: { categories: ['GAL'] } });
    const ours = { ...erika, categories: 'GAL' };
    const stored = { ...erika, categories: 'Family' };
    const made = plan({ policy, wanted: [wish(ERIKA, ours)], contacts: [there({ written: ours, stored })] });

    expect(made.changes).toMatchObject([{ fields: [{ property: 'categories', to: 'Family;GAL' }] }]);
    const { categories: _none, ...without } = ours;
    expect(
      plan({ wanted: [wish(ERIKA, without)], contacts: [there({ written: ours, stored })] }).changes,
    ).toMatchObject([{ fields: [] }]);
  });

  it('No ping-pong: a value that came back different twice is left and reported', () => {
    const contact = there({
      written: erika,
      stored: { ...erika, businessPhone1: '089 / 12 34 57' },
      version: 'v9',
    });
    const world = (count: number): World => ({
      wanted: [wish(ERIKA, erika)],
      contacts: [contact],
      entries: [entryOf(contact, { version: 'v8', contested: { businessPhone1: count } })],
    });

    expect(plan(world(1)).changes).toHaveLength(1);
    expect(plan(world(2))).toMatchObject({
      changes: [],
      notices: [{ kind: 'contested', properties: ['businessPhone1'] }],
    });
  });

  it('Servers normalize: a value that only looks different is not written', () => {
    const stored = { ...erika, businessPhone1: '+49 89 123456', emailAddress1: 'Erika@Contoso.example' };
    expect(
      plan({ wanted: [wish(ERIKA, erika)], contacts: [there({ written: erika, stored })] }).changes,
    ).toEqual([]);
  });

  it('writes only the mark when the user already made the change', () => {
    const now = { ...erika, surname: 'Adler' };
    const contacts = [there({ written: erika, stored: now })];
    expect(plan({ wanted: [wish(ERIKA, now)], contacts }).changes).toMatchObject([
      { kind: 'update', fields: [], reason: 'markOnly' },
    ]);
  });

  it('moves to another sub-folder by a copy first and a deletion last', () => {
    const policy = testPolicy({ folder: { subfolderPerDomain: true } });
    const contacts = [there({ written: erika, stored: erika, folderKey: 'contoso.example' })];
    const folders = [
      folderOf(policy),
      folderOf(policy, { key: 'contoso.example', folderId: folderId('old') }),
    ];
    const made = plan({ policy, wanted: [wish(ERIKA, erika, 'fabrikam.example')], contacts, folders });

    expect(made.folders.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      'create fabrikam.example',
      'remove contoso.example',
    ]);
    expect(made.changes.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      'create movedToSubfolder',
      'delete movedToSubfolder',
    ]);
  });
});

describe('a person who is no longer wanted', () => {
  const wholly = [there({ written: erika, stored: erika })];
  const edited = [there({ written: erika, stored: { ...erika, notes: 'plays chess' } })];

  it('wholly ours: purged', () => {
    expect(plan({ contacts: wholly }).changes).toMatchObject([
      { kind: 'delete', mode: 'hard', reason: 'leftSelection' },
    ]);
  });

  it('edited or enriched by the user: never purged', () => {
    expect(plan({ contacts: edited }).changes).toMatchObject([{ kind: 'delete', mode: 'soft' }]);
    const policy = withDeletion({ strategy: 'handOver' });
    expect(plan({ policy, contacts: edited }).changes).toMatchObject([{ kind: 'handOver' }]);
    expect(plan({ policy, contacts: wholly }).changes).toMatchObject([{ kind: 'delete', mode: 'hard' }]);
  });

  it('with a picture or an attachment of the user: never purged', () => {
    const [contact] = wholly;
    const contacts = contact === undefined ? [] : [{ ...contact, hasOtherData: true as const }];
    expect(plan({ contacts }).changes).toMatchObject([{ kind: 'delete', mode: 'soft' }]);
  });

  it('is read before it is deleted, because only then we know whether it was edited', () => {
    expect(contactsToRead(input({ contacts: [there({ written: erika })] }))).toEqual(['item-1']);
  });

  it('Half-read is not empty: an incomplete reading deletes nothing', () => {
    const made = plan({ contacts: wholly, input: { mayDelete: false } });
    expect(made).toMatchObject({ changes: [], notices: [{ kind: 'deletionsHeldBack', count: 1 }] });
  });

  it('stays while nobody can tell whether the person belongs', () => {
    expect(plan({ contacts: wholly, input: { undecided: new Set([ERIKA]) } }).changes).toEqual([]);
  });

  it('stays for the days of grace, counted from the departure', () => {
    const policy = withDeletion({ strategy: 'grace', graceDays: 14 });
    const since = (day: string): Partial<PlanInput> => ({
      departures: new Map([[ERIKA, `${day}T08:00:00.000Z`]]),
    });

    expect(plan({ policy, contacts: wholly, input: since('2026-11-07') }).changes).toEqual([]);
    expect(plan({ policy, contacts: wholly, input: since('2026-11-06') }).changes).toMatchObject([
      { reason: 'graceOver' },
    ]);
  });

  it('goes at once when marked NoContactSync, whatever the strategy', () => {
    const policy = withDeletion({ strategy: 'never' });
    expect(plan({ policy, contacts: wholly }).changes).toEqual([]);
    expect(
      plan({ policy, contacts: wholly, input: { markedNoContactSync: new Set([ERIKA]) } }).changes,
    ).toMatchObject([{ reason: 'markedNoContactSync' }]);
  });
});

describe('a mailbox that left the policy', () => {
  it('loses the contacts and then the folder', () => {
    const made = plan({ contacts: [there({ written: erika, stored: erika })], input: { purpose: 'empty' } });
    expect(made.changes).toMatchObject([{ kind: 'delete', reason: 'mailboxLeft' }]);
    expect(made.folders).toMatchObject([{ kind: 'remove', key: '' }]);
  });

  it('keeps the folder when anything of the user lies in it', () => {
    const made = plan({
      contacts: [there({ written: erika, stored: erika })],
      snapshot: { foreignCount: 1 },
      input: { purpose: 'empty' },
    });
    expect(made.folders).toEqual([]);
  });

  it('keeps everything when the policy says leave', () => {
    const policy = withDeletion({ mailboxLeft: 'leave' });
    const contacts = [there({ written: erika, stored: erika })];
    expect(plan({ policy, contacts, input: { purpose: 'empty' } })).toMatchObject({
      changes: [],
      folders: [],
    });
  });
});

describe("the folder is the user's too", () => {
  it('The mark is copied as well: the item the ledger knows is ours, the copy is left alone', () => {
    const original = there({
      written: erika,
      stored: erika,
      item: 'b-original',
      createdAt: '2026-02-01T00:00:00Z',
    });
    const copy = there({ written: erika, stored: { ...erika, surname: 'Ex' }, item: 'a-copy' });
    const made = plan({
      wanted: [wish(ERIKA, erika)],
      contacts: [copy, original],
      entries: [entryOf(original)],
    });

    expect(made).toMatchObject({ changes: [], notices: [{ kind: 'copyLeftAlone', count: 1 }] });
  });

  it('without a ledger the older of two is ours', () => {
    const older = there({ written: erika, stored: erika, item: 'z', createdAt: '2026-01-01T00:00:00Z' });
    const copy = there({ written: erika, stored: erika, item: 'a', createdAt: '2026-03-01T00:00:00Z' });
    const made = plan({ contacts: [copy, older] });

    expect(made.changes).toMatchObject([
      { kind: 'handOver', itemId: 'a' },
      { kind: 'delete', itemId: 'z' },
    ]);
  });

  it('a folder renamed by the user keeps its name', () => {
    const policy = testPolicy();
    const folders = [folderOf(policy, { name: 'Firma' })];
    expect(plan({ policy, wanted: [wish(ERIKA, erika)], folders })).toMatchObject({
      folders: [],
      notices: [{ kind: 'folderRenamedByUser' }],
    });
  });

  it('a folder renamed in the policy is renamed', () => {
    const old = testPolicy();
    const policy = testPolicy({ folder: { name: 'Firma' } });
    const made = plan({ policy, wanted: [wish(ERIKA, erika)], folders: [folderOf(old)] });
    expect(made.folders).toMatchObject([{ kind: 'rename', from: 'Company Contacts', name: 'Firma' }]);
  });

  it.each([
    ['refuse', [], 0],
    ['use', [], 1],
    ['adopt', ['adopt'], 1],
  ] as const)('an unmarked folder of that name: %s', (existing, actions, changes) => {
    const policy = testPolicy({ folder: { existing } });
    const made = plan({
      policy,
      wanted: [wish(ERIKA, erika)],
      folders: [folderOf(policy, { mark: undefined })],
    });

    expect(made.folders.map(({ kind }) => kind)).toEqual(actions);
    expect(made.changes).toHaveLength(changes);
    expect(made.notices.map(({ kind }) => kind)).toEqual(existing === 'refuse' ? ['folderRefused'] : []);
  });

  it('adopts an item by its address only when exactly one has it', () => {
    const policy = testPolicy({ folder: { existing: 'adopt' } });
    const item = (id: string) => ({
      itemId: itemId(id),
      version: 'v',
      folderKey: '',
      properties: { ...erika, notes: 'x' },
    });
    const adopting = (foreign: ReturnType<typeof item>[]) =>
      plan({
        policy,
        wanted: [wish(ERIKA, erika)],
        folders: [folderOf(policy, { mark: undefined })],
        snapshot: { foreign, foreignCount: foreign.length },
      }).changes.map(({ kind }) => kind);

    expect(adopting([item('one')])).toEqual(['adopt']);
    expect(adopting([item('one'), item('two')])).toEqual(['create']);
  });

  it('a mark of a newer format makes the mailbox read-only', () => {
    const made = plan({ wanted: [wish(ERIKA, erika)], snapshot: { highestMarkVersion: 2 } });
    expect(made).toMatchObject({ changes: [], folders: [], notices: [{ kind: 'newerMark' }] });
  });
});

describe('two policies, one mailbox', () => {
  it("never touches the other policy's contacts, and reports the same person", () => {
    const other = there({ written: erika, stored: erika, policy: '99999999-2222-4333-8444-555555555555' });
    const made = plan({ wanted: [wish(ERIKA, erika)], contacts: [other] });

    expect(made.changes.map(({ kind }) => kind)).toEqual(['create']);
    expect(made.notices).toMatchObject([{ kind: 'samePersonOfOtherPolicy', sourceObjectIds: [ERIKA] }]);
    expect(plan({ contacts: [other] }).changes).toEqual([]);
  });
});

it('deletions come last, so that a stop half way never loses a person', () => {
  const leaving = there({ id: PAVEL, written: erika, stored: erika, item: 'item-2' });
  const made = plan({ wanted: [wish(ERIKA, erika)], contacts: [leaving] });
  expect(made.changes.map(({ kind }) => kind)).toEqual(['create', 'delete']);
});

it('a person the reading cannot place is kept up to date where present, and created nowhere', () => {
  const undecided = { undecided: new Set([ERIKA]) };
  const wanted = [wish(ERIKA, { ...erika, jobTitle: 'Buyer' })];
  const contacts = [there({ written: erika, stored: erika })];

  expect(plan({ wanted, contacts, input: undecided }).changes).toMatchObject([{ kind: 'update' }]);
  expect(plan({ wanted, input: undecided }).changes).toEqual([]);
});
