// How long the rest of a run takes, from what is still to do. Pure: the same figures come out before a run, while it
// runs, after a test run and for a plan that waits at the brake.

import type { DurationRange, PhotoForecast } from '../model/run.ts';

// Work is counted in seconds as the published limits and an assumed latency would have it (LATENCY):
//
//   reading    nobody knows before; what earlier runs of the policy took
//   planning   ceil(mailboxes / mailboxes at once) x 3 requests x latency + 10 us of processor per mailbox and person
//   writing    one mailbox:  ceil((writes + 1) / 4) x latency, and 10 minutes for each 10,000 requests beyond the first;
//              all of them:  max(longest mailbox, sum / mailboxes at once, 0.4 ms of processor per write)
//   photos     of new contacts, as many of them as had one in the newest run, all as long as nobody knows: writing, with
//              2 requests for each; 10 kB each, and no more of them than a mailbox gets in a run
//
// A mailbox takes 4 requests at once and 10,000 in ten minutes
// (https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits). How many requests a connection allows
// itself overall changes while it runs, begins low and soon reaches what the mailboxes at once need: it shows in the
// pace.
//
// A pace turns work into time: seconds per second of work. It is 1 (0.4 to 2: latencies of 100 to 500 ms) as long as
// nothing was measured, what earlier runs took otherwise, and more and more what this run takes. The upper end of a
// forecast adds the longest mailbox, which may be begun last.
//
// Not foreseen: a service that throttles beyond its published limits, photos that changed, people who edit meanwhile.
// They show in the pace as soon as they happen. Photos are read once for all mailboxes, which hardly counts.

const LATENCY = 0.25;
const REQUESTS_AT_ONCE = 4;
const READS_PER_MAILBOX = 3;
/** The contact is looked at, then its picture is written. */
const REQUESTS_PER_PHOTO = 2;
const BYTES_PER_PHOTO = 10_000;
const WINDOW_REQUESTS = 10_000;
const WINDOW_SECONDS = 600;
const PROCESSOR_PER_PERSON = 10e-6;
const PROCESSOR_PER_WRITE = 0.4e-3;

/** How much goes on side by side. */
export interface Capacity {
  readonly mailboxesAtOnce: number;
}

