// The connection test, the search for Exchange and the defaults of new environments, over a connection that answers what
// the test says; documents, secrets and settings are kept as always.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationError, type ProbeOptions } from '@contactsync/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { openOperations } from '../main.ts';
import { Failure } from '../model/failure.ts';
import type { FolderSource, ProbeStep } from '../ports/contact-source.ts';
import type { ExchangeSearch } from '../ports/exchange-search.ts';
import type { Log } from '../ports/log.ts';
import type { MailSender, OutgoingMail } from '../ports/mail-sender.ts';
import type { Connection } from './dependencies.ts';

const FOUND = 'https://mail.contoso.example/EWS/Exchange.asmx';
const STEP = {
  at: '2026-03-01T12:00:00.000Z',
  target: 'Active Directory',
  isSignedIn: false,
  kind: 'found',
  result: 'connection points found (1)',
} as const;

let directory = '';
let operations: OpenedOperations;
let connection: Partial<Connection>;
let sourceSteps: readonly ProbeStep[];
let found: ExchangeSearch['found'];
let heard: Log | undefined;
let mails: OutgoingMail[] = [];

const mail: MailSender = {
  sender: 'reports@contoso.example',
  async send(one) {
    mails.push(one);
  },
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-environments-'));
  sourceSteps = [{ name: 'Active Directory', ok: true }];
  found = { ewsUrl: FOUND, serverVersion: '15.2.1544' };
  mails = [];
  connection = {
    mail,
    searchExchange: async () => ({ mailbox: 'reports@contoso.example', steps: [STEP], found }),
    probeMailboxes: async () => [{ name: 'Address', ok: true, search: [STEP] }],
  };
  operations = await openOperations(join(directory, 'data'), (dependencies) => ({
    ...dependencies,
    async connect(_, alsoTo) {
      heard = alsoTo;
      const source = { probe: async () => sourceSteps };
      return { source, close: async () => {}, ...connection } as unknown as Connection;
    },
  }));
  await operations.environments.apply({ text: JSON.stringify(environment()) });
  await operations.environments.setPassword('head-office', 'activeDirectory', 'secret');
});

afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

const environment = (url?: string, language = 'en') => ({
  kind: 'environment',
  version: 1,
  id: '11111111-2222-4333-8444-555555555555',
  name: 'head-office',
  scenario: 'onPremises',
  language,
  onPremises: {
    activeDirectory: { domain: 'corp.contoso.example', account: 'reader@corp.contoso.example' },
    exchangeWebServices: { mailbox: 'reports@contoso.example', ...(url === undefined ? {} : { url }) },
  },
});

const stored = async () => {
  const view = await operations.environments.get('head-office');
  const { environment: document, passwords, revision } = view;
  const url =
    document.scenario === 'onPremises' ? document.onPremises.exchangeWebServices.url : 'no such thing';
  return { url, passwords, revision };
};

async function failureOf(work: Promise<unknown>) {
  const thrown: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof OperationError)) throw new Error(`no failure: ${String(thrown)}`);
  return thrown.failure;
}

describe('the search for Exchange', () => {
  it('says what was asked and found, and changes nothing', async () => {
    const before = await stored();
    expect(await operations.environments.search('head-office')).toEqual({
      environment: 'head-office',
      mailbox: 'reports@contoso.example',
      steps: [STEP],
      ewsUrl: FOUND,
      ewsUrlBefore: undefined,
      serverVersion: '15.2.1544',
    });
    expect(await stored()).toEqual(before);
  });

  it('writes the address on demand, and keeps the passwords that Autodiscover has just sent there', async () => {
    const { saved } = await operations.environments.search('head-office', { save: true });
    expect(saved).toEqual({ revision: 2, keepsPasswords: true });
    expect(await stored()).toEqual({ url: FOUND, passwords: ['activeDirectory'], revision: 2 });
    const again = await operations.environments.search('head-office', { save: true });
    expect(again.saved).toEqual({ revision: 2, keepsPasswords: true });
    expect(await stored()).toMatchObject({ passwords: ['activeDirectory'], revision: 2 });
  });

  it('in the place of another address the passwords go, as with every change of an address', async () => {
    const other = 'https://old.contoso.example/EWS/Exchange.asmx';
    await operations.environments.apply({ text: JSON.stringify(environment(other)) });
    await operations.environments.setPassword('head-office', 'activeDirectory', 'secret');
    const search = await operations.environments.search('head-office', { save: true });
    expect(search).toMatchObject({ ewsUrlBefore: other, saved: { keepsPasswords: false } });
    expect(await stored()).toMatchObject({ url: FOUND, passwords: [] });
  });

  it('that finds nothing answers why, with the steps once', async () => {
    found = new Failure('exchangeNotFound', { details: { domain: 'contoso.example', steps: ['a', 'b'] } });
    const before = await stored();
    const search = await operations.environments.search('head-office', { save: true });
    expect(search).toMatchObject({ ewsUrl: undefined, steps: [STEP], failure: { number: 13050 } });
    expect(search.failure?.details).toEqual({ domain: 'contoso.example' });
    expect(search.saved).toBeUndefined();
    expect(await stored()).toEqual(before);
  });
});

