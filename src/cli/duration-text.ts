// How long something takes, for people: two figures at most, and a range in words.

import type { DurationView, ForecastView, RunTimesView } from '@contactsync/contract';
import { count } from './terminal-text.ts';

const UNITS = [
  { name: 's', seconds: 1, below: 120 },
  { name: 'min', seconds: 60, below: 90 * 60 },
  { name: 'h', seconds: 3600, below: 48 * 3600 },
  { name: 'days', seconds: 24 * 3600, below: Number.POSITIVE_INFINITY },
] as const;

type Unit = (typeof UNITS)[number];

const unitOf = (seconds: number): Unit => UNITS.find(({ below }) => seconds < below) ?? UNITS[3];

function inUnit(seconds: number, { name, seconds: one }: Unit): string {
  const amount = seconds / one;
  // Half an hour matters when it is about two hours, half a minute does not.
  const isFine = (name === 'h' || name === 'days') && amount < 10;
  return String(isFine ? Number(amount.toFixed(1)) : Math.round(amount));
}

/** "40 s", "4 min", "2.2 h". */
export function durationText(seconds: number): string {
  const time = Math.max(1, seconds);
  const unit = unitOf(time);
  return `${inUnit(time, unit)} ${unit.name}`;
}

/** "3 to 6 min", "50 min to 2.1 h", "up to 5 min"; one figure when both ends read alike. */
export function rangeText(range: DurationView): string {
  const [low, high] = [Math.max(1, range.low), Math.max(1, range.high)];
  const unit = unitOf(high);
  const to = `${inUnit(high, unit)} ${unit.name}`;
  if (range.low < 1 && high >= 2) return `up to ${to}`;
  if (low < unit.seconds) return `${durationText(low)} to ${to}`;
  const from = inUnit(low, unit);
  return `${from} ${unit.name}` === to ? to : `${from} to ${to}`;
}

/** What stands beside the expectation; undefined where both ends say the same, or only what it says. */
export function spanText(range: DurationView): string | undefined {
  const span = rangeText(range);
  const isRange = span.includes(' to ');
  return isRange && span !== `up to ${durationText(range.expected)}` ? span : undefined;
}

/** "about 4 min (3 to 6 min)" */
export function aboutText(range: DurationView): string {
  const expected = durationText(range.expected);
  const span = spanText(range);
  return span === undefined ? `about ${expected}` : `about ${expected} (${span})`;
}

const BASIS_WORDS: Readonly<Record<ForecastView['basis'], string>> = {
  limits: 'from the published limits of the service',
  earlierRuns: 'from what earlier runs took',
  thisRun: 'from what this run took so far',
};

export function basisText({ basis, writes }: ForecastView): string {
  if (basis !== 'limits') return BASIS_WORDS[basis];
  // A run that found nothing to write was measured too, and says nothing about writing.
  return `${BASIS_WORDS[basis]}; no recent run ${writes > 0 ? 'wrote anything' : 'was measured'}`;
}

/** Beside changes and requests; nothing where none are expected. */
export function expectedPhotosText({ photos }: ForecastView): readonly string[] {
  if (photos === undefined) return [];
  const megabytes = photos.bytes / 1_000_000;
  const size =
    megabytes < 10 ? Math.max(0.1, megabytes).toFixed(1) : Math.round(megabytes).toLocaleString('en-US');
  return [`${count(photos.pictures, 'photo')} (${size} MB)`];
}

/** Day and time where the reader is: "Mon 2026-11-02 14:03". */
export function momentText(iso: string, timeZone?: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const zone = timeZone === undefined ? {} : { timeZone };
  const weekday = moment.toLocaleDateString('en-GB', { weekday: 'short', ...zone });
  // The Swedish order of a date is that of ISO 8601.
  const date = moment.toLocaleDateString('sv-SE', zone);
  const time = moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...zone });
  return `${weekday} ${date} ${time}`;
}

/** The zone of the reader, as `momentText` uses it. */
export const zoneHere = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Wall-clock time where the reader is: "14:03:20". */
export function timeText(iso: string, timeZone?: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return time.toLocaleTimeString('en-GB', {
    hour12: false,
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/** "Exchange asks us to wait until 14:03:20 (3 mailboxes)" */
export function waitText(waitingUntil: string, mailboxes: number): string {
  const who = mailboxes === 0 ? '' : ` (${count(mailboxes, 'mailbox', 'mailboxes')})`;
  return `Exchange asks us to wait until ${timeText(waitingUntil)}${who}`;
}

/** Waiting is a state and no failure; undefined: it never waited. */
export function waitsText({ waits, waited }: RunTimesView): string | undefined {
  if (waits === 0) return undefined;
  return `${waits === 1 ? 'once' : `${waits} times`} at the wish of Exchange, ${durationText(waited)} in all`;
}
