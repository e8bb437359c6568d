// How long something takes, for people: two figures at most, and a range in words.

import type { DurationView, ForecastView, RunTimesView } from '@contactsync/contract';
import { count } from './terminal-text.ts';

const UNITS = [
  { name: 's', seconds: 1, below: 120 },
  { name: 'min', seconds: 60, below: 90 * 60 },
  { name: 'h', seconds: 3600, below: 48 * 3600 },
  { name: 'days', seconds: 24 * 3600, below: Number.POSITIVE_INFINITY },
] as const;

function inUnits(seconds: number): { readonly number: string; readonly unit: string } {
  const time = Math.max(1, seconds);
  const unit = UNITS.find(({ below }) => time < below) ?? UNITS[3];
  const amount = time / unit.seconds;
  // Half an hour matters when it is about two hours, half a minute does not.
  const isFine = (unit.name === 'h' || unit.name === 'days') && amount < 10;
  return { number: isFine ? String(Number(amount.toFixed(1))) : String(Math.round(amount)), unit: unit.name };
}

/** "40 s", "4 min", "2.2 h". */
export function durationText(seconds: number): string {
  const { number, unit } = inUnits(seconds);
  return `${number} ${unit}`;
}

/** "3 to 6 min", "50 min to 2.1 h", "up to 5 min"; one figure when both ends read alike. */
export function rangeText({ low, high }: DurationView): string {
  const [from, to] = [inUnits(low), inUnits(high)];
  if (low < 1 && high >= 2) return `up to ${to.number} ${to.unit}`;
  if (from.unit !== to.unit) return `${from.number} ${from.unit} to ${to.number} ${to.unit}`;
  return from.number === to.number ? `${to.number} ${to.unit}` : `${from.number} to ${to.number} ${to.unit}`;
}

/** "about 4 min (3 to 6 min)" */
export function aboutText(range: DurationView): string {
  const expected = durationText(range.expected);
  const span = rangeText(range);
  return span === expected ? `about ${expected}` : `about ${expected} (${span})`;
}

const BASIS_WORDS: Readonly<Record<ForecastView['basis'], string>> = {
  limits: 'from the published limits of the service; no run was measured yet',
  earlierRuns: 'from what earlier runs took',
  thisRun: 'from what this run took so far',
};

export const basisText = ({ basis }: ForecastView): string => BASIS_WORDS[basis];

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
