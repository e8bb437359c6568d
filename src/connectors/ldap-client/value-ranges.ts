// Long attributes range by range: Windows gives 1,500 values at a time. Between two ranges the object may change, and
// values that come or go shift those behind them; only what was read under one sequence number is whole.

import { asFailure, Failure } from '../../model/failure.ts';
import type { RawEntry } from './messages.ts';
import { textOf, textsOf } from './values.ts';

/** So often an attribute that changes while it is read is read again from its beginning. */
const MAX_READINGS = 5;

/** Reads attributes of the object; throws `directoryBaseNotFound` when it is not there. */
export type AskForValues = (attributes: readonly string[]) => Promise<RawEntry | undefined>;

/** undefined: the object is not there; `'changing'`: it changed under every reading. */
export async function readAllValues(
  askFor: AskForValues,
  attribute: string,
): Promise<readonly string[] | 'changing' | undefined> {
  let before: readonly string[] | undefined;
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    let read: RangesRead | undefined;
    try {
      read = await readRanges(askFor, attribute);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === 'directoryBaseNotFound') return undefined;
      throw failure;
    }
    if (read === undefined || read.certainty === 'certain') return read?.values;
    // Where no sequence number is told, the same twice is the best there is.
    if (read.certainty === 'untold' && before !== undefined && areSame(before, read.values)) return before;
    before = read.certainty === 'untold' ? read.values : undefined;
  }
  return 'changing';
}

interface RangesRead {
  readonly values: readonly string[];
  readonly certainty: 'certain' | 'changed' | 'untold';
}

async function readRanges(askFor: AskForValues, attribute: string): Promise<RangesRead | undefined> {
  const values: string[] = [];
  let first: string | undefined;
  for (;;) {
    let entry: RawEntry | undefined;
    try {
      entry = await askFor([`${attribute};range=${values.length}-*`, 'uSNChanged']);
    } catch (thrown) {
      const failure = asFailure(thrown);
      // A range that begins behind the last value is an error: there are fewer than a moment ago.
      if (values.length === 0 || failure.code !== 'unexpectedDirectoryAnswer') throw failure;
      return { values, certainty: 'changed' };
    }
    if (entry === undefined) return undefined;
    const usn = textOf(entry, 'uSNChanged');
    const range = rangeOf(entry, attribute);
    // Whole at once; or what was to follow has been taken away since the last range.
    if (range === undefined)
      return values.length === 0
        ? { values: textsOf(entry, attribute), certainty: 'certain' }
        : { values, certainty: 'changed' };
    if (range.start !== values.length || (!range.isLast && range.values.length === 0))
      throw new Failure('unexpectedDirectoryAnswer', { details: { range: range.start } });
    if (range.isLast && first === undefined) return { values: range.values, certainty: 'certain' };
    first ??= usn;
    values.push(...range.values);
    if (usn !== first) return { values, certainty: 'changed' };
    if (range.isLast) return { values, certainty: usn === '' ? 'untold' : 'certain' };
  }
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

interface ValueRange {
  readonly start: number;
  readonly values: readonly string[];
  readonly isLast: boolean;
}

/** `member;range=0-1499` is followed by more, `member;range=1500-*` is the end ([MS-ADTS] 3.1.1.3.1.3.3). */
function rangeOf(entry: RawEntry, attribute: string): ValueRange | undefined {
  const pattern = new RegExp(`^${attribute};range=(\\d+)-(\\*|\\d+)$`, 'i');
  for (const name of entry.attributes.keys()) {
    const [, start, end] = pattern.exec(name) ?? [];
    if (end !== undefined) return { start: Number(start), values: textsOf(entry, name), isLast: end === '*' };
  }
  return undefined;
}
