// The JSON form, "version 2": answers everybody, without sign-in.

import type { EmulatorRequest, EmulatorResponse } from '../server/exchange.ts';
import type { Answer } from './question.ts';

export interface JsonQuestion {
  readonly address: string;
  readonly protocol: string;
}

/** Both spellings: the address in the path, and as Email. */
export function readJson({ segments, query }: EmulatorRequest): JsonQuestion {
  const parameter = (wanted: string): string =>
    [...query].find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
  return { address: segments[3] ?? parameter('email'), protocol: parameter('protocol') };
}

export function writeJson(
  { address, protocol }: JsonQuestion,
  answer: Answer,
  baseUrl: string,
): EmulatorResponse {
  if (!address.includes('@'))
    return refusal('MandatoryParameterMissing', 'A valid smtp address must be provided');
  if (protocol === '') return refusal('MissingProtocol', 'The protocol is missing.');
  const named = { ews: 'Ews', autodiscoverv1: 'AutodiscoverV1' }[protocol.toLowerCase()];
  if (named === undefined)
    return refusal('ProtocolNotSupported', `The given protocol value '${protocol}' is invalid.`);
  switch (answer.kind) {
    case 'error':
      return refusal(answer.code, 'The server reports an error.');
    case 'unknownAddress':
      return refusal('UserNotFound', 'The user was not found.', 404);
    case 'redirectUrl':
      return { status: 302, headers: { Location: answer.url } };
    case 'redirectAddress':
      return {
        status: 200,
        body: { Protocol: named, Url: 'https://outlook.office365.com/EWS/Exchange.asmx' },
      };
    case 'settings': {
      const url = named === 'Ews' ? answer.externalUrl : `${baseUrl}/autodiscover/autodiscover.xml`;
      if (url === undefined) return refusal('ProtocolNotSupported', 'The protocol is not published.');
      return { status: 200, body: { Protocol: named, Url: url } };
    }
  }
}

function refusal(code: string, message: string, status = 400): EmulatorResponse {
  return { status, body: { ErrorCode: code, ErrorMessage: message } };
}
