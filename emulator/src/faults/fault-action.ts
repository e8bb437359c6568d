// What can happen to a request on the wire, each kind by its name; what each means stands in the readme. The first
// five are raw material for a test that needs an answer of its own; the others are what the service, or something
// between it and its client, is known to do.

import { z } from 'zod';

const answer = {
  status: z.int().min(200).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
};
/** Absent: the answer comes without the header. */
const retryAfter = { retryAfterSeconds: z.int().min(0).optional() };

export const faultAction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('answer'), ...answer }),
  z.strictObject({ kind: z.literal('drop') }),
  z.strictObject({ kind: z.literal('process-then-drop') }),
  z.strictObject({ kind: z.literal('process-then-answer'), ...answer }),
  z.strictObject({ kind: z.literal('delay'), milliseconds: z.number().min(0) }),

  z.strictObject({ kind: z.literal('throttled'), ...retryAfter }),
  z.strictObject({ kind: z.literal('throttled-after-success'), ...retryAfter }),
  z.strictObject({ kind: z.literal('unavailable'), ...retryAfter }),
  z.strictObject({ kind: z.literal('gateway-timeout') }),
  z.strictObject({ kind: z.literal('gateway-timeout-after-success') }),
  z.strictObject({ kind: z.literal('answer-lost') }),
  z.strictObject({ kind: z.literal('answer-cut') }),
  z.strictObject({
    kind: z.literal('answer-dripped'),
    bytesAtOnce: z.int().min(1).default(16),
    everyMilliseconds: z.number().min(0).default(100),
  }),
  z.strictObject({ kind: z.literal('proxy-page'), status: z.int().min(200).max(599).default(200) }),

  z.strictObject({ kind: z.literal('batch-half-failed'), ...retryAfter }),
  z.strictObject({ kind: z.literal('batch-incomplete') }),
  z.strictObject({ kind: z.literal('batch-shuffled') }),

  z.strictObject({ kind: z.literal('delta-token-gone') }),
  z.strictObject({ kind: z.literal('delta-token-malformed') }),
  z.strictObject({ kind: z.literal('delta-empty-page') }),

  z.strictObject({ kind: z.literal('token-expired') }),
  z.strictObject({ kind: z.literal('consent-revoked') }),
  z.strictObject({ kind: z.literal('mailbox-without-license') }),
  z.strictObject({
    kind: z.literal('quota-full'),
    status: z.union([z.literal(507), z.literal(403)]).default(507),
  }),
  z.strictObject({
    kind: z.literal('access-denied'),
    by: z.enum(['scope', 'access-policy']).default('scope'),
  }),
]);

export type FaultAction = z.output<typeof faultAction>;
export type FaultKind = FaultAction['kind'];

/** What a client that asks again, in the next run at the latest, gets over without anybody's help. */
export const passingKinds = [
  'throttled',
  'throttled-after-success',
  'unavailable',
  'gateway-timeout',
  'gateway-timeout-after-success',
  'drop',
  'answer-lost',
  'answer-cut',
  'batch-half-failed',
  'batch-incomplete',
  'batch-shuffled',
  'delta-token-gone',
  'delta-token-malformed',
  'delta-empty-page',
  'token-expired',
] as const satisfies readonly FaultKind[];

/** Kinds that need nothing but their name may come at random. */
export const randomKinds = [
  ...passingKinds,
  'answer-dripped',
  'proxy-page',
  'mailbox-without-license',
  'quota-full',
  'access-denied',
] as const satisfies readonly FaultKind[];

export const fault = z.strictObject({
  face: z.enum(['entra', 'graph', 'exchange-admin', 'ews']).optional(),
  method: z.string().optional(),
  /** A regular expression over path and query; absent: every path. */
  path: z.string().optional(),
  /** A regular expression over the body as text, for faces where one path serves every call. */
  bodyText: z.string().optional(),
  /** Requests to this mailbox only: object id or user principal name as the client writes it. */
  mailbox: z.string().optional(),
  /** true: only parts of a $batch; false: only outer requests; absent: both. */
  batchPart: z.boolean().optional(),
  /** How many matching requests pass unharmed first; default 0. */
  after: z.int().min(0).optional(),
  /** How many requests it meets before it is used up; default 1. */
  count: z.union([z.int().min(1), z.literal('unlimited')]).optional(),
  /** Each matching request is met with this probability; default 1. */
  probability: z.number().min(0).max(1).optional(),
  seed: z.int().optional(),
  action: faultAction,
});

/** As a test writes it; what is left out of the action has its usual value. */
export type Fault = z.input<typeof fault>;

export const randomFaults = z.strictObject({
  /** Of all requests, parts of a $batch each for itself; 0 ends it. */
  rate: z.number().min(0).max(1),
  seed: z.int().default(1),
  kinds: z.array(z.enum(randomKinds)).min(1).optional(),
  faces: z.array(z.enum(['entra', 'graph', 'exchange-admin', 'ews'])).optional(),
  /** Seconds in Retry-After where it comes; default 5. */
  retryAfterSeconds: z.int().min(0).optional(),
});

export type RandomFaultChoice = z.input<typeof randomFaults>;
