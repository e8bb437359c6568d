// The hard parts that belong to this connector, by their names, and what is particular to Graph: refusals after
// success, delta quirks, cost of an unchanged mailbox. On the emulator, through the real HTTP client.

import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { person, sampleFolder, sampleMark, samplePolicyId } from '../../../test/contract/sample.ts';
import type { ContactProperties } from '../../model/contact.ts';
import type { FolderId, ItemId } from '../../model/ids.ts';
import type { LedgerRecord } from '../../model/ledger-record.ts';
import type { FolderSnapshot, SnapshotFolder } from '../../model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { silentLog } from '../../ports/log.ts';
import type { MailboxTarget } from '../../ports/mailbox-target.ts';
import type { GraphClient } from '../graph-client/index.ts';
import { applyBatch } from './apply-changes.ts';
import { decodeContact } from './codec.ts';
import { createGraphTargets } from './graph-mailbox-target.ts';
import { folderMark, GraphTestBed, jsonMarkCodec } from './graph-test-bed.ts';
import { isNewer, markOf, recordOf, requestsOf } from './mailbox-requests.ts';
import { EXPAND_ALL } from './schema.ts';

const signal = new AbortController().signal;
const policyId = samplePolicyId(1);

let emulator: RunningEmulator;
let control: EmulatorControl;
let bed: GraphTestBed;
let target: MailboxTarget;
let folder: SnapshotFolder;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
});

afterAll(async () => {
  await control.close();
  await emulator.close();
});

beforeEach(async () => {
  bed = await GraphTestBed.open(emulator, control);
  target = bed.targets.open(bed.mailbox, policyId, sampleFolder());
  const made = await target.applyFolder({ kind: 'create', key: '', name: 'Company Contacts' }, signal);
  if (made === undefined) throw new Error('create returns the folder');
  folder = made;
});

afterEach(async () => {
  const unconsumed = await control.unconsumedFaults();
  await bed.close();
  await control.setGraphSettings({});
  expect(unconsumed).toEqual([]);
});

const creation = (number: number, properties = person(number)): TargetChange => ({
  kind: 'create',
  folderId: folder.folderId,
  properties,
  mark: sampleMark(policyId, number),
});

async function write(
  number: number,
  properties?: ContactProperties,
): Promise<{ itemId: ItemId; version: string }> {
  const [outcome] = await target.applyChanges([creation(number, properties)], signal);
  if (outcome?.status !== 'applied') throw new Error(`not applied: ${outcome?.status}`);
  return { itemId: outcome.itemId, version: outcome.version };
}

const read = (known?: LedgerRecord): Promise<FolderSnapshot> =>
  target.readFolder({ known, includeForeign: false }, signal);

function ledgerAfter(snapshot: FolderSnapshot, exceptCopies: readonly ItemId[] = []): LedgerRecord {
  return {
    policyId,
    mailboxId: bed.mailbox.id,
    isDirty: false,
    rulesDigest: '',
    folders: snapshot.folders,
    foreignCount: snapshot.foreignCount,
    entries: snapshot.contacts.flatMap(({ itemId, version, folderKey, createdAt, mark }) =>
      mark.sourceObjectId === undefined || exceptCopies.includes(itemId)
        ? []
        : [
            {
              sourceObjectId: mark.sourceObjectId,
              itemId,
              version,
              folderKey,
              createdAt,
              markVersion: mark.version,
              fingerprint: mark.fingerprint,
              fieldFingerprints: mark.fieldFingerprints,
            },
          ],
    ),
  };
}

async function innerRequests(work: () => Promise<unknown>): Promise<number> {
  const before = bed.client.counts.innerRequests;
  await work();
  return bed.client.counts.innerRequests - before;
}

async function storedItems() {
  return (await control.mailbox(bed.address)).items.filter((item) => item.folderId === folder.folderId);
}

/** A target whose client answers as told. */
function targetOver(client: GraphClient): MailboxTarget {
  const options = { client, markCodec: jsonMarkCodec, folderMark, log: silentLog, clock: bed.clock };
  return createGraphTargets(options).open(bed.mailbox, policyId, sampleFolder());
}

