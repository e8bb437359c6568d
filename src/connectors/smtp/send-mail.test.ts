// Mails through a mail server that we did not write, read back by a parser that we did not write.

import { type AddressInfo, createServer, type Socket } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeServerIdentity, type ServerIdentity } from '../../../emulator/src/server/certificates.ts';
import type { MailServer } from '../../model/environment.ts';
import type { Failure } from '../../model/failure.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import { silentLog } from '../../ports/log.ts';
import type { OutgoingMail } from '../../ports/mail-sender.ts';
import { FakeClock } from '../memory/fake-clock.ts';
import { refusedConnection, refusedMail } from './failures.ts';
import { createSmtpMailSender } from './send-mail.ts';

const signal = new AbortController().signal;
const MAIL: OutgoingMail = {
  to: ['admin@contoso.example', 'second@contoso.example'],
  subject: 'Bericht: 3 Änderungen',
  body: { kind: 'html', content: '<p>Ünïcode &amp; more</p>', text: 'Ünïcode & more' },
  attachments: [
    { name: 'changes.csv', contentType: 'text/csv; charset=utf-8', content: Buffer.from('a;b\r\n') },
  ],
};

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
}

let servers: SMTPServer[] = [];
let received: Received[] = [];
afterEach(async () => {
  for (const server of servers) await new Promise<void>((resolve) => server.close(resolve));
  servers = [];
  received = [];
});

let identity: ServerIdentity;
beforeAll(async () => {
  identity = await makeServerIdentity(new Date());
});

async function serve(options: SMTPServerOptions = {}): Promise<number> {
  const server = new SMTPServer({
    authOptional: true,
    key: identity.keyPem,
    cert: identity.certificatePem,
    onAuth: ({ username, password }, _, done) =>
      password === 'right' ? done(null, { user: username }) : done(new Error('no')),
    onData(stream, { envelope }, done) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        received.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          content: Buffer.concat(pieces).toString('utf8'),
        });
        done();
      });
    },
    ...options,
  });
  servers.push(server);
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.server.address() as AddressInfo).port;
}

interface Choice {
  readonly server?: Partial<MailServer>;
  readonly password?: string;
  readonly trusts?: boolean;
  readonly mail?: OutgoingMail;
  readonly until?: AbortSignal;
  readonly limitMs?: number;
  readonly onPartlyRefused?: (failure: Failure) => void;
}

const send = (
  port: number,
  {
    server,
    password,
    trusts = true,
    mail = MAIL,
    until = signal,
    limitMs,
    onPartlyRefused = () => {},
  }: Choice = {},
) =>
  createSmtpMailSender({
    server: { host: 'localhost', port, security: 'startTls', ...server },
    password,
    sender: 'reports@contoso.example',
    additionalCa: trusts ? identity.caPem : undefined,
    clock: new FakeClock(),
    log: silentLog,
    ...(limitMs === undefined ? {} : { limitMs }),
  }).send(mail, { keepsCopy: false, onPartlyRefused }, until);

describe('a mail', () => {
  it.each(['startTls', 'tls'] as const)('is sent with both parts and its table: %s', async (security) => {
    const port = await serve({ secure: security === 'tls' });
    await send(port, { server: { security, user: 'reports' }, password: 'right' });
    expect(received).toMatchObject([{ from: 'reports@contoso.example', to: MAIL.to }]);
    const read = await simpleParser(received[0]?.content ?? '');
    expect(read.subject).toBe(MAIL.subject);
    expect(read.text?.trim()).toBe('Ünïcode & more');
    expect(read.html).toBe('<p>Ünïcode &amp; more</p>');
    expect(read.headers.get('auto-submitted')).toBe('auto-generated');
    expect(read.attachments.map(({ filename, content }) => [filename, content.toString('utf8')])).toEqual([
      ['changes.csv', 'a;b\r\n'],
    ]);
  });

  it('gets no header from its subject, recipient of an attachment or name', async () => {
    const port = await serve();
    const attachments = [
      { name: 'a.csv\r\nBcc: c@contoso.example', contentType: 'text/csv', content: Buffer.from('a') },
    ];
    await send(port, { mail: { ...MAIL, subject: 'a\r\nBcc: b@contoso.example', attachments } });
    const read = await simpleParser(received[0]?.content ?? '');
    expect(read.bcc).toBeUndefined();
    expect(received[0]?.content).not.toMatch(/^Bcc:/m);
    expect(received[0]?.to).toEqual(MAIL.to);
  });
});

