// OAuth over the emulator: its token endpoints verify the assertion, its Exchange Web Services the token.

import { EmulatorControl, type RunningEmulator, seededApp, startEmulator } from '@contactsync/emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSelfSigned } from '../../certificates/create-self-signed.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import type { Clock } from '../../ports/clock.ts';
import { silentLog } from '../../ports/log.ts';
import { createAdfsTokenProvider, createTokenProvider } from '../entra/token-provider.ts';
import { createHttpClient } from '../http/http-client.ts';
import { bearerSignIn } from './bearer-sign-in.ts';
import { createExchangeHttp } from './exchange-http-client.ts';

const ROLE = 'full_access_as_app';
const signal = new AbortController().signal;

let emulator: RunningEmulator;
let control: EmulatorControl;
let credential: { readonly certificatePem: string; readonly privateKeyPem: string };

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
  const { certificate, privateKeyPem } = await createSelfSigned({
    subject: 'CN=contactSync',
    friendlyName: '',
    keyBits: 2048,
    lifetimeDays: 30,
    now: emulator.clock.now(),
  });
  credential = { certificatePem: certificate.certificatePem, privateKeyPem };
  await control.registerCertificate(certificate.certificatePem);
});
afterAll(async () => {
  await control.close();
  await emulator.close();
});
beforeEach(async () => {
  await control.clearFaults();
  await control.clearRequests();
  await control.setSignIn({ bearer: true, basic: false, ntlm: false, negotiate: false });
  await control.setRoles({ exchangeRoles: ['Exchange.ManageAsApp', ROLE] });
});

interface Choice {
  readonly issuer?: 'entra' | 'adfs';
  readonly resource?: string;
  readonly adfsPath?: string;
  readonly applicationId?: string;
  readonly hosts?: readonly string[];
  /** Otherwise that of the service. */
  readonly clock?: Clock;
}

function open(choice: Choice = {}) {
  const { clock = emulator.clock, resource = `${emulator.url}/` } = choice;
  const { host } = new URL(emulator.url);
  const http = createHttpClient({
    allowedHosts: [host],
    additionalCa: emulator.caPem,
    log: silentLog,
    clock,
  });
  onTestFinished(() => http.close());
  const common = { applicationId: choice.applicationId ?? seededApp.clientId, ...credential, http, clock };
  const tokens =
    choice.issuer === 'adfs'
      ? createAdfsTokenProvider({
          ...common,
          tokenUrl: `${emulator.url}${choice.adfsPath ?? '/adfs/oauth2/token'}`,
          resource,
        })
      : createTokenProvider({
          ...common,
          endpoints: {
            login: emulator.url,
            graphResource: 'https://graph.microsoft.com',
            exchangeResource: resource,
          },
          tenant: emulator.organization.initialDomain,
        });
  const exchange = createExchangeHttp({
    signIn: bearerSignIn({
      tokens,
      hosts: choice.hosts ?? [host],
      requiredRole: choice.issuer === 'adfs' ? undefined : ROLE,
    }),
    additionalCa: emulator.caPem,
    log: silentLog,
    clock,
    random: () => 0.5,
  });
  onTestFinished(() => exchange.close());
  const ask = async (url = emulator.ewsUrl) => {
    const request = {
      method: 'POST',
      url,
      body: '<broken/>',
      timeBudgetMs: 60_000,
      isSafeToRepeat: false,
    } as const;
    const headers = { 'content-type': 'text/xml; charset=utf-8' };
    const response = await exchange.send({ ...request, headers }, signal);
    response.body.destroy();
    return response.status;
  };
  return { ask };
}

function movableClock(start: Date) {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    sleep: async () => {},
    move(milliseconds: number) {
      now += milliseconds;
    },
  };
}

/** Signed in: the request itself is looked at, and it is no SOAP. */
const LOOKED_AT = 500;

async function counted() {
  const requests = await control.requests();
  const to = (part: string) => requests.filter(({ path }) => path.includes(part));
  return {
    tokens: to('/token').length,
    ews: to('/EWS/').length,
    refused: to('/EWS/').filter(({ status }) => status === 401).length,
  };
}

describe.each(['entra', 'adfs'] as const)('a token of %s', (issuer) => {
  it('is asked for once and opens Exchange Web Services', async () => {
    const { ask } = open({ issuer });
    expect(await Promise.all(Array.from({ length: 6 }, () => ask()))).toEqual(Array(6).fill(LOOKED_AT));
    expect(await counted()).toEqual({ tokens: 1, ews: 6, refused: 0 });
  });

  it('that expires in mid-run is renewed once for all who meet the refusal', async () => {
    const clock = movableClock(await control.now());
    const { ask } = open({ issuer, clock });
    await ask();
    clock.move(60_000);
    await control.addFault({ face: 'ews', action: { kind: 'token-expired' } });
    expect(await Promise.all(Array.from({ length: 5 }, () => ask()))).toEqual(Array(5).fill(LOOKED_AT));
    const { tokens, refused } = await counted();
    expect(tokens).toBe(2);
    expect(refused).toBeGreaterThan(0);
  });
});

