// What the network can do to a request, as failures. `notSent` says that the service cannot have seen the request, so
// that even a write may be repeated.

import { Failure, type FailureDetails } from '../../model/failure.ts';

export interface NetworkTrouble {
  readonly failure: Failure;
  readonly notSent: boolean;
  readonly isLasting: boolean;
}

// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const UNTRUSTED = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const NO_CONNECTION = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
]);
/** No connection came about, or an existing one fell silent: the call of the system that failed tells. */
const TIMED_OUT = 'ETIMEDOUT';

/** The client was closed under the request. */
const CLOSED = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

/** A tunnel that the proxy refuses, and a proxy that is not trusted or not one. */
const PROXY = new Set(['UND_ERR_PRX_TLS', 'UND_ERR_SOCKS5', 'ERR_PROXY_TUNNEL']);

export function explainNetworkError(
  thrown: unknown,
  host: string,
  proxy: string | undefined,
): NetworkTrouble {
  const { code, syscall } = saidBySystem(thrown);
  const details: FailureDetails = {
    host,
    ...(code === undefined ? {} : { reason: code }),
    ...(proxy === undefined ? {} : { proxy }),
  };
  if (code !== undefined && UNTRUSTED.has(code)) {
    return {
      failure: new Failure('untrustedServer', { details, cause: thrown }),
      notSent: true,
      isLasting: true,
    };
  }
  const isUnconnected =
    code !== undefined && (NO_CONNECTION.has(code) || (code === TIMED_OUT && syscall === 'connect'));
  if (code !== undefined && (isUnconnected || PROXY.has(code) || isRefusedTunnel(code, proxy))) {
    const isLasting = code === 'ENOTFOUND' || PROXY.has(code) || isRefusedTunnel(code, proxy);
    return {
      failure: new Failure('exchangeOnlineConnection', { details, cause: thrown }),
      notSent: true,
      isLasting,
    };
  }
  return {
    failure: new Failure('answerLost', { details, cause: thrown }),
    notSent: false,
    isLasting: code !== undefined && CLOSED.has(code),
  };
}

// undici answers a refused CONNECT (407, 403…) with its general "aborted" error; our own aborts never get here.
function isRefusedTunnel(code: string, proxy: string | undefined): boolean {
  return proxy !== undefined && code === 'UND_ERR_ABORTED';
}

/** The innermost code: undici and the connection attempts to several addresses wrap what the system said. */
function saidBySystem(thrown: unknown): { readonly code?: string; readonly syscall?: unknown } {
  for (let current = thrown, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if (current instanceof AggregateError && current.errors.length > 0) {
      current = current.errors[0];
      continue;
    }
    const { code, syscall } = current as { code?: unknown; syscall?: unknown };
    if (typeof code === 'string' && !(code === 'UND_ERR' && current.cause !== undefined))
      return { code, syscall };
    current = current.cause;
  }
  return {};
}
