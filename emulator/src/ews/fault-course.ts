// What a fault of EWS does to the course of a request: an answer instead of the work, the work answered for as a whole,
// or an answer that is damaged on its way out.

import type { EmulatorContext, EmulatorRequest, EmulatorResponse } from '../server/exchange.ts';
import { forgetConnection, unauthorized } from '../server/sign-in/sign-in.ts';
import type { EwsCall } from './call.ts';
import { errorMessage, faultResponse } from './envelope.ts';
import { EwsError, EwsFault, nestedServerBusy, serverBusy } from './errors.ts';
import type { EwsFaultAction } from './fault-kinds.ts';
import type { EwsSettings } from './service.ts';
import { localName } from './xml/reader.ts';

const faults: Readonly<Record<string, readonly [code: string, message: string]>> = {
  'transient-error': [
    'ErrorInternalServerTransientError',
    'An internal server error occurred. Try again later.',
  ],
  'store-unavailable': ['ErrorMailboxStoreUnavailable', 'The mailbox database is temporarily unavailable.'],
  'mailbox-moving': ['ErrorMailboxMoveInProgress', 'Mailbox move in progress. Try again later.'],
  'timeout-expired': ['ErrorTimeoutExpired', 'The operation has timed out.'],
  'too-many-connections': [
    'ErrorExceededConnectionCount',
    'You have exceeded the available concurrent connections for your account. Try again once your other requests have completed.',
  ],
  'mailbox-gone': ['ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.'],
  'impersonation-denied': [
    'ErrorImpersonateUserDenied',
    'The account does not have permission to impersonate the requested user.',
  ],
  'password-expired': ['ErrorPasswordExpired', 'The password for the account has expired.'],
  'account-disabled': ['ErrorAccountDisabled', 'The account is disabled.'],
};

/** undefined: the work is to be done. */
export function answeredInstead(
  fault: EwsFaultAction,
  request: EmulatorRequest,
  context: EmulatorContext,
  operation: string,
): EmulatorResponse | undefined {
  const { settings } = context.ews;
  const known = faults[fault.kind];
  if (known !== undefined) return faultResponse(new EwsFault(...known), settings);
  switch (fault.kind) {
    case 'server-busy':
      return busyResponse(fault.as, fault.backOffMilliseconds, settings);
    case 'soap-fault':
      return fault.isDone ? undefined : faultResponse(new EwsFault(fault.code, fault.message), settings);
    case 'sign-in-again':
      forgetConnection(request);
      return unauthorized(context.onPremises).response;
    case 'sign-in-page':
      return {
        status: 302,
        headers: {
          Location: `${request.baseUrl}/owa/auth/logon.aspx?url=${encodeURIComponent(request.path)}&reason=0`,
        },
      };
    case 'document-type':
      return { status: 200, headers: xml, body: Buffer.from(entityBomb(operation), 'utf8') };
    case 'huge-answer':
      return { status: 200, headers: xml, body: hugeAnswer(operation, fault.megabytes) };
    default:
      return undefined;
  }
}

function busyResponse(
  as: 'fault' | 'message' | 'nested',
  backOffMilliseconds: number,
  settings: EwsSettings,
): EmulatorResponse | undefined {
  if (as === 'message') return undefined;
  const busy = as === 'nested' ? nestedServerBusy : serverBusy;
  return faultResponse(busy(backOffMilliseconds), settings);
}

const xml = { 'Content-Type': 'text/xml; charset=utf-8' };

// A billion laughs: ten entities, each ten times the one before.
function entityBomb(operation: string): string {
  const entities = Array.from({ length: 9 }, (_, index) => {
    const inner = index === 0 ? 'lol' : `&l${index - 1};`.repeat(10);
    return `<!ENTITY l${index} "${inner}">`;
  });
  return `<?xml version="1.0"?><!DOCTYPE bomb [${entities.join('')}]><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:${operation}Response xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">&l8;</m:${operation}Response></s:Body></s:Envelope>`;
}

function hugeAnswer(operation: string, megabytes: number): Buffer {
  const open = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:${operation}Response xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages><m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Padding>`;
  const close = `</m:Padding></m:${operation}ResponseMessage></m:ResponseMessages></m:${operation}Response></s:Body></s:Envelope>`;
  return Buffer.concat([Buffer.from(open), Buffer.alloc(megabytes * 1024 * 1024, 'x'), Buffer.from(close)]);
}

/** ErrorServerBusy inside of HTTP 200: the response message says it, nothing was done. */
export function wholeAnswer({ fault, operation }: EwsCall): string | undefined {
  if (fault?.kind !== 'server-busy') return undefined;
  const name = `m:${localName(operation)}ResponseMessage`;
  const busy = serverBusy(fault.backOffMilliseconds);
  return `<m:ResponseMessages>${errorMessage(name, new EwsError(busy.code, busy.message, busy.details), '')}</m:ResponseMessages>`;
}

/** The work is done; what is seen of it is not what was written. */
export function distorted(
  fault: EwsFaultAction,
  response: EmulatorResponse,
  settings: EwsSettings,
): EmulatorResponse {
  if (!Buffer.isBuffer(response.body)) return response;
  const text = response.body.toString('utf8');
  switch (fault.kind) {
    case 'soap-fault':
      return faultResponse(new EwsFault(fault.code, fault.message), settings);
    case 'malformed-xml':
      return { ...response, body: Buffer.from(text.replace('</s:Body>', ''), 'utf8') };
    case 'damaged-characters':
      // Of every text value the first character: a control character and half a pair, as references.
      return {
        ...response,
        body: Buffer.from(
          text.replace(/(<t:(?:DisplayName|Subject|Value|JobTitle)>)/g, '$1&#x0;&#xD800;'),
          'utf8',
        ),
      };
    default:
      return response;
  }
}