describe('nothing is sent', () => {
  it.each([
    ['a certificate that nobody vouches for', {}, { trusts: false }, 'untrustedMailServer'],
    [
      'a server without TLS',
      { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] },
      {},
      'mailServerWithoutTls',
    ],
    ['a wrong password', {}, { server: { user: 'reports' }, password: 'wrong' }, 'mailServerSignInRefused'],
  ] as const)('to %s', async (_, options, choice, code) => {
    const { disabledCommands, ...more }: { disabledCommands?: readonly string[]; hideSTARTTLS?: boolean } =
      options;
    const port = await serve({
      ...more,
      ...(disabledCommands === undefined ? {} : { disabledCommands: [...disabledCommands] }),
    });
    const failure = await failureOf(send(port, choice));
    expect(failure.code).toBe(code);
    expect(JSON.stringify(failure.toRecord())).not.toContain('wrong');
    expect(received).toEqual([]);
  });

  it('where nobody listens', async () => {
    const port = await serve();
    for (const server of servers.splice(0)) await new Promise<void>((resolve) => server.close(resolve));
    expect((await failureOf(send(port))).code).toBe('mailServerUnreachable');
  });

  it.each([
    [550, '5.7.60 client does not have permissions to send as this sender', 'sendingNotAllowed'],
    [552, '5.3.4 message too big', 'mailTooLarge'],
    [550, '5.2.3 message length exceeds the limit', 'mailTooLarge'],
    [552, '5.2.2 mailbox full', 'mailRefused'],
    [554, 'no', 'mailRefused'],
    [451, 'later', 'mailRefused'],
  ])('when the server says %i %s', async (responseCode, text, code) => {
    const port = await serve({
      onData(stream, _, done) {
        stream.resume();
        stream.on('end', () => done(Object.assign(new Error(text), { responseCode })));
      },
    });
    expect((await failureOf(send(port))).code).toBe(code);
  });
});

it('a server that never ends what it says is left', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    const more = () => {
      if (socket.writable) socket.write('220-hello\r\n', () => setImmediate(more));
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect((await failureOf(send(port, { limitMs: 50 }))).code).toBe('mailServerUnreachable');
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

/** Takes everybody but the second. */
const refusing = (responseCode: number): SMTPServerOptions => ({
  onRcptTo: ({ address }, _, done) =>
    done(address.startsWith('second') ? Object.assign(new Error('no'), { responseCode }) : null),
});

it.each([450, 550])(
  'a mail of which one recipient is refused (%i) goes to the others, which is told',
  async (code) => {
    const port = await serve(refusing(code));
    const told: Failure[] = [];
    const to = ['admin@contoso.example', 'second@contoso.example', 'third@contoso.example'];
    await send(port, { mail: { ...MAIL, to }, onPartlyRefused: (failure) => told.push(failure) });
    expect(received.map((one) => one.to)).toEqual([['admin@contoso.example', 'third@contoso.example']]);
    expect(told).toMatchObject([{ code: 'recipientsRefused', details: { recipients: [to[1]] } }]);
  },
);

it('twin: a mail of which every recipient is refused is not sent, and one that all get tells nothing', async () => {
  const port = await serve(refusing(550));
  const told: Failure[] = [];
  const onPartlyRefused = (failure: Failure) => told.push(failure);
  const alone = { ...MAIL, to: ['second@contoso.example'] };
  expect((await failureOf(send(port, { mail: alone, onPartlyRefused }))).code).toBe('mailRefused');
  await send(port, { mail: { ...MAIL, to: ['admin@contoso.example'] }, onPartlyRefused });
  expect(told).toEqual([]);
});

it('a mail whose answer is lost was perhaps sent', async () => {
  const port = await serve({
    onData(stream, { id }) {
      stream.resume();
      stream.on('end', () => {
        for (const server of servers)
          for (const connection of server.connections) if (connection.id === id) connection.close();
      });
    },
  });
  expect((await failureOf(send(port))).code).toBe('mailPerhapsSent');
});

it('a time-out in the middle of the dialog is not told as one of the connection', () => {
  const timeout = Object.assign(new Error('Timeout'), { code: 'ETIMEDOUT', command: 'CONN' });
  const server = { host: 'mail.contoso.example', security: 'startTls' } as const;
  expect(refusedMail(timeout, server).details).toEqual({ server: server.host, reason: 'ETIMEDOUT' });
  expect(refusedConnection(timeout, server).details).toMatchObject({ command: 'CONN' });
});

describe('given up while the server hangs', () => {
  it.each([
    ['before the content', 'mailServerUnreachable', (hang: () => void) => ({ onRcptTo: hang })],
    [
      'after it',
      'mailPerhapsSent',
      (hang: () => void) => ({
        onData: (stream: NodeJS.ReadableStream) => {
          stream.resume();
          stream.on('end', hang);
        },
      }),
    ],
  ] as const)('%s: at once', async (_, code, hanging) => {
    const stop = new AbortController();
    const port = await serve(hanging(() => stop.abort()));
    expect((await failureOf(send(port, { until: stop.signal }))).code).toBe(code);
    expect(received).toEqual([]);
  });

  it('and not begun any more', async () => {
    const port = await serve();
    await expect(send(port, { until: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(received).toEqual([]);
  });
});
