// The Exchange admin REST with raw requests: envelope, paging, filters, refusals.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RunningEmulator, seededApp, startEmulator } from '../src/index.ts';
import { HttpsClient, type PlainAnswer } from './https-client.ts';

type Row = Record<string, unknown>;

let emulator: RunningEmulator;
let http: HttpsClient;

beforeAll(async () => {
  emulator = await startEmulator();
  http = new HttpsClient(emulator.caPem);
});

afterAll(async () => {
  await http.close();
  await emulator.close();
});

afterEach(() => emulator.context.clock.reset());

interface Request {
  readonly parameters?: object;
  readonly headers?: Record<string, string>;
  readonly query?: string;
  readonly url?: string;
  readonly body?: string;
  readonly token?: string;
}

function anchor(): string {
  return `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${emulator.organization.initialDomain}`;
}

function invoke(cmdlet: string, request: Request = {}): Promise<PlainAnswer> {
  const url = `${emulator.url}/adminapi/beta/${emulator.organization.tenantId}/InvokeCommand${request.query ?? ''}`;
  const token = request.token ?? emulator.issueToken(seededApp.clientId, 'exchange');
  return http.send('POST', request.url ?? url, {
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'X-AnchorMailbox': anchor(),
      ...request.headers,
    },
    body:
      request.body ??
      JSON.stringify({ CmdletInput: { CmdletName: cmdlet, Parameters: request.parameters ?? {} } }),
  });
}

function rowsOf(answer: PlainAnswer): Row[] {
  expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  return (answer.json as { value: Row[] }).value;
}

function nextLinkOf(answer: PlainAnswer): string | undefined {
  return (answer.json as Record<string, string>)['@odata.nextLink'];
}

async function rows(cmdlet: string, parameters: object): Promise<Row[]> {
  return rowsOf(await invoke(cmdlet, { parameters }));
}

function errorText(answer: PlainAnswer): string {
  return JSON.stringify(answer.json);
}

function seeded(type: string) {
  return [...emulator.organization.recipients.values()].filter((one) => one.recipientTypeDetails === type);
}

test('Get-Recipient lists every recipient once, over pages fetched by posting the same body', async () => {
  const request = { parameters: { ResultSize: 'Unlimited' }, headers: { Prefer: 'odata.maxpagesize=70' } };
  let answer = await invoke('Get-Recipient', request);
  const all = rowsOf(answer);
  expect(all).toHaveLength(70);
  expect(answer.headers['preference-applied']).toBe('odata.maxpagesize=70');
  for (let next = nextLinkOf(answer); next !== undefined; next = nextLinkOf(answer)) {
    answer = await invoke('Get-Recipient', { ...request, url: next });
    all.push(...rowsOf(answer));
  }
  expect(new Set(all.map((row) => row['Guid'])).size).toBe(300);
  expect(all).toHaveLength(300);
});

test('rows carry the type marks and formats of the wire', async () => {
  const [mailbox] = seeded('UserMailbox');
  const [row] = await rows('Get-Recipient', { Identity: mailbox?.id });
  expect(row).toMatchObject({
    DisplayName: mailbox?.displayName,
    RecipientType: 'UserMailbox',
    RecipientTypeDetails: 'UserMailbox',
    ExternalDirectoryObjectId: mailbox?.id,
    'Guid@data.type': 'System.Guid',
    'Guid@odata.type': '#Guid',
    Guid: mailbox?.exchangeObjectGuid,
    'EmailAddresses@odata.type': '#Collection(String)',
    EmailAddresses: mailbox?.emailAddresses,
    HiddenFromAddressListsEnabled: false,
    CustomAttribute15: '',
    'WhenChangedUTC@data.type': 'System.DateTime',
    WhenChangedUTC: '2026-10-01T08:00:00.0000000Z',
  });
});

test('$select keeps the asked properties and their marks, and refuses unknown ones by name', async () => {
  const [row] = rowsOf(
    await invoke('Get-Recipient', { parameters: { ResultSize: 1 }, query: '?$select=Guid,DisplayName' }),
  );
  expect(Object.keys(row ?? {}).sort()).toEqual(['DisplayName', 'Guid', 'Guid@data.type', 'Guid@odata.type']);
  const refused = await invoke('Get-Recipient', { query: '?$select=ShoeSize' });
  expect(refused.status).toBe(400);
  expect(errorText(refused)).toContain('shoesize');
});

