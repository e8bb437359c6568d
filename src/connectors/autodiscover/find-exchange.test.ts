// Each way and each form alone, their order, what is printed, and what ends a search.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { ntlmSignIn } from '../exchange-http/ntlm-sign-in.ts';
import { createTlsAgent } from '../exchange-http/wire.ts';
import { type DiscoveryStep, stepKind, stepResult, stepText } from './steps.ts';
import { AutodiscoverBench, linesOf, record } from './testing/autodiscover-bench.ts';

let bench: AutodiscoverBench;
beforeAll(async () => {
  bench = await AutodiscoverBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.renew());

const AUTODISCOVER = 'autodiscover.contoso.example:443';
const DOMAIN = 'contoso.example:443';
const MAIL = 'mail.contoso.example:443';
const EX01 = 'ex01.corp.example.com:443';
const ews = (host: string) => `https://${host.replace(':443', '')}/EWS/Exchange.asmx`;
const pox = (host: string) => `https://${host.replace(':443', '')}/autodiscover/autodiscover.xml`;

describe('each way alone finds the address', () => {
  it('a connection point of Active Directory, with the address for clients inside', async () => {
    await bench.control.setAutodiscover({ externalUrl: ews(MAIL) });
    const found = await bench.search({ reachable: [EX01, MAIL], points: [pox(EX01)] });
    expect(found).toMatchObject({ ewsUrl: ews(EX01), serverVersion: '15.2.1544' });
  });

  it.each([[AUTODISCOVER], [DOMAIN]])('%s, with the address for clients outside', async (host) => {
    await bench.control.setAutodiscover({ forms: ['pox'], internalUrl: ews(EX01), externalUrl: ews(MAIL) });
    const found = await bench.search({ reachable: [host, EX01, MAIL] });
    expect(found).toMatchObject({ ewsUrl: ews(MAIL), serverVersion: '15.2.1544' });
  });

  it('a redirect without TLS', async () => {
    await bench.control.addAutodiscoverRule({
      form: 'plain',
      stage: 'open',
      action: { kind: 'http-redirect', location: pox(MAIL) },
    });
    const { ewsUrl } = await bench.search({ reachable: ['autodiscover.contoso.example:80', MAIL] });
    expect(ewsUrl).toBe(ews(MAIL));
  });

  it('a DNS record: the lowest priority, then the highest weight', async () => {
    const records = [
      record('contoso.example', { priority: 2, weight: 9 }),
      record('other.contoso.example', { priority: 1, weight: 1 }),
      record('mail.contoso.example.', { priority: 1, weight: 5 }),
    ];
    expect((await bench.search({ reachable: [MAIL], records })).ewsUrl).toBe(ews(MAIL));
  });

  it('no other port of a DNS record', async () => {
    const records = [record('mail.contoso.example', { port: 8443 })];
    const failure = await bench.failure({ reachable: [MAIL, 'mail.contoso.example:8443'], records });
    expect(failure.code).toBe('exchangeNotFound');
    expect(linesOf(failure).at(-1)).toContain('another port than 443 (8443)');
  });
});

describe('each form alone finds the address', () => {
  it.each(['json', 'pox', 'soap'] as const)('%s, outside', async (form) => {
    await bench.control.setAutodiscover({ forms: [form], internalUrl: ews(EX01), externalUrl: ews(MAIL) });
    expect((await bench.search({ reachable: [AUTODISCOVER, EX01, MAIL] })).ewsUrl).toBe(ews(MAIL));
  });

  it.each(['pox', 'soap'] as const)('%s, inside', async (form) => {
    await bench.control.setAutodiscover({ forms: [form], internalUrl: ews(EX01), externalUrl: ews(MAIL) });
    const found = await bench.search({ reachable: [AUTODISCOVER, EX01, MAIL], points: [pox(AUTODISCOVER)] });
    expect(found).toMatchObject({ ewsUrl: ews(EX01), serverVersion: '15.2.1544' });
  });

  it('JSON, inside, where nothing else is served', async () => {
    await bench.control.setAutodiscover({ forms: ['json'] });
    expect((await bench.search({ reachable: [EX01], points: [pox(EX01)] })).ewsUrl).toBe(ews(EX01));
  });

  it('JSON needs no password; the others do', async () => {
    await bench.search({ reachable: [AUTODISCOVER] });
    expect(await bench.trustedWithPassword()).toEqual([]);
    await bench.control.setAutodiscover({ forms: ['pox'] });
    await bench.search({ reachable: [AUTODISCOVER] });
    expect(await bench.trustedWithPassword()).toEqual(['autodiscover.contoso.example']);
  });

  it('over NTLM, bound to the TLS channel', async () => {
    await bench.control.setSignIn({ basic: false, extendedProtection: 'require' });
    await bench.control.setAutodiscover({ forms: ['pox'] });
    const { userName: account, password } = bench.emulator.serviceAccount;
    const signIn = ntlmSignIn({
      credentials: { account, password },
      channelBinding: 'auto',
      createAgent: () =>
        createTlsAgent({
          additionalCa: bench.emulator.caPem,
          connections: 1,
          connectTo: (target) => bench.connectTo([AUTODISCOVER], target),
        }),
      connections: 2,
      clock: { now: () => bench.emulator.clock.now(), sleep: async () => {} },
    });
    try {
      expect((await bench.search({ reachable: [AUTODISCOVER], signIn })).ewsUrl).toBe(ews(AUTODISCOVER));
    } finally {
      await bench.control.setSignIn({});
    }
  });
});

describe('the order', () => {
  it('Active Directory, the two usual names, the redirect, the record', async () => {
    const failure = await bench.failure({ reachable: [], points: [pox(EX01)] });
    expect(failure.code).toBe('exchangeNotFound');
    expect(linesOf(failure)).toEqual([
      'Active Directory: connection points found (1, site unknown)',
      'Active Directory: leads on to https://ex01.corp.example.com/autodiscover/autodiscover.xml',
      'https://ex01.corp.example.com/autodiscover/autodiscover.xml: passed over, the server cannot be reached (ECONNREFUSED)',
      'https://autodiscover.contoso.example/autodiscover/autodiscover.json/v1.0/{mailbox}: passed over, the server cannot be reached (ECONNREFUSED)',
      'https://contoso.example/autodiscover/autodiscover.json/v1.0/{mailbox}: passed over, the server cannot be reached (ECONNREFUSED)',
      'http://autodiscover.contoso.example/autodiscover/autodiscover.xml: passed over, the server cannot be reached (ECONNREFUSED)',
      '_autodiscover._tcp.contoso.example: passed over, there is no such record',
    ]);
    expect(failure.number).toBe(13050);
    expect(failure.facts.en.remedy).toContain('Enter the URL');
  });

  it('whoever comes first wins', async () => {
    const reachable = [EX01, AUTODISCOVER, DOMAIN];
    expect((await bench.search({ reachable, points: [pox(EX01)] })).ewsUrl).toBe(ews(EX01));
    expect((await bench.search({ reachable })).ewsUrl).toBe(ews(AUTODISCOVER));
    expect((await bench.search({ reachable: [DOMAIN] })).ewsUrl).toBe(ews(DOMAIN));
  });

  it('Active Directory that does not answer is a step and no end', async () => {
    const scp = {
      read: () => Promise.reject(new Failure('domainControllerUnreachable')),
      readAt: async () => ({ points: [], site: undefined }),
    };
    const found = await bench.search({ reachable: [AUTODISCOVER], scp });
    expect(stepText(found.steps[0] ?? fail())).toMatch(
      /^Active Directory: passed over, Active Directory could not be asked \(11\d{3}\)$/,
    );
    expect(found.ewsUrl).toBe(ews(AUTODISCOVER));
  });

  it('Active Directory that refuses the account ends the search: Exchange is not sent the same password', async () => {
    const refusing = (code: 'directoryPasswordRefused' | 'domainControllerUnreachable') => ({
      read: () => Promise.reject(new Failure(code)),
      readAt: async () => ({ points: [], site: undefined }),
    });
    const failure = await bench.failure({
      reachable: [AUTODISCOVER],
      scp: refusing('directoryPasswordRefused'),
    });
    expect(failure.code).toBe('directoryPasswordRefused');
    expect(await bench.asked()).toEqual([]);
    // Twin: whatever else is wrong with the directory, Exchange is asked.
    await bench.search({ reachable: [AUTODISCOVER], scp: refusing('domainControllerUnreachable') });
    expect(await bench.asked()).not.toEqual([]);
  });

  it('an address where nobody answers is passed over for the next one', async () => {
    await bench.control.setAutodiscover({
      internalUrl: 'https://dead.contoso.example/EWS/Exchange.asmx',
      externalUrl: ews(MAIL),
    });
    const found = await bench.search({ reachable: [EX01, MAIL], points: [pox(EX01)] });
    expect(found.ewsUrl).toBe(ews(MAIL));
    await bench.control.setAutodiscover({
      internalUrl: 'https://mail.contoso.example/owa/',
      externalUrl: ews(MAIL),
    });
    expect((await bench.search({ reachable: [EX01, MAIL], points: [pox(EX01)] })).ewsUrl).toBe(ews(MAIL));
  });
});

describe('what is printed', () => {
  it('is told step by step, with what each did for the search', async () => {
    const told: DiscoveryStep[] = [];
    await bench.control.setAutodiscover({ forms: ['pox'], internalUrl: ews(EX01), externalUrl: ews(MAIL) });
    const found = await bench.search({
      reachable: [AUTODISCOVER, MAIL],
      onStep: (step) => told.push(step),
    });
    expect(told).toEqual(found.steps);
    expect(told.map((step) => [step.question, stepKind(step), stepResult(step)])).toEqual([
      ['json', 'passedOver', '404, passed over, Autodiscover is not here'],
      ['pox', 'leadsOn', '401, asks to sign in (Bearer, Negotiate, NTLM, Basic)'],
      ['pox', 'found', `200, names the address of Exchange Web Services (${ews(MAIL)})`],
      ['ews', 'found', '401, Exchange Web Services answer here'],
    ]);
  });

  it('every step up to the address', async () => {
    await bench.control.setAutodiscover({ forms: ['pox'], hosts: ['contoso.example'] });
    const { steps } = await bench.search({ reachable: [AUTODISCOVER, DOMAIN] });
    expect(steps.map(stepText)).toEqual([
      'https://autodiscover.contoso.example/autodiscover/autodiscover.json/v1.0/{mailbox}: 404, passed over, Autodiscover is not here',
      'https://autodiscover.contoso.example/autodiscover/autodiscover.xml: 404, passed over, Autodiscover is not here',
      'https://autodiscover.contoso.example/autodiscover/autodiscover.svc: 404, passed over, Autodiscover is not here',
      'https://contoso.example/autodiscover/autodiscover.json/v1.0/{mailbox}: 404, passed over, Autodiscover is not here',
      'https://contoso.example/autodiscover/autodiscover.xml: 401, asks to sign in (Bearer, Negotiate, NTLM, Basic)',
      'https://contoso.example/autodiscover/autodiscover.xml (signed in): 200, names the address of Exchange Web Services (https://contoso.example/EWS/Exchange.asmx)',
      'https://contoso.example/EWS/Exchange.asmx: 401, Exchange Web Services answer here',
    ]);
  });

  it('never the mail address or the password', async () => {
    await bench.control.setAutodiscover({ forms: ['pox'] });
    const failure = await bench.failure({ reachable: [AUTODISCOVER, DOMAIN], password: 'secret-of-nobody' });
    const shown = JSON.stringify(failure.toRecord());
    expect(shown).toContain('autodiscover.contoso.example');
    expect(shown).not.toContain(bench.mailbox);
    expect(shown).not.toContain('secret-of-nobody');
  });

  it('an address that nobody has', async () => {
    const failure = await bench.failure({ reachable: [AUTODISCOVER], mailbox: 'nobody@contoso.example' });
    expect(failure.code).toBe('exchangeNotFound');
    expect(linesOf(failure)).toContain(
      'https://autodiscover.contoso.example/autodiscover/autodiscover.xml (signed in): 200, passed over, the server reports an error (500)',
    );
    expect(linesOf(failure)).toContain(
      'https://autodiscover.contoso.example/autodiscover/autodiscover.svc (signed in): 200, passed over, the server reports an error (InvalidUser)',
    );
  });
});

describe('the end of a search', () => {
  it('a wrong password is tried once in all', async () => {
    await bench.control.setAutodiscover({ forms: ['pox', 'soap'] });
    const before = await bench.failedSignIns();
    const records = [record('mail.contoso.example')];
    const failure = await bench.failure({
      reachable: [EX01, AUTODISCOVER, DOMAIN, MAIL],
      points: [pox(EX01)],
      records,
      password: 'wrong',
    });
    expect(failure.code).toBe('exchangeSignInRefused');
    expect((await bench.failedSignIns()) - before).toBe(1);
    expect(linesOf(failure).at(-1)).toBe(
      'https://ex01.corp.example.com/autodiscover/autodiscover.xml (signed in): 401, the sign-in was refused; the password is not tried anywhere else',
    );
  });

  it('the time is used up', async () => {
    const failure = await bench.failure({ reachable: [AUTODISCOVER], timeBudgetMs: 0 });
    expect(failure.code).toBe('exchangeNotFound');
    expect(linesOf(failure)[0]).toContain('not asked, the time for the search is used up');
    expect(await bench.asked()).toEqual([]);
  });

  it('cancelled', async () => {
    const failure = await bench.failure({ reachable: [AUTODISCOVER], signal: AbortSignal.abort() });
    expect(failure.code).toBe('cancelled');
    expect(await bench.asked()).toEqual([]);
  });
});

function fail(): never {
  throw new Error('no step');
}
