// A password that was refused once is not tried again for the mail that tells of it: the directory, Exchange and the mail
// server count every wrong one towards locking the account. Counted at the servers.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeServerIdentity, type ServerIdentity } from '../../emulator/src/server/certificates.ts';
import type { OpenedOperations } from '../cli/context.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { openOperations } from '../main.ts';

const NAME = 'Größte Runde: "Zürich" & <Söhne>';
const SENDER = 'contactsync@contoso.example';
const ACCOUNT = 'CONTOSO\\contactsync';
/** Message 1: bind refused; the words are those of Windows. */
const WORDS = '80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 52e, v4f7c';
const BIND_REFUSED = Buffer.concat([
  Buffer.from([0x30, WORDS.length + 12, 0x02, 0x01, 0x01, 0x61, WORDS.length + 7]),
  Buffer.from([0x0a, 0x01, 0x31, 0x04, 0x00, 0x04, WORDS.length]),
  Buffer.from(WORDS),
]);
const BIND_REQUEST = 0x60;

let emulator: RunningEmulator;
let control: EmulatorControl;
let identity: ServerIdentity;
let directory = '';
let clock: FakeClock;
let operations: OpenedOperations;
let domainController: Server;
let mailServer: SMTPServer;
let binds = 0;
let smtpSignIns: string[] = [];
let mailsTaken: string[] = [];

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listening = (server: { listen(port: number, host: string, done: () => void): unknown }) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 0, mailboxes: 0 });
  identity = await makeServerIdentity(new Date());
  control = new EmulatorControl(emulator.url, emulator.caPem);
  await control.addPerson({
    displayName: 'contactSync',
    alias: 'contactsync',
    primarySmtpAddress: SENDER,
    recipientTypeDetails: 'UserMailbox',
  });
});
afterAll(async () => {
  await control.close();
  await emulator.close();
});