test('a page cursor lives thirty minutes', async () => {
  const request = { parameters: { ResultSize: 'Unlimited' }, headers: { Prefer: 'odata.maxpagesize=100' } };
  const next = nextLinkOf(await invoke('Get-Recipient', request)) ?? '';
  emulator.context.clock.advance(29 * 60 * 1000);
  expect(rowsOf(await invoke('Get-Recipient', { ...request, url: next }))).toHaveLength(100);
  emulator.context.clock.advance(2 * 60 * 1000);
  const expired = await invoke('Get-Recipient', { ...request, url: next });
  expect(expired.status).toBe(400);
  expect(errorText(expired)).toContain(
    'Expired or Invalid pagination request. Default Expiry time is 00:30:00',
  );
});

test('a page cursor belongs to its request: other parameters or another anchor are refused', async () => {
  const headers = { Prefer: 'odata.maxpagesize=100' };
  const next =
    nextLinkOf(await invoke('Get-Recipient', { parameters: { ResultSize: 'Unlimited' }, headers })) ?? '';
  const otherBody = await invoke('Get-Recipient', { parameters: { ResultSize: 500 }, headers, url: next });
  expect(otherBody.status).toBe(400);
  const otherAnchor = await invoke('Get-Recipient', {
    parameters: { ResultSize: 'Unlimited' },
    headers: { ...headers, 'X-AnchorMailbox': anchor().replace('APP:', 'UPN:') },
    url: next,
  });
  expect(otherAnchor.status).toBe(400);
});

test('a page never holds more than 1,000 rows, and ResultSize cuts with a warning', async () => {
  const big = await startEmulator({ recipients: 1300, mailboxes: 0 });
  const send = (parameters: object, next?: string) =>
    http2.send('POST', next ?? `${big.url}/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand`, {
      headers: {
        Authorization: `Bearer ${big.issueToken(seededApp.clientId, 'exchange')}`,
        'Content-Type': 'application/json',
        'X-AnchorMailbox': anchor(),
        Prefer: 'odata.maxpagesize=5000',
      },
      body: JSON.stringify({ CmdletInput: { CmdletName: 'Get-Recipient', Parameters: parameters } }),
    });
  const http2 = new HttpsClient(big.caPem);
  const unlimited = await send({ ResultSize: 'Unlimited' });
  expect(rowsOf(unlimited)).toHaveLength(1000);
  expect(rowsOf(await send({ ResultSize: 'Unlimited' }, nextLinkOf(unlimited)))).toHaveLength(300);
  const usual = await send({});
  expect(rowsOf(usual)).toHaveLength(1000);
  expect(nextLinkOf(usual)).toBeUndefined();
  expect((usual.json as Record<string, string[]>)['@adminapi.warnings']?.[0]).toContain(
    'only the first 1000 items',
  );
  const ten = await send({ ResultSize: 10 });
  expect(rowsOf(ten)).toHaveLength(10);
  expect((ten.json as Record<string, string[]>)['@adminapi.warnings']?.[0]).toContain(
    'more results available',
  );
  await http2.close();
  await big.close();
});

test('filters select as OPATH says', async () => {
  const hidden = [...emulator.organization.recipients.values()].filter((one) => one.hiddenFromAddressLists);
  expect(await rows('Get-Recipient', { Filter: 'HiddenFromAddressListsEnabled -eq $true' })).toHaveLength(
    hidden.length,
  );
  const czech = await rows('Get-Recipient', {
    Filter: "(City -eq 'praha' -or City -like 'Br*') -and -not (RecipientTypeDetails -eq 'MailContact')",
  });
  expect(czech.length).toBeGreaterThan(0);
  expect(new Set(czech.map((row) => row['City']))).toEqual(new Set(['Praha', 'Brno']));
  expect(czech.every((row) => row['RecipientTypeDetails'] !== 'MailContact')).toBe(true);
});

