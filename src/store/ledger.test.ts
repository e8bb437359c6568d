// The ledger's records: exact when whole, unknown when not.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import { describeOnEachDatabase, temporaryDirectory } from '../../test/store-places.ts';
import { folderId, itemId, mailboxId, policyId, sourceObjectId } from '../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../model/ledger-record.ts';
import { silentLog } from '../ports/log.ts';
import type { LedgerTables } from './database-tables.ts';
import { createLedger } from './ledger.ts';
import { decodeLedgerRecord, encodeLedgerRecord } from './ledger-record-format.ts';
import { migrate } from './migrate.ts';
import { LEDGER_MIGRATIONS } from './migrations/all.ts';
import { openDatabases } from './open-database.ts';
import { openSqliteDialect } from './sqlite.ts';

const policy = policyId('11111111-0000-4000-8000-000000000001');
const mailbox = mailboxId('22222222-0000-4000-8000-000000000001');
const otherMailbox = mailboxId('22222222-0000-4000-8000-000000000002');

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const entry: fc.Arbitrary<LedgerEntry> = fc
  .record({
    sourceObjectId: fc.uuid().map(sourceObjectId),
    itemId: text.map(itemId),
    version: text,
    folderKey: text,
    createdAt: text,
    markVersion: fc.nat(),
    fingerprint: text,
    fieldFingerprints: text,
    contested: fc.option(fc.dictionary(fc.constantFrom('displayName', 'notes'), fc.nat(9)), {
      nil: undefined,
    }),
  })
  .map(({ contested, ...rest }) =>
    contested === undefined ? rest : { ...rest, contested: { ...contested } },
  );
const mark = fc.record({
  version: fc.nat(),
  policyId: fc.constant(policy),
  sourceObjectId: fc.option(fc.uuid().map(sourceObjectId), { nil: undefined }),
  fingerprint: text,
  fieldFingerprints: text,
});
const record: fc.Arbitrary<LedgerRecord> = fc
  .record({
    policyId: fc.constant(policy),
    mailboxId: fc.constant(mailbox),
    isDirty: fc.boolean(),
    rulesDigest: text,
    foreignCount: fc.nat(),
    missing: fc.option(fc.array(fc.uuid().map(sourceObjectId)), { nil: undefined }),
    missingEntries: fc.option(fc.array(entry), { nil: undefined }),
    alsoOurs: fc.option(fc.array(text.map(itemId)), { nil: undefined }),
    others: fc.option(
      fc.array(
        fc.record({
          policyId: fc.constant(policy),
          sourceObjectId: fc.uuid().map(sourceObjectId),
          itemId: text.map(itemId),
          folderKey: text,
          markVersion: fc.nat(),
        }),
        { maxLength: 5 },
      ),
      { nil: undefined },
    ),
    folders: fc.array(
      fc.record({
        key: text,
        folderId: text.map(folderId),
        name: text,
        mark: fc.option(mark, { nil: undefined }),
        syncToken: fc.option(text, { nil: undefined }),
      }),
      { maxLength: 4 },
    ),
    entries: fc.array(entry, { maxLength: 20 }),
  })
  .map(({ missing, missingEntries, alsoOurs, others, ...rest }) => ({
    ...rest,
    ...(missing === undefined ? {} : { missing }),
    ...(missingEntries === undefined ? {} : { missingEntries }),
    ...(alsoOurs === undefined ? {} : { alsoOurs }),
    ...(others === undefined ? {} : { others }),
  }));

test('any record comes back exactly', () => {
  holds(
    fc.property(record, (written) => {
      const { isDirty: _, ...rest } = written;
      expect(decodeLedgerRecord(encodeLedgerRecord(written), policy, mailbox)).toEqual(rest);
    }),
  );
});

const sample = fc.sample(record, { numRuns: 40, seed: 3 }).find(({ entries }) => entries.length > 5);
if (sample === undefined) throw new Error('the samples hold records with entries');

