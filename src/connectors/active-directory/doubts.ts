// What a reading could not tell of attributes that decide who belongs, as reasons why it is incomplete.

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import { type DirectoryEntry, hidesAttributes } from './directory-entry.ts';

export type GapCode = Extract<FailureCode, 'sourceIncomplete' | 'mailboxListIncomplete'>;

/** Whether an entry leaves the attribute open, by its name. */
export type Doubts = Readonly<Record<string, (entry: DirectoryEntry) => boolean>>;

/** One gap for each attribute, with the number of objects. */
export function doubtsAbout(
  entries: readonly DirectoryEntry[],
  code: GapCode,
  doubts: Doubts,
): readonly Failure[] {
  const open = entries.filter((entry) => !hidesAttributes(entry));
  const counts: [string, number][] = [
    ['userAccountControl', entries.length - open.length],
    ...Object.entries(doubts).map(([attribute, isOpen]): [string, number] => [
      attribute,
      open.filter(isOpen).length,
    ]),
  ];
  return counts
    .filter(([, count]) => count > 0)
    .map(
      ([attribute, count]) => new Failure(code, { details: { reason: 'untoldAttribute', attribute, count } }),
    );
}
