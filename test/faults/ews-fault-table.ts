// Every fault the emulator knows of EWS, and those of any face that EWS can meet, with what a run has to make of each.
// A kind that the emulator learns and this table does not have is a type error here.

import type { EwsFault, EwsFaultKind, Fault, FaultKind } from '@contactsync/emulator';
import { EWS_PLACE_NAMES, type EwsPlace, type EwsTrouble, OPERATION_PLACES } from './ews-places.ts';
import { nameOf, type Told } from './fault-table.ts';
import type { StageName } from './stages.ts';

interface Expected {
  readonly at: readonly EwsPlace[];
  /** When it strikes once. */
  readonly once: Told;
  /** When it strikes one mailbox again and again; absent: it does not mean anything there. */
  readonly lasting?: Told;
  /** Striking once it may just as well be got over. */
  readonly mayPass?: true;
  /** Whoever is under way at that moment meets it too, and fails with it. */
  readonly reachesOthers?: true;
  /** Only there a request comes by that it can meet. */
  readonly in?: readonly StageName[];
}

export interface EwsVariant extends Expected {
  readonly trouble: EwsTrouble;
}

const EVERYWHERE = EWS_PLACE_NAMES;
const OPERATIONS: readonly EwsPlace[] = OPERATION_PLACES;
export const READING: readonly EwsPlace[] = ['folder look-up', 'folder by id', 'sync', 'list', 'get'];
const STORING: readonly EwsPlace[] = ['folder creation', 'folder rename', 'create', 'update'];
/** Requests for several items, answered one by one. */
const BATCHES: readonly EwsPlace[] = ['get', 'create', 'update', 'delete'];
/** A folder is removed once or not at all: whether it happened is seen by the next run. */
const REPEATED: readonly EwsPlace[] = OPERATIONS.filter((place) => place !== 'folder removal');

const BUSY = [12040] as const;
const DOWN = [12041] as const;
const LOST = [12042] as const;
const UNKNOWN = [12050] as const;
const UNREACHABLE = [13010] as const;
const NOT_EWS = [13011] as const;
const UNREADABLE = [13041] as const;

const SCHEMA = { kind: 'soap-fault', code: 'ErrorSchemaValidation' } as const;

interface EwsRow extends Expected {
  readonly action: EwsFault['action'];
}
interface WayRow extends Expected {
  readonly action: Fault['action'];
}

const transient = (kind: 'transient-error' | 'store-unavailable' | 'mailbox-moving' | 'timeout-expired') => [
  { action: { kind }, at: REPEATED, once: 'nothing' as const, lasting: DOWN },
  { action: { kind }, at: ['folder removal' as const], once: DOWN, mayPass: true as const },
];