/** Seconds per second of work. */
export interface Pace {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

export const NOTHING_LEFT: DurationRange = { low: 0, expected: 0, high: 0 };

/** Latencies of 100, 250 and 500 ms. */
export const PACE_OF_LIMITS: Pace = { low: 0.4, expected: 1, high: 2 };

export function planningWork(mailboxes: number, people: number, capacity: Capacity): number {
  const rounds = Math.ceil(mailboxes / ways(capacity));
  return rounds * READS_PER_MAILBOX * LATENCY + mailboxes * people * PROCESSOR_PER_PERSON;
}

export const planningRequests = (mailboxes: number): number => mailboxes * READS_PER_MAILBOX;

export interface WritingWork {
  readonly mailboxes: number;
  readonly writes: number;
  readonly requests: number;
  /** Sum over the mailboxes and the longest of them, one after the other. */
  readonly sum: number;
  readonly longest: number;
  /** The same for the service's windows of ten minutes, which no pace shortens. */
  readonly windowSum: number;
  readonly longestWindow: number;
}

/** From the number of contacts still to write in each mailbox. */
export function writingWork(writesPerMailbox: Iterable<number>): WritingWork {
  let [mailboxes, writes, requests, sum, longest, windowSum, longestWindow] = [0, 0, 0, 0, 0, 0, 0];
  for (const left of writesPerMailbox) {
    if (left <= 0) continue;
    const needed = left + 1;
    const seconds = Math.ceil(needed / REQUESTS_AT_ONCE) * LATENCY;
    const windows = Math.floor((needed - 1) / WINDOW_REQUESTS) * WINDOW_SECONDS;
    mailboxes += 1;
    writes += left;
    requests += needed;
    sum += seconds;
    longest = Math.max(longest, seconds);
    windowSum += windows;
    longestWindow = Math.max(longestWindow, windows);
  }
  return { mailboxes, writes, requests, sum, longest, windowSum, longestWindow };
}

/** At the pace of the limits. */
export function writingSeconds(work: WritingWork, capacity: Capacity): number {
  return Math.max(work.longest, work.sum / ways(capacity), work.writes * PROCESSOR_PER_WRITE);
}

const ways = ({ mailboxesAtOnce }: Capacity): number => Math.max(1, mailboxesAtOnce);

export function planningForecast(work: number, pace: Pace): DurationRange {
  return { low: work * pace.low, expected: work * pace.expected, high: work * pace.high };
}

export function writingForecast(work: WritingWork, capacity: Capacity, pace: Pace): DurationRange {
  const seconds = writingSeconds(work, capacity);
  const window = Math.max(work.longestWindow, work.windowSum / ways(capacity));
  // With fewer mailboxes than ways all of them begin at once, and none is begun last.
  const last = work.mailboxes > ways(capacity) ? work.longest : 0;
  return {
    low: Math.max(window, seconds * pace.low),
    expected: Math.max(window, seconds * pace.expected),
    high: Math.max(window, (seconds + last) * pace.high),
  };
}

export interface PhotoExpectation {
  /** Of the people selected who has one; undefined: nobody knows, and all count. */
  readonly share: number | undefined;
  /** What a mailbox gets in one run. */
  readonly megabytes: number;
}

/** In one mailbox. */
export function photosOf(newContacts: number, { share = 1, megabytes }: PhotoExpectation): number {
  return Math.min(Math.round(newContacts * share), Math.floor((megabytes * 1_000_000) / BYTES_PER_PHOTO));
}

/** From the number of photos still to write in each mailbox. */
export function photoWork(photosPerMailbox: Iterable<number>): WritingWork {
  return writingWork([...photosPerMailbox].map((photos) => photos * REQUESTS_PER_PHOTO));
}

/** undefined: there are none. */
export function photoForecast(
  photosPerMailbox: readonly number[],
  { share }: Pick<PhotoExpectation, 'share'>,
  capacity: Capacity,
  pace: Pace,
): PhotoForecast | undefined {
  const pictures = photosPerMailbox.reduce((sum, photos) => sum + photos, 0);
  if (pictures === 0) return undefined;
  const work = photoWork(photosPerMailbox);
  const range = writingForecast(work, capacity, pace);
  return {
    pictures,
    requests: work.writes,
    bytes: pictures * BYTES_PER_PHOTO,
    // It may be that nobody has any.
    writing: share === undefined ? { ...range, low: 0 } : range,
  };
}

export function addRanges(...ranges: readonly DurationRange[]): DurationRange {
  return ranges.reduce(
    (sum, { low, expected, high }) => ({
      low: sum.low + low,
      expected: sum.expected + expected,
      high: sum.high + high,
    }),
    NOTHING_LEFT,
  );
}

/** What something took, in seconds, and the work it was. */
export interface Measure {
  readonly seconds: number;
  readonly work: number;
}

/** Below this much work a measure says more about chance than about the service. */
const SHORT_WORK = 1;
const MARGIN = 1.25;

/** From finished runs; undefined without any. */
export function paceOf(measures: readonly Measure[]): Pace | undefined {
  const telling = measures.filter(({ work }) => work > 0);
  if (telling.length === 0) return undefined;
  const total = telling.reduce((sum, one) => ({
    seconds: sum.seconds + one.seconds,
    work: sum.work + one.work,
  }));
  const paceFor = ({ seconds, work }: Measure) => (seconds + SHORT_WORK) / (work + SHORT_WORK);
  const expected = paceFor(total);
  const single = telling.map(paceFor);
  return {
    low: Math.min(expected, ...single) / MARGIN,
    expected,
    high: Math.max(expected, ...single) * MARGIN,
  };
}

/** What is known about the pace of a phase under way: the expectation it began with and what was seen since. */
export interface Correction {
  readonly prior: Pace;
  /** How much the prior still counts, in seconds of work, and after how much work it counts half. */
  readonly priorWork: number;
  readonly priorHalfLife: number;
  /** Recent ones count more. */
  readonly seen: Measure;
  /** Work after which what was seen before counts half. */
  readonly halfLife: number;
}

const PRIOR_SHARE = 0.02;
/** The first answers take their time, whatever the pace: that nothing is done yet says little. */
const LEAST_PRIOR_WORK = 5;
const HALF_LIFE_SHARE = 0.1;
const LEAST_HALF_LIFE = 2;
/** A forecast from this run alone is still none to the second. */
const SMALLEST_MARGIN = 1.15;

export function beginCorrection(prior: Pace, work: number): Correction {
  const priorWork = Math.max(LEAST_PRIOR_WORK, work * PRIOR_SHARE);
  return {
    prior,
    priorWork,
    priorHalfLife: priorWork,
    seen: { seconds: 0, work: 0 },
    halfLife: Math.max(LEAST_HALF_LIFE, work * HALF_LIFE_SHARE),
  };
}

/** Old measures fade with the work done, not with time: whoever waits has learned nothing new about the work. */
export function correct(before: Correction, { seconds, work }: Measure): Correction {
  const done = Math.max(0, work);
  const kept = 0.5 ** (done / before.halfLife);
  return {
    ...before,
    priorWork: before.priorWork * 0.5 ** (done / before.priorHalfLife),
    seen: {
      seconds: before.seen.seconds * kept + Math.max(0, seconds),
      work: before.seen.work * kept + done,
    },
  };
}

export function paceNow({ prior, priorWork, seen }: Correction): Pace {
  const known = priorWork + seen.work;
  const expected = (priorWork * prior.expected + seen.seconds) / known;
  const trust = seen.work / known;
  const margin = (ofPrior: number) => ofPrior ** (1 - trust) * SMALLEST_MARGIN ** trust;
  return {
    low: expected / margin(prior.expected / prior.low),
    expected,
    high: expected * margin(prior.high / prior.expected),
  };
}
