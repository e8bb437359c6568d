// What is still to do in one run, kept up with its events, and the forecast that follows from it (core/forecast.ts).

import {
  addRanges,
  beginCorrection,
  type Capacity,
  type Correction,
  correct,
  NOTHING_LEFT,
  PACE_OF_LIMITS,
  type Pace,
  paceNow,
  paceOf,
  planningForecast,
  planningRequests,
  planningWork,
  writingForecast,
  writingSeconds,
  writingWork,
} from '../core/forecast.ts';
import { EVENTS_OF_MEASURE, measureRun, writesIn } from '../core/run-times.ts';
import type { MailboxId, PolicyId } from '../model/ids.ts';
import type { DurationRange, Forecast, RunEvent } from '../model/run.ts';
import type { RunStore } from '../ports/run-store.ts';

/** What earlier runs of the policy teach. */
export interface Experience {
  /** How many the newest of them selected. */
  readonly people: number | undefined;
  readonly reading: DurationRange | undefined;
  readonly planning: Pace | undefined;
  readonly writing: Pace | undefined;
}

export const NO_EXPERIENCE: Experience = {
  people: undefined,
  reading: undefined,
  planning: undefined,
  writing: undefined,
};

/** More would be slower to read, and older than what the service is like now. */
const RUNS_TO_LEARN_FROM = 3;

export async function learnFromRuns(
  runs: Pick<RunStore, 'list' | 'readEvents'>,
  policyId: PolicyId,
  capacity: Capacity,
): Promise<Experience> {
  const finished = await runs.list({ policyId, states: ['finished', 'finishedWithErrors'], limit: 20 });
  const telling = finished.filter(({ kind, undoes }) => kind === 'run' || (kind === 'test' && !undoes));
  const measured = [];
  for (const { id } of telling.slice(0, RUNS_TO_LEARN_FROM))
    measured.push(measureRun(await runs.readEvents(id, EVENTS_OF_MEASURE), capacity));
  const readings = measured.flatMap(({ reading }) => reading ?? []);
  return {
    people: measured[0]?.people,
    reading:
      readings.length === 0
        ? undefined
        : {
            low: Math.min(...readings),
            expected: readings.reduce((sum, one) => sum + one, 0) / readings.length,
            high: Math.max(...readings),
          },
    planning: paceOf(measured.flatMap(({ planning }) => planning ?? [])),
    writing: paceOf(measured.flatMap(({ writing }) => writing ?? [])),
  };
}

/** Seconds between two corrections, and at least this share of the time that the phase has taken. */
const CORRECT_EVERY = 2;
const CORRECT_EVERY_SHARE = 0.01;

export class RunForecast {
  readonly #capacity: Capacity;
  readonly #experience: Experience;
  #phase: 'reading' | 'planning' | 'planned' | 'writing' = 'reading';
  /** Milliseconds, as all moments here. */
  #phaseSince = 0;
  #people = 0;
  #mailboxes = 0;
  #looked = 0;
  /** What earlier phases of this run took, in seconds. */
  #read: number | undefined;
  #planned: number | undefined;
  readonly #writesLeft = new Map<MailboxId, number>();
  #written = 0;
  #waitingUntil = 0;
  #correction: Correction | undefined;
  #last = { at: 0, work: 0 };

  constructor(capacity: Capacity, experience: Experience, startedAt: number) {
    this.#capacity = capacity;
    this.#experience = experience;
    this.#phaseSince = startedAt;
  }

  get written(): number {
    return this.#written;
  }

  /** Before planning: how many people every mailbox may get, and how many writes to expect in each. */
  beginPlanning(people: number, expectedWrites: ReadonlyMap<MailboxId, number>, now: number): void {
    this.#read = (now - this.#phaseSince) / 1000;
    this.#people = people;
    this.#mailboxes = expectedWrites.size;
    for (const [id, writes] of expectedWrites) this.#writesLeft.set(id, writes);
    this.#begin('planning', now);
  }

  beginWriting(now: number): void {
    this.#endPlanning(now);
    this.#begin('writing', now);
  }

  /** The plans are known: the rest is writing, whether it follows at once or waits for an approval. */
  #endPlanning(now: number): void {
    if (this.#phase !== 'planning') return;
    this.#planned = (now - this.#phaseSince) / 1000;
    this.#phase = 'planned';
  }