describe('Marks must fit in 255 characters', () => {
  it('two named properties below the limit, whole in a list, and nothing else of ours in the mailbox', async () => {
    const mark = { ...sampleMark(policyId, 1), fieldFingerprints: 'F'.repeat(250) };
    await target.applyChanges([{ ...creation(1), mark } as TargetChange], signal);
    const [item] = await storedItems();
    const values = Object.entries(item?.extendedProperties ?? {});
    expect(values.map(([id]) => id.replace(/^.* Name /, '')).sort()).toEqual([
      'ContactSyncFields',
      'ContactSyncIdentity',
    ]);
    for (const [, value] of values) expect(value.length).toBeLessThan(255);
    expect((await read()).contacts[0]?.mark).toEqual(mark);
  });

  it('twin: a longer one would come back cut from the list', async () => {
    const mark = { ...sampleMark(policyId, 1), fieldFingerprints: 'F'.repeat(300) };
    await target.applyChanges([{ ...creation(1), mark } as TargetChange], signal);
    const list = bed.client.pages(
      `/users/${bed.address}/contactFolders/${folder.folderId}/contacts?${EXPAND_ALL}`,
      {},
      signal,
    );
    for await (const [row] of list) {
      const found = markOf(recordOf(row), jsonMarkCodec);
      expect(found !== undefined && !isNewer(found) && found.fieldFingerprints).toBe('F'.repeat(255));
    }
  });
});

describe('Never compare a long value that came from a list', () => {
  const long = person(1, { notes: `${'n'.repeat(600)} end`, businessStreet: 's'.repeat(400) });

  it('an item with a string of 255 characters or more is read by itself', async () => {
    await write(1, long);
    await write(2);
    expect(await innerRequests(read)).toBe(4);
    const contacts = (await read()).contacts;
    expect(
      contacts.find((one) => one.mark.sourceObjectId === sampleMark(policyId, 1).sourceObjectId)?.properties,
    ).toEqual(long);
  });

  it('twin: what the list alone says is another value', async () => {
    await write(1, long);
    const list = bed.client.pages(
      `/users/${bed.address}/contactFolders/${folder.folderId}/contacts?${EXPAND_ALL}`,
      {},
      signal,
    );
    for await (const [row] of list) expect(decodeContact(recordOf(row))).not.toEqual(long);
  });
});

describe('Servers normalize', () => {
  it('what we sent and what is stored differ, and the version says that nobody edited', async () => {
    const sent = person(1, {
      notes: 'one\ntwo',
      jobTitle: ' Boss ',
      birthday: '1984-02-29',
      businessStreet: 'a\nb',
    });
    const { itemId, version } = await write(1, sent);
    const [contact] = (await read()).contacts;
    expect(contact).toMatchObject({ itemId, version });
    expect(contact?.properties).toMatchObject({
      notes: 'one\r\ntwo',
      jobTitle: 'Boss',
      birthday: '1984-02-29',
      businessStreet: 'a\r\nb',
    });
  });

  it('display name and file-as survive a change of another part of the name', async () => {
    const before = person(1, { displayName: 'Shown Otherwise', fileAs: 'Filed Otherwise' });
    const written = await write(1, before);
    const set = { surname: 'Changed' };
    const change = {
      kind: 'update',
      ...written,
      set,
      whole: { ...before, ...set },
      mark: sampleMark(policyId, 1),
    };
    await target.applyChanges([change as TargetChange], signal);
    expect((await read()).contacts[0]?.properties).toMatchObject({ ...before, ...set });
  });

  it("a contact made by hand ('' for what is unset) and one made by us (null) read alike", async () => {
    await write(1, person(1));
    await bed.user.addContact(person(1), folder.folderId);
    const snapshot = await target.readFolder({ known: undefined, includeForeign: true }, signal);
    expect(snapshot.foreign?.[0]?.properties).toEqual(snapshot.contacts[0]?.properties);
  });
});

