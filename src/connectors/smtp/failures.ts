// What a mail server's answers mean. Codes: RFC 5321 section 4.2, RFC 4954 section 6; enhanced codes: RFC 3463, those of
// Exchange: https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online

import type { MailServer } from '../../model/environment.ts';
import { Failure, type FailureDetails } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';

/** What nodemailer adds to its errors. */
interface DialogError {
  readonly code?: string;
  /** Of the socket, where `code` is nodemailer's own. */
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
  readonly message: string;
}

/** Of TLS in Node: a chain that leads nowhere, a name that is another, a time that is over. */
const DISTRUST = /CERT|SELF_SIGNED|ISSUER|VERIFY|CRL|ERR_SSL|ERR_TLS/;

export function refusedConnection(thrown: unknown, server: MailServer): Failure {
  const error = dialogError(thrown);
  const reason = error.originalCode ?? error.code ?? 'unknown';
  if (error.code === 'ETLS' && error.responseCode !== undefined)
    return failure('mailServerWithoutTls', error, server);
  // After STARTTLS only the text tells what TLS minded.
  if (error.code === 'ETLS' || DISTRUST.test(reason))
    return failure('untrustedMailServer', error, server, error.code === 'ETLS' ? {} : { reason });
  return failure('mailServerUnreachable', error, server, { reason });
}

export function refusedSignIn(thrown: unknown, server: MailServer): Failure {
  const error = errorInDialog(thrown);
  const { code, responseCode = 0 } = error;
  // 4xx: not now, whatever the password. Without a number: no method that both sides know.
  const isRefused = responseCode >= 500 || (code === 'EAUTH' && responseCode === 0);
  return failure(isRefused ? 'mailServerSignInRefused' : 'mailServerUnreachable', error, server);
}

export function refusedMail(thrown: unknown, server: MailServer): Failure {
  const error = errorInDialog(thrown);
  const { code, responseCode } = error;
  if (responseCode === undefined && code !== 'EMESSAGE' && code !== 'EENVELOPE')
    return failure('mailServerUnreachable', error, server, {
      reason: error.originalCode ?? code ?? 'unknown',
    });
  return failure(mailFailure(error), error, server);
}

function mailFailure(error: DialogError): FailureCode {
  const { code, responseCode, command } = error;
  const enhanced = enhancedCode(error);
  // 552 is also said of a mailbox that is full (5.2.2).
  if (enhanced === '5.2.2') return 'mailRefused';
  if (
    responseCode === 552 ||
    ['5.3.4', '5.2.3'].includes(enhanced ?? '') ||
    (code === 'EMESSAGE' && command === 'MAIL FROM')
  )
    return 'mailTooLarge';
  // The sender may not send as this address, or nobody without a sign-in.
  if (enhanced === '5.7.60' || enhanced === '5.7.57' || responseCode === 530) return 'sendingNotAllowed';
  return 'mailRefused';
}

function dialogError(thrown: unknown): DialogError {
  return thrown instanceof Error ? thrown : { message: String(thrown) };
}

/** nodemailer names CONN with every time-out, also long after the connection stands. */
function errorInDialog(thrown: unknown): DialogError {
  const error = dialogError(thrown);
  const { code, originalCode, responseCode, response, command, message } = error;
  if (command !== 'CONN') return error;
  return {
    ...(code === undefined ? {} : { code }),
    ...(originalCode === undefined ? {} : { originalCode }),
    ...(responseCode === undefined ? {} : { responseCode }),
    ...(response === undefined ? {} : { response }),
    message,
  };
}

/** Such as 5.7.60; the text behind it may name people. */
function enhancedCode({ response = '' }: DialogError): string | undefined {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
}

function failure(
  code: FailureCode,
  error: DialogError,
  { host }: MailServer,
  more: FailureDetails = {},
): Failure {
  const { responseCode, command } = error;
  const enhanced = enhancedCode(error);
  return new Failure(code, {
    details: {
      server: host,
      ...(responseCode === undefined ? {} : { status: responseCode }),
      ...(enhanced === undefined ? {} : { code: enhanced }),
      ...(command === undefined ? {} : { command: command.split(' ').slice(0, 2).join(' ') }),
      ...more,
    },
    cause: error,
  });
}
