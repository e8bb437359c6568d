// The two ways in which EWS refuses: a SOAP fault for the whole request (HTTP 500), and an error in the place of one
// item or folder of a batch (HTTP 200). An EwsError that nobody puts into its place becomes a fault.

import { escaped } from './xml/writer.ts';

export class EwsError extends Error {
  readonly code: string;
  /** XML inside of MessageXml. */
  readonly details: string | undefined;

  constructor(code: string, message: string, details?: string) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export class EwsFault extends EwsError {}

export function value(name: string, text: string | number): string {
  return `<t:Value Name="${escaped(name)}">${escaped(String(text))}</t:Value>`;
}

export function itemNotFound(): EwsError {
  return new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
}

export function folderNotFound(): EwsError {
  return new EwsError('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
}

export function accessDenied(): EwsError {
  return new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
}

/** Loud where the real service might well do something: a client must not come to rely on it unseen. */
export function notEmulated(what: string): EwsFault {
  return new EwsFault('ErrorInvalidRequest', `The emulator does not know ${what}.`);
}

export function serverBusy(backOffMilliseconds: number): EwsFault {
  return new EwsFault(
    'ErrorServerBusy',
    'The server cannot service this request right now. Try again later.',
    value('BackOffMilliseconds', backOffMilliseconds),
  );
}

/** The same as it comes from a server that met it at another server: inside of an error that says nothing. */
export function nestedServerBusy(backOffMilliseconds: number): EwsFault {
  const busy = serverBusy(backOffMilliseconds);
  return new EwsFault(
    'ErrorInternalServerError',
    'An internal server error occurred. The operation failed.',
    value('InnerErrorMessageText', busy.message) +
      value('InnerErrorResponseCode', busy.code) +
      value('BackOffMilliseconds', backOffMilliseconds),
  );
}