describe('Own writes come back', () => {
  it('in the next delta, and are recognized by their version: no item is read', async () => {
    const first = await read();
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    const outcomes = await target.applyChanges(
      numbers.map((number) => creation(number)),
      signal,
    );
    const written = ledgerAfter(await read());
    const known = { ...written, folders: first.folders };
    let again: FolderSnapshot | undefined;
    // One for the folder, one for the delta that echoes all twenty.
    expect(
      await innerRequests(async () => {
        again = await read(known);
      }),
    ).toBe(2);
    expect(again?.isFullReading).toBe(false);
    expect(again?.contacts.every((contact) => contact.properties === undefined)).toBe(true);
    expect(again?.contacts.map((contact) => contact.version).sort()).toEqual(
      outcomes.map((outcome) => (outcome.status === 'applied' ? outcome.version : '')).sort(),
    );
  });

  it('twin: with other versions in the ledger each echo is read', async () => {
    const first = await read();
    await write(1);
    const written = ledgerAfter(await read());
    const entries = written.entries.map((entry) => ({ ...entry, version: 'another' }));
    expect(await innerRequests(() => read({ ...written, entries, folders: first.folders }))).toBe(3);
  });

  it('own deletions come back without making anybody count the foreign items again', async () => {
    const written = [await write(1), await write(2)];
    await bed.user.addContact(person(10), folder.folderId);
    const known = ledgerAfter(await read());
    const deletions = written.map((one): TargetChange => ({ kind: 'delete', ...one, mode: 'hard' }));
    await target.applyChanges(deletions, signal);
    const after = { ...known, entries: [] };
    let again: FolderSnapshot | undefined;
    expect(
      await innerRequests(async () => {
        again = await read(after);
      }),
    ).toBe(2);
    expect(again).toMatchObject({ foreignCount: 1, contacts: [], isFullReading: false });
  });

  it('the token of a fresh folder saves the first reading after the first run', async () => {
    const outcomes = await target.applyChanges([creation(1), creation(2)], signal);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['applied', 'applied']);
    const known = { ...ledgerAfter(await read()), folders: [folder] };
    const again = await read(known);
    expect(again.isFullReading).toBe(false);
    expect(again.contacts).toHaveLength(2);
  });
});

describe('The mark is copied as well', () => {
  it('the copy is seen in every later reading, also when its original is gone', async () => {
    const original = await write(1);
    const copy = await bed.user.copyContact(original.itemId);
    const full = await read();
    expect(full.contacts.map((one) => one.itemId).sort()).toEqual([original.itemId, copy].sort());

    let known = ledgerAfter(full, [copy]);
    for (let reading = 0; reading < 3; reading += 1) {
      const again = await read(known);
      expect(again.isFullReading).toBe(false);
      expect(again.contacts.map((one) => one.itemId).sort()).toEqual([original.itemId, copy].sort());
      known = ledgerAfter(again, [copy]);
    }
    await bed.user.deleteContact(original.itemId);
    expect((await read(known)).contacts.map((one) => one.itemId)).toEqual([copy]);
  });

  it('a copy made after the last full reading is remembered by the token as well', async () => {
    const original = await write(1);
    const known = ledgerAfter(await read());
    const copy = await bed.user.copyContact(original.itemId);
    const again = await read(known);
    const later = await read(ledgerAfter(again, [copy]));
    expect(later.isFullReading).toBe(false);
    expect(later.contacts.map((one) => one.itemId).sort()).toEqual([original.itemId, copy].sort());
  });
});

