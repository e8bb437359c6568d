// Every mailbox of a pass, a bounded number at a time, and not given up at the first trouble: one whose trouble may pass
// is tried once more after the others; one that another run writes, or that the service wants to be left alone, is
// waited for.

import type { Failure } from '../model/failure.ts';
import type { ChangeOutcome } from '../model/plan.ts';
import type { Clock } from '../ports/clock.ts';
import { forEachBounded, throwIfAborted } from './mailbox-pool.ts';
import type { RunRecorder } from './run-recorder.ts';

/** Two policies over the same mailboxes meet for the time of one mailbox; a first fill of it may take minutes. */
const BUSY_WAITS_MS: readonly number[] = [0, 1_000, 3_000, 10_000, 30_000, 60_000, 60_000, 120_000];

/** For one mailbox. A request waits minutes at the service's wish by itself, so this is for the longer pauses. */
const THROTTLED_TRIES = 5;
const THROTTLED_IN_ALL_MS = 15 * 60_000;
/** When the service does not say how long. */
const THROTTLED_UNTOLD_MS = 30_000;
/** The service counts from its answer, which was on the way for a while. */
const MARGIN_MS = 1_000;

export interface Trying {
  readonly clock: Clock;
  /** Is told of mailboxes that are left alone at the service's wish. */
  readonly recorder: Pick<RunRecorder, 'leaveAlone'>;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

export interface MailboxWork<T> {
  readonly work: (item: T) => Promise<void>;
  /** Called once for an item that is given up. */
  readonly onFailure: (item: T, failure: Failure) => Promise<void>;
  /** Only reads, and the next run reads again: then nothing but the service's wish to wait is waited for. */
  readonly isReading?: boolean;
}

/** What a mailbox has cost so far. */
interface Patience {
  readonly busy: number;
  readonly throttled: number;
  readonly throttledMs: number;
  readonly other: number;
}

const UNTRIED: Patience = { busy: 0, throttled: 0, throttledMs: 0, other: 0 };

interface NextTry {
  readonly waitMs: number;
  readonly isThrottled: boolean;
  readonly patience: Patience;
}

interface Pending<T> extends NextTry {
  readonly item: T;
  readonly dueAt: number;
}

/** Throws what `forEachBounded` throws: an abort, and a failure that reaches as far as the run. */
export async function tryEachMailbox<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { clock, recorder, concurrency, signal }: Trying,
  { work, onFailure, isReading = false }: MailboxWork<T>,
): Promise<void> {
  let pending: Pending<T>[] = [];
  const now = (): number => clock.now().getTime();
  const failed = async (item: T, failure: Failure, before: Patience): Promise<void> => {
    const next = isReading && failure.code !== 'throttledTooLong' ? undefined : nextTry(failure, before);
    if (next === undefined) await onFailure(item, failure);
    else pending.push({ ...next, item, dueAt: now() + next.waitMs });
  };
  await forEachBounded(items, concurrency, signal, work, (item, failure) => failed(item, failure, UNTRIED));
  while (pending.length > 0) {
    const waitMs = Math.min(...pending.map(({ dueAt }) => dueAt)) - now();
    if (waitMs > 0) await waitAsTold(pending, waitMs, { clock, recorder, signal });
    const isDue = ({ dueAt }: Pending<T>): boolean => dueAt <= now();
    const due = pending.filter(isDue);
    pending = pending.filter((one) => !due.includes(one));
    await forEachBounded(
      due,
      concurrency,
      signal,
      ({ item }) => work(item),
      ({ item, patience }, failure) => failed(item, failure, patience),
    );
  }
}

/** A change that was not carried out because the service wants the mailbox left alone: no failure of the contact. */
export function asksToWait(outcome: ChangeOutcome): Failure | undefined {
  return outcome.status === 'failed' && outcome.failure.code === 'throttledTooLong'
    ? outcome.failure
    : undefined;
}

/** undefined: the mailbox is given up. */
export function nextTry(failure: Failure, before: Patience): NextTry | undefined {
  if (failure.facts.advice === 'doNotRetry') return undefined;
  if (failure.code === 'mailboxBusy') {
    const waitMs = BUSY_WAITS_MS[before.busy];
    return waitMs === undefined
      ? undefined
      : { waitMs, isThrottled: false, patience: { ...before, busy: before.busy + 1 } };
  }
  if (failure.code === 'throttledTooLong') {
    const waitMs = (failure.retryAfterMs ?? THROTTLED_UNTOLD_MS) + MARGIN_MS;
    const throttledMs = before.throttledMs + waitMs;
    const throttled = before.throttled + 1;
    return throttled > THROTTLED_TRIES || throttledMs > THROTTLED_IN_ALL_MS
      ? undefined
      : { waitMs, isThrottled: true, patience: { ...before, throttled, throttledMs } };
  }
  return before.other > 0
    ? undefined
    : { waitMs: 0, isThrottled: false, patience: { ...before, other: before.other + 1 } };
}

async function waitAsTold<T>(
  pending: readonly Pending<T>[],
  waitMs: number,
  { clock, recorder, signal }: Pick<Trying, 'clock' | 'recorder' | 'signal'>,
): Promise<void> {
  const throttled = pending.filter(({ isThrottled }) => isThrottled);
  if (throttled.length > 0) {
    const until = Math.max(...throttled.map(({ dueAt }) => dueAt));
    await recorder.leaveAlone({ until: new Date(until).toISOString(), mailboxes: throttled.length });
  }
  try {
    await clock.sleep(waitMs, signal).catch(() => throwIfAborted(signal));
  } finally {
    if (throttled.length > 0) await recorder.leaveAlone(undefined);
  }
}
