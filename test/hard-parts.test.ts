// docs/hard-parts.md promises a test for each hard part, by its name.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const docs = resolve(import.meta.dirname, '..', 'docs');
const rows = readFileSync(join(docs, 'hard-parts.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const match = /^\| (.+?) \| .* \| \[\w+\]\((.+?)\) \|$/.exec(line);
    return match?.[1] === undefined || match[2] === undefined ? [] : [{ name: match[1], file: match[2] }];
  });

/** Titles of suites and tests in a file. */
function titlesIn(source: string): string[] {
  return [
    ...source.matchAll(/(?:describe|it|test)(?:\.each\([\s\S]*?\))?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g),
  ].map((match) => match[2] ?? '');
}

describe('every hard part', () => {
  it('is on the page', () => {
    expect(rows.length).toBeGreaterThanOrEqual(22);
  });

  it.each(rows)('$name', ({ name, file }) => {
    const titles = titlesIn(readFileSync(join(docs, file), 'utf8'));
    expect(titles.filter((title) => title.startsWith(name))).not.toEqual([]);
  });

  it('twin: a name that no test bears is missed', () => {
    expect(titlesIn("describe('Other things', () => {})").some((title) => title.startsWith('Strings'))).toBe(
      false,
    );
  });
});