describe('An unknown outcome is not a failure', () => {
  const throttled = { error: { code: 'ApplicationThrottled', message: 'over its MailboxConcurrency limit' } };
  const fault = (kind: 'process-then-answer' | 'answer', method: string, status = 429) =>
    control.addFault({
      face: 'graph',
      method,
      path: '/contacts',
      batchPart: true,
      action: { kind, status, headers: { 'Retry-After': '3' }, body: throttled },
    });
  const statuses = (outcomes: readonly ChangeOutcome[]) => outcomes.map((outcome) => outcome.status);

  it('a create refused with 429 although it happened is found by its mark, and made once', async () => {
    await fault('process-then-answer', 'POST');
    const outcomes = await target.applyChanges([creation(1), creation(2)], signal);
    expect(statuses(outcomes)).toEqual(['applied', 'applied']);
    const { contacts } = await read();
    expect(contacts).toHaveLength(2);
    expect(outcomes.map((one) => (one.status === 'applied' ? `${one.itemId} ${one.version}` : ''))).toEqual(
      [1, 2].map((number) => {
        const found = contacts.find(
          (one) => one.mark.sourceObjectId === sampleMark(policyId, number).sourceObjectId,
        );
        return `${found?.itemId} ${found?.version}`;
      }),
    );
    expect(bed.clock.sleptMs).toContain(3_000);
  });

  it('a create refused with 429 that did not happen is sent again', async () => {
    await fault('answer', 'POST');
    expect(statuses(await target.applyChanges([creation(1), creation(2)], signal))).toEqual([
      'applied',
      'applied',
    ]);
    expect((await read()).contacts).toHaveLength(2);
  });

  it('a copy of the same mark that was there before is not taken for the lost create', async () => {
    const original = await write(1);
    await bed.user.copyContact(original.itemId);
    await read();
    await fault('answer', 'POST');
    const [outcome] = await target.applyChanges([creation(1)], signal);
    expect(outcome?.status).toBe('applied');
    expect((await read()).contacts).toHaveLength(3);
  });

  it('a create behind a 504 that cannot be found stays unknown: it may still be under way', async () => {
    await fault('answer', 'POST', 504);
    const [outcome] = await target.applyChanges([creation(1)], signal).catch((thrown: unknown) => [thrown]);
    expect(outcome).toMatchObject({ code: 'serviceUnavailable' });
    await fault('answer', 'POST', 504);
    expect(statuses(await target.applyChanges([creation(1), creation(2)], signal)).sort()).toEqual([
      'applied',
      'unknown',
    ]);
  });

  it('update, hand-over and deletion refused with 429: told apart by version and mark', async () => {
    for (const kind of ['process-then-answer', 'answer'] as const) {
      const [first, second, third] = [await write(1), await write(2), await write(3)];
      const set = { jobTitle: 'Boss' };
      const mark = sampleMark(policyId, 1, 2);
      await fault(kind, 'PATCH');
      const change: TargetChange = { kind: 'update', ...first, set, whole: person(1, set), mark };
      const [updated] = await target.applyChanges([change], signal);
      expect(updated?.status).toBe('applied');
      await fault(kind, 'PATCH');
      expect(statuses(await target.applyChanges([{ kind: 'handOver', ...second }], signal))).toEqual([
        'applied',
      ]);
      await fault(kind, 'DELETE');
      const deletion: TargetChange = { kind: 'delete', ...third, mode: 'soft' };
      expect(statuses(await target.applyChanges([deletion], signal))).toEqual(['applied']);
      expect(await bed.user.whereIs(third.itemId)).toBe('deletedItems');
      const [left, ...rest] = (await read()).contacts;
      expect(rest).toEqual([]);
      expect(left).toMatchObject({ itemId: first.itemId, mark, properties: { jobTitle: 'Boss' } });
      expect(updated).toMatchObject({ version: left?.version });
      await target.applyChanges(
        [{ kind: 'delete', itemId: first.itemId, version: left?.version ?? '', mode: 'hard' }],
        signal,
      );
    }
  });

  it('a user who edits while we wait wins: conflict', async () => {
    const written = await write(1);
    await fault('answer', 'PATCH');
    const editing = targetOver({
      ...bed.client,
      async batch(parts, options, aborted) {
        const answers = await bed.client.batch(parts, options, aborted);
        if (parts[0]?.method === 'PATCH') await bed.user.editContact(written.itemId, { jobTitle: 'Mine' });
        return answers;
      },
    });
    await editing.readFolder({ known: undefined, includeForeign: false }, signal);
    const set = { jobTitle: 'Boss' };
    const mark = sampleMark(policyId, 1, 2);
    const change: TargetChange = { kind: 'update', ...written, set, whole: person(1, set), mark };
    expect(statuses(await editing.applyChanges([change], signal))).toEqual(['conflict']);
    expect((await read()).contacts[0]?.properties?.jobTitle).toBe('Mine');
  });
});

