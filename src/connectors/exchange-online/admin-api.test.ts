import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../../model/testing/failure-of.ts';
import type { Clock } from '../../ports/clock.ts';
import { silentLog } from '../../ports/log.ts';
import { createHttpClient, type HttpResponse } from '../http/http-client.ts';
import { answerWith, startMisbehavingServer } from '../http/testing/misbehaving-server.ts';
import { type CmdletParameters, createAdminApi, type ExchangeAdminApi } from './admin-api.ts';
import type { AdminRow } from './admin-row.ts';
import { ADMIN_ERROR_ROWS, explainAdminAnswer, readAdminError } from './failures.ts';
import {
  type EmulatedTenant,
  FULL_RIGHTS,
  MINIMUM_RIGHTS,
  startEmulatedTenant,
} from './testing/emulated-tenant.ts';

const live = new AbortController().signal;
const everything: CmdletParameters = { ResultSize: 'Unlimited' };

let tenant: EmulatedTenant;
beforeAll(async () => {
  tenant = await startEmulatedTenant();
});
afterAll(() => tenant.close());

async function readAll(
  api: ExchangeAdminApi,
  cmdlet = 'Get-Recipient',
  parameters: CmdletParameters = everything,
  onPage: (number: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<AdminRow[]> {
  const rows: AdminRow[] = [];
  let number = 0;
  for await (const page of api.invoke(cmdlet, parameters, { select: ['Guid', 'Name'] }, live)) {
    rows.push(...page);
    number += 1;
    await onPage(number);
  }
  return rows;
}

const distinct = (rows: readonly AdminRow[]) => new Set(rows.map((row) => row.Guid)).size;

describe('against the emulator, three pages', () => {
  const size = { recipients: 2_300, mailboxes: 3 };
  beforeAll(() => tenant.reset(MINIMUM_RIGHTS, size));
  beforeEach(async () => {
    await tenant.control.clearFaults();
    await tenant.control.clearRequests();
    tenant.sleeps.length = 0;
  });
  const refuseOnce = (status: number, body: unknown, after = 0) =>
    tenant.control.addFault({ bodyText: 'Get-Recipient', after, action: { kind: 'answer', status, body } });
  const adminError = (exception: string, text = 'text') => ({
    error: {
      code: 'BadRequest',
      message: 'Error executing cmdlet',
      details: [{ message: `Ex1|Some.Namespace.${exception}|${text}` }],
    },
  });
  const pagesAsked = async () =>
    (await tenant.control.requests()).filter((one) => one.path.includes('InvokeCommand')).length;

  test('reads all of them, selected properties only', async () => {
    const rows = await readAll(tenant.adminApi());
    expect(rows).toHaveLength(2_300);
    expect(distinct(rows)).toBe(2_300);
    expect(Object.keys(rows[0] ?? {}).filter((name) => !name.includes('@'))).toEqual(
      expect.arrayContaining(['Guid', 'Name']),
    );
    expect(rows[0]).not.toHaveProperty('DisplayName');
    expect(await pagesAsked()).toBe(3);
  });

  test('a cursor that expires again and again ends as a failure and not as a shorter list', async () => {
    const message = 'Expired or Invalid pagination request. Default Expiry time is 00:30:00';
    await tenant.control.addFault({
      path: 'skiptoken',
      count: 2,
      action: { kind: 'answer', status: 400, body: { error: { code: 'BadRequest', message } } },
    });
    expect((await failureOf(readAll(tenant.adminApi()))).code).toBe('unexpectedAnswer');
  });

  test.each(['ServerBusyException', 'AdServerTransientException', 'BackendCommunicationException'])(
    'waits and repeats when the answer is a passing %s, even with 400',
    async (exception) => {
      await refuseOnce(400, adminError(exception), 1);
      expect(await readAll(tenant.adminApi())).toHaveLength(2_300);
      expect(tenant.sleeps).toEqual([1_000]);
    },
  );

  test('gives up what does not pass', async () => {
    await tenant.control.addFault({
      bodyText: 'Get-Recipient',
      count: 9,
      action: { kind: 'answer', status: 400, body: adminError('ServerBusyException') },
    });
    expect((await failureOf(readAll(tenant.adminApi()))).code).toBe('serviceUnavailable');
    expect(await pagesAsked()).toBe(4);
  });

  test('a token that expired meanwhile is renewed', async () => {
    const api = tenant.adminApi();
    await readAll(api, 'Get-OrganizationConfig', {});
    await refuseOnce(401, undefined);
    expect(await readAll(api)).toHaveLength(2_300);
  });

  test('a reading that the service calls cut is incomplete', async () => {
    const [first] = await readAll(tenant.adminApi(), 'Get-Recipient', { ResultSize: 1 });
    await refuseOnce(200, {
      value: [first],
      '@adminapi.warnings': [
        'There are more results available than are currently displayed. To view them, increase the value.',
      ],
    });
    const failure = await failureOf(readAll(tenant.adminApi()));
    expect(failure).toMatchObject({ code: 'sourceIncomplete', details: { reason: 'moreResults' } });
  });

  test('asking for one row is not incomplete', async () => {
    expect(await readAll(tenant.adminApi(), 'Get-Recipient', { ResultSize: 1 })).toHaveLength(1);
  });

  test('a link to itself does not go on forever', async () => {
    const link = `${tenant.emulator.url}/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand?$skiptoken=again`;
    await tenant.control.addFault({
      bodyText: 'Get-Recipient',
      count: 5,
      action: { kind: 'answer', status: 200, body: { value: [], '@odata.nextLink': link } },
    });
    expect((await failureOf(readAll(tenant.adminApi()))).code).toBe('unexpectedAnswer');
  });

  test('a link to a foreign host is not followed', async () => {
    await refuseOnce(200, {
      value: [],
      '@odata.nextLink': 'https://outlook.example/adminapi/beta/x/InvokeCommand',
    });
    expect((await failureOf(readAll(tenant.adminApi()))).code).toBe('foreignHost');
  });

  test('commands that change something are refused before anything is sent', async () => {
    await expect(readAll(tenant.adminApi(), 'Set-Mailbox')).rejects.toBeInstanceOf(TypeError);
    expect(await pagesAsked()).toBe(0);
  });

  test('an invalid filter is the administrator’s, with what Exchange says about it', async () => {
    const failure = await failureOf(
      readAll(tenant.adminApi(), 'Get-Recipient', { Filter: 'Nonsense -eq 1' }),
    );
    expect(failure.code).toBe('invalidFilter');
    expect(failure.details.reason).toContain('Nonsense');
  });
});

test('a cursor that expired begins the reading again', async () => {
  // A tenant of its own: its clock does not go back.
  const aged = await startEmulatedTenant();
  onTestFinished(() => aged.close());
  await aged.reset(MINIMUM_RIGHTS, { recipients: 1_200, mailboxes: 3 });
  const rows = await readAll(aged.adminApi(), 'Get-Recipient', everything, async (page) => {
    if (page === 1) await aged.control.advanceClock(31 * 60_000);
  });
  expect(rows).toHaveLength(2_200);
  expect(distinct(rows)).toBe(1_200);
});

describe('rights', () => {
  test('a missing Exchange role, which looks like an unknown command', async () => {
    await tenant.reset({ ...FULL_RIGHTS, directoryRoles: ['Security Reader'] });
    expect(await failureOf(readAll(tenant.adminApi()))).toMatchObject({
      number: 12031,
      details: { command: 'Get-Recipient' },
    });
  });

  test('a missing consent is told from an expired token', async () => {
    await tenant.reset({ ...FULL_RIGHTS, exchangeRoles: [] });
    expect(await failureOf(readAll(tenant.adminApi()))).toMatchObject({
      number: 12030,
      details: { permission: 'Exchange.ManageAsApp' },
    });
  });
});

describe('the request', () => {
  test('follows a regional redirect with body and headers, and sends the same body for every page', async () => {
    const page = (body: object) =>
      answerWith(200, { 'Content-Type': 'application/json' }, JSON.stringify(body));
    const server = await startMisbehavingServer(
      answerWith(307, { Location: '/regional/InvokeCommand' }),
      (response, request, message) =>
        page({
          value: [{ Guid: 'a' }],
          '@odata.nextLink': `https://${message.headers.host}/next?$skiptoken=1`,
        })(response, request, message),
      page({ value: [{ Guid: 'b' }] }),
    );
    onTestFinished(() => server[Symbol.asyncDispose]());
    const clock: Clock = { now: () => new Date(), sleep: () => Promise.resolve() };
    const http = createHttpClient({
      allowedHosts: [server.host],
      additionalCa: server.caPem,
      log: silentLog,
      clock,
    });
    onTestFinished(() => http.close());
    const api = createAdminApi({
      exchange: server.url,
      tenant: 'contoso.onmicrosoft.com',
      tokens: {
        token: () =>
          Promise.resolve({
            value: 't',
            expiresAt: new Date(),
            roles: ['Exchange.ManageAsApp'],
            directoryRoles: [],
            tenantId: '',
          }),
      },
      http,
      clock,
      log: silentLog,
    });
    expect(await readAll(api)).toEqual([{ Guid: 'a' }, { Guid: 'b' }]);
    expect(server.received.map((one) => one.url)).toEqual([
      '/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand?$select=Guid%2CName',
      '/regional/InvokeCommand',
      '/next?$skiptoken=1',
    ]);
    expect(new Set(server.received.map((one) => one.body)).size).toBe(1);
    for (const { headers } of server.received) {
      expect(headers).toMatchObject({
        authorization: 'Bearer t',
        'x-anchormailbox': 'APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com',
        prefer: 'odata.maxpagesize=1000',
      });
    }
  });
});

describe('the failure table', () => {
  const clock: Clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const answer = (status: number, body: unknown): HttpResponse => ({
    status,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    requestId: 'r1',
  });
  const withException = (exception: string) => ({
    error: {
      code: 'BadRequest',
      message: '',
      details: [{ message: `Ex1|A.B.${exception}|The text | with a bar` }],
    },
  });

  test.each(ADMIN_ERROR_ROWS)('$exception is $failure', ({ exception, failure, page }) => {
    const explained = explainAdminAnswer(answer(400, withException(exception)), 'Get-Recipient', clock);
    expect(explained).toMatchObject({
      code: failure,
      requestId: 'r1',
      details: { exception, command: 'Get-Recipient' },
    });
    expect(page).toMatch(/^https:\/\/learn\.microsoft\.com\//);
  });

  test.each([
    [403, '', 'exchangeRoleMissing'],
    [403, '\0\0\0', 'exchangeRoleMissing'],
    [401, '', 'tokenRefused'],
    [429, '', 'throttledTooLong'],
    [503, '<html>', 'serviceUnavailable'],
    [404, '', 'unexpectedAnswer'],
    [400, { error: { code: 'BadRequest' } }, 'unexpectedAnswer'],
  ] as const)('%i with %j is %s', (status, body, code) => {
    expect(explainAdminAnswer(answer(status, body), 'Get-User', clock).code).toBe(code);
  });

  test('what is said about people stays out of the failure', () => {
    const body = withException('ManagementObjectNotFoundException');
    const text = JSON.stringify(explainAdminAnswer(answer(404, body), 'Get-User', clock).toRecord());
    expect(text).not.toContain('The text');
  });

  test('the inner exception speaks when the details do not', () => {
    const body = {
      error: { innererror: { internalexception: { message: 'inner', type: 'A.B.ServerBusyException' } } },
    };
    expect(readAdminError(answer(500, body))).toEqual({
      code: '',
      exception: 'ServerBusyException',
      text: 'inner',
    });
  });
});