describe('the connection test of folders that policies copy from', () => {
  const policyText = (name: string, number: number, source: object, environment = 'head-office') =>
    JSON.stringify({
      kind: 'policy',
      version: 1,
      id: `aaaaaaaa-2222-4333-8444-55555555555${number}`,
      name,
      environment,
      source,
    });
  let tried: string[];
  let answer: (mailbox: string) => readonly ProbeStep[];

  beforeEach(async () => {
    tried = [];
    answer = (mailbox) => [{ name: mailbox, ok: true }];
    const probeFolders = async (scope: FolderSource) => {
      tried.push(scope.type === 'sharedMailbox' ? scope.mailbox : scope.type);
      return answer(tried.at(-1) ?? '');
    };
    const source = { probe: async () => sourceSteps, probeFolders } as unknown as Connection['source'];
    connection = { ...connection, source };
    for (const [index, mailbox] of ['a@contoso.example', 'b@contoso.example'].entries())
      await operations.policies.apply({
        text: policyText(`Customers ${index}`, index, { type: 'sharedMailbox', mailbox }),
      });
    const folders = [{ path: ['Customers'] }];
    await operations.policies.apply({ text: policyText('Public', 2, { type: 'publicFolder', folders }) });
    await operations.policies.apply({ text: policyText('Staff', 3, { type: 'activeDirectory' }) });
  });

  const probe = async (options: ProbeOptions = {}) =>
    (await operations.environments.probe('head-office', undefined, options)).steps
      .filter(({ name }) => name.startsWith('Policy'))
      .map(({ name, ok, failure }) => [name, ok, failure?.number]);

  it('is a step for each policy with such a source, and for the named one only where one is named', async () => {
    expect(await probe()).toEqual([
      ['Policy "Customers 0": a@contoso.example', true, undefined],
      ['Policy "Customers 1": b@contoso.example', true, undefined],
      ['Policy "Public": publicFolder', true, undefined],
    ]);
    expect(await probe({ policy: 'Public' })).toHaveLength(1);
    expect(await failureOf(probe({ policy: 'Staff' }))).toMatchObject({ code: 'usage' });
    expect(await failureOf(probe({ policy: 'Nobody' }))).toMatchObject({ code: 'notFound' });
  });

  it('goes on after a folder that is closed, and not after a refused password', async () => {
    answer = (name) => [{ name, ok: false, failure: new Failure('publicFolderAccessDenied') }];
    expect((await probe()).map(([, ok, number]) => [ok, number])).toEqual([
      [false, 14050],
      [false, 14050],
      [false, 14050],
    ]);
    answer = (name) => [{ name, ok: false, failure: new Failure('exchangeSignInRefused') }];
    expect(await probe()).toHaveLength(1);
  });

  it('asks for nothing where the sign-in failed before', async () => {
    sourceSteps = [{ name: 'Active Directory', ok: false, failure: new Failure('exchangeSignInRefused') }];
    tried = [];
    expect([await probe(), tried]).toEqual([[], []]);
  });

  it('what the environment lacks is a step, too', async () => {
    answer = () => {
      throw new Failure('publicFolderReaderMissing');
    };
    expect(await probe({ policy: 'Public' })).toEqual([['Policy "Public": source', false, 14052]]);
  });
});