describe('hands off', () => {
  it('twin: without the look at the mark a foreign item would be deleted', async () => {
    const id = await bed.user.addContact(person(1), folder.folderId);
    const version = (await storedItems())[0]?.changeKey ?? '';
    const mailbox = requestsOf(bed.mailbox, { client: bed.client, clock: bed.clock, log: silentLog });
    const tools = {
      mailbox,
      codec: jsonMarkCodec,
      policyId,
      isOurFolder: (one: string) => one === folder.folderId,
    };
    const deletion: TargetChange = { kind: 'delete', itemId: id, version, mode: 'hard' };

    const honest = { add() {}, forget() {}, isSeen: () => false, isKnown: () => false };
    const [refused] = await applyBatch({ ...tools, seen: honest }, [deletion], signal);
    expect(refused?.status).toBe('refused');
    expect(await bed.user.whereIs(id)).toBe('inPlace');

    const credulous = { ...honest, isSeen: () => true };
    const [done] = await applyBatch({ ...tools, seen: credulous }, [deletion], signal);
    expect(done?.status).toBe('applied');
    expect(await bed.user.whereIs(id)).toBe('gone');
  });

  it('a hard deletion loses against an edit of the same moment', async () => {
    const written = await write(1);
    const racing = targetOver({
      ...bed.client,
      async batch(parts, options, aborted) {
        if (parts[0]?.method === 'DELETE') await bed.user.editContact(written.itemId, { notes: 'mine' });
        return bed.client.batch(parts, options, aborted);
      },
    });
    await racing.readFolder({ known: undefined, includeForeign: false }, signal);
    expect(await racing.applyChanges([{ kind: 'delete', ...written, mode: 'hard' }], signal)).toEqual([
      { status: 'conflict' },
    ]);
    expect(await bed.user.whereIs(written.itemId)).toBe('inPlace');
  });
});

