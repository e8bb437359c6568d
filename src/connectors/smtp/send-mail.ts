// Sends mails through a mail server (RFC 5321), for reports. Nobody gets a mail twice: once its content is on the way and
// the answer does not come, it was perhaps sent.

import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailServer } from '../../model/environment.ts';
import { asFailure, Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { type MailSender, mailPerhapsSent, type OutgoingMail } from '../../ports/mail-sender.ts';
import { openGuard } from '../http/guard.ts';
import { trustWith } from '../http/trust.ts';
import { refusedConnection, refusedMail, refusedSignIn } from './failures.ts';

export interface SmtpMailOptions {
  readonly server: MailServer;
  /** undefined: the server lets this computer send without a sign-in. */
  readonly password: string | undefined;
  /** SMTP address; undefined: the environment names none. */
  readonly sender: string | undefined;
  readonly additionalCa: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the whole dialog: a server that goes on saying a little is never silent. */
  readonly limitMs?: number;
}

const PORTS = { startTls: 587, tls: 465, none: 25 } as const satisfies Record<MailServer['security'], number>;

/** A run has ended and its command still waits for these. */
const CONNECTION_TIMEOUT_MS = 20_000;
const SOCKET_TIMEOUT_MS = 60_000;
const LIMIT_MS = 10 * 60_000;

export function createSmtpMailSender(options: SmtpMailOptions): MailSender {
  const { server, sender, clock, log, limitMs = LIMIT_MS } = options;
  return {
    sender,
    async send(mail, { onPartlyRefused }, signal) {
      if (sender === undefined) throw new Failure('senderMissing');
      signal.throwIfAborted();
      const content = await encodeMail(mail, sender, clock.now());
      const connection = openConnection(options);
      const guard = openGuard(signal, limitMs);
      const dialog = { connection, server, signal: guard.signal };
      try {
        await connect(dialog);
        await signIn(dialog, options);
        const refused = await handOver(dialog, { from: sender, to: mail.to, content });
        connection.quit();
        if (refused === undefined) return;
        log.warn('the mail server refused some recipients', { number: refused.number });
        onPartlyRefused?.(refused);
      } catch (thrown) {
        // Not politely: who does not answer would be waited for.
        connection.close();
        throw thrown;
      } finally {
        guard.close();
      }
    },
  };
}

function encodeMail(mail: OutgoingMail, from: string, date: Date): Promise<Buffer> {
  const { kind, content, text } = mail.body;
  const composer = new MailComposer({
    from,
    to: [...mail.to],
    subject: mail.subject,
    date,
    ...(kind === 'html' ? { html: content, ...(text === undefined ? {} : { text }) } : { text: content }),
    attachments: (mail.attachments ?? []).map((attachment) => ({
      filename: attachment.name,
      contentType: attachment.contentType,
      content: Buffer.from(attachment.content),
    })),
    // RFC 3834, and what Exchange understands: no out-of-office answers to reports.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

function openConnection({ server, additionalCa }: SmtpMailOptions): SMTPConnection {
  const { host, security } = server;
  return new SMTPConnection({
    host,
    port: server.port ?? PORTS[security],
    secure: security === 'tls',
    // Without it a server, or whoever stands in between, decides whether the password is sent readable.
    requireTLS: security === 'startTls',
    ignoreTLS: security === 'none',
    // Said aloud: NODE_TLS_REJECT_UNAUTHORIZED in the environment must not open the way to a stranger.
    tls: { secureContext: trustWith(additionalCa), rejectUnauthorized: true },
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: CONNECTION_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
  });
}

interface Dialog {
  readonly connection: SMTPConnection;
  readonly server: MailServer;
  readonly signal: AbortSignal;
}

/** One step of the dialog; an error of the connection ends it too, and so does the signal. */
function step<T>(
  { connection, signal }: Dialog,
  begin: (done: (error: unknown, value?: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      // What comes after the end of the dialog interests nobody, and must not end the process either.
      connection.on('error', () => {});
      connection.off('error', fail);
      signal.removeEventListener('abort', onAbort);
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onAbort = () => fail(Object.assign(new Error('the mail was given up'), { code: 'ABORTED' }));
    connection.once('error', fail);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else
      begin((error, value) => {
        if (error !== null && error !== undefined) {
          fail(error);
          return;
        }
        connection.on('error', () => {});
        connection.off('error', fail);
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      });
  });
}

async function connect(dialog: Dialog): Promise<void> {
  try {
    await step(dialog, (done) => dialog.connection.connect((error) => done(error)));
  } catch (thrown) {
    throw refusedConnection(thrown, dialog.server);
  }
}

async function signIn(dialog: Dialog, { password }: SmtpMailOptions): Promise<void> {
  const { connection, server } = dialog;
  const { user } = server;
  if (user === undefined) return;
  const credentials = { user, pass: password ?? '' };
  try {
    await step(dialog, (done) => connection.login({ credentials }, (error) => done(error)));
  } catch (thrown) {
    throw refusedSignIn(thrown, server);
  }
}

interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: Buffer;
}

/** Comes back with a failure where the server refused some recipients, while it took the mail for others. */
async function handOver(dialog: Dialog, { from, to, content }: Letter): Promise<Failure | undefined> {
  let isOnTheWay = false;
  // Read when the server asks for the content, not before.
  const message = new Readable({
    read() {
      isOnTheWay = true;
      this.push(content);
      this.push(null);
    },
  });
  const envelope = { from, to: [...to], size: content.length };
  try {
    const sent = await step<{ readonly rejected: readonly string[] }>(dialog, (done) =>
      dialog.connection.send(envelope, message, (error, info) => done(error, info)),
    );
    const recipients = sent?.rejected ?? [];
    if (recipients.length === 0) return undefined;
    return new Failure('recipientsRefused', { details: { server: dialog.server.host, recipients } });
  } catch (thrown) {
    const failure = refusedMail(thrown, dialog.server);
    // Whoever answers with a number has not sent it.
    throw isOnTheWay && failure.code === 'mailServerUnreachable'
      ? mailPerhapsSent(asFailure(failure))
      : failure;
  }
}
