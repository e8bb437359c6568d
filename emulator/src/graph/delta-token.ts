// Sync tokens of the Outlook part. A token says where in the mailbox's sequence of changes its holder stands, so
// the emulator keeps nothing per client. Tampered text is told apart from a token that fits another place: the
// service answers 400 to the first and 410 to the second.
import { createHash, randomUUID } from 'node:crypto';
import type { Mailbox } from '../organization/state.ts';
import { GraphError } from './graph-error.ts';

export interface DeltaPosition {
  /** Changes up to here are known to the client from earlier rounds; 0 in a first enumeration. */
  readonly since: number;
  /** The mailbox's change number when this round began. */
  readonly roundStart: number;
  /** Changes up to here were shown in this round. */
  readonly shown: number;
  readonly page: number;
  readonly select: readonly string[] | undefined;
}

interface Sealed extends DeltaPosition {
  readonly place: string;
  /** Every link is a new one, even when nothing happened. */
  readonly nonce: string;
}

// A mailbox made anew (emulator reset, organization seeded again) knows no old tokens, even with equal ids.
const lives = new WeakMap<Mailbox, string>();

function placeOf(mailbox: Mailbox, folder: string): string {
  let life = lives.get(mailbox);
  if (life === undefined) {
    life = randomUUID();
    lives.set(mailbox, life);
  }
  return digest(`${life}:${folder}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

export function sealPosition(mailbox: Mailbox, folder: string, position: DeltaPosition): string {
  const sealed: Sealed = { ...position, place: placeOf(mailbox, folder), nonce: randomUUID() };
  const text = Buffer.from(JSON.stringify(sealed)).toString('base64url');
  return `${text}${digest(text)}`;
}

export function openPosition(mailbox: Mailbox, folder: string, token: string): DeltaPosition {
  const text = token.slice(0, -16);
  if (text === '' || digest(text) !== token.slice(-16))
    throw new GraphError(400, 'BadRequest', 'Badly formed token.');
  const sealed: Sealed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  if (sealed.place !== placeOf(mailbox, folder))
    throw new GraphError(410, 'syncStateNotFound', 'The sync state is not found; resync is required.');
  return sealed;
}
