// A failure as a person reads it: number, sentence, details, causes, remedy. Never a stack.

import type { FailureView, UnreadableView } from '@contactsync/contract';
import { type Paint, visible } from './terminal-text.ts';

const detail = (value: FailureView['details'][string]): readonly string[] =>
  typeof value === 'object' ? value : [String(value)];

export function failureLines(failure: FailureView, paint: Paint): string[] {
  const lines = [paint('red', `Error ${failure.number}: ${failure.sentence}`)];
  for (const [name, value] of Object.entries(failure.details)) {
    const texts = detail(value).map(visible);
    if (texts.length === 1) lines.push(`  ${name}: ${texts[0]}`);
    else lines.push(`  ${name}:`, ...texts.map((text) => `    ${text}`));
  }
  if (failure.requestId !== undefined) lines.push(`  request id: ${visible(failure.requestId)}`);
  if (failure.causes.length > 0) {
    lines.push('', failure.causes.length === 1 ? 'Probable cause' : 'Probable causes');
    lines.push(...failure.causes.map((cause) => `  - ${cause}`));
  }
  lines.push('', 'What to do', `  ${failure.remedy}`);
  return lines;
}

/** For lists: one line. */
export function failureLine(failure: FailureView): string {
  const details = Object.entries(failure.details)
    .map(([name, value]) => `${name} ${detail(value).map(visible).join(', ')}`)
    .join('; ');
  return `${failure.number} ${failure.sentence}${details === '' ? '' : ` (${details})`}`;
}

/** Documents that cannot be read as they are stored, beside those that can. */
export function unreadableLines(unreadable: readonly UnreadableView[], paint: Paint): readonly string[] {
  return unreadable.flatMap(({ kind, id, name, failure }) => [
    paint('yellow', `${kind} "${visible(name)}" (${id}) is left out:`),
    `  ${failureLine(failure)}`,
    paint('dim', `  ${failure.remedy}`),
  ]);
}
