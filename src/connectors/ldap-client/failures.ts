// What a domain controller and the way to it can answer, as failures: the one table of result codes, and the causes
// hidden in the text of a refused sign-in.

import { Failure, type FailureDetails } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import type { LdapResult } from './messages.ts';

export const SUCCESS = 0;
export const INVALID_CREDENTIALS = 49;
export const NO_SUCH_OBJECT = 32;
export const BUSY = 51;

// RFC 4511, appendix A.
const RESULT_ROWS: Readonly<Record<number, FailureCode>> = {
  3: 'domainControllerBusy', // timeLimitExceeded
  4: 'directoryLimit', // sizeLimitExceeded
  8: 'encryptionRequired', // strongerAuthRequired
  10: 'directoryReferral',
  11: 'directoryLimit', // adminLimitExceeded
  13: 'encryptionRequired', // confidentialityRequired
  32: 'directoryBaseNotFound', // noSuchObject
  34: 'invalidDistinguishedName',
  50: 'directoryAccessDenied', // insufficientAccessRights
  51: 'domainControllerBusy',
  52: 'domainControllerBusy', // unavailable
};

export function resultFailure(result: LdapResult, details: FailureDetails): Failure {
  const code = RESULT_ROWS[result.code] ?? 'unexpectedDirectoryAnswer';
  return new Failure(code, { details: { ...details, result: result.code, ...diagnosis(result) } });
}

/** Active Directory begins its texts with a code of Windows; the words after it may name objects and stay out. */
function diagnosis(result: LdapResult): FailureDetails {
  const windows = /^([0-9A-F]{8}):/.exec(result.text)?.[1];
  return windows === undefined ? {} : { windowsCode: windows };
}

// https://learn.microsoft.com/windows/win32/debug/system-error-codes: the "data" of error 49 is such a code.
const SIGN_IN_ROWS: Readonly<Record<string, FailureCode>> = {
  525: 'directoryPasswordRefused', // no such user
  '52e': 'directoryPasswordRefused',
  530: 'directorySignInRefused', // not at this hour
  531: 'directorySignInRefused', // not from this computer
  532: 'directoryPasswordExpired',
  533: 'directoryAccountDisabled',
  701: 'directoryAccountDisabled', // the account expired
  773: 'directoryPasswordExpired', // must be changed at the first sign-in
  775: 'directoryAccountLocked',
};

export function signInFailure(result: LdapResult, details: FailureDetails): Failure {
  if (result.code !== INVALID_CREDENTIALS) {
    const failure = resultFailure(result, details);
    return failure.code === 'unexpectedDirectoryAnswer'
      ? new Failure('directorySignInRefused', { details: failure.details })
      : failure;
  }
  const data = /\bdata ([0-9a-f]+)/i.exec(result.text)?.[1]?.toLowerCase() ?? '';
  const code = SIGN_IN_ROWS[data] ?? (data === '' ? 'directoryPasswordRefused' : 'directorySignInRefused');
  return new Failure(code, { details: { ...details, ...(data === '' ? {} : { data }) } });
}

/** Asking again, here or elsewhere, would only lock the account. */
export function isAboutTheAccount(failure: Failure): boolean {
  return ACCOUNT_CODES.has(failure.code);
}

const ACCOUNT_CODES: ReadonlySet<FailureCode> = new Set([
  'directoryPasswordRefused',
  'directoryPasswordExpired',
  'directoryAccountDisabled',
  'directoryAccountLocked',
  'directorySignInRefused',
]);

/** Another domain controller may do better. */
export function isAboutTheServer(failure: Failure): boolean {
  return SERVER_CODES.has(failure.code);
}

const SERVER_CODES: ReadonlySet<FailureCode> = new Set([
  'domainControllerUnreachable',
  'ldapsRefused',
  'startTlsRefused',
  'encryptionRequired',
  'untrustedDomainController',
  'domainControllerNameMismatch',
  'domainControllerBusy',
  'directoryConnectionLost',
  'unexpectedDirectoryAnswer',
]);

// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const NAME_MISMATCH = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']);
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|ISSUER/;

/** What stopped a connection before the first answer; `phase` is what had been reached by then. */
export function connectFailure(
  thrown: unknown,
  phase: 'connecting' | 'ldaps' | 'startTls',
  details: FailureDetails,
): Failure {
  const reason = systemCode(thrown);
  const context = { details: { ...details, ...(reason === undefined ? {} : { reason }) }, cause: thrown };
  if (reason !== undefined && NAME_MISMATCH.has(reason))
    return new Failure('domainControllerNameMismatch', context);
  if (reason !== undefined && UNTRUSTED.test(reason))
    return new Failure('untrustedDomainController', context);
  if (phase === 'ldaps') return new Failure('ldapsRefused', context);
  if (phase === 'startTls') return new Failure('startTlsRefused', context);
  return new Failure('domainControllerUnreachable', context);
}

/** The innermost code: attempts at several addresses of a name come as one error that holds them all. */
function systemCode(thrown: unknown): string | undefined {
  for (let current = thrown, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if (current instanceof AggregateError && current.errors.length > 0) {
      current = current.errors[0];
      continue;
    }
    const { code } = current as { code?: unknown };
    if (typeof code === 'string') return code;
    current = current.cause;
  }
  return undefined;
}
