// Trouble that only EWS makes, each kind by its name; what each means stands in the readme. A list of its own beside
// the kinds of every face (faults/fault-action.ts): those reach EWS as well, in its own wording.

import { z } from 'zod';

const backOff = { backOffMilliseconds: z.int().min(0).default(1000) };

export const ewsFaultAction = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('server-busy'),
    ...backOff,
    as: z.enum(['fault', 'message', 'nested']).default('fault'),
  }),
  z.strictObject({ kind: z.literal('transient-error') }),
  z.strictObject({ kind: z.literal('store-unavailable') }),
  z.strictObject({ kind: z.literal('mailbox-moving') }),
  z.strictObject({ kind: z.literal('timeout-expired') }),
  z.strictObject({ kind: z.literal('too-many-connections') }),
  z.strictObject({ kind: z.literal('find-count-exceeded') }),
  z.strictObject({ kind: z.literal('sign-in-again') }),
  z.strictObject({ kind: z.literal('sync-state-invalid') }),
  z.strictObject({
    kind: z.literal('batch-stopped'),
    /** So many items are done, the next one fails, the rest are not tried. */
    afterItems: z.int().min(0).default(1),
    code: z.string().default('ErrorMailboxStoreUnavailable'),
  }),
  z.strictObject({ kind: z.literal('items-unreadable'), every: z.int().min(1).default(2) }),
  z.strictObject({ kind: z.literal('malformed-xml') }),
  z.strictObject({ kind: z.literal('sign-in-page') }),

  z.strictObject({ kind: z.literal('quota-exceeded') }),
  z.strictObject({ kind: z.literal('access-denied-here') }),
  z.strictObject({ kind: z.literal('mailbox-gone') }),
  z.strictObject({ kind: z.literal('impersonation-denied') }),
  z.strictObject({ kind: z.literal('password-expired') }),
  z.strictObject({ kind: z.literal('account-disabled') }),
  z.strictObject({ kind: z.literal('damaged-characters') }),
  z.strictObject({ kind: z.literal('document-type') }),
  z.strictObject({ kind: z.literal('huge-answer'), megabytes: z.int().min(1).max(200).default(50) }),
  z.strictObject({
    kind: z.literal('soap-fault'),
    code: z.string(),
    message: z.string().default('The server has trouble.'),
    /** The work is done all the same. */
    isDone: z.boolean().default(false),
  }),
]);

export type EwsFaultAction = z.output<typeof ewsFaultAction>;
export type EwsFaultKind = EwsFaultAction['kind'];

/** What a client that asks again, in the next run at the latest, gets over without anybody's help. */
export const passingEwsKinds = [
  'server-busy',
  'transient-error',
  'store-unavailable',
  'mailbox-moving',
  'timeout-expired',
  'too-many-connections',
  'find-count-exceeded',
  'sign-in-again',
  'sync-state-invalid',
  'batch-stopped',
  'items-unreadable',
  'malformed-xml',
  'sign-in-page',
] as const satisfies readonly EwsFaultKind[];

/** Kinds that need nothing but their name may come at random. */
export const randomEwsKinds = [
  ...passingEwsKinds,
  'quota-exceeded',
  'access-denied-here',
  'mailbox-gone',
  'impersonation-denied',
  'password-expired',
  'account-disabled',
  'damaged-characters',
  'document-type',
] as const satisfies readonly EwsFaultKind[];

export const ewsFault = z.strictObject({
  /** `FindItem`; absent: any. */
  operation: z.string().optional(),
  /** Primary address; absent: any. */
  mailbox: z.string().optional(),
  /** How many matching requests pass unharmed first; default 0. */
  after: z.int().min(0).optional(),
  /** How many requests it meets before it is used up; default 1. */
  count: z.union([z.int().min(1), z.literal('unlimited')]).optional(),
  action: ewsFaultAction,
});

/** As a test writes it; what is left out of the action has its usual value. */
export type EwsFault = z.input<typeof ewsFault>;

export const randomEwsFaults = z.strictObject({
  /** Of all requests; 0 ends it. */
  rate: z.number().min(0).max(1),
  seed: z.int().default(1),
  kinds: z.array(z.enum(randomEwsKinds)).min(1).optional(),
});

export type RandomEwsFaultChoice = z.input<typeof randomEwsFaults>;
