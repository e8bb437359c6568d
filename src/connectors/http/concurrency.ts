// How many requests may be under way at once, over all mailboxes: grows by a little while answers are quick and falls by
// a part when the service refuses the application, as TCP does with packets. A reducer: state and observation to state.
// Why these numbers: docs/decisions/0009-pacing.md.

import type { Reach } from './refusal.ts';

export interface ConcurrencyBounds {
  readonly start: number;
  readonly floor: number;
  readonly ceiling: number;
}

export interface Concurrency {
  /** Fractions add up until they are a whole request. */
  readonly limit: number;
  /** Milliseconds since 1970. What was sent before tells nothing about the limit since. */
  readonly decreasedAt: number | undefined;
  /** When the application was last refused: growth is slow after it, and cautious for half a minute. */
  readonly refusedAt: number | undefined;
  readonly lanes: Readonly<Partial<Record<LatencyLane, Latency>>>;
}

/** Durations are compared among calls of one kind only. */
export type LatencyLane = 'mailbox' | 'gathered';

interface Latency {
  readonly samples: number;
  readonly smoothedMs: number;
  /** The lowest smoothed duration; it drifts up slowly, so that a service that stays slower becomes the usual. */
  readonly bestMs: number | undefined;
  readonly at: number;
}

export interface Observation {
  readonly now: number;
  readonly sentAt: number;
  /** How many requests the answer is about; a batch holds several. */
  readonly requests: number;
  /** false: there was room for more, so that a good answer says nothing about more. */
  readonly isLimitUsed: boolean;
  readonly refusal: Reach | undefined;
  /** How long one request took; only of calls that are alike. */
  readonly latency: { readonly lane: LatencyLane; readonly milliseconds: number } | undefined;
}

/** More at once per round trip; a batch of one mailbox takes four places. */
const STEP = 4;
const CAUTIOUS_AFTER_REFUSAL_MS = 30_000;
const DECREASE: Readonly<Record<Reach, number>> = { mailbox: 1, unclear: 0.9, application: 0.7 };
const DECREASE_WHEN_SLOW = 0.9;
/** A slow service is not a refusing one. */
const LOWEST_WHEN_SLOW = 16;
const SLOWER = 1.5;
const MUCH_SLOWER = 2.5;
const SMOOTHING = 0.1;
const SAMPLES_TO_JUDGE = 8;
const BEST_FADES_IN_MS = 600_000;

export function startConcurrency({ start, floor, ceiling }: ConcurrencyBounds): Concurrency {
  return {
    limit: Math.min(Math.max(start, floor), ceiling),
    decreasedAt: undefined,
    refusedAt: undefined,
    lanes: {},
  };
}

export function afterAnswer(state: Concurrency, seen: Observation, bounds: ConcurrencyBounds): Concurrency {
  if (seen.refusal !== undefined) return afterRefusal(state, seen, seen.refusal, bounds);
  const lanes = seen.latency === undefined ? state.lanes : withLatency(state.lanes, seen, seen.latency);
  const pace = seen.latency === undefined ? 'quick' : paceOf(lanes[seen.latency.lane]);
  const next = { ...state, lanes };
  if (pace === 'quick') return seen.isLimitUsed ? grown(next, seen, bounds) : next;
  if (pace === 'slower' || next.limit <= LOWEST_WHEN_SLOW) return next;
  return decreased(next, seen, DECREASE_WHEN_SLOW, {
    ...bounds,
    floor: Math.max(bounds.floor, LOWEST_WHEN_SLOW),
  });
}

function afterRefusal(
  state: Concurrency,
  seen: Observation,
  reach: Reach,
  bounds: ConcurrencyBounds,
): Concurrency {
  const next = decreased(state, seen, DECREASE[reach], bounds);
  return reach === 'application' ? { ...next, refusedAt: seen.now } : next;
}

/** At most once per round trip: answers to what was sent before the last decrease do not count again. */
function decreased(
  state: Concurrency,
  { now, sentAt }: Observation,
  factor: number,
  { floor }: ConcurrencyBounds,
): Concurrency {
  const isCounted = state.decreasedAt !== undefined && sentAt <= state.decreasedAt;
  if (isCounted || factor === 1) return state;
  return { ...state, limit: Math.max(floor, Math.min(state.limit, state.limit * factor)), decreasedAt: now };
}

function grown(
  state: Concurrency,
  { requests, now }: Observation,
  { ceiling }: ConcurrencyBounds,
): Concurrency {
  const { limit, refusedAt } = state;
  // With the square of the time the limit comes back like its third power: it stays long where it was just refused.
  const caution =
    refusedAt === undefined ? 1 : Math.min(1, Math.max(0, now - refusedAt) / CAUTIOUS_AFTER_REFUSAL_MS);
  const step = STEP * caution ** 2;
  return { ...state, limit: Math.min(ceiling, limit + (step * Math.min(requests, limit)) / limit) };
}

function withLatency(
  lanes: Concurrency['lanes'],
  { now }: Observation,
  { lane, milliseconds }: NonNullable<Observation['latency']>,
): Concurrency['lanes'] {
  const before = lanes[lane];
  if (before === undefined)
    return { ...lanes, [lane]: { samples: 1, smoothedMs: milliseconds, bestMs: undefined, at: now } };
  const samples = before.samples + 1;
  const smoothedMs = before.smoothedMs + (milliseconds - before.smoothedMs) * SMOOTHING;
  return {
    ...lanes,
    [lane]: { samples, smoothedMs, bestMs: bestOf(before, samples, smoothedMs, now), at: now },
  };
}

function bestOf(before: Latency, samples: number, smoothedMs: number, now: number): number | undefined {
  if (samples < SAMPLES_TO_JUDGE) return undefined;
  const { bestMs, at } = before;
  if (bestMs === undefined || smoothedMs <= bestMs) return smoothedMs;
  const share = 1 - Math.exp(-Math.max(0, now - at) / BEST_FADES_IN_MS);
  return bestMs + (smoothedMs - bestMs) * share;
}

function paceOf(latency: Latency | undefined): 'quick' | 'slower' | 'muchSlower' {
  if (latency?.bestMs === undefined) return 'quick';
  if (latency.smoothedMs <= latency.bestMs * SLOWER) return 'quick';
  return latency.smoothedMs <= latency.bestMs * MUCH_SLOWER ? 'slower' : 'muchSlower';
}
