// Keeps a run's events and state in the store, in order, and passes every event on to whoever watches.

import { asFailure, type Failure } from '../model/failure.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { Run, RunEvent, RunState } from '../model/run.ts';
import type { RunPorts } from './run-ports.ts';

type RecorderPorts = Pick<RunPorts, 'runs' | 'clock' | 'log'>;

export class RunRecorder {
  readonly #ports: RecorderPorts;
  readonly #onEvent: ((event: RunEvent) => void) | undefined;
  #run: Run;

  constructor(ports: RecorderPorts, run: Run, onEvent?: (event: RunEvent) => void) {
    this.#ports = ports;
    this.#run = run;
    this.#onEvent = onEvent;
  }

  get run(): Run {
    return this.#run;
  }

  async start(revision: PolicyRevision): Promise<void> {
    await this.#ports.runs.create(this.#run, revision);
    const { kind, policyName, policyRevision } = this.#run;
    await this.emit({ type: 'run.started', kind, policyName, policyRevision });
  }

  async emit(event: RunEvent): Promise<void> {
    await this.#ports.runs.append(this.#run.id, [event], this.#ports.clock.now().toISOString());
    this.#onEvent?.(event);
  }

  async enter(state: RunState): Promise<void> {
    this.#run = { ...this.#run, state };
    await this.#ports.runs.setState(this.#run.id, state);
  }

  async end(state: RunState, failure?: Failure): Promise<Run> {
    const endedAt = this.#ports.clock.now().toISOString();
    await this.emit({ type: 'run.ended', state, failure: failure?.toRecord() });
    this.#run = { ...this.#run, state, endedAt };
    await this.#ports.runs.setState(this.#run.id, state, endedAt);
    return this.#run;
  }

  /** The work of the run; whatever it throws ends the run: an abort as cancelled, everything else as failed. */
  async carryOut(signal: AbortSignal, work: () => Promise<Run>): Promise<Run> {
    try {
      return await work();
    } catch (thrown) {
      this.#ports.log.warn('run stopped', { runId: this.#run.id, kind: this.#run.kind, error: thrown });
      return this.#endWith(thrown, signal);
    }
  }

  async #endWith(thrown: unknown, signal: AbortSignal): Promise<Run> {
    const failure = asFailure(thrown);
    return failure.code === 'cancelled' || signal.aborted
      ? this.end('cancelled', failure.code === 'cancelled' ? failure : undefined)
      : this.end('failed', failure);
  }
}
