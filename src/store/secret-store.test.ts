// What protects secrets in the database: encryption, binding to their row, binding to a destination.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { describeOnEachDatabase, type TestPlace } from '../../test/store-places.ts';
import { environmentId, itemId, mailboxId, runId, sourceObjectId } from '../model/ids.ts';
import type { StoredCertificate } from '../ports/secret-store.ts';
import type { MainDatabase } from './database-tables.ts';
import { openDatabases } from './open-database.ts';

const certificate = (thumbprint: string): StoredCertificate => ({
  thumbprint,
  thumbprintSha256: thumbprint.repeat(2),
  subject: `CN=${thumbprint}`,
  friendlyName: `certificate ${thumbprint}`,
  notBefore: '2026-01-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
  certificatePem: 'public part',
});
const contoso = environmentId('33333333-0000-4000-8000-000000000001');
const fabrikam = environmentId('33333333-0000-4000-8000-000000000002');

/** Changes rows behind the product's back, as somebody with access to the database could. */
async function tamper(place: TestPlace, act: (db: MainDatabase) => Promise<unknown>): Promise<void> {
  const databases = await openDatabases(place);
  await act(databases.main);
  await databases.close();
}

describeOnEachDatabase('secrets', (places) => {
  test('private keys come back exactly, small and large', async () => {
    const { secrets } = await places.open();
    for (const [thumbprint, key] of [
      ['AA', 'x'],
      ['BB', `-----BEGIN PRIVATE KEY-----\n${'Zürich 🔑 '.repeat(500)}\n`],
      ['CC', ''],
    ] as const) {
      await secrets.saveCertificate(certificate(thumbprint), key);
      expect(await secrets.readPrivateKey(thumbprint)).toBe(key);
    }
  });

  test('rows that were exchanged are refused', async () => {
    const place = await places.create();
    const { secrets } = await places.open(place);
    await secrets.saveCertificate(certificate('AA'), 'key of A');
    await secrets.saveCertificate(certificate('BB'), 'key of B');
    await tamper(place, async (db) => {
      const row = await db
        .selectFrom('certificate')
        .select('sealed_key')
        .where('thumbprint', '=', 'AA')
        .executeTakeFirstOrThrow();
      await db.updateTable('certificate').set(row).where('thumbprint', '=', 'BB').execute();
    });
    await expect(secrets.readPrivateKey('BB')).rejects.toMatchObject({ code: 'secretDamaged' });
    expect(await secrets.readPrivateKey('AA')).toBe('key of A');
  });

  test('every changed byte of a sealed key is noticed', async () => {
    const place = await places.create();
    const { secrets } = await places.open(place);
    await secrets.saveCertificate(certificate('AA'), 'key of A');
    const databases = await openDatabases(place);
    const { sealed_key: sealed } = await databases.main
      .selectFrom('certificate')
      .select('sealed_key')
      .executeTakeFirstOrThrow();
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      await databases.main.updateTable('certificate').set({ sealed_key: changed }).execute();
      const failure = await secrets.readPrivateKey('AA').catch((thrown: unknown) => thrown);
      expect([index, failure]).toEqual([
        index,
        expect.objectContaining({ code: expect.stringMatching(/^(secretDamaged|wrongKey)$/) }),
      ]);
    }
    await databases.main
      .updateTable('certificate')
      .set({ sealed_key: sealed.subarray(0, 20) })
      .execute();
    await expect(secrets.readPrivateKey('AA')).rejects.toMatchObject({ code: 'secretDamaged' });
    await databases.close();
  });

  test('an assignment that somebody pointed elsewhere is refused', async () => {
    const place = await places.create();
    const { secrets } = await places.open(place);
    await secrets.saveCertificate(certificate('AA'), 'key of A');
    await secrets.saveCertificate(certificate('BB'), 'key of B');
    await secrets.assign(contoso, 'AA', 'destination of Contoso');
    await secrets.assign(fabrikam, 'BB', 'destination of Fabrikam');
    await tamper(place, async (db) => {
      const row = await db
        .selectFrom('certificate_assignment')
        .select(['sealed', 'thumbprint'])
        .where('environment_id', '=', contoso)
        .executeTakeFirstOrThrow();
      await db
        .updateTable('certificate_assignment')
        .set(row)
        .where('environment_id', '=', fabrikam)
        .execute();
      await db
        .updateTable('certificate_assignment')
        .set({ thumbprint: 'BB' })
        .where('environment_id', '=', contoso)
        .execute();
    });
    const refused = { code: 'secretDamaged' };
    await expect(secrets.readAssigned(fabrikam, 'destination of Contoso')).rejects.toMatchObject(refused);
    await expect(secrets.readAssigned(contoso, 'destination of Contoso')).rejects.toMatchObject(refused);
  });

  test('another key is wrong at once, and nothing is stored with it', async () => {
    const place = await places.create();
    const first = await places.open(place);
    await first.secrets.saveCertificate(certificate('AA'), 'key of A');
    writeFileSync(join(place.dataDirectory, 'key'), Buffer.alloc(32, 7).toString('base64'));
    const second = await places.open(place);
    const wrong = { code: 'wrongKey' };
    await expect(second.secrets.readPrivateKey('AA')).rejects.toMatchObject(wrong);
    await expect(second.secrets.saveCertificate(certificate('BB'), 'key of B')).rejects.toMatchObject(wrong);
    await expect(second.secrets.assign(contoso, 'AA', 'd')).rejects.toMatchObject(wrong);
    const mailbox = { id: mailboxId(contoso), primarySmtpAddress: 'a@example.com' };
    await expect(second.journal.intend(runId(contoso), mailbox, [])).rejects.toMatchObject(wrong);
    // What needs no key still works, so that somebody can look and mend.
    expect(await second.secrets.listCertificates()).toEqual([certificate('AA')]);
  });

  test('no secret and no before-image is in the files in clear', async () => {
    const place = await places.create();
    const stores = await places.open(place);
    const planted = 'Geheimnis-4711-planted';
    await stores.secrets.saveCertificate(certificate('AA'), planted);
    const before = { properties: { notes: planted }, mark: undefined, folderKey: '' };
    const id = runId('11111111-0000-4000-8000-000000000001');
    const mailbox = {
      id: mailboxId('22222222-0000-4000-8000-000000000001'),
      primarySmtpAddress: 'a@example.com',
    };
    const control = 'item-id-in-clear';
    await stores.journal.intend(id, mailbox, [
      {
        change: 'update',
        sourceObjectId: sourceObjectId('44444444-0000-4000-8000-000000000001'),
        itemId: itemId(control),
        folderId: undefined,
        folderKey: '',
        fields: [{ property: 'notes', from: planted, to: `${planted} new` }],
        before,
        label: planted,
      },
    ]);
    const text = place.databaseUrl === undefined ? filesOf(place) : await rowsOf(place);
    expect(text).toContain(control);
    for (const encoding of ['utf8', 'utf16le', 'base64', 'hex'] as const) {
      const secret = Buffer.from(planted).toString(encoding).replace(/=+$/, '');
      expect(text).not.toContain(secret);
    }
    expect(text).not.toContain(readFileSync(join(place.dataDirectory, 'key'), 'utf8').trim());
  });
});

function filesOf({ dataDirectory }: TestPlace): string {
  const database = new DatabaseSync(join(dataDirectory, 'contactsync.db'));
  database.exec('pragma wal_checkpoint');
  database.close();
  const names = readdirSync(dataDirectory).filter((name) => name !== 'key');
  expect(names).toContain('contactsync.db');
  return names.map((name) => readFileSync(join(dataDirectory, name), 'latin1')).join('\n');
}

async function rowsOf(place: TestPlace): Promise<string> {
  const databases = await openDatabases(place);
  const certificates = await databases.main.selectFrom('certificate').selectAll().execute();
  const entries = await databases.main.selectFrom('journal').selectAll().execute();
  await databases.close();
  return [...certificates, ...entries]
    .flatMap((row) => Object.values(row))
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
    .join('\n');
}
