// JSON $batch and sendMail over the wire.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { addRecipient } from '../src/organization/recipients.ts';
import { type GraphTenant, startGraphTenant } from './graph-tenant.ts';

let tenant: GraphTenant;
let contacts: string;
const json = { 'Content-Type': 'application/json' };

beforeAll(async () => {
  tenant = await startGraphTenant();
  contacts = `/users/${tenant.person.id}/contacts`;
});
afterAll(() => tenant.close());

const batch = (requests: readonly unknown[]) => tenant.send('POST', '/$batch', { json: { requests } });
const post = (id: string, body: unknown = { displayName: id }, more: object = {}) => ({
  id,
  method: 'POST',
  url: contacts,
  headers: json,
  body,
  ...more,
});

test('twenty writes, answered in an order of their own that is the same each time', async () => {
  const ids = Array.from({ length: 20 }, (_, number) => `c${number}`);
  const answer = await batch(ids.map((id) => post(id)));
  expect(answer.status).toBe(200);
  const order = answer.body.responses.map((one) => one.id);
  expect(order).not.toEqual(ids);
  expect(order.toSorted()).toEqual(ids.toSorted());
  for (const part of answer.body.responses) {
    expect(part.status).toBe(201);
    expect(part.body.displayName).toBe(part.id);
    expect(part.headers.ETag).toBe(part.body['@odata.etag']);
  }
  const again = await batch(ids.map((id) => post(id)));
  expect(again.body.responses.map((one) => one.id)).toEqual(order);
  const two = await batch([post('1'), post('2')]);
  expect(two.body.responses.map((one) => one.id)).toEqual(['2', '1']);
});

test('parts fail on their own, inside an envelope of 200, and are logged as parts', async () => {
  tenant.emulator.context.log.clear();
  const answer = await batch([
    post('good'),
    post('bad', { fax: '1' }),
    { id: 'gone', method: 'GET', url: '/users/nobody/contacts' },
    { id: 'unknown', method: 'GET', url: '/nothing' },
  ]);
  expect(answer.status).toBe(200);
  const status = Object.fromEntries(answer.body.responses.map((one) => [one.id, one.status]));
  expect(status).toEqual({ good: 201, bad: 400, gone: 404, unknown: 501 });
  const log = tenant.emulator.context.log.entries;
  expect(log.filter((entry) => entry.isBatchPart)).toHaveLength(4);
  expect(log.find((entry) => entry.status === 201)?.mailbox).toBe(tenant.person.primarySmtpAddress);
  expect(log.filter((entry) => !entry.isBatchPart).map((entry) => entry.path)).toEqual(['/v1.0/$batch']);
});

test('inner headers count: Prefer and If-Match', async () => {
  const made = await tenant.send('POST', contacts, { json: { displayName: 'A' } });
  const answer = await batch([
    {
      id: 'get',
      method: 'get',
      url: `${contacts.slice(1)}/${made.body.id}`,
      headers: { Prefer: 'IdType="ImmutableId"' },
    },
    {
      id: 'stale',
      method: 'PATCH',
      url: `${contacts}/${made.body.id}`,
      headers: { ...json, 'If-Match': 'W/"x"' },
      body: {},
    },
  ]);
  const byId = new Map(answer.body.responses.map((one) => [one.id, one]));
  expect(byId.get('get')?.body.id).not.toBe(made.body.id);
  expect(byId.get('stale')?.body.error.code).toBe('ErrorIrresolvableConflict');
  const outer = await tenant.send('POST', '/$batch', {
    json: { requests: [post('1')] },
    headers: { prefer: 'IdType="ImmutableId"' },
  });
  expect(outer.status).toBe(501);
});

test('a chain stops at the first failure, the rest is 424', async () => {
  const answer = await batch([
    post('1'),
    post('2', { fax: '' }, { dependsOn: ['1'] }),
    post('3', undefined, { dependsOn: ['2'] }),
  ]);
  const status = Object.fromEntries(answer.body.responses.map((one) => [one.id, one.status]));
  expect(status).toEqual({ 1: 201, 2: 400, 3: 424 });
});

