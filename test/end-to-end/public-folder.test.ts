// The contacts of public folders of Exchange Online as a source, through the command line: from the template of a policy
// to filled mailboxes, a closed sub-folder, and Exchange Online that lets Exchange Web Services in no longer.

import { readFileSync } from 'node:fs';
import type { CopyOutcomeView, CopyPlanView } from '@contactsync/contract';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startConnectProxy } from '../connect-proxy.ts';
import { Installation, type RunAnswer } from './installation.ts';

interface CopyAnswer {
  readonly plan: CopyPlanView;
  readonly outcome?: CopyOutcomeView;
}

const FOLDER = 'Contacts/Company Contacts';
const NORTH = ['Customers', 'North/South'];

let box: Installation;
let target = '';
const items = new Map<string, string>();

beforeAll(async () => {
  box = await Installation.start({ recipients: 4, mailboxes: 2 });
  const [user, reader] = await box.control.people('UserMailbox');
  target = user?.primarySmtpAddress ?? '';
  const environment = `${box.environmentText()}  mailbox: ${reader?.primarySmtpAddress}\n`;
  await box.json(['environment', 'apply', box.write('contoso.yaml', environment)]);
  await box.useNewCertificate();
  await box.control.createPublicFolder(['Customers']);
  await box.control.createPublicFolder(NORTH, { mailbox: 1 });
  for (const [name, properties] of [
    ['Anna Kern', { companyName: 'Kern KG', spouseName: 'Tom', businessPhones: ['+49 30 9018-20'] }],
    ['Bruno Maß', { categories: ['Important'] }],
    ['Carla', {}],
  ] as const) {
    const { id } = await box.control.createPublicContact(NORTH, {
      properties: { displayName: name, fileAs: `by ${name}`, ...properties },
    });
    items.set(name, id);
  }
  // As processes they are tried elsewhere.
  box.commands = 'called';
});
afterAll(() => box.close());

const run = (exitCode = 0) => box.json<RunAnswer>(['run', 'Customers'], exitCode);

async function contacts() {
  const { items: all } = await box.control.mailbox(target);
  return new Map(
    all
      .filter((item) => item.folderPath === FOLDER)
      .map((item) => [String(item.properties.displayName), item.properties]),
  );
}