describe('reading', () => {
  it('an unchanged mailbox costs two requests, and several mailboxes share the HTTP calls', async () => {
    await write(1, person(1, { notes: 'n'.repeat(999) }));
    const known = ledgerAfter(await read());
    expect(await innerRequests(() => read(known))).toBe(2);

    const others = await Promise.all([1, 2, 3].map(() => GraphTestBed.open(emulator, control)));
    const options = {
      client: bed.client,
      markCodec: jsonMarkCodec,
      folderMark,
      log: silentLog,
      clock: bed.clock,
    };
    const targets = others.map((other) =>
      createGraphTargets(options).open(other.mailbox, policyId, sampleFolder()),
    );
    const records = await Promise.all(
      targets.map(async (one) => {
        await one.applyFolder({ kind: 'create', key: '', name: 'Company Contacts' }, signal);
        return ledgerAfter(await one.readFolder({ known: undefined, includeForeign: false }, signal));
      }),
    );
    const before = bed.client.counts.httpCalls;
    await Promise.all(
      targets.map((one, index) => one.readFolder({ known: records[index], includeForeign: false }, signal)),
    );
    expect(bed.client.counts.httpCalls - before).toBe(2);
    await Promise.all(others.map((other) => other.close()));
  });

  it('bears the quirks of delta: an empty first page, items that come twice', async () => {
    await control.setGraphSettings({ delta: { emptyFirstPage: true, duplicates: true } });
    await write(1);
    await write(2);
    const first = await read();
    expect(first.contacts).toHaveLength(2);
    const written = await write(3);
    const again = await read(ledgerAfter(first));
    expect(again.isFullReading).toBe(false);
    expect(again.contacts).toHaveLength(3);
    await bed.user.deleteContact(written.itemId);
    expect((await read(ledgerAfter(again))).contacts).toHaveLength(2);
  });

  it('a row that offset paging skipped is found through the delta round', async () => {
    const skipped = await write(1);
    await write(2);
    const skipping = targetOver({
      ...bed.client,
      async *pages(path, options, aborted) {
        for await (const rows of bed.client.pages(path, options, aborted)) {
          yield path.includes('createdDateTime')
            ? rows.filter((row) => recordOf(row).id !== skipped.itemId)
            : rows;
        }
      },
    });
    const { contacts } = await skipping.readFolder({ known: undefined, includeForeign: false }, signal);
    expect(contacts.map((one) => one.itemId)).toContain(skipped.itemId);
    expect(contacts).toHaveLength(2);
  });

  it('counts foreign items exactly when the user changes them, without reading everything', async () => {
    await write(1);
    const first = await bed.user.addContact(person(10), folder.folderId);
    let known = ledgerAfter(await read());
    expect(known.foreignCount).toBe(1);
    const next = async () => {
      const snapshot = await read(known);
      expect(snapshot.isFullReading).toBe(false);
      known = ledgerAfter(snapshot);
      return snapshot.foreignCount;
    };
    await bed.user.addContact(person(11), folder.folderId);
    expect(await next()).toBe(2);
    await bed.user.editContact(first, { jobTitle: 'x' });
    expect(await next()).toBe(2);
    await bed.user.deleteContact(first);
    expect(await next()).toBe(1);
    expect(await next()).toBe(1);
    // A personal distribution list is in the folder's count and in no list of contacts.
    await control.createContact(bed.address, {
      folder: folder.folderId,
      properties: { displayName: 'Friends' },
      itemClass: 'IPM.DistList',
    });
    expect(await next()).toBe(1);
    await bed.user.addContact(person(12), folder.folderId);
    expect(await next()).toBe(2);
    expect((await read()).foreignCount).toBe(2);
  });

  it('items of another policy stay in sight of incremental readings', async () => {
    await write(1);
    const other = bed.targets.open(bed.mailbox, samplePolicyId(2), sampleFolder());
    const mark = sampleMark(samplePolicyId(2), 7);
    const change: TargetChange = { kind: 'create', folderId: folder.folderId, properties: person(7), mark };
    await other.applyChanges([change], signal);
    const full = await read();
    const own = full.contacts.filter((one) => one.mark.policyId === policyId);
    const again = await read(ledgerAfter({ ...full, contacts: own }));
    expect(again.isFullReading).toBe(false);
    expect(again.contacts.map((one) => one.mark.policyId).sort()).toEqual([policyId, samplePolicyId(2)]);
  });

  it('a newer mark stays in sight of incremental readings', async () => {
    const { itemId } = await write(1);
    await bed.user.putNewerMark(itemId);
    const full = await read();
    expect(full.highestMarkVersion).toBe(2);
    expect((await read(ledgerAfter(full))).highestMarkVersion).toBe(2);
  });
});

describe('folders', () => {
  it('a folder of that name is found whether the service says 409 or 400', async () => {
    await control.setGraphSettings({ folderExistsStatus: 400 });
    const again = await target.applyFolder({ kind: 'create', key: '', name: 'Company Contacts' }, signal);
    expect(again?.folderId).toBe(folder.folderId);
  });

  it('ours is found where the user moved it, also deep below Contacts', async () => {
    const { itemId } = await write(1);
    const shelf = await bed.user.createFolder('Shelf');
    const inner = await bed.user.createFolder('Inner', shelf);
    await bed.user.moveFolder(folder.folderId, inner);
    const snapshot = await read();
    expect(snapshot.folders.map((one): FolderId => one.folderId)).toEqual([folder.folderId]);
    expect(snapshot.contacts.map((one) => one.itemId)).toEqual([itemId]);
  });
});
