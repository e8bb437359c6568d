// Every fault the emulator knows, with what a run has to make of it: nothing at all, or which failures. A kind that the
// emulator learns and this table does not have is a type error here.

import type { Fault, FaultKind } from '@contactsync/emulator';
import { MAILBOX_PLACES, PLACE_NAMES, type Place, SOURCE_PLACES } from './places.ts';

type Action = Fault['action'];

/** Failure numbers, one of which is told; nothing: the run ends as if there had been no fault. */
export type Told = 'nothing' | readonly number[];

export interface Variant {
  readonly action: Action;
  readonly at: readonly Place[];
  /** When it strikes once. A gap in the source names it in its details, so there the gap is told. */
  readonly once: Told;
  /** When it strikes one mailbox again and again; absent: it does not mean anything there. */
  readonly lasting?: Told;
  /** Striking once it may just as well be got over: another try in the same run. */
  readonly mayPass?: true;
  /** Only where the token at hand is older than half a minute: a younger one is not asked for again. */
  readonly withOldToken?: true;
}

const EVERYWHERE = PLACE_NAMES;
/** Parts of a batch have no connection, and so no way to travel badly. */
const WHOLE_ANSWERS: readonly Place[] = [
  'sign-in',
  ...SOURCE_PLACES,
  'batch',
  'first delta',
  'list',
  'folder creation',
  'folder rename',
  'folder removal',
];
const WITH_TOKEN = PLACE_NAMES.filter((place) => place !== 'sign-in');
/** Before anything is written. */
const READING_WITH_TOKEN: readonly Place[] = [
  ...SOURCE_PLACES,
  'batch',
  'folder look-up',
  'next delta',
  'first delta',
  'list',
];
const STORING: readonly Place[] = ['folder creation', 'folder rename', 'create', 'update'];
/** Reads and writes whose refusal is the mailbox's own; purging is a courtesy that may fail. */
const OF_A_MAILBOX = MAILBOX_PLACES.filter((place) => place !== 'purge');

const BUSY = [12040] as const;
const DOWN = [12041] as const;
const LOST = [12042] as const;
const UNKNOWN = [12050] as const;

const broken = { error: { code: 'generalException', message: 'General exception while processing.' } };