describe('the connection test', () => {
  it('shows steps, where Autodiscover asked, and everything that the connection logged', async () => {
    connection = {
      ...connection,
      async probeMailboxes() {
        heard?.debug('request', { requestId: 'id-1', token: 'hidden' });
        return [{ name: 'Address', ok: true, search: [STEP] }];
      },
    };
    const probe = await operations.environments.probe('head-office');
    expect(probe).toMatchObject({
      ok: true,
      steps: [{ name: 'Password' }, { name: 'Active Directory' }, { name: 'Address', search: [STEP] }],
    });
    expect(probe.log?.map(({ message, data }) => [message, data])).toEqual([
      ['step', { name: 'Password', ok: true }],
      ['step', { name: 'Active Directory', ok: true }],
      ['request', { requestId: 'id-1' }],
      ['step', { name: 'Address', ok: true }],
    ]);
  });

  it.each([
    ['en', 'test mail'],
    ['de', 'Testnachricht'],
  ])(
    'sends a mail in the language of the environment (%s), and keeps its address nowhere',
    async (language, word) => {
      await operations.environments.apply({ text: JSON.stringify(environment(undefined, language)) });
      const to = 'somebody.special@contoso.example';
      const probe = await operations.environments.probe('head-office', undefined, { testMailTo: to });
      expect(probe.steps.at(-1)).toMatchObject({ name: 'Test mail', ok: true });
      expect(mails).toHaveLength(1);
      expect(mails[0]).toMatchObject({ to: [to], subject: expect.stringContaining(word) });
      await operations.close();
      const kept = ['contactsync.db', 'contactsync.db-wal', 'logs/contactsync.log'].map((name) => {
        try {
          return readFileSync(join(directory, 'data', name), 'latin1');
        } catch {
          return '';
        }
      });
      expect(kept.join('')).toContain('head-office');
      expect(kept.join('')).not.toContain('somebody.special');
    },
  );

  it('sends no mail after a failed step: a refused password is not tried once more', async () => {
    sourceSteps = [{ name: 'Active Directory', ok: false, failure: new Failure('directoryPasswordRefused') }];
    const probe = await operations.environments.probe('head-office', undefined, {
      testMailTo: 'a@b.example',
    });
    expect(mails).toEqual([]);
    expect(probe.steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['Password', true],
      ['Active Directory', false],
      ['Test mail', false],
    ]);
  });

  it('says that a mail was perhaps sent, and that nobody can send', async () => {
    const testMailTo = 'a@contoso.example';
    const lost = new Failure('mailPerhapsSent');
    connection = { ...connection, mail: { ...mail, send: () => Promise.reject(lost) } };
    const probe = await operations.environments.probe('head-office', undefined, { testMailTo });
    expect(probe).toMatchObject({ ok: false });
    expect(probe.steps.at(-1)?.failure).toMatchObject({ number: 18013 });
    connection = { ...connection, mail: { ...mail, sender: undefined } };
    const without = await operations.environments.probe('head-office', undefined, { testMailTo });
    expect(without.steps.at(-1)?.failure).toMatchObject({ number: 18010 });
    const misspelled = operations.environments.probe('head-office', undefined, { testMailTo: 'a@b, c@d' });
    expect(await failureOf(misspelled)).toMatchObject({ number: 10050 });
  });
});

describe('what new environments on-premises begin with', () => {
  it('is Autodiscover until an address is set, and again when it is taken away', async () => {
    const { settings } = operations;
    expect(await settings.exchangeDefaults()).toEqual({ ewsUrl: undefined });
    expect(await settings.setExchangeDefaults({ ewsUrl: FOUND })).toEqual({ ewsUrl: FOUND });
    expect(await settings.exchangeDefaults()).toEqual({ ewsUrl: FOUND });
    expect(await settings.setExchangeDefaults({ ewsUrl: undefined })).toEqual({ ewsUrl: undefined });
  });

  it.each([
    'http://mail.contoso.example/EWS/Exchange.asmx',
    'mail.contoso.example',
    'https://a:S3cret@c.example/',
    'http://a:S3cret@c.example/',
    'https://c.example/EWS/Exchange.asmx#S3cret',
  ])('is no address that an environment refuses: %s', async (ewsUrl) => {
    const failure = await failureOf(operations.settings.setExchangeDefaults({ ewsUrl }));
    expect(failure).toMatchObject({ number: 10050 });
    expect(JSON.stringify(failure)).not.toContain('a:S3cret');
    expect(await operations.settings.exchangeDefaults()).toEqual({ ewsUrl: undefined });
  });
});

describe('a policy file that names no environment', () => {
  const policy = {
    kind: 'policy',
    version: 1,
    id: 'aaaaaaaa-2222-4333-8444-555555555555',
    name: 'All staff',
    source: { type: 'activeDirectory' },
  };

  it('gets one, or is told which there are', async () => {
    const text = JSON.stringify(policy);
    expect(await failureOf(operations.policies.apply({ text, fileName: 'a.yaml' }))).toMatchObject({
      number: 10046,
      details: { file: 'a.yaml', source: 'activeDirectory', known: ['head-office'] },
    });
    expect(await failureOf(operations.policies.validate({ text }))).toMatchObject({ number: 10046 });
    await operations.policies.apply({ text, environment: 'head-office' });
    expect((await operations.policies.get('All staff')).policy.environment).toBe('head-office');
  });

  it('is known by it however it is written, and stays while the policy uses it', async () => {
    const text = JSON.stringify({ ...policy, environment: 'Head-Office' });
    await operations.policies.apply({ text });
    expect((await operations.policies.get('All staff')).policy.environment).toBe('head-office');
    expect(await failureOf(operations.environments.remove('HEAD-OFFICE'))).toMatchObject({
      code: 'environmentInUse',
    });
    expect(await operations.policies.apply({ text })).toMatchObject({ result: 'unchanged' });
  });
});