beforeEach(async () => {
  await control.changeAccount(SENDER, { password: 'right', isLocked: false });
  [binds, smtpSignIns, mailsTaken] = [0, [], []];
  domainController = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request) => {
      if (request[5] !== BIND_REQUEST) return socket.destroy();
      binds += 1;
      return socket.write(BIND_REFUSED);
    });
  });
  await listening(domainController);
  mailServer = new SMTPServer({
    secure: true,
    key: identity.keyPem,
    cert: identity.certificatePem,
    onAuth({ password }, _, done) {
      smtpSignIns.push(password ?? '');
      if (password === 'right') done(null, { user: 'reports' });
      else done(new Error('no'));
    },
    onData(stream, _, done) {
      text(stream).then(
        (mail) => {
          mailsTaken.push(mail);
          done();
        },
        (error: Error) => done(error),
      );
    },
  });
  mailServer.on('error', () => {});
  await listening(mailServer);
  clock = new FakeClock();
  directory = mkdtempSync(join(tmpdir(), 'contactsync-refused-'));
  writeFileSync(join(directory, 'exchange-ca.pem'), emulator.caPem);
  writeFileSync(join(directory, 'mail-ca.pem'), identity.caPem);
  operations = await openOperations(join(directory, 'data'), (dependencies) => ({ ...dependencies, clock }));
});
afterEach(async () => {
  await operations.close();
  await new Promise<void>((resolve) => domainController.close(() => resolve()));
  await new Promise<void>((resolve) => mailServer.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

async function setUp(exchangeWebServices: object, mail?: object, more: object = {}): Promise<void> {
  const environment = {
    kind: 'environment',
    version: 1,
    id: '11111111-2222-4333-8444-555555555555',
    name: 'head-office',
    language: 'de',
    scenario: 'onPremises',
    additionalCaFile: join(directory, mail === undefined ? 'exchange-ca.pem' : 'mail-ca.pem'),
    onPremises: {
      activeDirectory: {
        domain: 'contoso.example',
        servers: [`127.0.0.1:${portOf(domainController)}`],
        encryption: 'none',
        allowPlainLdap: true,
        account: ACCOUNT,
      },
      exchangeWebServices: { url: emulator.ewsUrl, mailbox: SENDER, ...exchangeWebServices },
    },
    ...(mail === undefined ? {} : { mail }),
  };
  await operations.environments.apply({ text: JSON.stringify(environment) });
  await operations.environments.setPassword('head-office', 'activeDirectory', 'wrong');
  const policy = {
    kind: 'policy',
    version: 1,
    id: 'aaaaaaaa-2222-4333-8444-555555555555',
    name: NAME,
    environment: 'head-office',
    source: { type: 'activeDirectory' },
    report: { recipients: ['admin@contoso.example'], when: 'onError' },
    ...more,
  };
  await operations.policies.apply({ text: JSON.stringify(policy) });
}

/** Fails, because the domain controller refuses the account. */
async function run(): Promise<string> {
  const { id } = await operations.runs.start({ policy: NAME, mode: 'run' });
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
  expect(JSON.stringify(await operations.runs.report(id))).toContain('11020');
  return id;
}

const wrongAtExchange = async (): Promise<number> => (await control.account(SENDER)).failedSignIns;
const mails = async () =>
  (await operations.reports.list()).map(({ state, tries, failure }) => [state, tries, failure?.number]);
const soon = () => clock.advance(6 * 60_000);
/** Runs that cannot begin for the same reason send one mail a day. */
const nextDay = () => clock.advance(24 * 3_600_000);

describe('through Exchange Web Services', () => {
  it('a password that the directory refused is not tried at Exchange, until another is stored', async () => {
    await setUp({});
    await run();
    expect([binds, await wrongAtExchange()]).toEqual([1, 0]);
    expect(await mails()).toEqual([['waiting', 0, 11020]]);
    expect((await operations.status()).mails).toMatchObject([{ failure: { number: 11020 } }]);
    soon();
    expect(await operations.reports.send()).toMatchObject({ sent: 0, failed: 1 });
    expect([binds, await wrongAtExchange()]).toEqual([1, 0]);

    await operations.environments.setPassword('head-office', 'activeDirectory', 'right');
    soon();
    expect(await operations.reports.send()).toEqual({ sent: 1, failed: 0, open: [] });
    expect(await wrongAtExchange()).toBe(0);
  });

  it('a password that Exchange refused is tried again when a person says so, once for all mails', async () => {
    await setUp({ account: ACCOUNT });
    await operations.environments.setPassword('head-office', 'exchange', 'wrong');
    await run();
    expect(await wrongAtExchange()).toBe(1);
    expect(await mails()).toEqual([['waiting', 1, 13020]]);
    nextDay();
    await run();
    expect(await wrongAtExchange()).toBe(1);
    expect(await operations.reports.send({ isForced: true })).toMatchObject({ sent: 0, failed: 2 });
    expect(await wrongAtExchange()).toBe(2);

    // The account was changed instead of the password that is stored.
    await control.changeAccount(SENDER, { password: 'wrong' });
    soon();
    expect(await operations.reports.send()).toMatchObject({ sent: 0 });
    expect(await operations.reports.send({ isForced: true })).toEqual({ sent: 2, failed: 0, open: [] });
    nextDay();
    await run();
    expect((await mails()).map(([state, tries]) => [state, tries])).toEqual([
      ['sent', 1],
      ['sent', 1],
      ['sent', 3],
    ]);
  });

  it('an account of its own is tried, whatever the directory says to the other one', async () => {
    await setUp({ account: ACCOUNT });
    await operations.environments.setPassword('head-office', 'exchange', 'right');
    const id = await run();
    expect(await mails()).toEqual([['sent', 1, undefined]]);
    const { subject, html } = await operations.reports.compose(id);
    expect(subject).toContain(NAME);
    const sent = await control.sentMessages(SENDER);
    expect(sent.at(-1)).toMatchObject({
      to: ['admin@contoso.example'],
      subject,
      contentType: 'html',
      body: html,
    });
  });
});

describe('through a mail server', () => {
  it('a refused password is not tried for the next mail, nor for the next run', async () => {
    const smtp = {
      host: 'localhost',
      port: portOf(mailServer.server as Server),
      security: 'tls',
      user: 'reports',
    };
    await setUp({}, { through: 'smtp', smtp });
    await operations.environments.setPassword('head-office', 'smtp', 'wrong');
    await run();
    nextDay();
    const id = await run();
    soon();
    await operations.reports.send();
    expect(smtpSignIns).toEqual(['wrong']);
    expect(await mails()).toEqual([
      ['waiting', 0, 18023],
      ['waiting', 1, 18023],
    ]);
    await operations.reports.send({ isForced: true });
    expect(smtpSignIns).toEqual(['wrong', 'wrong']);

    await operations.environments.setPassword('head-office', 'smtp', 'right');
    nextDay();
    expect(await operations.reports.send()).toEqual({ sent: 2, failed: 0, open: [] });
    expect([smtpSignIns.length, mailsTaken.length]).toEqual([4, 2]);
    const read = await simpleParser(mailsTaken.at(-1) ?? '');
    const composed = await operations.reports.compose(id);
    expect(read.subject).toBe(composed.subject);
    expect(read.html).toBe(composed.html);
    expect(read.text?.trim()).toBe(composed.text.replaceAll('\r\n', '\n').trim());
    expect(read.from?.text).toBe(SENDER);
    expect(read.headers.get('auto-submitted')).toBe('auto-generated');
    expect(read.attachments).toEqual([]);
  });
});

describe('the service', () => {
  /** The queue, the prune, the alerts, the announcements, the mails. */
  const EACH_MINUTE = 5;
  const HOUR = 3_600_000;

  it('does not try a refused password at every due time, but once a day, and at once when another is stored', async () => {
    await operations.close();
    const waiting = new FakeClock('2026-11-02T08:10:30.000Z', { sleepsAtOnce: false });
    operations = await openOperations(join(directory, 'data'), (dependencies) => ({
      ...dependencies,
      clock: waiting,
    }));
    // A mail would try the password, too.
    await setUp({}, undefined, { schedule: { interval: { minutes: 30 } }, report: { recipients: [] } });
    const stop = new AbortController();
    const over = operations.service.serve(stop.signal);
    /** The runs that became due meanwhile, as one, and nobody has anything left to do. */
    const bindsAfter = async (hours: number): Promise<number> => {
      const isBusy = async () =>
        waiting.sleeping < EACH_MINUTE || (await operations.service.queue()).length > 0;
      while (await isBusy()) await nextTurn();
      waiting.advance(hours * HOUR);
      while (await isBusy()) await nextTurn();
      return binds;
    };
    expect(await bindsAfter(1)).toBe(1);
    for (const hours of [1, 8, 8, 5]) expect(await bindsAfter(hours)).toBe(1);
    expect(await bindsAfter(2)).toBe(2);
    for (const hours of [1, 8]) expect(await bindsAfter(hours)).toBe(2);
    await operations.environments.setPassword('head-office', 'activeDirectory', 'another');
    expect(await bindsAfter(1)).toBe(3);
    expect(await bindsAfter(1)).toBe(3);
    stop.abort();
    await over;
  });
});
