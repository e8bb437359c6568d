// Secrets planted where they belong, then runs that succeed, fail and crash, against services that repeat in their errors
// what they were told: none of it stands anywhere afterwards.

import { createHmac, createPrivateKey, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text as textOf } from 'node:stream/consumers';
import { deflateSync } from 'node:zlib';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeServerIdentity } from '../../emulator/src/server/certificates.ts';
import { createSelfSigned } from '../../src/certificates/create-self-signed.ts';
import { openFileLog } from '../../src/system/file-log.ts';
import { Installation } from './installation.ts';
import { findSecrets, type PlantedSecret, unpackTar } from './planted-secrets.ts';

/** As administrators make them: with what URLs, JSON and XML mind. */
const password = (name: string) => `${name}&"<é/+ ${randomBytes(9).toString('base64')}`;

const SMTP = password('Smtp');
const EXCHANGE = password('Exchange');
const DIRECTORY = password('Directory');
const PASSPHRASE = password('Passphrase');
const WEBHOOK = password('Webhook');
/** In an address, which stands in the environment and is shown with it. */
const URL_TOKEN = { name: 'token of the webhook', value: `UrlToken${randomBytes(12).toString('base64url')}` };
/** Of the kind that a token service issues. */
const TOKEN = /eyJ[\w-]{10,}\.[\w-]{10,}/;