describe('a public folder, from the command line', () => {
  it('is named in the template of a policy', async () => {
    const file = box.path('customers.yaml');
    await box.json([
      ...['policy', 'new', 'Customers', '--environment', 'contoso', '--source', 'publicFolder'],
      ...['--output', file],
    ]);
    const text = readFileSync(file, 'utf8')
      .replace('includeSubfolders: false', 'includeSubfolders: true')
      .replace('addresses: []', `addresses: [${target}]`);
    await box.json(['policy', 'apply', box.write('customers.yaml', text)]);
  });

  it('needs a permission of its own, which is named', async () => {
    const { report } = await run(2);
    expect(report.failures[0]?.failure.details).toMatchObject({ permission: ['full_access_as_app'] });
    await box.control.setRoles({ exchangeRoles: ['Exchange.ManageAsApp', 'full_access_as_app'] });
  });

  it('is opened by the connection test, which says what is wrong', async () => {
    const open = await box.run(['environment', 'test', 'contoso', '--policy', 'Customers']);
    expect(open.output).toMatch(
      /✓ Policy "Customers": Public folder \\Customers +this way ends on 1 April 2027/,
    );
    await box.control.setPublicFolderRights(['Customers'], 'visible');
    const closed = await box.run(['environment', 'test', 'contoso']);
    expect(closed.output).toMatch(/✗ Policy "Customers": Public folder \\Customers\s+Error 14050/);
    expect(closed.output).toContain("Add-PublicFolderClientPermission -Identity '\\Customers'");
    await box.control.setPublicFolderRights(['Customers'], 'read');
  });

  it('fills mailboxes, and warns that this way ends', async () => {
    const { report } = await run();
    expect(report).toMatchObject({ run: { state: 'finished' }, applied: { created: 3 } });
    expect(report.failures).toMatchObject([{ failure: { number: 14053 }, count: 1 }]);
    expect(report.source?.isComplete).toBe(true);
    const found = await contacts();
    expect(found.get('Anna Kern')).toMatchObject({
      companyName: 'Kern KG',
      spouseName: 'Tom',
      businessPhones: ['+4930901820'],
      fileAs: 'by Anna Kern',
    });
    expect(found.get('Bruno Maß')?.categories).toEqual(['Important']);
  });

  it('opens no contact when nothing changed, and follows what is changed and deleted', async () => {
    await box.control.clearRequests();
    expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
    const requests = await box.control.requests(10_000);
    expect(requests.filter(({ face, operation }) => face === 'ews' && operation === 'GetItem')).toEqual([]);
    await box.control.editPublicContact(items.get('Anna Kern') ?? '', { jobTitle: 'Owner' });
    await box.control.deletePublicContact(items.get('Carla') ?? '');
    expect((await run()).report).toMatchObject({
      run: { state: 'finished' },
      applied: { updated: 1, deleted: 1 },
    });
    expect((await contacts()).get('Anna Kern')?.jobTitle).toBe('Owner');
  });

  it('deletes nothing when a sub-folder is closed, and says how it is opened', async () => {
    await box.control.setPublicFolderRights(NORTH, 'visible');
    const { report } = await run(1);
    expect(report.planned).toMatchObject({ delete: 0 });
    expect(report.source?.gaps[0]).toMatchObject({
      number: 14050,
      details: { cmdlet: expect.stringContaining("-Identity '\\Customers\\North/South'") },
    });
    expect((await contacts()).size).toBe(2);
    await box.control.setPublicFolderRights(NORTH, 'read');
  });

  it('deletes nothing when Exchange Online lets Exchange Web Services in no longer', async () => {
    const path = '/EWS/Exchange.asmx';
    await box.control.addFault({ count: 1_000, path, action: { kind: 'answer', status: 403 } });
    const { report } = await run(1);
    expect(report.run.state).toBe('failed');
    expect(report.failures[0]?.failure).toMatchObject({ number: 14054 });
    expect((await contacts()).size).toBe(2);
  });

  it('is copied into a shared mailbox, from where the policy goes on with the same people', async () => {
    await box.control.clearFaults();
    const { primarySmtpAddress: shared } = await box.control.addPerson({
      recipientTypeDetails: 'SharedMailbox',
      displayName: 'Customers',
      alias: 'customers',
    });
    const copy = ['public-folder', 'copy', '--environment', 'contoso', '--folder', '\\Customers'];
    const command = [...copy, '--mailbox', shared, '--with-subfolders'];
    const test = await box.json<CopyAnswer>([...command, '--test']);
    expect(test).toMatchObject({ plan: { create: 2, targetFolder: 'Customers' } });
    expect((await box.control.mailbox(shared)).items).toEqual([]);
    const shown = await box.run(command);
    expect([shown.exitCode, shown.output]).toEqual([0, expect.stringContaining('2 copied, 0 updated')]);
    expect(await box.json(command)).toMatchObject({ plan: { create: 0, update: 0, unchanged: 2 } });
    const undoing = ['public-folder', 'copy', '--undo', '--environment', 'contoso', '--mailbox', shared];
    const undo = await box.run([...undoing, '--target-folder', 'Customers', '--test']);
    expect([undo.exitCode, undo.output]).toEqual([0, expect.stringContaining('2 contacts to Deleted Items')]);
    expect(await box.json([...command, '--restore-deleted'])).toMatchObject({ plan: { unchanged: 2 } });

    const text = (await box.run(['policy', 'export', 'Customers'])).output
      .replace('type: publicFolder', `type: sharedMailbox\n  mailbox: ${shared}`)
      .replace(/path:\s+- Customers/, 'path: [Customers]');
    await box.json(['policy', 'apply', box.write('customers.yaml', text)]);
    const { report } = await run();
    expect(report).toMatchObject({ planned: { create: 0, update: 0, delete: 0 }, failures: [] });
    expect(report.source?.isComplete).toBe(true);
    expect((await contacts()).size).toBe(2);

    const nowRead = await box.run([...undoing, '--target-folder', 'customers', '--test']);
    expect(nowRead.output).toContain('1 policy copies from this folder');
    expect(nowRead.output).toContain('"Customers"');
    const never = await box.run([...undoing, '--target-folder', 'NeverThere']);
    expect([never.exitCode, never.output]).toEqual([0, expect.stringContaining('There is no such folder')]);
    expect(never.output).not.toContain('removed');
  });

  it('is read, copied and written through the proxy of the environment, and nothing goes past it', async () => {
    const proxy = await startConnectProxy({ port: Number(new URL(box.emulator.url).port) });
    onTestFinished(() => proxy.close());
    // Nobody listens there: only the proxy leads to the emulator.
    const text = box.environmentText({ url: 'https://localhost:1' });
    const [, reader] = await box.control.people('UserMailbox');
    const proxied = `${text}  mailbox: ${reader?.primarySmtpAddress}\nproxy: ${proxy.url}\n`;
    await box.json(['environment', 'apply', box.write('contoso.yaml', proxied)]);
    await box.useNewCertificate();
    const faces = async () => {
      const all = (await box.control.requests(10_000)).map(({ face }) => face);
      return new Set(all.filter((face) => face !== 'control'));
    };
    const ended = { run: { state: 'finished' }, source: { isComplete: true } };
    await box.control.clearRequests();
    expect((await run()).report).toMatchObject(ended);
    expect(await faces()).toEqual(new Set(['entra', 'exchange-admin', 'graph']));
    const policy = (await box.run(['policy', 'export', 'Customers'])).output;
    const ofPublicFolder = policy.replace(/type: sharedMailbox\s+mailbox: .*/, 'type: publicFolder');
    await box.json(['policy', 'apply', box.write('customers.yaml', ofPublicFolder)]);
    expect((await run()).report).toMatchObject(ended);
    const shared = (await box.control.people('SharedMailbox'))[0]?.primarySmtpAddress ?? '';
    const copy = ['public-folder', 'copy', '--environment', 'contoso', '--folder', '\\Customers'];
    expect(await box.json([...copy, '--mailbox', shared, '--with-subfolders'])).toMatchObject({
      plan: { create: 0 },
    });
    expect(new Set(proxy.asked)).toEqual(new Set(['localhost:1']));
    expect(await faces()).toEqual(new Set(['entra', 'exchange-admin', 'graph', 'ews', 'autodiscover']));

    // The twin: what the proxy does not let through arrives in no other way.
    proxy.isClosed = true;
    await box.control.clearRequests();
    const alone = await run(4);
    expect(alone.report.failures[0]?.failure).toMatchObject({
      number: 12010,
      details: { proxy: new URL(proxy.url).host },
    });
    expect(await faces()).toEqual(new Set());
  });
});
