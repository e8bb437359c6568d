// What "status" says of a run that is under way or waits for an approval: how far it is, what is left, and how long ago
// it was last heard of, because its process may be dead.

import type { LiveRunView } from '@contactsync/contract';
import { aboutText, basisText, durationText, waitText } from './duration-text.ts';
import { count, visible } from './terminal-text.ts';
import { RUN_STATE_WORDS, runKindText, word } from './words.ts';

/** While it plans and writes a run tells how far it is every few seconds; only reading may be silent for long. */
const isTalkative = ({ run }: LiveRunView): boolean => run.state === 'planning' || run.state === 'applying';

/** Longer ago is worth saying: what is told of the run may no longer be so. */
const WORTH_SAYING_MS = 10_000;

/** A long run tells how far it is less often. */
function isSilent(live: LiveRunView, now: number): boolean {
  const taken = now - Date.parse(live.run.startedAt);
  const least = isTalkative(live) ? 120_000 : 900_000;
  return now - Date.parse(live.heardAt) > Math.max(least, taken * 0.03);
}

export function liveRunLines(live: LiveRunView, now: number): string[] {
  const { run, heardAt, mailboxes, contactsWritten, times } = live;
  const lines = [
    '',
    `${runKindText(run)} of "${visible(run.policyName)}": ${word(RUN_STATE_WORDS, run.state)}, ${run.id.slice(0, 8)}`,
  ];
  if (run.state === 'awaitingApproval') {
    const forecast = times.forecast;
    if (forecast !== undefined) lines.push(`  once approved, it takes ${aboutText(forecast.total)}`);
    return lines;
  }
  const of = mailboxes.total === 0 ? '' : ` of ${mailboxes.total.toLocaleString('en-US')}`;
  if (run.state === 'applying')
    lines.push(
      `  ${mailboxes.written.toLocaleString('en-US')}${of} mailboxes written, ${count(contactsWritten, 'contact')}`,
    );
  else if (run.kind === 'verify')
    lines.push(`  ${mailboxes.planned.toLocaleString('en-US')}${of} mailboxes looked into`);
  else if (run.state === 'planning')
    lines.push(`  ${mailboxes.planned.toLocaleString('en-US')}${of} mailboxes planned`);
  const isAwaited = times.waitingUntil !== undefined && Date.parse(times.waitingUntil) > now;
  if (times.waitingUntil !== undefined && isAwaited)
    lines.push(`  ${waitText(times.waitingUntil, times.mailboxesWaiting)}`);
  const silence = now - Date.parse(heardAt);
  const heard = durationText(silence / 1000);
  if (isSilent(live, now) && !isAwaited) {
    lines.push(`  nothing was heard of it for ${heard}; its process may have ended`);
    return lines;
  }
  const isOld = isTalkative(live) && silence >= WORTH_SAYING_MS;
  const left = leftText(live, now, isOld);
  if (left !== undefined) lines.push(`  ${left}`);
  if (isOld) lines.push(`  heard ${heard} ago`);
  return lines;
}

function leftText({ times }: LiveRunView, now: number, isOld: boolean): string | undefined {
  const { forecast, waitingUntil } = times;
  if (forecast === undefined) return undefined;
  const { low, expected, high } = forecast.total;
  const since = Math.max(0, (now - Date.parse(forecast.at)) / 1000);
  // A run that waits is not done before the wait is over, however little is left to write then.
  const wait = isOld || waitingUntil === undefined ? 0 : (Date.parse(waitingUntil) - now) / 1000;
  const left = (seconds: number) => Math.max(0, seconds - since, wait);
  // That the time has run out says nothing of a run that is not heard of.
  if (left(expected) < 1) return isOld ? undefined : 'almost done';
  return `${aboutText({ low: left(low), expected: left(expected), high: left(high) })} left; ${basisText(forecast)}`;
}
