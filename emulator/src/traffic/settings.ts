// What a test may switch on about the service's pace: latency, limits, and how Graph passes the parts of a $batch
// on. All off at first, so that only who asks for it is slowed or refused.

import { z } from 'zod';
import type { WindowLimit } from './windows.ts';

const windowLimit = z.strictObject({ most: z.int().min(1), seconds: z.number().positive() });
const whole = z.int().min(1);

/** `true` stands for the published figure; what is not named is off. */
const limits = z.strictObject({
  mailboxConcurrency: z.union([z.literal(true), whole]).optional(),
  mailboxRequests: z.union([z.literal(true), windowLimit]).optional(),
  mailboxUpload: z.union([z.literal(true), windowLimit]).optional(),
  appRequests: z.union([z.literal(true), windowLimit]).optional(),
  directoryUnits: z.union([z.literal(true), windowLimit]).optional(),
  /** false: refusals of the Outlook part come without Retry-After, as seen now and then. */
  retryAfter: z.boolean().optional(),
});

const latency = z.union([
  z.strictObject({ milliseconds: z.number().min(0) }),
  z
    .strictObject({ from: z.number().min(0), to: z.number().min(0), seed: z.int().default(1) })
    .refine(({ from, to }) => from <= to, 'from is at most to'),
]);

export const trafficSettings = z.strictObject({
  latency: latency.optional(),
  latencyFaces: z.array(z.enum(['graph', 'exchange-admin', 'entra', 'ews'])).optional(),
  limits: z.union([z.literal(true), limits]).optional(),
  batchDispatch: z.enum(['four-at-a-time', 'all-at-once']).optional(),
});

export type TrafficChoice = z.input<typeof trafficSettings>;

export interface Limits {
  /** Requests at the same time per app and mailbox. */
  readonly mailboxConcurrency: number | undefined;
  readonly mailboxRequests: WindowLimit | undefined;
  /** Bytes. */
  readonly mailboxUpload: WindowLimit | undefined;
  /** Per app over everything. */
  readonly appRequests: WindowLimit | undefined;
  /** Resource units of the directory part per app and tenant; `by-size`: as many as the tenant's size gives. */
  readonly directoryUnits: WindowLimit | 'by-size' | undefined;
  readonly retryAfter: boolean;
}

export interface TrafficSettings {
  readonly latency: { readonly from: number; readonly to: number; readonly seed: number };
  readonly latencyFaces: readonly string[];
  readonly limits: Limits;
  readonly batchDispatch: 'four-at-a-time' | 'all-at-once';
}

// learn.microsoft.com, "Microsoft Graph service-specific throttling limits".
const published = {
  mailboxConcurrency: 4,
  mailboxRequests: { most: 10_000, seconds: 600 },
  mailboxUpload: { most: 150 * 1024 * 1024, seconds: 300 },
  appRequests: { most: 130_000, seconds: 10 },
  directoryUnits: 'by-size',
} as const;

/** Throws ZodError for what is no choice. */
export function readTrafficSettings(choice: TrafficChoice): TrafficSettings {
  const { latency: pace, latencyFaces, limits: chosen = {}, batchDispatch } = trafficSettings.parse(choice);
  const given: z.output<typeof limits> =
    chosen === true
      ? {
          mailboxConcurrency: true,
          mailboxRequests: true,
          mailboxUpload: true,
          appRequests: true,
          directoryUnits: true,
        }
      : chosen;
  const spread = pace === undefined ? { milliseconds: 0 } : pace;
  return {
    latency: 'from' in spread ? spread : { from: spread.milliseconds, to: spread.milliseconds, seed: 1 },
    latencyFaces: latencyFaces ?? ['graph'],
    limits: {
      mailboxConcurrency: orPublished(given.mailboxConcurrency, published.mailboxConcurrency),
      mailboxRequests: orPublished(given.mailboxRequests, published.mailboxRequests),
      mailboxUpload: orPublished(given.mailboxUpload, published.mailboxUpload),
      appRequests: orPublished(given.appRequests, published.appRequests),
      directoryUnits: orPublished(given.directoryUnits, published.directoryUnits),
      retryAfter: given.retryAfter ?? true,
    },
    batchDispatch: batchDispatch ?? 'four-at-a-time',
  };
}

function orPublished<Given, Published>(
  given: Given | true | undefined,
  figure: Published,
): Given | Published | undefined {
  return given === true ? figure : given;
}

/** Resource units per ten seconds by the number of users (S, M, L). */
export function directoryUnitsOf(users: number): WindowLimit {
  return { most: users < 50 ? 3500 : users <= 500 ? 5000 : 8000, seconds: 10 };
}
