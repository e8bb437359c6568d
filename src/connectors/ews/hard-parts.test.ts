// The hard parts that belong to this connector, by their names.

import { seededApp } from '@contactsync/emulator';
import { describe, expect, it } from 'vitest';
import {
  fullPerson,
  person,
  sampleFolder,
  sampleMark,
  withoutNormalization,
} from '../../../test/contract/sample.ts';
import { itemId } from '../../model/ids.ts';
import type { LedgerRecord } from '../../model/ledger-record.ts';
import type { FolderSnapshot } from '../../model/mailbox.ts';
import type { TargetChange } from '../../model/plan.ts';
import { silentLog } from '../../ports/log.ts';
import type { MailboxTarget } from '../../ports/mailbox-target.ts';
import { isNewer } from '../contact-folder/found-mark.ts';
import { createGraphTargets } from '../graph/graph-mailbox-target.ts';
import { folderMark, jsonMarkCodec } from '../graph/testing/graph-test-bed.ts';
import { createGraphClient } from '../graph-client/index.ts';
import { createHttpClient } from '../http/http-client.ts';
import { createEwsClient } from './ews-client.ts';
import { createEwsTargets } from './ews-mailbox-target.ts';
import { listItems } from './item-rows.ts';
import { sessionOf } from './mailbox-session.ts';
import {
  apply,
  bed,
  control,
  creation,
  emulator,
  folder,
  ledgerAfter,
  policyId,
  read,
  requests,
  requestsByOperation,
  signal,
  storedItems,
  target,
  useEwsBench,
  write,
} from './testing/ews-bench.ts';

useEwsBench();

describe('Marks must fit in 255 characters', () => {
  const marked = (length: number) => {
    const mark = { ...sampleMark(policyId, 1), fieldFingerprints: 'F'.repeat(length) };
    return apply({ ...creation(1), mark } as TargetChange);
  };

  it('two named properties below the limit, whole in a list, and nothing else of ours in the mailbox', async () => {
    await marked(250);
    const [item] = await storedItems();
    const values = Object.entries(item?.extendedProperties ?? {}).filter(([id]) => id.includes(' Name '));
    expect(values.map(([id]) => id.replace(/^.* Name /, '')).sort()).toEqual([
      'ContactSyncFields',
      'ContactSyncIdentity',
    ]);
    for (const [, value] of values) expect(value.length).toBeLessThan(255);
    expect((await read()).contacts[0]?.mark.fieldFingerprints).toBe('F'.repeat(250));
  });

  it('twin: a longer one would come back cut from a list', async () => {
    await marked(300);
    const options = {
      url: () => Promise.resolve(emulator.ewsUrl),
      http: bed.http,
      impersonate: true,
      clock: bed.clock,
      log: silentLog,
      random: () => 0,
    };
    const session = sessionOf(bed.mailbox, { ...options, client: createEwsClient(options) });
    for await (const { mark } of listItems(session, jsonMarkCodec, folder.folderId, signal)) {
      expect(mark !== undefined && !isNewer(mark) && mark.fieldFingerprints).toBe('F'.repeat(255));
    }
  });
});

describe('Never compare a long value that came from a list', () => {
  it('a contact whose version is not the known one is opened', async () => {
    const long = person(1, { notes: `${'n'.repeat(600)} end`, businessStreet: 's'.repeat(400) });
    await write(1, long);
    await write(2);
    expect(await requestsByOperation(read)).toEqual({ FindFolder: 1, SyncFolderItems: 1, GetItem: 1 });
    const contacts = (await read()).contacts;
    expect(contacts.find((one) => one.properties?.notes !== undefined)?.properties).toEqual(long);
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
    const { itemId: id, version } = await write(1, sent);
    const [contact] = (await read()).contacts;
    expect(contact).toMatchObject({ itemId: id, version });
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
    await apply({
      kind: 'update',
      ...written,
      set,
      whole: { ...before, ...set },
      mark: sampleMark(policyId, 1),
    });
    expect((await read()).contacts[0]?.properties).toMatchObject({ ...before, ...set });
  });
});

