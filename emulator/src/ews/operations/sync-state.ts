// Sync states: opaque to clients, bound to one folder of one mailbox. A state says where in the mailbox's sequence of
// changes its holder stands, so the emulator keeps nothing per client.

import { createHash, randomUUID } from 'node:crypto';
import type { Mailbox } from '../../organization/state.ts';
import { EwsError } from '../errors.ts';

export interface SyncPosition {
  /** Changes up to here are known to the client from earlier rounds; 0 in the first. */
  readonly since: number;
  /** Up to where this round goes; later changes belong to the next. */
  readonly until: number;
  /** The newest come first: everything of this round from here on upwards was shown. */
  readonly shownDownTo: number;
}

// A mailbox made anew (emulator reset) knows no old states, even with equal ids.
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
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function sealState(mailbox: Mailbox, folder: string, position: SyncPosition): string {
  const text = JSON.stringify({ ...position, place: placeOf(mailbox, folder) });
  return Buffer.from(`${digest(text)}${text}`).toString('base64');
}

export function openState(mailbox: Mailbox, folder: string, state: string): SyncPosition {
  const opened = Buffer.from(state.trim(), 'base64').toString('utf8');
  const text = opened.slice(16);
  if (text === '' || digest(text) !== opened.slice(0, 16)) throw invalid();
  const sealed: SyncPosition & { readonly place: string } = JSON.parse(text);
  // A mailbox set back to an earlier state has not seen the changes that the state speaks of.
  if (sealed.place !== placeOf(mailbox, folder) || sealed.until > mailbox.changeNumber) throw invalid();
  return sealed;
}

export function invalidSyncState(): EwsError {
  return new EwsError(
    'ErrorInvalidSyncStateData',
    'Synchronization state data is corrupt or otherwise invalid.',
  );
}

const invalid = invalidSyncState;
