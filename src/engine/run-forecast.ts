// What is still to do in one run, kept up with its events, and the forecast that follows from it (core/forecast.ts).

import {
  addRanges,
  beginCorrection,
  type Capacity,
  type Correction,
  correct,
  type Measure,
  NOTHING_LEFT,
  PACE_OF_LIMITS,
  type Pace,
  type PhotoExpectation,
  paceNow,
  paceOf,
  photoForecast,
  photosOf,
  photoWork,
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
  /** Of them who has a photo, in the newest that wrote photos. */
  readonly photoShare: number | undefined;
  readonly reading: DurationRange | undefined;
  readonly planning: Pace | undefined;
  readonly writing: Pace | undefined;
}

export const NO_EXPERIENCE: Experience = {
  people: undefined,
  photoShare: undefined,
  reading: undefined,
  planning: undefined,
  writing: undefined,
};

/** For each phase: more would be slower to read, and older than what the service is like now. */
const RUNS_TO_LEARN_FROM = 3;
/** Whoever runs a policy every night may go for weeks without a change. */
const RUNS_TO_LOOK_AT = 60;

export async function learnFromRuns(
  runs: Pick<RunStore, 'list' | 'readEvents'>,
  policyId: PolicyId,
  capacity: Capacity,
): Promise<Experience> {
  const states = ['finished', 'finishedWithErrors'] as const;
  const finished = await runs.list({ policyId, states, limit: RUNS_TO_LOOK_AT });
  const telling = finished.filter(({ kind, undoes }) => kind === 'run' || (kind === 'test' && !undoes));
  let people: number | undefined;
  let photoShare: number | undefined;
  const readings: number[] = [];
  const plannings: Measure[] = [];
  const writings: Measure[] = [];
  const wants = (list: readonly unknown[]) => list.length < RUNS_TO_LEARN_FROM;
  for (const { id, kind } of telling) {
    const mayHaveWritten = wants(writings) && kind === 'run';
    if (!wants(writings) && !wants(plannings)) break;
    if (!wants(plannings)) {
      // Those without anything to write are many, and cheap to pass over.
      if (!mayHaveWritten || (await runs.readEvents(id, ['mailbox.applied'])).length === 0) continue;
    }
    const { reading, planning, writing, ...run } = measureRun(
      await runs.readEvents(id, EVENTS_OF_MEASURE),
      capacity,
    );
    people ??= run.people;
    photoShare ??= run.photoShare;
    if (reading !== undefined && wants(readings)) readings.push(reading);
    if (planning !== undefined && planning.work > 0 && wants(plannings)) plannings.push(planning);
    if (writing !== undefined && writing.work > 0 && wants(writings)) writings.push(writing);
  }
  return {
    people,
    photoShare,
    reading:
      readings.length === 0
        ? undefined
        : {
            low: Math.min(...readings),
            expected: readings.reduce((sum, one) => sum + one, 0) / readings.length,
            high: Math.max(...readings),
          },
    planning: paceOf(plannings),
    writing: paceOf(writings),
  };
}

