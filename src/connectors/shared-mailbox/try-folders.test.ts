// What the connection test says of the folders that a policy names, what it costs, and that it changes nothing.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { folderId } from '../../model/ids.ts';
import type { PublicFolderSource, SharedMailboxSource } from '../../model/policy.ts';
import type { ContactFolders } from '../../ports/contact-folders.ts';
import type { ProbeStep } from '../../ports/contact-source.ts';
import { overEws } from './testing/over-ews.ts';
import { overGraph } from './testing/over-graph.ts';
import { PublicFolderBed } from './testing/public-folder-bed.ts';
import { SharedMailboxBed } from './testing/shared-mailbox-bed.ts';
import { createPublicFolderTrial, createSharedMailboxTrial } from './try-folders.ts';

const never = new AbortController().signal;
const wanted = (...paths: readonly (readonly string[])[]) =>
  paths.map((path) => ({ path: [...path], includeSubfolders: true }));

const shown = (steps: readonly ProbeStep[]) =>
  steps.map(({ name, ok, failure }) => (ok ? name : [name, failure?.code, failure?.details]));

describe.each([
  ['Graph', overGraph],
  ['EWS', overEws],
] as const)('a shared mailbox through %s', (name, connect) => {
  let bed: SharedMailboxBed;
  beforeAll(async () => {
    bed = await SharedMailboxBed.start(connect);
  });
  afterAll(() => bed.close());
  beforeEach(() => bed.renew());

  async function trial(change: Partial<SharedMailboxSource> = {}, location = bed.protocol.location) {
    const mailbox = { ...bed.mailbox, location };
    const mailboxes = change.mailbox === undefined ? [mailbox] : [];
    const tryFolders = createSharedMailboxTrial({
      directory: { readMailboxes: async () => ({ mailboxes, notFound: [], isComplete: true, gaps: [] }) },
      ...bed.protocol,
    });
    return shown(await tryFolders(bed.scope(change), never));
  }

  it('opens with few requests, however much lies in it, and nothing is changed or remembered', async () => {
    bed.fill(600);
    const contents = bed.contents();
    await bed.control.clearRequests();
    const before = bed.protocol.requests();
    expect(await trial()).toEqual([`Shared mailbox ${bed.address}: Contacts`]);
    expect(bed.protocol.requests() - before).toBe(name === 'EWS' ? 3 : 2);
    const requests = await bed.control.requests(1_000);
    const isReading = (one: (typeof requests)[number]) =>
      one.face === 'graph'
        ? one.method === 'GET' || one.path.endsWith('/$batch')
        : one.face !== 'ews' || /^(Get|Find)/.test(one.operation ?? '');
    expect(requests.filter((one) => !isReading(one))).toEqual([]);
    expect(bed.contents() === contents).toBe(true);
  });

  it('tells each folder by itself: open, missing, and one of another kind', async () => {
    await bed.control.createFolder(bed.address, 'North/South');
    const other = await bed.control.createFolder(bed.address, 'Suggestions');
    bed.setFolderProperty(other.id, 'String 0x3613', 'IPF.Contact.RecipientCache');
    const folders = wanted(['north/SOUTH'], ['Gone', 'Deep'], ['Suggestions']);
    const before = bed.protocol.requests();
    const at = `Shared mailbox ${bed.address}: Contacts`;
    expect(await trial({ folders })).toEqual([
      `${at}\\north/SOUTH`,
      [`${at}\\Gone\\Deep`, 'sourceFolderNotFound', { path: ['Gone', 'Deep'] }],
      [`${at}\\Suggestions`, 'sourceFolderNotFound', { path: ['Suggestions'], reason: 'holdsNoContacts' }],
    ]);
    expect(bed.protocol.requests() - before).toBeLessThanOrEqual(4);
  });

  it('that is not there, lives elsewhere, or refuses is one step', async () => {
    const unknown = 'nobody@contoso.example';
    expect(await trial({ mailbox: unknown })).toEqual([
      [`Shared mailbox ${unknown}`, 'sourceMailboxNotFound', { mailbox: unknown }],
    ]);
    const location = name === 'EWS' ? 'exchangeOnline' : 'onPremises';
    expect(await trial({}, location)).toHaveLength(1);
    await bed.control.addFault({
      count: 1_000,
      path: bed.mailbox.ownerId ?? '',
      action: { kind: 'answer', status: 403 },
    });
    await bed.control.addEwsFault({ count: 1_000, action: { kind: 'access-denied-here' } });
    expect(await trial({ folders: wanted([], ['North']) })).toEqual([
      [
        `Shared mailbox ${bed.address}`,
        'mailboxAccessDenied',
        expect.objectContaining({ mailbox: bed.address }),
      ],
    ]);
  });
});