test('RecipientTypeDetails restricts, and a value it does not know is refused by name', async () => {
  const found = await rows('Get-Recipient', { RecipientTypeDetails: ['RoomMailbox', 'EquipmentMailbox'] });
  expect(found).toHaveLength(seeded('RoomMailbox').length + seeded('EquipmentMailbox').length);
  const refused = await invoke('Get-Recipient', { parameters: { RecipientTypeDetails: ['Toaster'] } });
  expect(refused.status).toBe(400);
  expect(errorText(refused)).toContain('Toaster');
});

test('each cmdlet shows its part of an object', async () => {
  const [contact] = seeded('MailContact').filter((one) => one.person.mobilePhone !== undefined);
  const Identity = contact?.primarySmtpAddress;
  const [person] = await rows('Get-Contact', { Identity });
  expect(person).toMatchObject({
    MobilePhone: contact?.person.mobilePhone,
    FirstName: contact?.person.firstName,
  });
  expect(person).not.toHaveProperty('CustomAttribute1');
  const [mail] = await rows('Get-MailContact', { Identity });
  expect(mail).toMatchObject({
    ExternalEmailAddress: `SMTP:${contact?.externalEmailAddress}`,
    CustomAttribute1: '',
  });
  expect(mail).not.toHaveProperty('FirstName');
  const [recipient] = await rows('Get-Recipient', { Identity });
  expect(recipient).toHaveProperty('FirstName');
  expect(recipient).not.toHaveProperty('MobilePhone');
  expect(await rows('Get-User', {})).toHaveLength(
    ['UserMailbox', 'SharedMailbox', 'RoomMailbox', 'EquipmentMailbox', 'MailUser', 'GuestMailUser'].flatMap(
      seeded,
    ).length,
  );
  expect(await rows('Get-Mailbox', { RecipientTypeDetails: 'UserMailbox' })).toHaveLength(40);
});

test('group members are the direct ones; nested groups are rows, cycles end', async () => {
  const head = await rows('Get-DistributionGroupMember', { Identity: 'Snake Head' });
  expect(head.map((row) => row['DisplayName'])).toContain('Snake Tail');
  const tail = await rows('Get-DistributionGroupMember', { Identity: 'snake-tail@contoso.example' });
  expect(tail.map((row) => row['DisplayName'])).toEqual(expect.arrayContaining(['Snake Head', 'Snake Tail']));
  expect(await rows('Get-DistributionGroupMember', { Identity: 'Empty Group' })).toEqual([]);
});

test('a dynamic group keeps its list for a day; RecipientPreviewFilter tells who matches now', async () => {
  const [group] = await rows('Get-DynamicDistributionGroup', { Identity: 'Germany (dynamic)' });
  expect(group).toMatchObject({ ExternalDirectoryObjectId: '' });
  const members = () => rows('Get-DynamicDistributionGroupMember', { Identity: 'Germany (dynamic)' });
  const before = await members();
  expect(before.length).toBeGreaterThan(5);
  const moved = seeded('MailUser').find((one) => one.person.country === 'GB');
  if (moved === undefined) throw new Error('the seed has nobody in Britain');
  moved.person.country = 'DE';
  expect(await members()).toHaveLength(before.length);
  const preview = await rows('Get-Recipient', { RecipientPreviewFilter: group?.['RecipientFilter'] });
  expect(preview).toHaveLength(before.length + 1);
  emulator.context.clock.advance(25 * 60 * 60 * 1000);
  expect(await members()).toHaveLength(before.length + 1);
  moved.person.country = 'GB';
});

test('somebody who is not there is a 404 with the words of the service', async () => {
  const answer = await invoke('Get-Mailbox', { parameters: { Identity: 'nobody@contoso.example' } });
  expect(answer.status).toBe(404);
  expect(answer.json).toMatchObject({
    error: {
      code: 'NotFound',
      details: [
        {
          message: expect.stringMatching(
            /^Ex\w+\|Microsoft\..*ManagementObjectNotFoundException\|The operation/,
          ),
        },
      ],
      innererror: {
        internalexception: { message: expect.stringContaining("'nobody@contoso.example' couldn't be found") },
      },
    },
  });
});