export const EWS_FAULTS = {
  'server-busy': [
    { action: { kind: 'server-busy' }, at: OPERATIONS, once: 'nothing', lasting: BUSY },
    {
      action: { kind: 'server-busy', backOffMilliseconds: 20_000, as: 'message' },
      at: OPERATIONS,
      once: 'nothing',
    },
    {
      action: { kind: 'server-busy', backOffMilliseconds: 40_000, as: 'nested' },
      at: OPERATIONS,
      once: 'nothing',
    },
  ],
  'transient-error': transient('transient-error'),
  'store-unavailable': transient('store-unavailable'),
  'mailbox-moving': transient('mailbox-moving'),
  'timeout-expired': transient('timeout-expired'),
  'too-many-connections': [
    { action: { kind: 'too-many-connections' }, at: OPERATIONS, once: 'nothing', lasting: BUSY },
  ],
  'find-count-exceeded': [
    { action: { kind: 'find-count-exceeded' }, at: ['list'], once: 'nothing', lasting: BUSY },
  ],
  'sign-in-again': [
    {
      action: { kind: 'sign-in-again' },
      at: OPERATIONS.filter((place) => place !== 'folder look-up'),
      once: 'nothing',
      lasting: [13020],
      // A password that was refused in mid-run is not sent by anybody again.
      reachesOthers: true,
    },
    // The first request of all: a password that was never taken yet is refused, and not tried again.
    { action: { kind: 'sign-in-again' }, at: ['folder look-up'], once: [13020], lasting: [13020] },
  ],
  'sync-state-invalid': [
    {
      action: { kind: 'sync-state-invalid' },
      at: ['sync'],
      once: 'nothing',
      lasting: 'nothing',
      in: ['changes', 'unchanged', 'folder renamed', 'clean-up'],
    },
  ],
  'batch-stopped': [
    { action: { kind: 'batch-stopped' }, at: BATCHES, once: 'nothing' },
    { action: { kind: 'batch-stopped', afterItems: 0 }, at: BATCHES, once: 'nothing', lasting: DOWN },
    {
      action: { kind: 'batch-stopped', afterItems: 0, code: 'ErrorPropertyValidationFailure' },
      at: ['create', 'update'],
      once: [15030],
    },
  ],
  'items-unreadable': [
    { action: { kind: 'items-unreadable' }, at: ['get'], once: 'nothing', lasting: UNKNOWN },
  ],
  'malformed-xml': [
    { action: { kind: 'malformed-xml' }, at: REPEATED, once: 'nothing', lasting: UNREADABLE },
    { action: { kind: 'malformed-xml' }, at: ['folder removal'], once: UNREADABLE, mayPass: true },
  ],
  'sign-in-page': [{ action: { kind: 'sign-in-page' }, at: OPERATIONS, once: NOT_EWS }],
  'quota-exceeded': [{ action: { kind: 'quota-exceeded' }, at: STORING, once: [15012], lasting: [15012] }],
  'access-denied-here': [
    { action: { kind: 'access-denied-here' }, at: BATCHES, once: [15011], lasting: [15011] },
  ],
  'mailbox-gone': [{ action: { kind: 'mailbox-gone' }, at: OPERATIONS, once: [15010], lasting: [15010] }],
  'impersonation-denied': [
    { action: { kind: 'impersonation-denied' }, at: OPERATIONS, once: [13030], lasting: [13030] },
  ],
  'password-expired': [{ action: { kind: 'password-expired' }, at: OPERATIONS, once: [13023] }],
  'account-disabled': [{ action: { kind: 'account-disabled' }, at: OPERATIONS, once: [13023] }],
  // What is damaged of a text is not written back: the contact is read again where it matters.
  'damaged-characters': [{ action: { kind: 'damaged-characters' }, at: ['sync', 'get'], once: 'nothing' }],
  'document-type': [{ action: { kind: 'document-type' }, at: READING, once: 'nothing', lasting: UNREADABLE }],
  'huge-answer': [{ action: { kind: 'huge-answer', megabytes: 33 }, at: ['get'], once: 'nothing' }],
  'soap-fault': [
    {
      action: { kind: 'soap-fault', code: 'ErrorInternalServerError', isDone: true },
      at: REPEATED,
      once: 'nothing',
    },
    { action: { kind: 'soap-fault', code: 'ErrorInvalidServerVersion' }, at: OPERATIONS, once: [13012] },
    { action: { kind: 'soap-fault', code: 'ErrorNobodyKnows' }, at: OPERATIONS, once: UNKNOWN },
    // Of less at once it is not said again; a reading has nothing in it that could be wrong.
    { action: SCHEMA, at: ['create'], once: 'nothing', in: ['first fill', 'rollback'] },
    { action: SCHEMA, at: ['update'], once: 'nothing' },
    { action: SCHEMA, at: ['delete'], once: 'nothing', in: ['changes', 'clean-up'] },
    // There it is the only one, and cannot be sent with less.
    { action: SCHEMA, at: ['create'], once: [15030], in: ['changes'] },
    { action: SCHEMA, at: ['delete'], once: [15030], in: ['rollback'] },
    { action: SCHEMA, at: READING, once: [13040] },
  ],
} as const satisfies Readonly<Record<EwsFaultKind, readonly EwsRow[]>>;

const NOT_OF_EWS: readonly WayRow[] = [];

