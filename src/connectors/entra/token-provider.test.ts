// Against the emulator, whose token endpoint verifies the assertion as Entra ID does.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type RunningEmulator, startEmulator } from '../../../emulator/src/index.ts';
import type { CertificateWithKey } from '../../certificates/certificate.ts';
import { createSelfSigned } from '../../certificates/create-self-signed.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import type { Clock } from '../../ports/clock.ts';
import { silentLog } from '../../ports/log.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from '../http/http-client.ts';
import { explainSignIn, isRefusal, SIGN_IN_ROWS } from './failures.ts';
import { cloudEndpoints } from './national-clouds.ts';
import { createTokenProvider, type TokenProviderOptions } from './token-provider.ts';

class MovableClock implements Clock {
  #offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  move(milliseconds: number): void {
    this.#offsetMs += milliseconds;
  }

  sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    return Promise.resolve();
  }
}

let emulator: RunningEmulator;
let registered: CertificateWithKey;
let stranger: CertificateWithKey;
let applicationId: string;
const live = new AbortController().signal;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 5, mailboxes: 2 });
  const options = { friendlyName: '', keyBits: 2048, lifetimeDays: 30, now: new Date() } as const;
  registered = await createSelfSigned({ ...options, subject: 'registered' });
  stranger = await createSelfSigned({ ...options, subject: 'stranger' });
  const [app] = emulator.organization.apps.values();
  if (app === undefined) throw new Error('the seed has no app registration');
  app.certificates.push(registered.certificate.certificatePem);
  applicationId = app.clientId;
});

afterAll(() => emulator.close());

function providerFor(options: Partial<TokenProviderOptions> & { readonly use?: CertificateWithKey } = {}) {
  const endpoints = cloudEndpoints({
    cloud: 'global',
    endpoints: { login: emulator.url, graph: emulator.url, exchange: emulator.url },
  });
  const clock = new MovableClock();
  const http = createHttpClient({
    allowedHosts: endpoints.allowedHosts,
    additionalCa: emulator.caPem,
    log: silentLog,
    clock,
  });
  onTestFinished(() => http.close());
  const counting = countTokenRequests(http);
  const use = options.use ?? registered;
  const provider = createTokenProvider({
    endpoints,
    tenant: emulator.organization.initialDomain,
    applicationId,
    certificatePem: use.certificate.certificatePem,
    privateKeyPem: use.privateKeyPem,
    http: counting,
    clock,
    ...options,
  });
  return { provider, clock, sent: counting.sent };
}

function countTokenRequests(http: HttpClient): HttpClient & { readonly sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    close: () => http.close(),
    send: (request, signal) => {
      if (request.url.includes('/oauth2/v2.0/token')) sent.push(request);
      return http.send(request, signal);
    },
  };
}

test('signs in with the certificate and reads roles and tenant from the token', async () => {
  const { provider } = providerFor();
  const [graph, exchange] = [await provider.token('graph', live), await provider.token('exchange', live)];
  expect(graph.roles).toContain('Contacts.ReadWrite');
  expect(graph.tenantId).toBe(emulator.organization.tenantId);
  expect(exchange.roles).toEqual(['Exchange.ManageAsApp']);
  expect(graph.expiresAt.getTime()).toBeGreaterThan(Date.now() + 50 * 60_000);
});

