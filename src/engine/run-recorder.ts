// Keeps a run's events and state in the store, in order, and passes every event on to whoever watches.

import { asFailure, type Failure } from '../model/failure.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { Run, RunEvent, RunState } from '../model/run.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunStore } from '../ports/run-store.ts';

export class RunRecorder {
  readonly #runs: RunStore;
  readonly #clock: Clock;
  readonly #onEvent: ((event: RunEvent) => void) | undefined;
  #run: Run;

  constructor(runs: RunStore, clock: Clock, run: Run, onEvent?: (event: RunEvent) => void) {
    this.#runs = runs;
    this.#clock = clock;
    this.#run = run;
    this.#onEvent = onEvent;
  }

  get run(): Run {
    return this.#run;
  }

  async start(revision: PolicyRevision): Promise<void> {
    await this.#runs.create(this.#run, revision);
    const { kind, policyName, policyRevision } = this.#run;
    await this.emit({ type: 'run.started', kind, policyName, policyRevision });
  }

  async emit(event: RunEvent): Promise<void> {
    await this.#runs.append(this.#run.id, [event], this.#clock.now().toISOString());
    this.#onEvent?.(event);
  }

  async enter(state: RunState): Promise<void> {
    this.#run = { ...this.#run, state };
    await this.#runs.setState(this.#run.id, state);
  }

  async end(state: RunState, failure?: Failure): Promise<Run> {
    const endedAt = this.#clock.now().toISOString();
    await this.emit({ type: 'run.ended', state, failure: failure?.toRecord() });
    this.#run = { ...this.#run, state, endedAt };
    await this.#runs.setState(this.#run.id, state, endedAt);
    return this.#run;
  }

  /** Ends the run for whatever was thrown: an abort means cancelled, everything else failed. */
  async endWith(thrown: unknown, signal: AbortSignal): Promise<Run> {
    const failure = asFailure(thrown);
    return failure.code === 'cancelled' || signal.aborted
      ? this.end('cancelled', failure.code === 'cancelled' ? failure : undefined)
      : this.end('failed', failure);
  }
}
