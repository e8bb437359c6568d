// The contacts of a shared mailbox as a source, through the command line and Graph: from the template of a policy to
// filled mailboxes, changes, departures, and a run that finds nothing to do.

import { readFileSync } from 'node:fs';
import type { ExplainView, MailboxPlanView } from '@contactsync/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type RunAnswer } from './installation.ts';

const FOLDER = 'Contacts/Company Contacts';
const SHARED = 'customers@contoso.example';
const ADDRESS_SET = '{00062004-0000-0000-C000-000000000046}';

let box: Installation;
let target = '';
let north = '';
const items = new Map<string, string>();

beforeAll(async () => {
  box = await Installation.start({ recipients: 4, mailboxes: 2 });
  await box.json(['environment', 'apply', box.write('contoso.yaml', box.environmentText())]);
  await box.useNewCertificate();
  const [user] = await box.control.people('UserMailbox');
  target = user?.primarySmtpAddress ?? '';
  await box.control.addPerson({
    recipientTypeDetails: 'SharedMailbox',
    displayName: 'Customers',
    alias: 'customers',
    primarySmtpAddress: SHARED,
  });
  await box.control.createFolder(SHARED, 'Customers');
  north = (await box.control.createFolder(SHARED, 'North/South', 'Contacts/Customers')).id;
  for (const [name, properties, extended] of [
    ['Anna Kern', { companyName: 'Kern KG', spouseName: 'Tom', businessPhones: ['+49 30 9018-20'] }, {}],
    ['Secret', {}, { 'Integer 0x0036': '2' }],
    [
      'Bruno Maß',
      { categories: ['Important'] },
      { 'String 0x3A1E': '+4930901821', [`String ${ADDRESS_SET} Id 0x804F`]: 'K 4711' },
    ],
    ['Carla', {}, {}],
  ] as const) {
    const { id } = await box.control.createContact(SHARED, {
      folder: north,
      properties: { displayName: name, fileAs: `by ${name}`, ...properties },
      extendedProperties: extended,
    });
    items.set(name, id);
  }
  // In Contacts itself, which the policy does not name.
  await box.control.createContact(SHARED, { properties: { displayName: 'Elsewhere' } });
  // What changed only just now may go on changing within its second: a later reading would ask once more.
  await box.control.advanceClock(60_000);
  // As processes they are tried elsewhere.
  box.commands = 'called';
});
afterAll(() => box.close());

const run = (...more: string[]) => box.json<RunAnswer>(['run', 'Customers', ...more]);

async function contacts() {
  const { items: all } = await box.control.mailbox(target);
  return new Map(
    all
      .filter((item) => item.folderPath === FOLDER)
      .map((item) => [String(item.properties.displayName), item]),
  );
}