describe('secrets', () => {
  let box: Installation;
  let mailServer: SMTPServer;
  let mailAuthority = '';
  let webhook: Server;
  let logs = '';
  const said: string[] = [];
  const planted: PlantedSecret[] = [
    { name: 'password of the mail server', value: SMTP },
    { name: 'password of Exchange', value: EXCHANGE },
    { name: 'password of the directory', value: DIRECTORY },
    { name: 'passphrase of the certificate', value: PASSPHRASE },
    { name: 'secret of the webhook', value: WEBHOOK },
  ];
  const tried: string[] = [];

  /** Whatever comes of it: what counts is what it leaves behind. */
  async function command(args: readonly string[], env: Record<string, string> = {}): Promise<number> {
    const { exitCode, output, errors } = await box.run([...args, '--log-dir', logs], { env });
    said.push(output, errors);
    return exitCode;
  }

  beforeAll(async () => {
    box = await Installation.start({ recipients: 12, mailboxes: 2 });
    box.commands = 'called';
    logs = box.path('logs elsewhere');
    process.env.CONTACTSYNC_LOG_LEVEL = 'debug';
    const identity = await makeServerIdentity(new Date());
    mailServer = new SMTPServer({
      key: identity.keyPem,
      cert: identity.certificatePem,
      onAuth({ username, password: told }, _, done) {
        const given = told ?? '';
        tried.push(given);
        done(
          Object.assign(
            new Error(`no ${username} with ${given} here, ${Buffer.from(given).toString('base64')}`),
            { responseCode: 535 },
          ),
        );
      },
    });
    mailServer.on('error', () => {});
    await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', resolve));
    const { port } = mailServer.server.address() as AddressInfo;
    mailAuthority = identity.caPem;
    const mail = `mail: { through: smtp, smtp: { host: localhost, port: ${port}, user: reports@contoso.example, from: reports@contoso.example } }\n`;
    webhook = createServer((request, answer) => {
      textOf(request).then((body) => {
        const { url = '', headers } = request;
        const [, time = '', signature = ''] =
          /^t=(\d+),v1=(\w+)$/.exec(String(headers['x-contactsync-signature'])) ?? [];
        if (signature === createHmac('sha256', WEBHOOK).update(`${time}.${body}`).digest('hex'))
          tried.push(WEBHOOK, url);
        const told = JSON.stringify({ url, headers, body });
        answer.writeHead(401, url, { location: url, 'www-authenticate': url }).end(told);
      }, answer.destroy.bind(answer));
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    const { port: webhookPort } = webhook.address() as AddressInfo;
    const announce = `announce: { webhook: "http://127.0.0.1:${webhookPort}/hook?token=${URL_TOKEN.value}" }\n`;
    const environment = box.environmentText() + announce;

    const { certificate, privateKeyPem } = await createSelfSigned({
      subject: 'contactSync',
      friendlyName: 'planted',
      keyBits: 2048,
      lifetimeDays: 30,
      now: new Date(),
    });
    const key = createPrivateKey(privateKeyPem);
    const encrypted = key.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: PASSPHRASE,
    });
    const body = privateKeyPem.split('\n').filter((line) => line.length === 64);
    planted.push({ name: 'a line of the private key', value: body[7] ?? '' });
    planted.push({ name: 'another line of the private key', value: body[12] ?? '' });
    const der = key.export({ type: 'pkcs8', format: 'der' });
    planted.push({
      name: 'the middle of the private key in base64',
      value: der.subarray(600, 660).toString('base64'),
    });

    await command(['environment', 'apply', box.write('contoso.yaml', environment + mail)]);
    await command(
      [
        'certificate',
        'import',
        box.write('own.pem', `${certificate.certificatePem}\n${encrypted.toString()}`),
      ],
      {
        CONTACTSYNC_PFX_PASSWORD: PASSPHRASE,
      },
    );
    await command(['environment', 'set-certificate', 'contoso', certificate.thumbprint]);
    await box.control.registerCertificate(certificate.certificatePem);
    await command(['environment', 'set-password', 'contoso', '--for', 'smtp'], {
      CONTACTSYNC_PASSWORD: SMTP,
    });
    await command(['environment', 'set-password', 'contoso', '--for', 'webhook'], {
      CONTACTSYNC_PASSWORD: WEBHOOK,
    });
    const policy = box.policyText('report: { recipients: [admin@contoso.example], when: always }\n');
    await command(['policy', 'apply', box.write('all-staff.yaml', policy)]);
  });
  afterAll(async () => {
    delete process.env.CONTACTSYNC_LOG_LEVEL;
    await new Promise<void>((resolve) => mailServer.close(resolve));
    await new Promise<void>((resolve) => webhook.close(() => resolve()));
    await box.close();
  });

  const finds = () => [
    ...findSecrets(planted, { folders: [box.dataDirectory, logs], said }),
    ...findSecrets([URL_TOKEN], { folders: [logs], said }),
  ];

  function logText(): string {
    return readdirSync(logs)
      .map((name) => readFileSync(join(logs, name), 'utf8'))
      .join('');
  }

  it('stand nowhere after a run whose mail and webhook are refused by servers that repeat what they got', async () => {
    expect(await command(['run', 'All staff'])).toBe(0);
    expect(await command(['environment', 'test-announcement', 'contoso'])).toBe(1);
    await command(['environment', 'test', 'contoso', '--json']);
    // Both authorities of the emulator have one name; one at a time is trusted.
    const authority = readFileSync(box.path('ca.pem'), 'utf8');
    box.write('ca.pem', mailAuthority);
    await command(['reports', 'send', '--now', '--json']);
    box.write('ca.pem', authority);
    await command(['reports', 'list', '--json']);
    await command(['status', '--json']);
    // They were really used.
    expect(tried).toContain(SMTP);
    expect(tried).toContain(WEBHOOK);
    expect(tried).toContain(`/hook?token=${URL_TOKEN.value}`);
    expect(said.join('')).toContain('18025');
    expect(finds()).toEqual([]);
    // Where it belongs, the search sees it.
    expect(findSecrets([URL_TOKEN], { folders: [box.dataDirectory], said: [] })).not.toEqual([]);
  });

  it('stand nowhere after runs that fail at services that repeat tokens and headers', async () => {
    const token = box.emulator.issueToken([...box.emulator.organization.apps.keys()][0] ?? '', 'graph');
    for (const path of ['/users', '/oauth2/v2.0/token', '\\$batch$']) {
      await box.control.addFault({
        face: 'graph',
        path,
        count: 50,
        action: {
          kind: 'answer',
          status: 400,
          body: { error: { code: 'BadRequest', message: `no: Authorization: Bearer ${token}` } },
        },
      });
      await command(['run', 'All staff', '--test', '--json']);
      await box.control.clearFaults();
    }
    expect(finds()).toEqual([]);
    expect([...said, logText()].filter((text) => TOKEN.test(text))).toEqual([]);
  });

  it('stand nowhere when they are not accepted, nor does a license that is none', async () => {
    const license = `-----BEGIN LICENSE-----\n${randomBytes(60).toString('base64')}\n-----END LICENSE-----\n`;
    planted.push({ name: 'license', value: license.split('\n')[1] ?? '' });
    expect(await command(['license', 'add', box.write('contoso.license', license)])).not.toBe(0);
    const onPremises = `kind: environment
version: 1
id: 11111111-2222-4333-8444-777777777777
name: head-office
scenario: onPremises
onPremises:
  activeDirectory: { domain: corp.contoso.example, domainControllers: [127.0.0.1], account: svc@contoso.example }
  exchangeWebServices: { url: "${box.emulator.url}/EWS/Exchange.asmx", account: "CONTOSO\\\\svc" }
`;
    await command(['environment', 'apply', box.write('head-office.yaml', onPremises)]);
    await command(['environment', 'set-password', 'head-office'], { CONTACTSYNC_PASSWORD: DIRECTORY });
    await command(['environment', 'set-password', 'head-office', '--for', 'exchange'], {
      CONTACTSYNC_PASSWORD: EXCHANGE,
    });
    await command(['certificate', 'import', box.path('own.pem')], {
      CONTACTSYNC_PFX_PASSWORD: `${PASSPHRASE}x`,
    });
    expect(finds()).toEqual([]);
  });

  it('stand in a backup only encrypted, and its passphrase and key nowhere', async () => {
    const backups = box.path('backups');
    mkdirSync(backups);
    const passphrase = password('Backup');
    const env = { CONTACTSYNC_BACKUP_PASSPHRASE: passphrase };
    const key = readFileSync(join(box.dataDirectory, 'key'), 'utf8').trim();
    const keyBytes = Buffer.from(key, 'base64');
    expect(keyBytes).toHaveLength(32);
    planted.push({ name: 'passphrase of the backup', value: passphrase });
    planted.push({ name: 'key', value: key }, { name: 'bytes of the key', value: keyBytes });
    const file = join(backups, 'backup.tar');
    expect(await command(['backup', join(backups, 'without-key.tar')])).toBe(0);
    expect(await command(['backup', file, '--with-key'], env)).toBe(0);
    unpackTar(join(backups, 'without-key.tar'), join(backups, 'without key'));
    unpackTar(file, join(backups, 'with key'));
    const files = [...readdirSync(join(backups, 'without key')), ...readdirSync(join(backups, 'with key'))];
    expect(files.filter((name) => ['contactsync.db', 'key.sealed'].includes(name))).toHaveLength(3);
    const wrong = { CONTACTSYNC_BACKUP_PASSPHRASE: `${passphrase}x` };
    expect(await command(['restore', file, '--replace'], wrong)).not.toBe(0);
    // The file of the key is where the key belongs.
    const found = findSecrets(planted, { folders: [box.dataDirectory, logs, backups], said });
    expect(found.filter(({ place }) => place !== join(box.dataDirectory, 'key'))).toEqual([]);
    expect(readFileSync(file).length).toBeGreaterThan(10_000);
    planted.splice(-2);
    // It was packed as well, and the search sees what is packed.
    const inBackup = findSecrets([URL_TOKEN], { folders: [backups], said: [] });
    expect(new Set(inBackup.map(({ place }) => place)).size).toBeGreaterThanOrEqual(4);
  });

  it('stand nowhere after a crash, whatever the message of the error holds', async () => {
    const token = box.emulator.issueToken([...box.emulator.organization.apps.keys()][0] ?? '', 'graph');
    const key = readFileSync(box.path('own.pem'), 'utf8').slice(-800);
    box.write(
      'crash.mjs',
      `process.on('SIGUSR2', () => { Promise.reject(new Error(${JSON.stringify(`${SMTP} ${token} -----BEGIN PRIVATE KEY-----${key}`)}, { cause: new TypeError(process.env.CONTACTSYNC_PASSWORD) })); });`,
    );
    const { child, answer } = box.spawn(['serve', '--metrics', '127.0.0.1:0', '--log-dir', logs], {
      env: { CONTACTSYNC_PASSWORD: SMTP, NODE_OPTIONS: `--import=${box.path('crash.mjs')}` },
    });
    const greeting = await new Promise<string>((resolve) =>
      child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())),
    );
    const address = /http:\S+(?=\/metrics)/.exec(greeting)?.[0] ?? greeting;
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      const watched = await fetch(address + path);
      expect([path, watched.status]).toEqual([path, 200]);
      said.push(await watched.text());
    }
    child.kill('SIGUSR2');
    const { exitCode, output, errors } = await answer;
    said.push(output, errors);
    expect(exitCode).toBe(70);
    expect(errors).toContain('Error 10001');
    expect(errors).not.toContain('    at ');
    expect(logText()).toContain('the command line failed');
    expect(finds()).toEqual([]);
    expect([...said, logText()].filter((text) => TOKEN.test(text))).toEqual([]);
  });

  it('are found where they are: the search fails over a log that keeps them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'contactsync-leak-'));
    try {
      mkdirSync(join(folder, 'deep'));
      const secret = { name: 'smtp', value: SMTP };
      const leaks: readonly Buffer[] = [
        Buffer.from(JSON.stringify({ text: `a ${SMTP}` })),
        Buffer.from(`x ${Buffer.from(`reports:${SMTP}`).toString('base64')}`),
        Buffer.from(`y ${Buffer.from(`a:${SMTP}`).toString('base64url')}`),
        Buffer.from(`?p=${encodeURIComponent(SMTP)}`),
        Buffer.from(new URLSearchParams({ p: SMTP }).toString()),
        Buffer.concat([randomBytes(99), Buffer.from(SMTP, 'utf16le'), randomBytes(99)]),
      ];
      for (const [number, leak] of leaks.entries()) {
        writeFileSync(join(folder, 'deep', 'leak'), leak);
        expect(findSecrets([secret], { folders: [folder], said: [] }), `leak ${number}`).not.toEqual([]);
      }
      rmSync(join(folder, 'deep', 'leak'));
      // A compressed cell of a database, and the key as bytes.
      const database = new DatabaseSync(join(folder, 'deep', 'leaky.db'));
      database.exec('create table packed (cell blob) strict');
      database.prepare('insert into packed values (?)').run(deflateSync(Buffer.from(`a ${SMTP}`)));
      database.close();
      expect(findSecrets([secret], { folders: [folder], said: [] })).toMatchObject([
        { place: expect.stringMatching(/^cells of .*leaky\.db$/) },
      ]);
      rmSync(join(folder, 'deep', 'leaky.db'));
      const key = { name: 'key', value: randomBytes(32) };
      writeFileSync(join(folder, 'deep', 'leak'), Buffer.concat([Buffer.of(1), key.value]));
      expect(findSecrets([key], { folders: [folder], said: [] })).toMatchObject([{ form: 'bytes' }]);
      rmSync(join(folder, 'deep', 'leak'));
      // A log that does not know the secret writes it.
      const leaky = openFileLog(join(folder, 'leaky.log'), 'info');
      leaky.info('mail refused', { reason: `with ${SMTP}` });
      leaky.close();
      expect(findSecrets([secret], { folders: [folder], said: [] })).toMatchObject([{ form: 'JSON' }]);
      expect(findSecrets([secret], { folders: [], said: [`oh ${SMTP}`] })).toMatchObject([{ form: 'raw' }]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
