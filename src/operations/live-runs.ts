// The runs of this process: started in the background, followed by any number of listeners, cancelled by id.

import { Failure } from '../model/failure.ts';
import { type RunId, runId } from '../model/ids.ts';
import type { RecordedEvent, Run, RunEvent } from '../model/run.ts';
import type { Clock } from '../ports/clock.ts';

interface LiveRun {
  readonly controller: AbortController;
  readonly events: RecordedEvent[];
  /** Rejects when the run threw instead of ending. */
  readonly ended: Promise<Run>;
  isOver: boolean;
  /** Wakes whoever waits for the next event. */
  wake: PromiseWithResolvers<void>;
}

/** Ended runs whose followers may still be reading. */
const KEPT_WHEN_OVER = 8;

/** What is done when a run that had begun is over, or waits; it never throws. */
export type AfterRun = (id: RunId) => Promise<void>;

export type RunWork = (id: RunId, onEvent: (event: RunEvent) => void, signal: AbortSignal) => Promise<Run>;

export class LiveRuns {
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #afterRun: () => Promise<void>;
  readonly #whenOver: AfterRun;
  readonly #runs = new Map<RunId, LiveRun>();
  #afterwards: Promise<void> = Promise.resolve();

  /**
   * `afterRun` must not throw; `close` waits for it, whoever follows a run does not. They wait for `whenOver`, which must
   * not throw either.
   */
  constructor(
    clock: Clock,
    newId: () => string,
    afterRun: () => Promise<void> = async () => {},
    whenOver: AfterRun = async () => {},
  ) {
    this.#clock = clock;
    this.#newId = newId;
    this.#afterRun = afterRun;
    this.#whenOver = whenOver;
  }

  /**
   * Returns when the run has begun (its first event) or is over; rejects when it could not begin, such as when the
   * policy is already running. `known`: a run that goes on, as after an approval, with its events so far.
   * `whenOver`: instead of what is usually done when a run is over.
   */
  async start(
    work: RunWork,
    known?: { readonly id: RunId; readonly events: readonly RecordedEvent[] },
    whenOver: AfterRun = this.#whenOver,
  ): Promise<RunId> {
    const id = known?.id ?? runId(this.#newId());
    const controller = new AbortController();
    const begun = Promise.withResolvers<void>();
    const events: RecordedEvent[] = [...(known?.events ?? [])];
    const wakeAll = () => {
      const { wake } = live;
      live.wake = Promise.withResolvers();
      wake.resolve();
    };
    let hasBegun = false;
    const onEvent = (event: RunEvent) => {
      hasBegun = true;
      events.push({ ...event, at: this.#clock.now().toISOString() });
      begun.resolve();
      wakeAll();
    };
    const live: LiveRun = {
      controller,
      events,
      ended: Promise.resolve().then(async () => {
        try {
          return await work(id, onEvent, controller.signal);
        } finally {
          if (hasBegun) await whenOver(id);
        }
      }),
      isOver: false,
      wake: Promise.withResolvers(),
    };
    this.#runs.set(id, live);
    const over = () => {
      live.isOver = true;
      wakeAll();
      this.#dropOldest();
      this.#afterwards = this.#afterwards.then(this.#afterRun);
    };
    live.ended.then(over, over);
    try {
      await Promise.race([begun.promise, live.ended]);
    } catch (thrown) {
      this.#runs.delete(id);
      throw thrown;
    }
    return id;
  }

  /** A process that runs for months must not keep every event: who asks later reads the store. */
  #dropOldest(): void {
    const over = [...this.#runs].filter(([, live]) => live.isOver);
    for (const [id] of over.slice(0, -KEPT_WHEN_OVER)) this.#runs.delete(id);
  }

  isRunning(id: RunId): boolean {
    return this.#runs.get(id)?.isOver === false;
  }

  has(id: RunId): boolean {
    return this.#runs.has(id);
  }

  /** From the first event on, until the run is over; then rejects if the run threw. */
  async *follow(id: RunId, signal?: AbortSignal): AsyncGenerator<RecordedEvent> {
    const live = this.#runs.get(id);
    if (live === undefined) return;
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      for (let next = 0; signal?.aborted !== true; ) {
        const wake = live.wake.promise;
        const event = live.events[next];
        if (event !== undefined) {
          next += 1;
          yield event;
        } else if (live.isOver) {
          await live.ended;
          return;
        } else await Promise.race([wake, stopped.promise]);
      }
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Asks the run to end and waits until it has. */
  async cancel(id: RunId): Promise<void> {
    const live = this.#runs.get(id);
    if (live === undefined || live.isOver) return;
    live.controller.abort(new Failure('cancelled'));
    await live.ended.catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#runs.keys()].map((id) => this.cancel(id)));
    await this.#afterwards;
  }
}