describe('Own writes come back', () => {
  it('in the next round of changes, and are recognized by their version: no item is opened', async () => {
    const first = await read();
    const outcomes = await apply(...Array.from({ length: 20 }, (_, index) => creation(index + 1)));
    const written = ledgerAfter(await read());
    let again: FolderSnapshot | undefined;
    const seen = await requestsByOperation(async () => {
      again = await read({ ...written, folders: first.folders });
    });
    expect(seen).toEqual({ FindFolder: 1, SyncFolderItems: 1 });
    expect(again?.isFullReading).toBe(false);
    expect(again?.contacts.every((contact) => contact.properties === undefined)).toBe(true);
    expect(again?.contacts.map((contact) => contact.version).sort()).toEqual(
      outcomes.map((outcome) => (outcome.status === 'applied' ? outcome.version : '')).sort(),
    );
  });

  it('twin: with other versions in the ledger they are opened', async () => {
    const first = await read();
    await write(1);
    const written = ledgerAfter(await read());
    const entries = written.entries.map((entry) => ({ ...entry, version: 'another' }));
    expect(await requests(() => read({ ...written, entries, folders: first.folders }))).toBe(3);
  });

  it('own deletions come back without making anybody count the foreign items again', async () => {
    const written = [await write(1), await write(2)];
    await bed.user.addContact(person(10), folder.folderId);
    const known = ledgerAfter(await read());
    await apply(...written.map((one): TargetChange => ({ kind: 'delete', ...one, mode: 'hard' })));
    let again: FolderSnapshot | undefined;
    const seen = await requestsByOperation(async () => {
      again = await read({ ...known, entries: [] });
    });
    expect(seen).toEqual({ FindFolder: 1, SyncFolderItems: 1 });
    expect(again).toMatchObject({ foreignCount: 1, contacts: [], isFullReading: false });
  });

  it('the token of a fresh folder saves the first reading after the first run', async () => {
    await apply(creation(1), creation(2));
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
});

// By the server's clock, which the test moves: a stamp is only relied upon after a while.
describe('An unchanged mailbox', () => {
  const MINUTE = 60_000;

  function byServerClock(folderPart = sampleFolder()): {
    readonly opened: MailboxTarget;
    readonly count: () => number;
  } {
    const targets = createEwsTargets({
      url: () => Promise.resolve(emulator.ewsUrl),
      http: bed.http,
      markCodec: jsonMarkCodec,
      folderMark,
      impersonate: true,
      log: silentLog,
      clock: emulator.clock,
      random: () => 0,
    });
    return { opened: targets.open(bed.mailbox, policyId, folderPart), count: () => targets.counts.requests };
  }

  async function readOnce(known: LedgerRecord | undefined, folderPart = sampleFolder()) {
    const { opened, count } = byServerClock(folderPart);
    const snapshot = await opened.readFolder({ known, includeForeign: false }, signal);
    return { snapshot, requests: count() };
  }

  async function settled(): Promise<LedgerRecord> {
    await write(1);
    await write(2);
    await control.advanceClock(10 * MINUTE);
    return ledgerAfter((await readOnce(undefined)).snapshot);
  }

  it('costs one request, again and again, with sub-folders too; once a day it is asked for changes', async () => {
    const sub = { kind: 'create', key: 'contoso.example', name: 'contoso.example' } as const;
    await target.applyFolder(sub, signal);
    let known = await settled();
    for (let run = 0; run < 3; run += 1) {
      await control.advanceClock(30 * MINUTE);
      const { snapshot, requests: made } = await readOnce(known);
      expect(made).toBe(1);
      expect(snapshot.contacts).toHaveLength(2);
      expect(snapshot.isFullReading).toBe(false);
      known = ledgerAfter(snapshot);
    }
    await control.advanceClock(25 * 60 * MINUTE);
    expect((await readOnce(known)).requests).toBe(3);
  });

  it('costs two while the last change is fresh', async () => {
    await write(1);
    const known = ledgerAfter((await readOnce(undefined)).snapshot);
    expect((await readOnce(known)).requests).toBe(2);
  });

  it.each<readonly [string, (known: LedgerRecord) => Promise<unknown>]>([
    [
      'an edit',
      (known) => bed.user.editContact(known.entries[0]?.itemId ?? itemId(''), { jobTitle: 'Chief' }),
    ],
    ['a deletion', (known) => bed.user.deleteContact(known.entries[1]?.itemId ?? itemId(''))],
    ['a contact of the user', () => bed.user.addContact(person(7), folder.folderId)],
    [
      'one deleted and one added',
      async (known) => {
        await bed.user.deleteContact(known.entries[1]?.itemId ?? itemId(''));
        await bed.user.addContact(person(7), folder.folderId);
      },
    ],
    ['the folder deleted', () => bed.user.deleteFolder(folder.folderId)],
    ['the folder renamed', () => bed.user.renameFolder(folder.folderId, 'Mine')],
    [
      'the folder moved',
      async () => bed.user.moveFolder(folder.folderId, await bed.user.createFolder('Shelf')),
    ],
  ])('is not unchanged after %s', async (_, happens) => {
    const known = await settled();
    await control.advanceClock(MINUTE);
    await happens(known);
    await control.advanceClock(10 * MINUTE);
    const { snapshot: byStamp } = await readOnce(known);
    const { snapshot: inFull } = await readOnce(undefined);
    const seen = ({ folders, contacts, foreignCount }: FolderSnapshot) => ({
      folders: folders.map(({ name, folderId }) => [name, folderId]),
      versions: contacts.map(({ itemId: id, version }) => `${id} ${version}`).sort(),
      foreignCount,
    });
    expect(seen(byStamp)).toEqual(seen(inFull));
  });
});

describe('Identity', () => {
  it('a mailbox that moves to the cloud keeps folder, contacts and marks: Graph reads what EWS wrote', async () => {
    const contact = fullPerson([]);
    await write(1, contact);
    const http = createHttpClient({
      allowedHosts: [new URL(emulator.url).host],
      additionalCa: emulator.caPem,
      log: silentLog,
      clock: bed.clock,
    });
    const targets = createGraphTargets({
      client: createGraphClient({
        baseUrl: emulator.url,
        tokens: { token: async () => ({ value: emulator.issueToken(seededApp.clientId, 'graph') }) },
        http,
        log: silentLog,
        clock: bed.clock,
      }),
      markCodec: jsonMarkCodec,
      folderMark,
      log: silentLog,
      clock: bed.clock,
    });
    const throughGraph = targets.open(
      { ...bed.mailbox, location: 'exchangeOnline' },
      policyId,
      sampleFolder(),
    );
    const snapshot = await throughGraph.readFolder({ known: undefined, includeForeign: false }, signal);
    await http.close();
    expect(snapshot.folders[0]?.mark).toEqual(folder.mark);
    expect(snapshot.contacts[0]?.mark).toEqual(sampleMark(policyId, 1));
    expect(withoutNormalization(snapshot.contacts[0]?.properties ?? {})).toEqual(
      withoutNormalization(contact),
    );
    const fromEws = (await read()).contacts[0];
    expect(withoutNormalization(fromEws?.properties ?? {})).toEqual(withoutNormalization(contact));
  });
});