test('a record with a byte changed, cut short or of another format is unknown, never wrong', () => {
  const bytes = encodeLedgerRecord(sample);
  const { isDirty: _, ...rest } = sample;
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 0x10;
    const decoded = decodeLedgerRecord(changed, policy, mailbox);
    // zlib's header holds hints that change nothing.
    if (decoded !== undefined) expect(decoded).toEqual(rest);
    expect(decodeLedgerRecord(bytes.subarray(0, index), policy, mailbox)).toBeUndefined();
  }
  expect(
    decodeLedgerRecord(Buffer.concat([Buffer.from([0]), bytes.subarray(1)]), policy, mailbox),
  ).toBeUndefined();
  expect(
    decodeLedgerRecord(Buffer.concat([Buffer.from([2]), bytes.subarray(1)]), policy, mailbox),
  ).toBeUndefined();
});

test("another mailbox's record is not believed", () => {
  expect(decodeLedgerRecord(encodeLedgerRecord(sample), policy, otherMailbox)).toBeUndefined();
});

test('5,000 contacts take well below a megabyte', () => {
  const hex = (number: number, length: number) => number.toString(16).padStart(length, '0');
  // Like Graph's: a long common beginning, random endings.
  const entries = Array.from({ length: 5_000 }, (_, index): LedgerEntry => {
    const random = (salt: number) => Math.imul(index + salt, 2_654_435_761) >>> 0;
    return {
      sourceObjectId: sourceObjectId(`${hex(random(1), 8)}-0000-4000-8000-${hex(random(2), 12)}`),
      itemId: itemId(
        `${'AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OA'.repeat(2)}${hex(random(3), 8)}=`,
      ),
      version: `EQAAABYAAAB${hex(random(4), 8)}${hex(random(5), 8)}`,
      folderKey: '',
      createdAt: new Date(1_780_000_000_000 + index * 1_000).toISOString(),
      markVersion: 1,
      fingerprint: hex(random(6), 8) + hex(random(7), 8),
      fieldFingerprints: `${hex(random(8), 8)}${hex(random(9), 8)}${hex(random(10), 8)}`,
    };
  });
  expect(encodeLedgerRecord({ ...sample, entries }).length).toBeLessThan(800_000);
});

describeOnEachDatabase('ledger', (places) => {
  test('a damaged row is unknown, and can be written again', async () => {
    const place = await places.create();
    const { ledger } = await places.open(place);
    await ledger.write({ ...sample, isDirty: false });
    const databases = await openDatabases(place);
    await databases.ledger
      .updateTable('ledger')
      .set({ body: Buffer.from('nonsense') })
      .execute();
    await databases.close();
    expect(await ledger.read(policy, mailbox)).toBeUndefined();
    await ledger.write({ ...sample, isDirty: false });
    expect(await ledger.read(policy, mailbox)).toEqual({ ...sample, isDirty: false });
  });

  test('dirty keeps what was known', async () => {
    const { ledger } = await places.open();
    await ledger.write({ ...sample, isDirty: false });
    await ledger.markDirty(policy, mailbox);
    expect(await ledger.read(policy, mailbox)).toEqual({ ...sample, isDirty: true });
  });
});

test('damage of the database itself is noticed, reported and read as unknown', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'ledger.db');
  const open = () => new Kysely<LedgerTables>({ dialect: openSqliteDialect(path) });
  const whole = open();
  await migrate(whole as unknown as Kysely<unknown>, LEDGER_MIGRATIONS);
  await createLedger(whole, { log: silentLog, onDamage: () => {} }).write(sample);
  await whole.destroy();
  const bytes = readFileSync(path);
  // The first page, with the schema, stays: this is a damage that opening does not show.
  bytes.fill(0xab, 4_096);
  writeFileSync(path, bytes);

  let reports = 0;
  const damaged = open();
  const ledger = createLedger(damaged, { log: silentLog, onDamage: () => (reports += 1) });
  expect(await ledger.read(policy, mailbox)).toBeUndefined();
  expect(reports).toBe(1);
  await expect(ledger.markDirty(policy, mailbox)).rejects.toMatchObject({ code: 'databaseCorrupt' });
  expect(reports).toBe(2);
  await damaged.destroy();
  rmSync(directory, { recursive: true });
});
