// Before-images come back exactly, or not at all.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeOnEachDatabase } from '../../test/store-places.ts';
import { CONTACT_PROPERTY_NAMES, type ContactProperties } from '../model/contact.ts';
import { folderId, itemId, mailboxId, policyId, runId, sourceObjectId } from '../model/ids.ts';
import type { JournalEntry, JournalIntent } from '../model/ledger-record.ts';
import type { Journal } from '../ports/journal.ts';
import { openDatabases } from './open-database.ts';

const run = runId('11111111-0000-4000-8000-000000000001');
const mailbox = {
  id: mailboxId('22222222-0000-4000-8000-000000000001'),
  primarySmtpAddress: 'a@example.com',
};
const person = sourceObjectId('44444444-0000-4000-8000-000000000001');

const intent = (label: string, properties: ContactProperties = {}): JournalIntent => ({
  change: 'delete',
  sourceObjectId: person,
  itemId: itemId('AAMk='),
  folderId: folderId('AQMk='),
  folderKey: 'example.com',
  fields: [{ property: 'notes', from: label, to: '' }],
  before: {
    properties,
    mark: {
      version: 1,
      policyId: policyId(person),
      sourceObjectId: person,
      fingerprint: 'f',
      fieldFingerprints: 'ff',
    },
    folderKey: 'example.com',
  },
  label,
});

async function entriesOf(journal: Journal): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of journal.readRun(run)) entries.push(entry);
  return entries;
}

describeOnEachDatabase('journal', (places) => {
  test('before-images with every kind of text come back exactly', async () => {
    const { journal } = await places.open();
    const texts = [
      'Jürgen Weiß',
      'e\u0301 is not é',
      '山田太郎',
      'محمد \u200F(x)',
      '👩‍👩‍👧 👍🏽',
      'a\u0000b\u0001\u001f',
      '\uD800 lone, \uDC00 lone',
      'line\r\nline\u2028line',
      '\\ " \' ` <b> %s',
      'x'.repeat(32_000),
    ];
    await journal.intend(
      run,
      mailbox,
      texts.map((text) => intent(text, { notes: text, displayName: text })),
    );
    const entries = await entriesOf(journal);
    expect(entries.map((entry) => entry.before?.properties.notes)).toEqual(texts);
    expect(entries.map((entry) => entry.label)).toEqual(texts);
    expect(entries[0]).toEqual({
      ...intent('Jürgen Weiß', { notes: 'Jürgen Weiß', displayName: 'Jürgen Weiß' }),
      id: entries[0]?.id,
      runId: run,
      mailboxId: mailbox.id,
      primarySmtpAddress: mailbox.primarySmtpAddress,
      outcome: undefined,
      newItemId: undefined,
      newVersion: undefined,
    });
  });

  test('any contact comes back exactly', async () => {
    const { journal } = await places.open();
    const properties = fc.dictionary(
      fc.constantFrom(...CONTACT_PROPERTY_NAMES),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    );
    const contacts = fc.sample(properties, { numRuns: 300, seed: 7 });
    await journal.intend(
      run,
      mailbox,
      contacts.map((contact, index) => intent(String(index), contact)),
    );
    expect((await entriesOf(journal)).map((entry) => entry.before?.properties)).toEqual(
      contacts.map((contact) => ({ ...contact })),
    );
  });

  test('ids are in input order, also for more entries than one statement takes', async () => {
    const { journal } = await places.open();
    const labels = Array.from({ length: 1_001 }, (_, index) => String(index));
    const ids = await journal.intend(
      run,
      mailbox,
      labels.map((label) => intent(label)),
    );
    const labelOf = new Map((await entriesOf(journal)).map((entry) => [entry.id, entry.label]));
    expect(ids.map((id) => labelOf.get(id))).toEqual(labels);
    await expect(entriesOf(journal).then((all) => all.map((entry) => entry.label))).resolves.toEqual(labels);
  });

  test('an entry that was changed or put under another item is refused', async () => {
    const place = await places.create();
    const { journal } = await places.open(place);
    await journal.intend(run, mailbox, [intent('A')]);
    const databases = await openDatabases(place);
    await databases.main.updateTable('journal').set({ item_id: 'another' }).execute();
    await databases.close();
    await expect(entriesOf(journal)).rejects.toMatchObject({ code: 'journalDamaged' });
  });

  test('outcomes are all recorded or none', async () => {
    const { journal } = await places.open();
    const ids = await journal.intend(run, mailbox, [intent('A'), intent('B')]);
    const gone = { status: 'gone' } as const;
    await expect(journal.record([ids[0] ?? 0, 999_999], [gone, gone])).rejects.toThrow(RangeError);
    expect((await entriesOf(journal)).map((entry) => entry.outcome)).toEqual([undefined, undefined]);
    await journal.record(ids, [gone, { status: 'applied', itemId: itemId('new'), version: 'v2' }]);
    expect(
      (await entriesOf(journal)).map((entry) => [entry.outcome, entry.newItemId, entry.newVersion]),
    ).toEqual([
      ['gone', undefined, undefined],
      ['applied', 'new', 'v2'],
    ]);
  });

  test('while a run is read more may be written', async () => {
    const { journal } = await places.open();
    await journal.intend(run, mailbox, [intent('A'), intent('B')]);
    const seen: string[] = [];
    for await (const entry of journal.readRun(run)) {
      seen.push(entry.label);
      if (seen.length === 1) await journal.intend(run, mailbox, [intent('C')]);
    }
    expect(seen).toEqual(['A', 'B', 'C']);
  });
});
