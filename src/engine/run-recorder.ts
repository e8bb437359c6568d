// Keeps a run's events and state in the store, in order, and passes every event on to whoever watches. Where the run
// stands is also when its forecast is made, and corrected now and then.

import type { Capacity } from '../core/forecast.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { MailboxId } from '../model/ids.ts';
import type { Policy, PolicyRevision } from '../model/policy.ts';
import type { Forecast, RecordedEvent, Run, RunEvent, RunState } from '../model/run.ts';
import { learnFromRuns, NO_EXPERIENCE, RunForecast } from './run-forecast.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';
import { type LeftAlone, watchTraffic, withLeftAlone } from './traffic-watch.ts';

type RecorderPorts = Pick<RunPorts, 'runs' | 'clock' | 'log' | 'traffic'>;
type Occasion = Extract<RunEvent, { type: 'forecast.made' }>['occasion'];

export class RunRecorder {
  readonly #ports: RecorderPorts;
  readonly #onEvent: ((event: RunEvent) => void) | undefined;
  readonly #capacity: Capacity;
  #run: Run;
  #forecast: RunForecast;
  #endWatch: (() => Promise<void>) | undefined;
  #leftAlone: LeftAlone | undefined;

  constructor(
    ports: RecorderPorts,
    run: Run,
    onEvent?: (event: RunEvent) => void,
    concurrency: number = DEFAULT_CONCURRENCY,
  ) {
    this.#ports = ports;
    this.#run = run;
    this.#onEvent = onEvent;
    this.#capacity = { mailboxesAtOnce: concurrency };
    this.#forecast = new RunForecast(this.#capacity, NO_EXPERIENCE, this.#now());
  }

  get run(): Run {
    return this.#run;
  }

  async start(revision: PolicyRevision): Promise<void> {
    await this.#ports.runs.create(this.#run, revision);
    await this.#learn(revision.policy);
    const { kind, policyName, policyRevision } = this.#run;
    await this.emit({ type: 'run.started', kind, policyName, policyRevision });
  }

  /** A run that waited goes on: what it planned is still to be written. */
  async resume(events: readonly RecordedEvent[], policy: Policy): Promise<void> {
    await this.#learn(policy);
    for (const event of events) this.#forecast.observe(event);
  }

  async #learn({ contact }: Policy): Promise<void> {
    const { policyId, kind, undoes } = this.#run;
    const experience = await learnFromRuns(this.#ports.runs, policyId, this.#capacity);
    const writesPhotos = contact.photo && undoes === undefined && (kind === 'run' || kind === 'test');
    const megabytes = writesPhotos ? contact.photoMegabytes : undefined;
    this.#forecast = new RunForecast(this.#capacity, experience, this.#now(), megabytes);
  }

  async emit(event: RunEvent): Promise<void> {
    if (event.type === 'brake.engaged' && this.#run.kind !== 'test')
      await this.#foretell('writing', this.#forecast.afterApproval(this.#now()));
    await this.#append(event);
    this.#forecast.observe(event);
    await this.#correctForecast();
  }

  async #append(event: RunEvent): Promise<void> {
    await this.#ports.runs.append(this.#run.id, [event], this.#ports.clock.now().toISOString());
    this.#onEvent?.(event);
  }

  /** Before planning: how many people every mailbox may get, and how many writes to expect in each. */
  async foretell(people: number, expectedWrites: ReadonlyMap<MailboxId, number>): Promise<void> {
    this.#forecast.beginPlanning(people, expectedWrites, this.#now());
    await this.#foretell('planning', this.#rest());
  }

  /** Contacts written in a mailbox that is not done yet. */
  async wrote(mailboxId: MailboxId, contacts: number): Promise<void> {
    this.#forecast.wrote(mailboxId, contacts);
    await this.#correctForecast();
  }

  /** The photos of one mailbox were dealt with. */
  async photosDone(mailboxId: MailboxId): Promise<void> {
    this.#forecast.photosDone(mailboxId);
    await this.#correctForecast();
  }

  /** Mailboxes that are not tried again before then, because the service wants it; undefined: they are tried now. */
  async leaveAlone(leftAlone: LeftAlone | undefined): Promise<void> {
    this.#leftAlone = leftAlone;
    // The watch says it, together with the waiting it knows of itself.
    if (this.#endWatch !== undefined) return;
    await this.emit(
      leftAlone === undefined
        ? { type: 'run.resumed' }
        : { type: 'run.throttled', waitingUntil: leftAlone.until, mailboxesWaiting: leftAlone.mailboxes },
    );
  }

  async #correctForecast(): Promise<void> {
    const now = this.#now();
    if (!this.#forecast.isCorrectionDue(now)) return;
    this.#forecast.correct(now);
    await this.#foretell('correction', this.#rest());
  }

  async #foretell(occasion: Occasion, forecast: Forecast): Promise<void> {
    await this.#append({ type: 'forecast.made', occasion, forecast, written: this.#forecast.written });
  }

  #rest(): Forecast {
    return this.#forecast.rest(this.#now(), this.#run.kind === 'test');
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }

  async enter(state: RunState): Promise<void> {
    this.#run = { ...this.#run, state };
    await this.#ports.runs.setState(this.#run.id, state);
    if (state !== 'applying') return;
    this.#forecast.beginWriting(this.#now());
    await this.#foretell('writing', this.#rest());
  }

  async end(state: RunState, failure?: Failure): Promise<Run> {
    await this.#endWatch?.();
    if (this.#run.kind === 'test' && (state === 'finished' || state === 'finishedWithErrors'))
      await this.#foretell('realRun', this.#forecast.realRun(this.#now()));
    const endedAt = this.#ports.clock.now().toISOString();
    await this.#append({ type: 'run.ended', state, failure: failure?.toRecord() });
    this.#run = { ...this.#run, state, endedAt };
    await this.#ports.runs.setState(this.#run.id, state, endedAt);
    return this.#run;
  }

  /** The work of the run; whatever it throws ends the run: an abort as cancelled, everything else as failed. */
  async carryOut(signal: AbortSignal, work: () => Promise<Run>): Promise<Run> {
    const { traffic, clock } = this.#ports;
    if (traffic !== undefined) {
      this.#endWatch = watchTraffic(
        { traffic: { state: () => withLeftAlone(traffic.state(), this.#leftAlone) }, clock },
        (event) => this.emit(event),
        () => this.#correctForecast(),
      );
    }
    try {
      return await work();
    } catch (thrown) {
      this.#ports.log.warn('run stopped', { runId: this.#run.id, kind: this.#run.kind, error: thrown });
      return await this.#endWith(thrown, signal);
    } finally {
      // Also of a run that now waits for an approval.
      await this.#endWatch?.();
    }
  }

  async #endWith(thrown: unknown, signal: AbortSignal): Promise<Run> {
    const failure = asFailure(thrown);
    if (failure.code !== 'cancelled' && !signal.aborted) return this.end('failed', failure);
    // Why it was ended, such as by the longest duration of its schedule, is what a person wants to read.
    const told = [signal.reason, failure].find(isCancelling);
    return this.end('cancelled', told);
  }
}

const isCancelling = (reason: unknown): reason is Failure =>
  reason instanceof Failure && reason.code === 'cancelled';
