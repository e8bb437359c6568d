// Answers a request that brings several items or folders: one message for each, in their order; what fails, fails in
// its place. After a fatal error the rest are not tried and say so.

import { StoreError } from '../organization/mailbox-store.ts';
import type { EwsCall } from './call.ts';
import { errorMessage, successMessage } from './envelope.ts';
import { EwsError, EwsFault, itemNotFound } from './errors.ts';
import { localName } from './xml/reader.ts';
import { element } from './xml/writer.ts';

export interface BatchOptions {
  /** What stands in the message of one that failed. */
  readonly whenFailed?: string;
}

export function answerEach<Input>(
  call: EwsCall,
  inputs: readonly Input[],
  work: (input: Input, index: number) => string,
  options: BatchOptions = {},
): string {
  const name = `m:${localName(call.operation)}ResponseMessage`;
  const { whenFailed = '' } = options;
  const stop = stopOf(call, inputs.length);
  const messages = inputs.map((input, index) => {
    if (stop !== undefined && index > stop.at) {
      const stopped = new EwsError(
        'ErrorBatchProcessingStopped',
        'The batch processing was stopped because of an error in an earlier item.',
      );
      return errorMessage(name, stopped, whenFailed, 'Warning');
    }
    try {
      if (stop?.at === index) throw stop.error;
      refuseByFault(call, index);
      return successMessage(name, work(input, index));
    } catch (error) {
      if (error instanceof EwsFault) throw error;
      return errorMessage(name, asEwsError(error), whenFailed);
    }
  });
  return element('m:ResponseMessages', {}, ...messages);
}

interface Stop {
  readonly at: number;
  readonly error: EwsError;
}

function stopOf({ fault, context }: EwsCall, count: number): Stop | undefined {
  if (fault?.kind === 'batch-stopped')
    return { at: fault.afterItems, error: new EwsError(fault.code, 'The item could not be processed.') };
  const { mostItemsInTime } = context.ews.settings;
  if (mostItemsInTime === undefined || count <= mostItemsInTime) return undefined;
  return { at: mostItemsInTime, error: new EwsError('ErrorTimeoutExpired', 'The operation has timed out.') };
}

function refuseByFault({ fault }: EwsCall, index: number): void {
  if (fault?.kind === 'items-unreadable' && index % fault.every === 0)
    throw new EwsError('ErrorCorruptData', 'Item data is corrupt.');
  if (fault?.kind === 'quota-exceeded')
    throw new EwsError('ErrorQuotaExceeded', 'The message store has reached its storage quota.');
  if (fault?.kind === 'access-denied-here')
    throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
}

/** In the words of EWS what the store refuses; anything else is a bug of the emulator and stays what it is. */
export function asEwsError(error: unknown): EwsError {
  if (error instanceof EwsError) return error;
  if (!(error instanceof StoreError)) throw error;
  switch (error.code) {
    case 'ErrorItemNotFound':
      return itemNotFound();
    case 'ErrorFolderExists':
      return new EwsError('ErrorFolderExists', 'A folder with the specified name already exists.');
    default:
      return new EwsError(error.code, error.message);
  }
}