describe('a public folder', () => {
  let bed: PublicFolderBed;
  beforeAll(async () => {
    bed = await PublicFolderBed.start();
  });
  afterAll(() => bed.close());
  beforeEach(() => bed.renew());

  async function trial(
    change: Partial<PublicFolderSource> = {},
    location: 'onPremises' | 'exchangeOnline' = 'onPremises',
  ) {
    const { reader } = bed;
    const tryFolders = createPublicFolderTrial({ folders: bed.open(), reader, location });
    return tryFolders(bed.scope(change), never);
  }

  it('opens with few requests, however much lies in it, and nothing is changed', async () => {
    bed.fill(600);
    const contents = bed.contents();
    await bed.operations();
    expect(shown(await trial())).toEqual([`Public folder \\${bed.path[0]}`]);
    // The top, and what the mailbox with the contents says of the folder and of one item.
    expect(await bed.operations()).toEqual(['FindFolder', 'GetFolder', 'FindItem']);
    expect(bed.contents() === contents).toBe(true);
  });

  it('that may be seen and not read is told with the cmdlet, the others by themselves', async () => {
    const closed = [...bed.path, "Anna's"];
    const mail = [...bed.path, 'Mail'];
    await bed.control.createPublicFolder(closed);
    await bed.control.createPublicFolder(mail, { folderClass: 'IPF.Note' });
    await bed.control.setPublicFolderRights(closed, 'visible');
    const top = `\\${bed.path[0]}`;
    const cmdlet = `Add-PublicFolderClientPermission -Identity '${top}\\Anna''s' -User '${bed.reader}' -AccessRights FolderVisible,ReadItems`;
    const paths = wanted(bed.path, closed, mail, ['Gone']);
    expect(shown(await trial({ folders: paths }))).toEqual([
      `Public folder ${top}`,
      [`Public folder ${top}\\Anna's`, 'publicFolderAccessDenied', expect.objectContaining({ cmdlet })],
      [`Public folder ${top}\\Mail`, 'sourceFolderNotFound', { path: mail, reason: 'holdsNoContacts' }],
      ['Public folder \\Gone', 'sourceFolderNotFound', { path: ['Gone'] }],
    ]);
    // The twin: with the right it opens.
    await bed.control.setPublicFolderRights(closed, 'read');
    expect((await trial({ folders: wanted(closed) })).map(({ ok }) => ok)).toEqual([true]);
  });

  it('in Exchange Online that opens says until when, and a block is told from a closed folder', async () => {
    const [open] = await trial({}, 'exchangeOnline');
    expect(open).toMatchObject({ ok: true, note: expect.stringContaining('14053') });
    await bed.control.addFault({
      count: 1_000,
      path: '/EWS/Exchange.asmx',
      action: { kind: 'answer', status: 403 },
    });
    const blocked = await trial({}, 'exchangeOnline');
    await bed.control.clearFaults();
    expect(shown(blocked)).toEqual([
      ['Public folders', 'exchangeWebServicesBlocked', expect.objectContaining({ status: 403 })],
    ]);
  });
});

describe('many folders', () => {
  const names = Array.from({ length: 25 }, (_, index) => `Folder ${index}`);
  const folderOf = (name: string, parentId: string | undefined) => ({
    folderId: folderId(name),
    parentId: parentId === undefined ? undefined : folderId(parentId),
    name,
    holdsContacts: true,
    isMarked: false,
    stamp: undefined,
  });
  const open = (opened: string[], refusal?: Failure): ContactFolders => ({
    list: async () => [folderOf('top', undefined), ...names.map((name) => folderOf(name, 'top'))],
    read: () => Promise.reject(new Error('nobody reads here')),
    readPictures: () => Promise.reject(new Error('nobody reads here')),
    async tryOpen({ name }) {
      opened.push(name);
      if (refusal !== undefined) throw refusal;
    },
  });
  const scope = { folders: wanted(...names.map((name) => [name])) } as PublicFolderSource;
  const trial = (folders: ContactFolders) =>
    createPublicFolderTrial({ folders, reader: 'svc@contoso.example', location: 'onPremises' })(scope, never);

  it('are not all tried, and that is said', async () => {
    const opened: string[] = [];
    const steps = await trial(open(opened));
    expect([opened.length, steps.length, steps.at(-1)?.note]).toEqual([
      20,
      21,
      '5 more folders of the policy were not tried',
    ]);
  });

  it('a refused password ends it, a closed folder does not', async () => {
    const afterPassword: string[] = [];
    expect(await trial(open(afterPassword, new Failure('exchangeSignInRefused')))).toHaveLength(1);
    expect(afterPassword).toHaveLength(1);
    const afterClosed: string[] = [];
    await trial(open(afterClosed, new Failure('publicFolderAccessDenied')));
    expect(afterClosed).toHaveLength(20);
  });
});