describe('tokens are kept', () => {
  test('one request for many at once, and none while the token is good', async () => {
    const { provider, sent } = providerFor();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => provider.token('graph', live)));
    expect(new Set(tokens.map((token) => token.value)).size).toBe(1);
    await provider.token('graph', live);
    expect(sent).toHaveLength(1);
  });

  test('renewed five minutes before they expire', async () => {
    const { provider, clock, sent } = providerFor();
    const first = await provider.token('graph', live);
    clock.move(54 * 60_000);
    expect((await provider.token('graph', live)).value).toBe(first.value);
    clock.move(2 * 60_000);
    expect((await provider.token('graph', live)).value).not.toBe(first.value);
    expect(sent).toHaveLength(2);
  });

  test('a refused token is replaced, but not by everybody who met the refusal', async () => {
    const { provider, clock, sent } = providerFor();
    const first = await provider.token('graph', live);
    clock.move(60_000);
    const renewed = await Promise.all(
      [1, 2, 3].map(() => provider.token('graph', live, { forceRefresh: true })),
    );
    expect(new Set(renewed.map((token) => token.value)).size).toBe(1);
    expect(renewed[0]?.value).not.toBe(first.value);
    await provider.token('graph', live, { forceRefresh: true });
    expect(sent).toHaveLength(2);
  });

  test('a refused token is replaced after the clock was set back, too', async () => {
    const { provider, clock, sent } = providerFor();
    clock.move(2 * 60_000);
    await provider.token('graph', live);
    clock.move(-60_000);
    await provider.token('graph', live, { forceRefresh: true });
    expect(sent).toHaveLength(2);
  });

  test('who gives up does not take the token from the others', async () => {
    const { provider, sent } = providerFor();
    const impatient = new AbortController();
    const given = provider.token('graph', impatient.signal);
    const other = provider.token('graph', live);
    impatient.abort();
    expect((await failureOf(given)).code).toBe('cancelled');
    expect((await other).roles).toContain('Mail.Send');
    expect(sent).toHaveLength(1);
  });
});

describe('Lock-out: a refused sign-in', () => {
  test('is tried once per run, for every resource and however many ask', async () => {
    const { provider, sent } = providerFor({ use: stranger });
    const failures = await Promise.all([1, 2, 3].map(() => failureOf(provider.token('graph', live))));
    expect(new Set(failures.map((failure) => failure.code))).toEqual(new Set(['certificateRefused']));
    expect(failures[0]).toMatchObject({ number: 12022, details: { aadsts: ['700027'] } });
    expect(failures[0]?.requestId).toBeTruthy();
    expect((await failureOf(provider.token('exchange', live))).code).toBe('certificateRefused');
    expect(sent).toHaveLength(1);
  });

  test('names an application that is not in the tenant', async () => {
    const { provider } = providerFor({ applicationId: '11111111-2222-4333-8444-555555555555' });
    expect(await failureOf(provider.token('graph', live))).toMatchObject({ number: 12021 });
  });

  test.each(['fabrikam.onmicrosoft.com', 'no tenant'])('names the unknown tenant "%s"', async (tenant) => {
    const { provider } = providerFor({ tenant });
    expect(await failureOf(provider.token('graph', live))).toMatchObject({ number: 12020 });
  });

  test('for one resource leaves the other alone when consent is what is missing', async () => {
    const { provider } = providerFor({
      endpoints: {
        login: emulator.url,
        graphResource: 'https://graph.microsoft.com',
        exchangeResource: 'https://elsewhere.example',
      },
    });
    expect(await failureOf(provider.token('exchange', live))).toMatchObject({ number: 12030 });
    expect((await provider.token('graph', live)).roles).toContain('Mail.Send');
  });

  test('trouble at Microsoft is none: the next one who asks tries again', async () => {
    emulator.context.faults.add({
      path: '/oauth2/v2.0/token',
      action: {
        kind: 'answer',
        status: 400,
        body: {
          error: 'temporarily_unavailable',
          error_codes: [90033],
          error_description: 'AADSTS90033: transient',
        },
      },
    });
    const { provider, sent } = providerFor();
    expect(await failureOf(provider.token('graph', live))).toMatchObject({ code: 'serviceUnavailable' });
    expect((await provider.token('graph', live)).roles).toContain('Mail.Send');
    expect(sent).toHaveLength(2);
  });
});

test('consent that is revoked in the middle of a run is named as that, for everybody who asks', async () => {
  const [app] = emulator.organization.apps.values();
  if (app === undefined) throw new Error('the seed has no app registration');
  const { graphRoles } = app;
  onTestFinished(() => {
    app.graphRoles = graphRoles;
  });
  const { provider, clock, sent } = providerFor();
  await provider.token('graph', live);
  clock.move(60_000);
  app.graphRoles = graphRoles.filter((role) => role !== 'Contacts.ReadWrite');
  for (let asked = 0; asked < 2; asked += 1)
    expect(await failureOf(provider.token('graph', live, { forceRefresh: true }))).toMatchObject({
      code: 'consentMissing',
      details: { permission: ['Contacts.ReadWrite'] },
    });
  expect(sent).toHaveLength(2);
});

