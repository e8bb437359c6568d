// Which requests a kind of fault can meet at all: a delta token can only be gone where one is sent.

import type { EmulatorRequest, Face } from '../server/exchange.ts';
import type { FaultKind } from './fault-action.ts';

export function canMeet(
  kind: FaultKind,
  face: Face,
  request: EmulatorRequest,
  isBatchPart: boolean,
): boolean {
  switch (kind) {
    case 'answer-cut':
    case 'answer-dripped':
    case 'proxy-page':
      return !isBatchPart;
    case 'batch-half-failed':
    case 'batch-incomplete':
    case 'batch-shuffled':
      return face === 'graph' && isBatch(request);
    case 'delta-token-gone':
    case 'delta-token-malformed':
      return isDelta(request) && (request.query.has('$deltatoken') || request.query.has('$skiptoken'));
    case 'delta-empty-page':
      return isDelta(request);
    case 'token-expired':
    case 'consent-revoked':
      return bearerOf(request) !== undefined;
    case 'mailbox-without-license':
    case 'access-denied':
      return face === 'graph' && isMailboxRequest(request);
    case 'quota-full':
      return face === 'graph' && isMailboxRequest(request) && storesSomething(request);
    default:
      return true;
  }
}

export function isBatch(request: EmulatorRequest): boolean {
  return request.segments.at(-1) === '$batch';
}

export function bearerOf(request: EmulatorRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
}

/** The mailbox a request to Graph names, or an EWS request acts as; lower-cased. */
export function mailboxOf(request: EmulatorRequest): string | undefined {
  if (isEws(request)) return impersonated(request);
  const [, first = '', second] = request.segments;
  const keyed = /^users\('(.+)'\)$/i.exec(first)?.[1];
  return (keyed ?? (first === 'users' ? second : undefined))?.toLowerCase();
}

/** Of EWS, where one path serves every mailbox. */
export function ewsMailboxOf(request: EmulatorRequest): string {
  return isEws(request) ? (impersonated(request) ?? '') : '';
}

function isEws(request: EmulatorRequest): boolean {
  return request.path.toLowerCase().startsWith('/ews/');
}

function impersonated({ body }: EmulatorRequest): string | undefined {
  const text = body.subarray(0, 4096).toString('utf8');
  const found = /<(?:\w+:)?(?:PrimarySmtpAddress|SmtpAddress|PrincipalName)>\s*([^<\s]+)/.exec(text);
  return found?.[1]?.toLowerCase();
}

export function isMailboxRequest(request: EmulatorRequest): boolean {
  return (
    mailboxOf(request) !== undefined &&
    request.segments.some((segment) => /^(contacts|contactFolders|sendMail)\b/.test(segment))
  );
}

function isDelta(request: EmulatorRequest): boolean {
  return request.method === 'GET' && request.segments.at(-1) === 'delta';
}

function storesSomething(request: EmulatorRequest): boolean {
  return ['POST', 'PATCH', 'PUT'].includes(request.method) && request.segments.at(-1) !== 'permanentDelete';
}