test('pictures travel as base64', async () => {
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const made = await tenant.send('POST', contacts, { json: { displayName: 'A' } });
  const url = `${contacts}/${made.body.id}/photo/$value`;
  const answer = await batch([
    { id: 'put', method: 'PUT', url, headers: { 'Content-Type': 'image/png' }, body: png },
    { id: 'get', method: 'GET', url, dependsOn: ['put'] },
  ]);
  const byId = new Map(answer.body.responses.map((one) => [one.id, one]));
  expect(byId.get('put')?.status).toBe(200);
  expect(byId.get('get')?.body).toBe(png);
});

test('no more than four parts run at a time', async () => {
  const { faults, log } = tenant.emulator.context;
  faults.add({ face: 'graph', batchPart: true, count: 4, action: { kind: 'delay', milliseconds: 60 } });
  log.clear();
  await batch(
    Array.from({ length: 6 }, (_, n) => ({ id: `${n}`, method: 'GET', url: `${contacts}?$top=${n + 1}` })),
  );
  expect(faults.unconsumed()).toEqual([]);
  const answered = log.entries.filter((entry) => entry.isBatchPart).map((entry) => entry.path.slice(-1));
  // The first four are delayed. Were the others not kept waiting, they would be answered first.
  expect(answered.slice(0, 1)).not.toEqual(['5']);
  expect(answered.slice(0, 1)).not.toEqual(['6']);
  expect(answered).toHaveLength(6);
});

test('a part whose answer is lost is missing', async () => {
  tenant.emulator.context.faults.add({
    face: 'graph',
    batchPart: true,
    action: { kind: 'process-then-drop' },
  });
  const answer = await batch([post('1'), post('2')]);
  expect(answer.body.responses).toHaveLength(1);
});

test.each([
  [
    'twenty-one',
    Array.from({ length: 21 }, (_, number) => ({ id: String(number), method: 'GET', url: '/users' })),
    'maximum value of 20',
  ],
  [
    'equal ids',
    [
      { id: '1', method: 'GET', url: '/a' },
      { id: '1', method: 'GET', url: '/b' },
    ],
    'not unique',
  ],
  ['absolute url', [{ id: '1', method: 'GET', url: 'https://graph.microsoft.com/v1.0/users' }], 'relative'],
  ['url with version', [{ id: '1', method: 'GET', url: '/v1.0/users' }], 'version'],
  [
    'write without type',
    [{ id: '1', method: 'POST', url: '/users/x/contacts', body: {} }],
    'Write request id : 1 does not contain Content-Type header or body.',
  ],
  [
    'action without body',
    [{ id: '1', method: 'POST', url: '/users/x/contacts/y/permanentDelete', headers: json }],
    'Write request id : 1',
  ],
  ['unknown step property', [{ id: '1', method: 'GET', url: '/users', retry: 1 }], "'retry'"],
  [
    'forward dependency',
    [
      { id: '1', method: 'GET', url: '/a', dependsOn: ['2'] },
      { id: '2', method: 'GET', url: '/b' },
    ],
    'precede',
  ],
  [
    'fan',
    [
      { id: '1', method: 'GET', url: '/a' },
      { id: '2', method: 'GET', url: '/b', dependsOn: ['1'] },
      { id: '3', method: 'GET', url: '/c', dependsOn: ['1'] },
    ],
    'sequential chain',
  ],
  ['empty', [], 'payload'],
])('%s is refused as a whole', async (_, requests, text) => {
  const answer = await batch(requests);
  expect(answer.status).toBe(400);
  expect(answer.body.error.message).toContain(text);
});

test('malformed JSON is refused as a whole', async () => {
  const answer = await tenant.send('POST', '/$batch', {
    raw: { type: 'application/json', bytes: '{"requests":[' },
  });
  expect(answer.status).toBe(400);
});

