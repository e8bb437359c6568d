// Photos that users keep in their mailboxes: larger than those of the directory, one request each. What goes wrong concerns
// photos only, so nothing is tried for long, and a server that does not want to is left alone until the next run.
// https://learn.microsoft.com/exchange/client-developer/web-service-reference/getuserphoto-operation

import { asFailure, Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import type { EwsClient } from './ews-client.ts';
import type { Refusal } from './failures.ts';
import { requireDone } from './mailbox-session.ts';
import { textOf } from './xml-element.ts';
import { element } from './xml-writer.ts';

export interface MailboxPhotos {
  /**
   * By address, in input order. undefined: no photo, neither in the mailbox nor in the directory. The failure
   * `mailboxPhotosRefused` says that nobody's is given out; after it, and after one of the connection, nothing more is
   * asked for.
   */
  read(
    addresses: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (Uint8Array | Failure | undefined)[]>;
}

export interface MailboxPhotosOptions {
  readonly client: EwsClient;
  /** The account's own mailbox, in whose name is asked. */
  readonly reader: string;
}

/** Somewhat larger than what becomes of it; where there is no such size, the server takes the largest. */
const SIZE = 'HR360x360';
/** Requests at once: contacts of other policies go the same way. */
const LANES = 4;
/** Of a lost answer, which an old connection is enough for. */
const TRIES = 2;
/** Then it is the server, not the person. */
const MOST_FAILURES_IN_A_ROW = 5;

/** An address that nobody has is a 500, too. */
const OF_A_PERSON: ReadonlySet<FailureCode> = new Set([
  'serviceUnavailable',
  'answerLost',
  'unreadableExchangeAnswer',
]);

export function createMailboxPhotos({ client, reader }: MailboxPhotosOptions): MailboxPhotos {
  let closed: Failure | undefined;
  let failuresInARow = 0;

  async function readOne(
    address: string,
    lane: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    const operation = element(
      'm:GetUserPhoto',
      {},
      element('m:Email', {}, address),
      element('m:SizeRequested', {}, SIZE),
    );
    for (let tries = 1; ; tries += 1) {
      const mailbox = { key: `photos ${lane} of ${reader}`, address: reader };
      const answer = await client.write(mailbox, operation, 1, signal);
      if (answer.kind === 'lost' && tries < TRIES) continue;
      if (answer.kind === 'lost') throw answer.failure;
      const [message] = answer.kind === 'refused' ? [] : answer.messages;
      const refusal = answer.kind === 'refused' ? answer.refusal : message?.refusal;
      if (refusal !== undefined && isNone(refusal)) return undefined;
      if (refusal !== undefined) throw failureOf(refusal);
      if (message === undefined)
        throw new Failure('unexpectedAnswer', { details: { code: 'messageMissing' } });
      const picture = textOf(requireDone(message), 'PictureData');
      return picture === '' ? undefined : new Uint8Array(Buffer.from(picture, 'base64'));
    }
  }

  async function attempt(
    address: string,
    lane: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | Failure | undefined> {
    if (closed !== undefined) return closed;
    try {
      const photo = await readOne(address, lane, signal);
      failuresInARow = 0;
      return photo;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted) throw failure;
      failuresInARow += 1;
      if (!OF_A_PERSON.has(failure.code) || failuresInARow >= MOST_FAILURES_IN_A_ROW) closed = failure;
      return failure;
    }
  }

  return {
    async read(addresses, signal) {
      const photos: (Uint8Array | Failure | undefined)[] = addresses.map(() => undefined);
      let next = 0;
      const work = async (lane: number): Promise<void> => {
        while (next < addresses.length) {
          const place = next;
          next += 1;
          photos[place] = await attempt(addresses[place] ?? '', lane, signal);
        }
      };
      await Promise.all(Array.from({ length: Math.min(LANES, addresses.length) }, (_, lane) => work(lane)));
      return photos;
    },
  };
}

/** 404: the Managed API takes it for "no photo, or nobody", and the same operation without SOAP is documented so. */
function isNone({ code }: Refusal): boolean {
  return code === 'HTTP 404' || code === 'ErrorItemNotFound' || code === 'ErrorNonExistentMailbox';
}

function failureOf({ code, reaction, failure }: Refusal): Failure {
  if (reaction !== 'final' && reaction !== 'smaller') return failure;
  const { requestId } = failure;
  return new Failure('mailboxPhotosRefused', {
    details: { code },
    ...(requestId === undefined ? {} : { requestId }),
    cause: failure,
  });
}
