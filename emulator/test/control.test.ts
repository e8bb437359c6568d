// The control API through its client: life in the directory, users in their mailboxes, clock, faults, log. Also
// the emulator as a process of its own.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { operationNames } from '../src/control/control.ts';
import { EmulatorControl, type RunningEmulator, seededApp, startEmulator } from '../src/index.ts';
import { HttpsClient } from './https-client.ts';

let emulator: RunningEmulator;
let control: EmulatorControl;
let http: HttpsClient;
/** The address of a user with a mailbox. */
let user: string;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 30, mailboxes: 5 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
  http = new HttpsClient(emulator.caPem);
});

afterAll(async () => {
  await control.close();
  await http.close();
  await emulator.close();
});

beforeEach(async () => {
  await control.reset({ recipients: 30, mailboxes: 5 });
  user = (await control.people('UserMailbox'))[0]?.primarySmtpAddress ?? '';
});

afterEach(async () => {
  expect(await control.unconsumedFaults()).toEqual([]);
});

test('reset gives the same people again and keeps the app registrations', async () => {
  const before = await control.people();
  await control.removePerson(before[0]?.id ?? '');
  await control.setRoles({ graphRoles: ['Contacts.ReadWrite'] });
  expect(await control.people()).toHaveLength(29);
  const organization = await control.reset({ recipients: 30, mailboxes: 5 });
  expect(organization.apps[0]?.graphRoles).toEqual(['Contacts.ReadWrite']);
  expect(await control.people()).toEqual(before);
  const fresh = await control.reset({ recipients: 30, mailboxes: 5, keepApps: false });
  expect(fresh.apps[0]?.graphRoles).toContain('User.Read.All');
});

test('people join, change, are marked, hidden, change their type and leave', async () => {
  const joined = await control.addPerson({
    displayName: 'Nova Nová',
    alias: 'nova.nova',
    recipientTypeDetails: 'UserMailbox',
    person: { firstName: 'Nova', lastName: 'Nová', title: 'Buyer' },
    manager: user,
  });
  expect(joined).toMatchObject({ primarySmtpAddress: 'nova.nova@contoso.example', hasMailbox: true });

  const changed = await control.changePerson('nova.nova', {
    displayName: 'Nova Stará',
    person: { lastName: 'Stará', title: null },
    primarySmtpAddress: 'nova.stara@contoso.example',
    otherAddresses: ['nova.nova@contoso.example'],
    customAttributes: { 3: 'NoContactSync' },
    hiddenFromAddressLists: true,
  });
  expect(changed).toMatchObject({
    id: joined.id,
    displayName: 'Nova Stará',
    person: { firstName: 'Nova', lastName: 'Stará' },
    emailAddresses: ['SMTP:nova.stara@contoso.example', 'smtp:nova.nova@contoso.example'],
    customAttributes: { 3: 'NoContactSync' },
    hiddenFromAddressLists: true,
  });
  expect(changed.person).not.toHaveProperty('title');

  const external = await control.changePerson('nova.nova', {
    recipientTypeDetails: 'MailContact',
    externalEmailAddress: 'nova@fabrikam.example',
  });
  expect(external).toMatchObject({
    id: joined.id,
    hasMailbox: false,
    externalEmailAddress: 'nova@fabrikam.example',
  });
  expect(external).not.toHaveProperty('userPrincipalName');

  await control.removePerson('nova.nova');
  await expect(control.person('nova.nova')).rejects.toMatchObject({ status: 404, code: 'RecipientNotFound' });
});

test('somebody who left can come back as who they were, and leaves no dangling links meanwhile', async () => {
  const group = await control.addPerson({
    displayName: 'Team',
    alias: 'team',
    recipientTypeDetails: 'MailUniversalDistributionGroup',
    members: [user],
  });
  const gone = await control.removePerson(user);
  expect((await control.person(group.id)).memberIds).toEqual([]);
  const back = await control.addPerson({
    id: gone.id,
    displayName: gone.displayName,
    alias: gone.alias,
    recipientTypeDetails: 'UserMailbox',
  });
  expect(back.id).toBe(gone.id);
  const members = (await control.changeMembers('team', { add: [back.id] })).memberIds;
  expect(members).toEqual([back.id]);
});