/** Earlier runs are the basis of a forecast when they knew every phase that is still to come. */
export function basisOf(
  experience: Experience,
  toCome: { readonly planning: boolean; readonly writing: boolean },
): Forecast['basis'] {
  const isKnown = (phase: 'planning' | 'writing') => !toCome[phase] || experience[phase] !== undefined;
  return isKnown('planning') && isKnown('writing') ? 'earlierRuns' : 'limits';
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
  /** By id: one that fails after it was planned, or is tried twice, is told twice. */
  readonly #looked = new Set<MailboxId>();
  /** What earlier phases of this run took, in seconds. */
  #read: number | undefined;
  #planned: number | undefined;
  readonly #writesLeft = new Map<MailboxId, number>();
  #photos: PhotoExpectation | undefined;
  readonly #photosLeft = new Map<MailboxId, number>();
  #written = 0;
  #waitingUntil = 0;
  #correction: Correction | undefined;
  #last = { at: 0, work: 0 };

  /** `photoMegabytes`: of photos for one mailbox; undefined: the run writes none. */
  constructor(capacity: Capacity, experience: Experience, startedAt: number, photoMegabytes?: number) {
    this.#capacity = capacity;
    this.#experience = experience;
    if (photoMegabytes !== undefined)
      this.#photos = { share: experience.photoShare, megabytes: photoMegabytes };
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
    for (const [id, writes] of expectedWrites) {
      this.#writesLeft.set(id, writes);
      this.#expectPhotos(id, Math.min(people, writes));
    }
    this.#begin('planning', now);
  }

  #expectPhotos(id: MailboxId, newContacts: number): void {
    if (this.#photos !== undefined) this.#photosLeft.set(id, photosOf(newContacts, this.#photos));
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
      case 'source.read':
        // What this reading saw is better than what the last run found.
        if (this.#photos !== undefined && event.pictured !== undefined && event.selected > 0)
          this.#photos = { ...this.#photos, share: event.pictured / event.selected };
        return;
      case 'mailbox.planned':
        this.#looked.add(event.mailboxId);
        this.#writesLeft.set(event.mailboxId, writesIn(event.counts));
        this.#expectPhotos(event.mailboxId, event.purpose === 'fill' ? event.counts.create : 0);
        return;
      case 'mailbox.failed':
      case 'mailbox.skipped':
        if (event.phase === 'planning' && this.#writesLeft.has(event.mailboxId))
          this.#looked.add(event.mailboxId);
        this.#writesLeft.delete(event.mailboxId);
        this.#photosLeft.delete(event.mailboxId);
        return;
      case 'photos.written':
        this.#photosLeft.clear();
        return;
      case 'mailbox.applied': {
        // A try is over, but not the mailbox when much is left: it is tried again, or told to have failed.
        const left = (this.#writesLeft.get(event.mailboxId) ?? 0) - event.counts.failed;
        if (left > 1) this.#writesLeft.set(event.mailboxId, left);
        else this.#writesLeft.delete(event.mailboxId);
        return;
      }
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

  /** Of one mailbox, whether there were any or not. */
  photosDone(mailboxId: MailboxId): void {
    this.#photosLeft.delete(mailboxId);
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
    const total = addRanges(planning ?? NOTHING_LEFT, isTest ? NOTHING_LEFT : writing.all);
    return {
      basis: this.#basis({
        planning: planning !== undefined && this.#lookLeft() > 0,
        writing: !isTest && writing.writes > 0,
      }),
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
      ...writing.withPhotos,
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
    const isAllKnown = writing.writes === 0 && planning !== undefined;
    return {
      basis: isAllKnown ? 'thisRun' : basisOf(this.#experience, { planning: false, writing: true }),
      reading,
      planning,
      writing: writing.range,
      total: addRanges(reading ?? NOTHING_LEFT, planning ?? NOTHING_LEFT, writing.all),
      requests: writing.requests + planningRequests(this.#mailboxes),
      writes: writing.writes,
      ...writing.withPhotos,
    };
  }

  /** For a plan that waits at the brake. */
  afterApproval(now: number): Forecast {
    this.#endPlanning(now);
    const writing = this.#writing();
    return {
      basis: basisOf(this.#experience, { planning: false, writing: true }),
      reading: undefined,
      planning: undefined,
      writing: writing.range,
      total: writing.all,
      requests: writing.requests,
      writes: writing.writes,
      ...writing.withPhotos,
    };
  }

  #writing() {
    const work = writingWork(this.#writesLeft.values());
    const pace = this.#paceOf('writing');
    const range = writingForecast(work, this.#capacity, pace);
    const share = this.#photos?.share;
    const photos = photoForecast([...this.#photosLeft.values()], { share }, this.#capacity, pace);
    return {
      range,
      all: addRanges(range, photos?.writing ?? NOTHING_LEFT),
      writes: work.writes,
      requests: work.requests + (photos?.requests ?? 0),
      withPhotos: photos === undefined ? {} : { photos },
    };
  }

  #planning(): DurationRange {
    return planningForecast(this.#planningWorkLeft(), this.#paceOf('planning'));
  }

  #lookLeft(): number {
    return Math.max(0, this.#mailboxes - this.#looked.size);
  }

  #planningWorkLeft(): number {
    if (this.#mailboxes === 0) return 0;
    const whole = planningWork(this.#mailboxes, this.#people, this.#capacity);
    return (whole * this.#lookLeft()) / this.#mailboxes;
  }

  #workLeft(): number {
    return this.#phase === 'writing'
      ? writingSeconds(writingWork(this.#writesLeft.values()), this.#capacity) +
          writingSeconds(photoWork(this.#photosLeft.values()), this.#capacity)
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

  #basis(toCome: Parameters<typeof basisOf>[1]): Forecast['basis'] {
    const { seen, priorWork } = this.#correction ?? { seen: { work: 0 }, priorWork: 1 };
    if (seen.work > priorWork) return 'thisRun';
    return basisOf(this.#experience, toCome);
  }
}