export const FAULTS = {
  answer: [
    {
      action: { kind: 'answer', status: 500, body: broken },
      at: OF_A_MAILBOX,
      once: DOWN,
      mayPass: true,
      lasting: DOWN,
    },
    { action: { kind: 'answer', status: 418, body: broken }, at: OF_A_MAILBOX, once: UNKNOWN },
  ],
  'process-then-answer': [
    {
      action: { kind: 'process-then-answer', status: 500, body: broken },
      at: OF_A_MAILBOX,
      once: DOWN,
      mayPass: true,
    },
  ],
  drop: [{ action: { kind: 'drop' }, at: EVERYWHERE, once: 'nothing', lasting: LOST }],
  'process-then-drop': [{ action: { kind: 'process-then-drop' }, at: EVERYWHERE, once: 'nothing' }],
  delay: [{ action: { kind: 'delay', milliseconds: 45_000 }, at: EVERYWHERE, once: 'nothing' }],

  throttled: [
    { action: { kind: 'throttled' }, at: EVERYWHERE, once: 'nothing', lasting: BUSY },
    { action: { kind: 'throttled', retryAfterSeconds: 20 }, at: EVERYWHERE, once: 'nothing' },
  ],
  'throttled-after-success': [
    { action: { kind: 'throttled-after-success' }, at: EVERYWHERE, once: 'nothing' },
    { action: { kind: 'throttled-after-success', retryAfterSeconds: 20 }, at: EVERYWHERE, once: 'nothing' },
  ],
  unavailable: [
    { action: { kind: 'unavailable' }, at: EVERYWHERE, once: 'nothing' },
    {
      action: { kind: 'unavailable', retryAfterSeconds: 20 },
      at: EVERYWHERE,
      once: 'nothing',
      lasting: DOWN,
    },
  ],
  'gateway-timeout': [
    { action: { kind: 'gateway-timeout' }, at: EVERYWHERE, once: 'nothing', lasting: DOWN },
  ],
  'gateway-timeout-after-success': [
    { action: { kind: 'gateway-timeout-after-success' }, at: EVERYWHERE, once: 'nothing' },
  ],
  'answer-lost': [{ action: { kind: 'answer-lost' }, at: EVERYWHERE, once: 'nothing', lasting: LOST }],
  'answer-cut': [{ action: { kind: 'answer-cut' }, at: WHOLE_ANSWERS, once: 'nothing' }],
  'answer-dripped': [
    { action: { kind: 'answer-dripped', bytesAtOnce: 2_000 }, at: WHOLE_ANSWERS, once: 'nothing' },
  ],
  'proxy-page': [
    { action: { kind: 'proxy-page' }, at: WHOLE_ANSWERS.slice(1), once: UNKNOWN },
    { action: { kind: 'proxy-page', status: 502 }, at: WHOLE_ANSWERS.slice(1), once: DOWN, mayPass: true },
  ],

  'batch-half-failed': [
    { action: { kind: 'batch-half-failed' }, at: ['batch'], once: 'nothing' },
    { action: { kind: 'batch-half-failed', retryAfterSeconds: 20 }, at: ['batch'], once: 'nothing' },
  ],
  'batch-incomplete': [{ action: { kind: 'batch-incomplete' }, at: ['batch'], once: 'nothing' }],
  'batch-shuffled': [
    { action: { kind: 'batch-shuffled' }, at: ['batch'], once: 'nothing', lasting: 'nothing' },
  ],

  'delta-token-gone': [
    { action: { kind: 'delta-token-gone' }, at: ['next delta'], once: 'nothing', lasting: 'nothing' },
  ],
  'delta-token-malformed': [
    { action: { kind: 'delta-token-malformed' }, at: ['next delta'], once: 'nothing', lasting: 'nothing' },
  ],
  'delta-empty-page': [
    { action: { kind: 'delta-empty-page' }, at: ['first delta', 'next delta'], once: 'nothing' },
  ],

  'token-expired': [
    { action: { kind: 'token-expired' }, at: WITH_TOKEN.slice(1), once: 'nothing', withOldToken: true },
    { action: { kind: 'token-expired' }, at: READING_WITH_TOKEN, once: [12032] },
  ],
  'consent-revoked': [
    { action: { kind: 'consent-revoked' }, at: READING_WITH_TOKEN, once: [12032] },
    {
      action: { kind: 'consent-revoked' },
      at: READING_WITH_TOKEN.slice(1),
      once: [12030],
      withOldToken: true,
    },
  ],
  'mailbox-without-license': [
    { action: { kind: 'mailbox-without-license' }, at: OF_A_MAILBOX, once: [15010], lasting: [15010] },
  ],
  'quota-full': [
    { action: { kind: 'quota-full' }, at: STORING, once: [15012], lasting: [15012] },
    { action: { kind: 'quota-full', status: 403 }, at: STORING, once: [15012] },
  ],
  'access-denied': [
    { action: { kind: 'access-denied' }, at: OF_A_MAILBOX, once: [15011], lasting: [15011] },
    { action: { kind: 'access-denied', by: 'access-policy' }, at: OF_A_MAILBOX, once: [15011] },
  ],
} as const satisfies Readonly<Record<FaultKind, readonly Variant[]>>;

export const VARIANTS: readonly Variant[] = Object.values(FAULTS).flat();

export function nameOf({
  action,
  withOldToken,
}: Pick<Variant, 'withOldToken'> & { readonly action: { readonly kind: string } }): string {
  const details = Object.entries(action).flatMap(([key, value]) =>
    key === 'kind' || key === 'body' ? [] : [`${key} ${String(value)}`],
  );
  const more = [...details, ...(withOldToken === true ? ['with an old token'] : [])];
  return more.length === 0 ? action.kind : `${action.kind} (${more.join(', ')})`;
}