describe('a shared mailbox, from the command line', () => {
  it('is named in the template of a policy', async () => {
    const file = box.path('customers.yaml');
    await box.json([
      ...['policy', 'new', 'Customers', '--environment', 'contoso', '--source', 'sharedMailbox'],
      ...['--mailbox', SHARED, '--output', file],
    ]);
    const text = readFileSync(file, 'utf8')
      .replace('folders: []\n  #   -', 'folders:\n    -')
      .replace('addresses: []', `addresses: [${target}]`);
    await box.json(['policy', 'apply', box.write('customers.yaml', text)]);
  });

  it('shows in a test run what would be written, and why something is not', async () => {
    const { plans, report } = await box.json<RunAnswer & { plans: MailboxPlanView[] }>([
      ...['run', 'Customers', '--test'],
    ]);
    expect(plans[0]?.changes.map(({ kind, label }) => `${kind} ${label}`).sort()).toEqual([
      'create Anna Kern',
      'create Bruno Maß',
      'create Carla',
    ]);
    expect(report.source?.excluded).toEqual({ private: 1 });
    const answer = await box.json<ExplainView>([
      ...['explain', 'Customers', '--mailbox', target, '--contact', 'Secret'],
    ]);
    expect(answer.steps.find(({ ok }) => !ok)?.text).toContain('marked as private');
    expect(await contacts()).toEqual(new Map());
  });

  it('fills mailboxes with everything that the contacts hold', async () => {
    const { report } = await run();
    expect(report).toMatchObject({ run: { state: 'finished' }, failures: [], applied: { created: 3 } });
    const found = await contacts();
    expect(found.get('Anna Kern')?.properties).toMatchObject({
      companyName: 'Kern KG',
      spouseName: 'Tom',
      businessPhones: ['+4930901820'],
      fileAs: 'by Anna Kern',
    });
    const bruno = found.get('Bruno Maß');
    expect(bruno?.properties.categories).toEqual(['Important']);
    expect(Object.values(bruno?.extendedProperties ?? {})).toEqual(
      expect.arrayContaining(['+4930901821', 'K 4711']),
    );
  });

  it('writes nothing when nothing changed, and reads nothing of the mailbox but its folders', async () => {
    await box.control.clearRequests();
    expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
    const requests = await box.control.requests(10_000);
    const { id } = await box.control.person(SHARED);
    // Contacts, the folders in it and in "Customers": parts of a batch count by themselves.
    expect(requests.filter(({ face, path }) => face === 'graph' && path.includes(id))).toHaveLength(3);
  });

  it('follows what is changed, moved away and deleted', async () => {
    await box.control.editContact(SHARED, items.get('Anna Kern') ?? '', { jobTitle: 'Owner' });
    await box.control.moveContact(SHARED, items.get('Bruno Maß') ?? '', 'Contacts');
    await box.control.deleteContact(SHARED, items.get('Carla') ?? '');
    const { report } = await run();
    expect(report).toMatchObject({ run: { state: 'finished' }, applied: { updated: 1, deleted: 2 } });
    const found = await contacts();
    expect([...found.keys()]).toEqual(['Anna Kern']);
    expect(found.get('Anna Kern')?.properties.jobTitle).toBe('Owner');
  });

  it('fills a folder together with the directory: one contact for a person of both', async () => {
    const [, other] = await box.control.people('UserMailbox');
    const address = other?.primarySmtpAddress ?? '';
    const merged = (file: string, priority: number): string => {
      const merge = `  merge: { meetBy: emailAddress, priority: ${priority} }`;
      return readFileSync(file, 'utf8')
        .replace('  name: Company Contacts\n', `  name: Company Contacts\n${merge}\n`)
        .replace('addresses: []', `addresses: [${target}]`);
    };
    const staff = box.path('staff.yaml');
    await box.json(['policy', 'new', 'Staff', '--environment', 'contoso', '--output', staff]);
    await box.json(['policy', 'apply', box.write('staff.yaml', merged(staff, 1))]);
    const customers = box.path('customers.yaml');
    const refused = await box.failure(['policy', 'apply', box.write('wrong.yaml', merged(customers, 1))]);
    expect(refused).toMatchObject({ number: 10_047, details: { otherPolicy: 'Staff' } });
    await box.json(['policy', 'apply', box.write('customers.yaml', merged(customers, 2))]);

    await box.json<RunAnswer>(['run', 'Staff']);
    const before = (await contacts()).size;
    await box.control.createContact(SHARED, {
      folder: north,
      properties: {
        displayName: 'Somebody of the staff',
        spouseName: 'Kim',
        emailAddresses: [{ address: address.toUpperCase() }],
      },
    });
    expect((await run()).report.applied).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    const answer = await box.json<ExplainView>([
      ...['explain', 'Customers', '--mailbox', target, '--contact', 'Somebody of the staff'],
    ]);
    expect(answer.answer).toContain('by the policy Staff');

    const { plans } = await box.json<RunAnswer & { plans: MailboxPlanView[] }>(['run', 'Staff', '--test']);
    expect(plans[0]?.changes.map(({ kind, fields }) => ({ kind, fields }))).toEqual([
      { kind: 'update', fields: [{ property: 'spouseName', from: '', to: 'Kim', policy: 'Customers' }] },
    ]);
    expect((await box.json<RunAnswer>(['run', 'Staff'])).report.applied).toMatchObject({ updated: 1 });
    const found = await contacts();
    expect(found.size).toBe(before);
    expect(found.get(other?.displayName ?? '')?.properties.spouseName).toBe('Kim');
    expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
    // The rest of this file is about this policy's own contact.
    await box.removePolicy('Staff');
  });

  it('deletes nothing when the folder is gone, and says which', async () => {
    await box.control.renameFolder(SHARED, north, 'Renamed');
    const { report } = await box.json<RunAnswer>(['run', 'Customers'], 1);
    expect(report.run.state).toBe('failed');
    expect(report.failures[0]?.failure).toMatchObject({
      number: 14031,
      details: { path: ['Customers', 'North/South'] },
    });
    expect((await contacts()).size).toBe(1);
  });
});
