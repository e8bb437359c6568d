// Says when a run begins to wait at the service's wish and when it goes on: a state of the run, told once, and not an
// error for every refused request.

import type { RunEvent } from '../model/run.ts';
import type { Clock } from '../ports/clock.ts';
import type { Traffic, TrafficState } from '../ports/traffic.ts';

type WaitEvent = Extract<RunEvent, { type: 'run.throttled' | 'run.resumed' }>;

/** What was said last; undefined: the run is not known to wait. */
export interface Told {
  readonly at: number;
  readonly until: string;
  readonly mailboxes: number;
  /** Since when nobody waits any more. */
  readonly quietSince: number | undefined;
}

const TICK_MS = 1_000;
/** A shorter wait is over before somebody has read about it. */
const WORTH_TELLING_MS = 3_000;
const TELL_AGAIN_MS = 10_000;
/** Refusals come in swarms: a short pause between two waits is no resumption. */
const QUIET_MS = 2_000;

export function whatToTell(
  told: Told | undefined,
  { waitingUntil, mailboxesWaiting }: TrafficState,
  now: number,
): { readonly event: WaitEvent | undefined; readonly told: Told | undefined } {
  const until = waitingUntil === undefined ? 0 : Date.parse(waitingUntil);
  if (waitingUntil === undefined || until <= now) {
    if (told === undefined) return { event: undefined, told };
    const quietSince = told.quietSince ?? now;
    if (now - quietSince < QUIET_MS) return { event: undefined, told: { ...told, quietSince } };
    return { event: { type: 'run.resumed' }, told: undefined };
  }
  const isNews =
    told === undefined
      ? until - now >= WORTH_TELLING_MS
      : (told.until !== waitingUntil || told.mailboxes !== mailboxesWaiting) &&
        (now >= Date.parse(told.until) || now - told.at >= TELL_AGAIN_MS);
  if (!isNews) {
    return { event: undefined, told: told === undefined ? undefined : { ...told, quietSince: undefined } };
  }
  return {
    event: { type: 'run.throttled', waitingUntil, mailboxesWaiting },
    told: { at: now, until: waitingUntil, mailboxes: mailboxesWaiting, quietSince: undefined },
  };
}

/** Mailboxes that the run itself leaves alone at the service's wish, between two tries of them. */
export interface LeftAlone {
  /** ISO 8601. */
  readonly until: string;
  readonly mailboxes: number;
}

/** The state with the mailboxes that no request is sent to. The way to the services may know of them as well. */
export function withLeftAlone(state: TrafficState, leftAlone: LeftAlone | undefined): TrafficState {
  if (leftAlone === undefined) return state;
  const { until, mailboxes } = leftAlone;
  const { waitingUntil = until, mailboxesWaiting } = state;
  return {
    ...state,
    waitingUntil: Date.parse(waitingUntil) > Date.parse(until) ? waitingUntil : until,
    mailboxesWaiting: Math.max(mailboxesWaiting, mailboxes),
  };
}

/** `tick` is called once a second too. Returns the function that ends the watch; it says that the run goes on. */
export function watchTraffic(
  { traffic, clock }: { readonly traffic: Traffic; readonly clock: Clock },
  tell: (event: WaitEvent) => Promise<void>,
  tick: () => Promise<void>,
): () => Promise<void> {
  const over = new AbortController();
  let told: Told | undefined;
  const watch = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(TICK_MS, over.signal).catch(() => undefined);
      // A clock whose sleep takes no time must not keep the work from going on.
      await new Promise((resolve) => setImmediate(resolve));
      if (over.signal.aborted) return;
      const next = whatToTell(told, traffic.state(), clock.now().getTime());
      told = next.told;
      if (next.event !== undefined) await tell(next.event);
      await tick();
    }
  };
  // What it cannot store, the run cannot store either, and the run says so.
  const watching = watch().catch(() => undefined);
  return async () => {
    over.abort();
    await watching;
    const wasTold = told !== undefined;
    told = undefined;
    if (wasTold) await tell({ type: 'run.resumed' });
  };
}