test.each([
  ['unknown parameter', { Color: 'red' }, "parameter name 'Color'"],
  ['two parameter sets', { Identity: 'x', Filter: "City -eq 'x'" }, 'AmbiguousParameterSetException'],
  ['unknown filter property', { Filter: "ShoeSize -eq '42'" }, 'ShoeSize'],
  ['unknown filter operator', { Filter: "City -matches 'x'" }, '-matches'],
  ['unclosed parenthesis', { Filter: "(City -eq 'x'" }, 'too early'],
  ['wrong kind of value', { ResultSize: 'Many' }, 'ResultSize'],
])('a command with %s is refused', async (_what, parameters, text) => {
  const answer = await invoke('Get-Recipient', { parameters });
  expect(answer.status).toBe(400);
  expect(errorText(answer)).toContain(text);
});

test.each([
  ['no JSON', { body: '{' }, 400],
  ['an unknown envelope', { body: '{"Cmdlet":{}}' }, 400],
  ['an unknown member', { body: '{"CmdletInput":{"CmdletName":"Get-User","Args":[]}}' }, 400],
  ['no anchor', { headers: { 'X-AnchorMailbox': '' } }, 400],
  ['an anchor elsewhere', { headers: { 'X-AnchorMailbox': 'UPN:someone@fabrikam.example' } }, 400],
  ['an unknown query option', { query: '?$top=5' }, 400],
  ['CLIXML asked for', { headers: { 'X-ResponseFormat': 'clixml' } }, 400],
  ['another content type', { headers: { 'Content-Type': 'text/plain' } }, 415],
])('a request with %s is refused', async (_what, request, status) => {
  expect((await invoke('Get-User', request)).status).toBe(status);
});

test('an unknown cmdlet and a missing right look alike: 403 without a readable body', async () => {
  const unknown = await invoke('Get-Everything');
  expect([unknown.status, unknown.text]).toEqual([403, '']);
  const addressLists = await invoke('Get-AddressList');
  expect([addressLists.status, addressLists.text]).toEqual([403, '']);
  const app = emulator.organization.apps.get(seededApp.clientId);
  if (app === undefined) throw new Error('no app');
  const roles = app.directoryRoles;
  app.directoryRoles = ['Security Reader'];
  expect((await invoke('Get-Mailbox')).status).toBe(403);
  app.directoryRoles = ['Address Lists'];
  expect(rowsOf(await invoke('Get-AddressList')).length).toBeGreaterThan(3);
  app.directoryRoles = roles;
});

test('to a client that reads gzip the body of such a 403 claims to be gzip and is not', async () => {
  const answer = await invoke('Get-Everything', { headers: { 'Accept-Encoding': 'gzip, deflate' } });
  expect(answer.headers['content-encoding']).toBe('gzip');
  expect(answer.text).toBe('\0'.repeat(16));
});

test('without Exchange.ManageAsApp, and without a token, the answer is 401', async () => {
  const app = emulator.organization.apps.get(seededApp.clientId);
  if (app === undefined) throw new Error('no app');
  app.exchangeRoles = ['full_access_as_app'];
  const token = emulator.issueToken(seededApp.clientId, 'exchange');
  app.exchangeRoles = ['Exchange.ManageAsApp'];
  expect((await invoke('Get-User', { token })).status).toBe(401);
  expect((await invoke('Get-User', { token: 'x.y.z' })).status).toBe(401);
  expect((await invoke('Get-User')).status).toBe(200);
});

test('v1.0 does not take commands, GET neither, and a foreign tenant is closed', async () => {
  const { tenantId } = emulator.organization;
  expect(
    (await invoke('Get-User', { url: `${emulator.url}/adminapi/v1.0/${tenantId}/InvokeCommand` })).status,
  ).toBe(405);
  expect((await http.send('GET', `${emulator.url}/adminapi/beta/${tenantId}/InvokeCommand`)).status).toBe(
    405,
  );
  expect(
    (await invoke('Get-User', { url: `${emulator.url}/adminapi/beta/fabrikam.example/InvokeCommand` }))
      .status,
  ).toBe(403);
});

test('Get-OrganizationConfig is one row', async () => {
  const [row, ...more] = await rows('Get-OrganizationConfig', {});
  expect(row).toMatchObject({ Name: 'contoso.onmicrosoft.com', EwsEnabled: null });
  expect(more).toEqual([]);
});