describe('an answer that never came', () => {
  // Entra ID takes an assertion once: whoever repeats the request itself is told that the certificate is refused.
  test.each([
    { kind: 'answer-lost' },
    { kind: 'answer-cut' },
    { kind: 'throttled-after-success', retryAfterSeconds: 3 },
    { kind: 'gateway-timeout-after-success' },
    { kind: 'unavailable' },
    { kind: 'drop' },
  ] as const)('after $kind the sign-in begins anew, with an assertion of its own', async (action) => {
    emulator.context.faults.add({ path: '/oauth2/v2.0/token', action });
    const { provider, sent } = providerFor();
    expect((await provider.token('graph', live)).roles).toContain('Mail.Send');
    expect(new Set(sent.map(({ body }) => body)).size).toBe(2);
  });

  test('is named as what it is when it stays so', async () => {
    emulator.context.faults.add({
      path: '/oauth2/v2.0/token',
      count: 'unlimited',
      action: { kind: 'answer-lost' },
    });
    onTestFinished(() => emulator.context.faults.clear());
    const { provider, sent } = providerFor();
    expect(await failureOf(provider.token('graph', live))).toMatchObject({ code: 'answerLost' });
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.length).toBeLessThan(10);
  });
});

describe('the certificate is looked at before anybody is asked', () => {
  test('expired, or not valid yet', async () => {
    const { provider, clock, sent } = providerFor();
    clock.move(31 * 86_400_000);
    expect(await failureOf(provider.token('graph', live))).toMatchObject({ number: 10041 });
    clock.move(-62 * 86_400_000);
    expect(await failureOf(provider.token('graph', live))).toMatchObject({ number: 10041 });
    expect(sent).toHaveLength(0);
  });

  test('key of another certificate, or damaged', async () => {
    const swapped = providerFor({ privateKeyPem: stranger.privateKeyPem });
    expect(await failureOf(swapped.provider.token('graph', live))).toMatchObject({ number: 10040 });
    const damaged = providerFor({ certificatePem: 'no certificate' });
    expect(await failureOf(damaged.provider.token('graph', live))).toMatchObject({ number: 10040 });
    expect(swapped.sent).toHaveLength(0);
  });
});

describe('what Entra ID answers', () => {
  const answer = (number: number, error = 'invalid_client') => ({
    status: 400,
    requestId: 'r1',
    body: { error, error_codes: [number], error_description: `AADSTS${number}: text` },
  });

  test.each(SIGN_IN_ROWS)('AADSTS$aadsts is $failure', ({ aadsts, failure, page }) => {
    expect(explainSignIn(answer(aadsts))).toMatchObject({
      code: failure,
      requestId: 'r1',
      details: { aadsts: [String(aadsts)] },
    });
    expect(page).toMatch(new RegExp(`^https://.*\\b${aadsts}$`));
  });

  test('every number stands in the table once', () => {
    const numbers = SIGN_IN_ROWS.map((row) => row.aadsts);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('an unknown number is a refusal, and not repeated', () => {
    const failure = explainSignIn(answer(4242));
    expect(failure?.code).toBe('signInRefused');
    expect(failure !== undefined && isRefusal(failure)).toBe(true);
  });

  test('the number is found in the text alone', () => {
    const body = { error: 'invalid_request', error_description: 'AADSTS90002: Tenant not found.' };
    expect(explainSignIn({ status: 400, requestId: 'r1', body })?.code).toBe('tenantUnknown');
  });

  test('busy is no refusal, and an answer of somebody else is unexpected', () => {
    expect(explainSignIn({ status: 503, requestId: 'r1', body: undefined })?.code).toBe('serviceUnavailable');
    expect(explainSignIn({ status: 429, requestId: 'r1', body: {} })?.code).toBe('throttledTooLong');
    expect(explainSignIn({ status: 404, requestId: 'r1', body: '<html>' })?.code).toBe('unexpectedAnswer');
    expect(explainSignIn({ status: 200, requestId: 'r1', body: {} })).toBeUndefined();
  });
});