test('permanentDelete inside a batch takes an empty object', async () => {
  const made = await tenant.send('POST', contacts, { json: { displayName: 'A' } });
  const url = `${contacts}/${made.body.id}/permanentDelete`;
  const answer = await batch([{ id: '1', method: 'POST', url, headers: json, body: {} }]);
  expect(answer.body.responses[0]).toMatchObject({ id: '1', status: 204 });
});

const mail = {
  message: {
    subject: 'Sync report',
    body: { contentType: 'HTML', content: '<p>ok</p>' },
    toRecipients: [{ emailAddress: { address: 'IT@example.com' } }],
    attachments: [
      {
        '@odata.type': '#microsoft.graph.fileAttachment',
        name: 'r.csv',
        contentType: 'text/csv',
        contentBytes: 'aWQ7',
      },
    ],
    internetMessageHeaders: [{ name: 'x-sync-report', value: '1' }],
  },
  saveToSentItems: false,
};

test('sendMail keeps the message with the sender and delivers inside the tenant', async () => {
  const to = [...tenant.emulator.organization.recipients.values()].find(
    (one) => one.mailbox && one !== tenant.person,
  );
  const message = {
    ...mail.message,
    ccRecipients: [{ emailAddress: { address: to?.primarySmtpAddress.toUpperCase() } }],
  };
  const answer = await tenant.send('POST', `/users/${tenant.person.id}/sendMail`, {
    json: { ...mail, message },
  });
  expect([answer.status, answer.bytes.length]).toEqual([202, 0]);
  expect(tenant.mailbox.sentMessages.at(-1)).toMatchObject({
    from: tenant.person.primarySmtpAddress,
    to: ['IT@example.com'],
    subject: 'Sync report',
    contentType: 'html',
    body: '<p>ok</p>',
    headers: { 'x-sync-report': '1' },
    attachments: [{ name: 'r.csv', contentType: 'text/csv', contentBytes: 'aWQ7' }],
  });
  expect(to?.mailbox?.receivedMessages).toHaveLength(1);
});

test('sendMail refuses: no mailbox, too big, foreign sender, no recipient, unknown property, missing role', async () => {
  const path = `/users/${tenant.person.id}/sendMail`;
  const ask = async (json: unknown, to = path, headers: Record<string, string> = {}) => {
    const answer = await tenant.send('POST', to, { json, headers });
    return [answer.status, answer.body.error?.code];
  };
  expect(await ask(mail, '/users/nobody/sendMail')).toEqual([404, 'ErrorInvalidUser']);
  const mailUser = addRecipient(tenant.emulator.organization, {
    key: 'mail-user',
    recipientTypeDetails: 'MailUser',
    displayName: 'Mail user',
    alias: 'mailuser',
    primarySmtpAddress: 'mailuser@contoso.example',
    whenChanged: new Date(),
  });
  expect(await ask(mail, `/users/${mailUser.id}/sendMail`)).toEqual([404, 'MailboxNotEnabledForRESTAPI']);
  const big = { ...mail, message: { ...mail.message, body: { content: 'x'.repeat(4 * 1024 * 1024) } } };
  expect((await ask(big))[0]).toBe(413);
  const from = { emailAddress: { address: 'other@contoso.example' } };
  expect(await ask({ message: { ...mail.message, from } })).toEqual([403, 'ErrorSendAsDenied']);
  expect(await ask({ message: { subject: 'x' } })).toEqual([400, 'ErrorInvalidRecipients']);
  expect((await ask({ message: { ...mail.message, html: 'x' } }))[0]).toBe(400);
  expect((await ask({ message: mail.message, save: true }))[0]).toBe(400);
  const authorization = `Bearer ${tenant.tokenWith(['Contacts.ReadWrite'])}`;
  expect(await ask(mail, path, { authorization })).toEqual([403, 'ErrorAccessDenied']);
});
