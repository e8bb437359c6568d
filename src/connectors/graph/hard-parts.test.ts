// The hard parts that belong to this connector, by their names.

import { describe, expect, it } from 'vitest';
import { person, sampleMark } from '../../../test/contract/sample.ts';
import type { FolderSnapshot } from '../../model/mailbox.ts';
import type { TargetChange } from '../../model/plan.ts';
import { isNewer } from '../contact-folder/found-mark.ts';
import { decodeContact } from './codec.ts';
import { markOf, recordOf } from './mailbox-requests.ts';
import { EXPAND_ALL } from './schema.ts';
import {
  bed,
  creation,
  folder,
  innerRequests,
  ledgerAfter,
  policyId,
  read,
  signal,
  storedItems,
  target,
  useGraphBench,
  write,
} from './testing/graph-bench.ts';
import { jsonMarkCodec } from './testing/graph-test-bed.ts';

useGraphBench();

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