describe('a token that Exchange refuses', () => {
  it('again when it is new is not asked for a third time, and nothing more is sent', async () => {
    const clock = movableClock(await control.now());
    const { ask } = open({ clock });
    await ask();
    clock.move(60_000);
    await control.addFault({ face: 'ews', count: 'unlimited', action: { kind: 'token-expired' } });
    const failure = await failureOf(ask());
    expect(failure).toMatchObject({ number: 13024, details: { host: new URL(emulator.url).host } });
    expect(failure.details['reason']).toContain('expired');
    expect(await failureOf(ask())).toBe(failure);
    expect(await counted()).toEqual({ tokens: 2, ews: 3, refused: 2 });
  });

  it('at once is not replaced by the same one', async () => {
    await control.addFault({ face: 'ews', action: { kind: 'token-expired' } });
    const { ask } = open();
    expect(await failureOf(ask())).toMatchObject({ number: 13024 });
    expect(await counted()).toEqual({ tokens: 1, ews: 1, refused: 1 });
  });

  it.each([
    ['another server', () => 'https://mail.contoso.example/'],
    ['this server, without the slash at the end of its name', (url: string) => url],
  ])('because it is for %s is told with both names', async (_, resourceOf) => {
    const resource = resourceOf(emulator.url);
    const { ask } = open({ resource });
    expect(await failureOf(ask())).toMatchObject({
      number: 13024,
      details: { audience: resource, reason: expect.stringContaining('Invalid audience') },
    });
  });

  it('because its permission was withdrawn in mid-run is named as that', async () => {
    const clock = movableClock(await control.now());
    const { ask } = open({ clock });
    await ask();
    clock.move(60_000);
    await control.addFault({ face: 'ews', action: { kind: 'consent-revoked' } });
    const failure = await failureOf(ask());
    expect(failure).toMatchObject({ number: 12030 });
    expect(failure.details['permission']).toContain(ROLE);
  });

  it('because it takes no tokens is told as a way to sign in that is not offered', async () => {
    await control.setSignIn({ bearer: false, basic: false });
    const { ask } = open();
    expect(await failureOf(ask())).toMatchObject({
      number: 13021,
      details: { offered: ['Negotiate', 'NTLM'] },
    });
  });
});

describe('a token', () => {
  it('is renewed before it expires', async () => {
    const clock = movableClock(await control.now());
    const { ask } = open({ clock });
    await ask();
    clock.move(50 * 60_000);
    await ask();
    expect((await counted()).tokens).toBe(1);
    clock.move(6 * 60_000);
    expect(await ask()).toBe(LOOKED_AT);
    expect(await counted()).toEqual({ tokens: 2, ews: 3, refused: 0 });
  });

  it('without full_access_as_app goes nowhere', async () => {
    await control.setRoles({ exchangeRoles: ['Exchange.ManageAsApp'] });
    const { ask } = open();
    expect(await failureOf(ask())).toMatchObject({
      number: 12030,
      details: { resource: `${emulator.url}/`, permission: [ROLE], found: ['Exchange.ManageAsApp'] },
    });
    expect(await counted()).toEqual({ tokens: 1, ews: 0, refused: 0 });
  });

  it.each([
    ['another host', () => emulator.ewsUrl.replace('127.0.0.1', 'localhost')],
    ['a host without TLS', () => `${emulator.plainUrl}/EWS/Exchange.asmx`],
  ])('never goes to %s', async (_, url) => {
    const { ask } = open({ hosts: [new URL(emulator.url).host, new URL(emulator.plainUrl).host] });
    expect(await failureOf(ask(url()))).toMatchObject({ code: 'foreignHost' });
    expect(await counted()).toEqual({ tokens: 0, ews: 0, refused: 0 });
  });
});

describe('AD FS', () => {
  it('that does not know the application, or the resource, is asked once', async () => {
    const stranger = open({ issuer: 'adfs', applicationId: '11111111-2222-4333-8444-555555555555' });
    for (let times = 0; times < 2; times += 1)
      expect(await failureOf(stranger.ask())).toMatchObject({
        number: 13025,
        details: { error: 'invalid_client', adfs: 'MSIS9622' },
      });
    expect((await counted()).tokens).toBe(1);
    const { ask } = open({ issuer: 'adfs', resource: 'https://elsewhere.contoso.example/' });
    expect(await failureOf(ask())).toMatchObject({ number: 13025, details: { adfs: 'MSIS9602' } });
  });

  it('whose answer was lost is asked anew, with another assertion', async () => {
    await control.addFault({ path: '/adfs/oauth2/token', action: { kind: 'answer-lost' } });
    const { ask } = open({ issuer: 'adfs', clock: movableClock(await control.now()) });
    expect(await ask()).toBe(LOOKED_AT);
    expect((await counted()).tokens).toBe(2);
  });

  it('that is not there, or something else, is told as that', async () => {
    const elsewhere = open({ issuer: 'adfs', adfsPath: '/adfs/ls' });
    expect(await failureOf(elsewhere.ask())).toMatchObject({ number: 13027, details: { status: 404 } });
  });
});
