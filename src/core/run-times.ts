// Events with their times -> what a run took, what was foretold, how long it waited at the service's wish; and what
// finished runs teach the forecast of the next one.

import type { MailboxId } from '../model/ids.ts';
import type { PlanCounts } from '../model/plan.ts';
import type { DurationRange, RecordedEvent, Run, RunTimes } from '../model/run.ts';
import {
  type Capacity,
  type Measure,
  photoWork,
  planningWork,
  writingSeconds,
  writingWork,
} from './forecast.ts';

type Dated<Type extends RecordedEvent['type']> = Extract<RecordedEvent, { type: Type }>;

const secondsBetween = (from: string, to: string): number =>
  Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

function first<Type extends RecordedEvent['type']>(
  events: readonly RecordedEvent[],
  ...types: readonly Type[]
): Dated<Type> | undefined {
  return events.find((event): event is Dated<Type> => types.some((type) => type === event.type));
}

export const writesIn = (counts: PlanCounts): number =>
  counts.create + counts.update + counts.delete + counts.handOver + counts.adopt;

/** What `runTimes` looks at. */
export const EVENTS_OF_TIMES: readonly RecordedEvent['type'][] = [
  'forecast.made',
  'brake.engaged',
  'brake.released',
  'run.throttled',
  'run.resumed',
  'run.ended',
];

export function runTimes(run: Run, events: readonly RecordedEvent[]): RunTimes {
  const forecasts = events.filter((event): event is Dated<'forecast.made'> => event.type === 'forecast.made');
  const whole = (forecast: Dated<'forecast.made'> | undefined): DurationRange | undefined => {
    if (forecast === undefined) return undefined;
    const { low, expected, high } = forecast.forecast.total;
    const before = worked(run, events, forecast.at);
    return { low: before + low, expected: before + expected, high: before + high };
  };
  const inTime = (occasion: Dated<'forecast.made'>['occasion']) =>
    forecasts.find((event) => event.occasion === occasion);
  const latest = forecasts.at(-1);
  return {
    took: run.endedAt === undefined ? undefined : worked(run, events, run.endedAt),
    foretold: whole(inTime('writing') ?? inTime('planning')),
    forecast: latest === undefined ? undefined : { ...latest.forecast, at: latest.at },
    ...waits(events, run.endedAt),
  };
}

/** Seconds from the start to a moment, without the time in which the run waited for an approval. */
function worked(run: Run, events: readonly RecordedEvent[], until: string): number {
  const engaged = first(events, 'brake.engaged');
  if (engaged === undefined || engaged.at >= until) return secondsBetween(run.startedAt, until);
  // A test run shows the brake and ends.
  if (run.kind === 'test') return secondsBetween(run.startedAt, until);
  const released = first(events, 'brake.released');
  const before = secondsBetween(run.startedAt, engaged.at);
  return released === undefined ? before : before + secondsBetween(released.at, until);
}

type Waits = Pick<RunTimes, 'waits' | 'waited' | 'waitingUntil' | 'mailboxesWaiting'>;

function waits(events: readonly RecordedEvent[], endedAt: string | undefined): Waits {
  let [times, waited] = [0, 0];
  let since: string | undefined;
  let now: Dated<'run.throttled'> | undefined;
  for (const event of events) {
    if (event.type === 'run.throttled') {
      if (since === undefined) times += 1;
      since ??= event.at;
      now = event;
    } else if (event.type === 'run.resumed' || event.type === 'run.ended') {
      // That it goes on is noticed a little later than it does.
      const until = now !== undefined && now.waitingUntil < event.at ? now.waitingUntil : event.at;
      if (since !== undefined) waited += secondsBetween(since, until);
      since = undefined;
      now = undefined;
    }
  }
  // Whose process died while it waited.
  if (endedAt !== undefined) now = undefined;
  return {
    waits: times,
    waited,
    waitingUntil: now?.waitingUntil,
    mailboxesWaiting: now?.mailboxesWaiting ?? 0,
  };
}

export interface MeasuredRun {
  readonly people: number | undefined;
  /** Of them who has a photo. */
  readonly photoShare: number | undefined;
  /** Seconds. */
  readonly reading: number | undefined;
  readonly planning: Measure | undefined;
  readonly writing: Measure | undefined;
}

/** What `measureRun` looks at. */
export const EVENTS_OF_MEASURE: readonly RecordedEvent['type'][] = [
  'run.started',
  'source.read',
  'mailboxes.read',
  'mailbox.planned',
  'brake.engaged',
  'brake.released',
  'photos.written',
  'run.ended',
];

/** What a finished run took, phase by phase, beside the work it was. */
export function measureRun(events: readonly RecordedEvent[], capacity: Capacity): MeasuredRun {
  const started = first(events, 'run.started');
  const source = first(events, 'source.read');
  const read = first(events, 'mailboxes.read');
  const ended = first(events, 'run.ended');
  const released = first(events, 'brake.released');
  const planned = first(events, 'brake.engaged', 'brake.released', 'run.ended');
  const photos = first(events, 'photos.written');
  const writes = [...plannedWrites(events).values()];
  return {
    people: source?.selected,
    photoShare: photos === undefined || !source?.selected ? undefined : photos.people / source.selected,
    reading: started === undefined || read === undefined ? undefined : secondsBetween(started.at, read.at),
    planning:
      source === undefined || read === undefined || planned === undefined
        ? undefined
        : {
            seconds: secondsBetween(read.at, planned.at),
            work: planningWork(read.targets + read.leaving, source.selected, capacity),
          },
    writing:
      released === undefined || ended === undefined
        ? undefined
        : {
            seconds: secondsBetween(released.at, ended.at),
            // Which mailbox got how many photos is not told.
            work:
              writingSeconds(writingWork(writes), capacity) +
              writingSeconds(photoWork(writes.map(() => (photos?.written ?? 0) / writes.length)), capacity),
          },
  };
}

/** Of each mailbox. */
export function plannedWrites(events: readonly RecordedEvent[]): ReadonlyMap<MailboxId, number> {
  return new Map(
    events.flatMap((event) =>
      event.type === 'mailbox.planned' ? [[event.mailboxId, writesIn(event.counts)] as const] : [],
    ),
  );
}