test('a user makes, edits, copies, moves and deletes contacts in any folder', async () => {
  const folder = await control.createFolder(user, 'Company');
  expect(folder.path).toBe('Contacts/Company');
  const made = await control.createContact(user, {
    folder: 'Contacts/Company',
    properties: { givenName: ' Erika ', surname: 'Muster', emailAddresses: [{ address: 'e@example.net' }] },
    extendedProperties: { 'String {2F0C9F2E-5B7E-4C0B-9D0E-0D6B6E6F7A11} Name Mark': 'x' },
  });
  expect(made).toMatchObject({
    folderId: folder.id,
    properties: {
      givenName: 'Erika',
      displayName: 'Erika Muster',
      fileAs: 'Muster, Erika',
      emailAddresses: [{ name: 'e@example.net', address: 'e@example.net' }],
    },
    extendedProperties: { 'String {2f0c9f2e-5b7e-4c0b-9d0e-0d6b6e6f7a11} Name Mark': 'x' },
  });

  const edited = await control.editContact(user, made.id, { mobilePhone: '+49 171 3920012', surname: null });
  expect(edited.id).toBe(made.id);
  expect(edited.changeKey).not.toBe(made.changeKey);
  expect(edited.properties).toMatchObject({ mobilePhone: '+49 171 3920012', displayName: 'Erika' });

  const copy = await control.copyContact(user, made.id, 'Contacts');
  expect(copy.immutableId).not.toBe(made.immutableId);
  expect(copy.extendedProperties).toEqual(made.extendedProperties);

  const moved = await control.moveContact(user, made.id, 'Contacts');
  expect(moved.id).not.toBe(made.id);
  expect(moved.immutableId).toBe(made.immutableId);

  await control.deleteContact(user, moved.id);
  const deleted = (await control.mailbox(user)).items.find((item) => item.immutableId === made.immutableId);
  expect(deleted?.folderPath).toBe('Deleted Items');
  await control.emptyDeletedItems(user);
  const left = (await control.mailbox(user)).items.map((item) => item.immutableId);
  expect(left).not.toContain(made.immutableId);
  expect(left).toContain(copy.immutableId);
});

test('folders are renamed, moved, deleted with what is in them, and gone when Deleted Items is emptied', async () => {
  const company = await control.createFolder(user, 'Company');
  const team = await control.createFolder(user, 'Team', 'Contacts/Company');
  const contact = await control.createContact(user, {
    folder: team.id,
    properties: { givenName: 'In Team' },
  });
  await expect(control.createFolder(user, 'COMPANY')).rejects.toMatchObject({ code: 'ErrorFolderExists' });
  await expect(control.moveFolder(user, company.id, team.id)).rejects.toMatchObject({
    code: 'ErrorMoveCopyFailed',
  });
  await expect(control.deleteFolder(user, 'Contacts')).rejects.toMatchObject({
    code: 'ErrorDeleteDistinguishedFolder',
  });
  expect((await control.renameFolder(user, company.id, 'Firma')).path).toBe('Contacts/Firma');
  expect((await control.moveFolder(user, team.id, 'Contacts')).path).toBe('Contacts/Team');

  await control.deleteFolder(user, team.id);
  const after = await control.mailbox(user);
  expect(after.folders.find((one) => one.id === team.id)).toMatchObject({
    path: 'Deleted Items/Team',
    isDeleted: true,
  });
  expect(after.items.find((one) => one.id === contact.id)?.folderPath).toBe('Deleted Items/Team');
  await control.emptyDeletedItems(user);
  const empty = await control.mailbox(user);
  expect(empty.folders.map((one) => one.id)).not.toContain(team.id);
  expect(empty.items.map((one) => one.id)).not.toContain(contact.id);
});

test('looking changes nothing: two views of an untouched mailbox are equal byte by byte', async () => {
  const before = JSON.stringify(await control.mailbox(user));
  await control.people();
  expect(JSON.stringify(await control.mailbox(user))).toBe(before);
  const [item] = (await control.mailbox(user)).items;
  await control.touchContact(user, item?.id ?? '');
  expect(JSON.stringify(await control.mailbox(user))).not.toBe(before);
});

test('the clock goes forward only', async () => {
  const before = await control.now();
  const after = await control.advanceClock(24 * 60 * 60 * 1000);
  expect(after.getTime() - before.getTime()).toBeGreaterThanOrEqual(24 * 60 * 60 * 1000);
  await expect(control.advanceClock(-1)).rejects.toMatchObject({ code: 'InvalidRequest' });
});

function invoke() {
  return http.send('POST', `${emulator.url}/adminapi/beta/contoso.example/InvokeCommand`, {
    headers: {
      Authorization: `Bearer ${emulator.issueToken(seededApp.clientId, 'exchange')}`,
      'Content-Type': 'application/json',
      'X-AnchorMailbox': 'UPN:someone@contoso.example',
      'client-request-id': 'my-request',
    },
    body: JSON.stringify({ CmdletInput: { CmdletName: 'Get-OrganizationConfig', Parameters: {} } }),
  });
}

test('scripted answers meet the requests they match, in order, then everything is as before', async () => {
  await control.addFault({
    face: 'exchange-admin',
    bodyText: 'Get-OrganizationConfig',
    after: 1,
    count: 2,
    action: {
      kind: 'answer',
      status: 429,
      headers: { 'Retry-After': '7' },
      body: { error: { code: 'TooManyRequests' } },
    },
  });
  await control.addFault({ face: 'entra', action: { kind: 'drop' } });
  const answers = [await invoke(), await invoke(), await invoke(), await invoke()];
  expect(answers.map((answer) => answer.status)).toEqual([200, 429, 429, 200]);
  expect(answers[1]?.headers['retry-after']).toBe('7');
  expect(await control.unconsumedFaults()).toMatchObject([{ face: 'entra', count: 1 }]);
  await control.clearFaults();
});