  #begin(phase: 'planning' | 'writing', now: number): void {
    this.#phase = phase;
    this.#phaseSince = now;
    const work = this.#workLeft();
    this.#correction = beginCorrection(this.#priorOf(phase), work);
    this.#last = { at: now, work };
  }

  observe(event: RunEvent): void {
    switch (event.type) {
      case 'mailbox.planned':
        this.#looked += 1;
        this.#writesLeft.set(event.mailboxId, writesIn(event.counts));
        return;
      case 'mailbox.failed':
      case 'mailbox.skipped':
        if (event.phase === 'planning' && this.#writesLeft.has(event.mailboxId)) this.#looked += 1;
        this.#writesLeft.delete(event.mailboxId);
        return;
      case 'mailbox.applied':
        this.#writesLeft.delete(event.mailboxId);
        return;
      case 'run.throttled':
        this.#waitingUntil = Date.parse(event.waitingUntil);
        return;
      case 'run.resumed':
        this.#waitingUntil = 0;
        return;
      default:
    }
  }

  wrote(mailboxId: MailboxId, contacts: number): void {
    this.#written += contacts;
    const left = this.#writesLeft.get(mailboxId);
    // One that is left is the end of the mailbox, which its event tells.
    if (left !== undefined) this.#writesLeft.set(mailboxId, Math.max(1, left - contacts));
  }

  /** Whether it is time to say it again; not more often in a long run than somebody wants to store and read. */
  isCorrectionDue(now: number): boolean {
    if (this.#phase === 'reading' || this.#phase === 'planned') return false;
    const since = (now - this.#last.at) / 1000;
    const taken = (now - this.#phaseSince) / 1000;
    return since >= Math.max(CORRECT_EVERY, taken * CORRECT_EVERY_SHARE);
  }

  /** Takes into account what was done since the last time. */
  correct(now: number): void {
    if (this.#correction === undefined) return;
    const work = this.#workLeft();
    const step = { seconds: (now - this.#last.at) / 1000, work: this.#last.work - work };
    this.#correction = correct(this.#correction, step);
    this.#last = { at: now, work };
  }

  /** What is still to come in this run; a test run ends with its planning, and the writing is told beside it. */
  rest(now: number, isTest: boolean): Forecast {
    const writing = this.#writing();
    const planning = this.#phase === 'planning' ? this.#planning() : undefined;
    const wait = Math.max(0, (this.#waitingUntil - now) / 1000);
    const total = addRanges(planning ?? NOTHING_LEFT, isTest ? NOTHING_LEFT : writing.range);
    return {
      basis: this.#basis(),
      reading: undefined,
      planning,
      writing: writing.range,
      total: {
        low: Math.max(wait, total.low),
        expected: Math.max(wait, total.expected),
        high: Math.max(wait, total.high),
      },
      requests: writing.requests + (planning === undefined ? 0 : planningRequests(this.#lookLeft())),
      writes: writing.writes,
    };
  }

  /** For a test run: the run it stands for reads and plans as it did, and then writes. */
  realRun(now: number): Forecast {
    this.#endPlanning(now);
    const writing = this.#writing();
    const alike = (seconds: number | undefined): DurationRange | undefined =>
      seconds === undefined ? undefined : { low: seconds * 0.8, expected: seconds, high: seconds * 1.25 };
    const reading = alike(this.#read);
    const planning = alike(this.#planned);
    return {
      basis: this.#experience.writing === undefined ? 'limits' : 'earlierRuns',
      reading,
      planning,
      writing: writing.range,
      total: addRanges(reading ?? NOTHING_LEFT, planning ?? NOTHING_LEFT, writing.range),
      requests: writing.requests + planningRequests(this.#mailboxes),
      writes: writing.writes,
    };
  }

  /** For a plan that waits at the brake. */
  afterApproval(now: number): Forecast {
    this.#endPlanning(now);
    const writing = this.#writing();
    return {
      basis: this.#experience.writing === undefined ? 'limits' : 'earlierRuns',
      reading: undefined,
      planning: undefined,
      writing: writing.range,
      total: writing.range,
      requests: writing.requests,
      writes: writing.writes,
    };
  }

  #writing() {
    const work = writingWork(this.#writesLeft.values());
    return { ...work, range: writingForecast(work, this.#capacity, this.#paceOf('writing')) };
  }

  #planning(): DurationRange {
    return planningForecast(this.#planningWorkLeft(), this.#paceOf('planning'));
  }

  #lookLeft(): number {
    return Math.max(0, this.#mailboxes - this.#looked);
  }

  #planningWorkLeft(): number {
    if (this.#mailboxes === 0) return 0;
    const whole = planningWork(this.#mailboxes, this.#people, this.#capacity);
    return (whole * this.#lookLeft()) / this.#mailboxes;
  }

  #workLeft(): number {
    return this.#phase === 'writing'
      ? writingSeconds(writingWork(this.#writesLeft.values()), this.#capacity)
      : this.#planningWorkLeft();
  }

  #paceOf(phase: 'planning' | 'writing'): Pace {
    return phase === this.#phase && this.#correction !== undefined
      ? paceNow(this.#correction)
      : this.#priorOf(phase);
  }

  #priorOf(phase: 'planning' | 'writing'): Pace {
    return this.#experience[phase] ?? PACE_OF_LIMITS;
  }

  #basis(): Forecast['basis'] {
    const { seen, priorWork } = this.#correction ?? { seen: { work: 0 }, priorWork: 1 };
    if (seen.work > priorWork) return 'thisRun';
    return this.#experience.writing === undefined ? 'limits' : 'earlierRuns';
  }
}
