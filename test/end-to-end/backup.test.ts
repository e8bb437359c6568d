// A backup, a life after it, and the restore: the next run repairs what the backup does not know of, nobody is there twice,
// and contacts of the users stay as they are.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import type { BackupView, RestoreView } from '@contactsync/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Installation, type RunAnswer } from './installation.ts';

const FOLDER = 'Contacts/Company Contacts';
const PASSPHRASE = { CONTACTSYNC_BACKUP_PASSPHRASE: 'correct horse battery' };

let box: Installation;
let addresses: readonly string[] = [];

beforeAll(async () => {
  box = await Installation.start({ recipients: 30, mailboxes: 4 });
  box.commands = 'called';
  await box.setUp();
});
afterAll(() => box.close());

const run = (...more: string[]) => box.json<RunAnswer>(['run', 'All staff', ...more]);

async function namesIn(address: string, isOurs: boolean): Promise<readonly string[]> {
  const { items } = await box.control.mailbox(address);
  return items
    .filter((item) => (item.folderPath === FOLDER) === isOurs)
    .map((item) => String(item.properties.displayName))
    .sort();
}

async function allMailboxes(): Promise<unknown> {
  const found: unknown[] = [];
  for (const address of addresses)
    found.push([address, await namesIn(address, true), await namesIn(address, false)]);
  return found;
}

it('converges after a restore, without a contact twice or a user’s contact touched', async () => {
  const first = await run();
  addresses = first.report.perMailbox.map(({ primarySmtpAddress }) => primarySmtpAddress);
  const [address = ''] = addresses;
  await box.control.createContact(address, { properties: { displayName: 'Dentist' } });
  const file = box.path('backup.tar');
  const backup = await box.run(['backup', file, '--with-key', '--json'], { env: PASSPHRASE });
  expect(JSON.parse(backup.output)).toMatchObject({ file, hasKey: true } satisfies Partial<BackupView>);

  // After the backup: one more, one renamed, one fewer; and written everywhere.
  const [renamed, removed] = await box.control.people('MailContact');
  await box.control.addPerson({
    recipientTypeDetails: 'MailContact',
    alias: 'late.comer',
    displayName: 'Late Comer',
    primarySmtpAddress: 'late.comer@example.com',
  });
  await box.control.changePerson(renamed?.id ?? '', { displayName: 'Renamed Person' });
  await box.control.removePerson(removed?.id ?? '');
  const unknown = await run();
  expect(unknown.report.applied.created).toBeGreaterThan(0);
  const before = await allMailboxes();
  const ours = await namesIn(address, true);

  rmSync(box.dataDirectory, { recursive: true });
  const answer = await box.run(['restore', file, '--json'], { env: PASSPHRASE });
  expect(JSON.parse(answer.output)).toMatchObject({ key: 'restored' } satisfies Partial<RestoreView>);
  expect(await box.failure(['rollback', unknown.run.id])).toMatchObject({ exitCode: 2 });

  const repaired = await run();
  expect(repaired.report.run.state).toBe('finished');
  expect(repaired.report.applied).toMatchObject({ created: 0, deleted: 0 });
  expect(await allMailboxes()).toEqual(before);
  expect(await namesIn(address, false)).toContain('Dentist');

  // A change after the backup that no run saw is made now, once.
  await box.control.changePerson(renamed?.id ?? '', { displayName: 'Renamed Again' });
  await run();
  const names = await namesIn(address, true);
  expect(names.filter((name) => name === 'Renamed Again')).toHaveLength(1);
  // The organization has namesakes, so names alone cannot tell who is there twice.
  expect(names).toHaveLength(ours.length);
  expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });

  // A run that the backup knows can be rolled back with it, as far as nobody changed what it wrote.
  const undone = await box.json<RunAnswer>(['rollback', first.run.id]);
  expect(undone.report.run.state).toMatch(/^finished/);
  expect(await namesIn(address, false)).toContain('Dentist');
});

it('keeps what was replaced, and refuses while the directory is in use', async () => {
  const file = box.path('second.tar');
  await box.json(['backup', file]);
  expect(await box.failure(['restore', file])).toMatchObject({ code: 'dataDirectoryNotEmpty', exitCode: 2 });
  const { setAside = '', key } = await box.json<RestoreView>(['restore', file, '--replace']);
  expect(key).toBe('inPlace');
  expect(existsSync(setAside)).toBe(true);
  expect(readdirSync(setAside)).toContain('contactsync.db');
  expect((await run('--test')).report.run.state).toBe('finished');
});