export const WAY_FAULTS = {
  answer: [
    {
      action: { kind: 'answer', status: 500, body: {} },
      at: OPERATIONS,
      once: DOWN,
      mayPass: true,
      lasting: DOWN,
    },
    { action: { kind: 'answer', status: 418, body: {} }, at: OPERATIONS, once: UNKNOWN },
  ],
  'process-then-answer': [
    {
      action: { kind: 'process-then-answer', status: 500, body: {} },
      at: OPERATIONS,
      once: DOWN,
      mayPass: true,
    },
  ],
  drop: [{ action: { kind: 'drop' }, at: EVERYWHERE, once: 'nothing', lasting: [...LOST, ...UNREACHABLE] }],
  'process-then-drop': [{ action: { kind: 'process-then-drop' }, at: EVERYWHERE, once: 'nothing' }],
  delay: [{ action: { kind: 'delay', milliseconds: 45_000 }, at: EVERYWHERE, once: 'nothing' }],
  throttled: [
    { action: { kind: 'throttled' }, at: OPERATIONS, once: 'nothing', lasting: BUSY },
    { action: { kind: 'throttled', retryAfterSeconds: 20 }, at: OPERATIONS, once: 'nothing' },
  ],
  'throttled-after-success': [
    { action: { kind: 'throttled-after-success' }, at: OPERATIONS, once: 'nothing' },
    { action: { kind: 'throttled-after-success', retryAfterSeconds: 20 }, at: OPERATIONS, once: 'nothing' },
  ],
  unavailable: [
    { action: { kind: 'unavailable' }, at: REPEATED, once: 'nothing' },
    { action: { kind: 'unavailable', retryAfterSeconds: 20 }, at: REPEATED, once: 'nothing', lasting: DOWN },
  ],
  'gateway-timeout': [{ action: { kind: 'gateway-timeout' }, at: REPEATED, once: 'nothing', lasting: DOWN }],
  'gateway-timeout-after-success': [
    { action: { kind: 'gateway-timeout-after-success' }, at: REPEATED, once: 'nothing' },
  ],
  'answer-lost': [{ action: { kind: 'answer-lost' }, at: EVERYWHERE, once: 'nothing', lasting: LOST }],
  'answer-cut': [{ action: { kind: 'answer-cut' }, at: OPERATIONS, once: 'nothing' }],
  'answer-dripped': [
    { action: { kind: 'answer-dripped', bytesAtOnce: 2_000 }, at: OPERATIONS, once: 'nothing' },
  ],
  'proxy-page': [
    { action: { kind: 'proxy-page' }, at: OPERATIONS, once: NOT_EWS, mayPass: true },
    { action: { kind: 'proxy-page', status: 502 }, at: OPERATIONS, once: DOWN, mayPass: true },
  ],
  'batch-half-failed': NOT_OF_EWS,
  'batch-incomplete': NOT_OF_EWS,
  'batch-shuffled': NOT_OF_EWS,
  'delta-token-gone': NOT_OF_EWS,
  'delta-token-malformed': NOT_OF_EWS,
  'delta-empty-page': NOT_OF_EWS,
  'token-expired': NOT_OF_EWS,
  'consent-revoked': NOT_OF_EWS,
  'mailbox-without-license': NOT_OF_EWS,
  'quota-full': NOT_OF_EWS,
  'access-denied': NOT_OF_EWS,
} as const satisfies Readonly<Record<FaultKind, readonly WayRow[]>>;

export const EWS_VARIANTS: readonly EwsVariant[] = [
  ...Object.values(EWS_FAULTS).flatMap((rows: readonly EwsRow[]) =>
    rows.map(({ action, ...expected }) => ({ ...expected, trouble: { of: 'ews' as const, action } })),
  ),
  ...Object.values(WAY_FAULTS).flatMap((rows: readonly WayRow[]) =>
    rows.map(({ action, ...expected }) => ({ ...expected, trouble: { of: 'way' as const, action } })),
  ),
];

export const nameOfEws = ({ trouble }: EwsVariant): string => nameOf({ action: trouble.action });