test('a dropped connection has no answer; a lost answer has done its work', async () => {
  await control.addFault({ path: '/InvokeCommand$', action: { kind: 'drop' } });
  await expect(invoke()).rejects.toThrow();
  await control.addFault({ method: 'post', path: '/InvokeCommand$', action: { kind: 'process-then-drop' } });
  await expect(invoke()).rejects.toThrow();
  await control.addFault({ path: '/InvokeCommand$', action: { kind: 'process-then-answer', status: 503 } });
  expect((await invoke()).status).toBe(503);
  const statuses = (await control.requests())
    .filter((one) => one.face === 'exchange-admin')
    .map((one) => one.status);
  expect(statuses).toEqual([0, 0, 503]);
});

test('a part of a $batch whose answer is lost has been done all the same; a dropped one has not', async () => {
  const before = (await control.mailbox(user)).items.length;
  await control.addFault({ batchPart: true, method: 'POST', action: { kind: 'process-then-drop' } });
  await control.addFault({ batchPart: true, method: 'POST', after: 1, action: { kind: 'drop' } });
  const part = (id: string) => ({
    id,
    method: 'POST',
    url: `/users/${user}/contacts`,
    headers: { 'Content-Type': 'application/json' },
    body: { displayName: `Part ${id}` },
  });
  const answer = await http.send('POST', `${emulator.url}/v1.0/$batch`, {
    headers: {
      Authorization: `Bearer ${emulator.issueToken(seededApp.clientId, 'graph')}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ requests: ['1', '2', '3', '4'].map(part) }),
  });
  expect(answer.status).toBe(200);
  expect((answer.json as { responses: unknown[] }).responses).toHaveLength(2);
  expect((await control.mailbox(user)).items).toHaveLength(before + 3);
  const parts = (await control.requests()).filter((one) => one.isBatchPart);
  expect(parts.map((one) => one.status).toSorted((one, other) => one - other)).toEqual([0, 0, 201, 201]);
  expect(parts.every((one) => one.path.startsWith('/v1.0/users/'))).toBe(true);
});

test('the request log tells every request with its ids', async () => {
  await control.clearRequests();
  await invoke();
  const logged = (await control.requests()).filter((one) => one.face === 'exchange-admin');
  expect(logged).toMatchObject([
    {
      method: 'POST',
      path: '/adminapi/beta/contoso.example/InvokeCommand',
      status: 200,
      clientRequestId: 'my-request',
      isBatchPart: false,
    },
  ]);
  expect((await control.requestCounts()).byFace).toMatchObject({ 'exchange-admin': 1 });
});

test.each([
  ['unknown/verb', {}, 404],
  ['constructor', {}, 404],
  ['people/show', { who: 'nobody' }, 404],
  ['people/show', { who: 'x', color: 'red' }, 400],
  ['people/change', { who: 'x', person: { shoeSize: '42' } }, 400],
  ['contacts/create', { mailbox: 'x' }, 400],
  ['faults/add', { path: '(', action: { kind: 'drop' } }, 400],
])('%s with %j is refused', async (operation, body, status) => {
  const answer = await http.send('POST', `${emulator.url}/control/${operation}`, {
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(status);
});

/** A browser that was led here under another name; undici would check the certificate against that name. */
function statusUnderName(host: string): Promise<number | undefined> {
  const { port } = new URL(emulator.url);
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/control/clock/show',
      headers: { Host: host },
    };
    httpsRequest({ ...options, ca: emulator.caPem, servername: 'localhost' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('the control API answers only under a loopback name', async () => {
  expect(await statusUnderName('rebound.example.com')).toBe(403);
  expect(await statusUnderName('localhost')).toBe(200);
});

test('the emulator runs as a process of its own and ends with its standard input', async () => {
  const child = spawn(
    process.execPath,
    [
      new URL('../src/bin.ts', import.meta.url).pathname,
      '--recipients',
      '6',
      '--mailboxes',
      '2',
      '--exit-with-stdin',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    new Promise((resolve) => lines.once('line', (text) => resolve([text]))),
    exit.then(() => []),
  ])) as string[];
  const ready = JSON.parse(line ?? '{}');
  const remote = new EmulatorControl(ready.url, readFileSync(ready.caFile, 'utf8'));
  expect((await remote.organization()).recipients['UserMailbox']).toBe(2);
  expect(ready).toMatchObject({
    initialDomain: 'contoso.onmicrosoft.com',
    clientId: seededApp.clientId,
    recipients: 6,
  });
  await remote.close();
  child.stdin.end();
  expect(await exit).toBe(0);
});

test('the readme tells every operation', () => {
  const readme = readFileSync(new URL('../readme.md', import.meta.url), 'utf8');
  const words = new Set(readme.match(/[a-z][a-z-]*\/[a-z-]+/g));
  expect(operationNames.filter((name) => !words.has(name))).toEqual([]);
  expect(operationNames.length).toBeGreaterThan(30);
});
