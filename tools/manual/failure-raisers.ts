// Where failures are raised: a number that nothing raises has a page that nobody will ever need.

import { readFileSync } from 'node:fs';
import type { FailureCode } from '../../src/model/failure-codes.ts';
import { failureList } from './error-pages.ts';

/** The tables of numbers and of words name every failure and raise none. */
const RAISES_NOTHING = /\.test\.ts$|^src\/model\/|^src\/cli\/(exit-codes|words|report-text)\.ts$/;

/** Of source files (path from the root -> text), those that raise the failure, beyond merely asking for it. */
export function raisersOf(name: string, files: ReadonlyMap<string, string>): readonly string[] {
  // A question (=== 'name', case 'name':) raises nothing; any other mention is a throw, an outcome or a table's row.
  const mention = new RegExp(`(?<!===\\s*|case\\s+)'${name}'(?!:)`);
  const failure = new RegExp(`\\b(Failure|fail|describeFailure)\\(\\s*'${name}'`);
  return [...files].flatMap(([path, text]) => {
    if (RAISES_NOTHING.test(path)) return [];
    const pattern = SHARED_WORDS.has(name) ? failure : mention;
    return pattern.test(text) ? [path] : [];
  });
}

/** Also states of runs or reasons of skipped mailboxes, so that only an unmistakable throw counts. */
const SHARED_WORDS: ReadonlySet<string> = new Set(['cancelled', 'notFound']);

export function neverRaised(root: string, paths: readonly string[]): readonly FailureCode[] {
  const files = new Map(paths.map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')]));
  return failureList.flatMap(([name]) => (raisersOf(name, files).length === 0 ? [name] : []));
}
