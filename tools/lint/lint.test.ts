import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, treeFiles } from '../tree.ts';
import { americanSpelling } from './american-spelling.ts';
import { fileSize, MAX_LINES, MAX_TEST_LINES } from './file-size.ts';
import { hiddenClocks } from './hidden-clocks.ts';
import { openingComment } from './opening-comment.ts';
import { type Rule, withoutComments } from './rule.ts';
import { seededProperties } from './seeded-properties.ts';
import { staticLogMessages } from './static-log-messages.ts';
import { tellingNames } from './telling-names.ts';

const RULES: readonly Rule[] = [
  staticLogMessages,
  tellingNames,
  openingComment,
  fileSize,
  americanSpelling,
  hiddenClocks,
  seededProperties,
];

const paths = treeFiles();

/** Violations as "line: message". */
function found(rule: Rule, path: string, text: string): readonly string[] {
  expect(rule.appliesTo(path), `${rule.name} applies to ${path}`).toBe(true);
  return rule.check({ path, text }).map(({ line, message }) => `${line}: ${message}`);
}

describe('the tree keeps the rule', () => {
  it.each(RULES)('$name: $why', (rule) => {
    const concerned = paths.filter((path) => rule.appliesTo(path));
    expect(concerned.length).toBeGreaterThan(10);
    const violations = concerned.flatMap((path) =>
      rule
        .check({ path, text: readFileSync(join(ROOT, path), 'utf8') })
        .map(({ line, message }) => `${path}:${line} ${message}`),
    );
    expect(violations).toEqual([]);
  });
});

describe('static-log-messages', () => {
  const check = (text: string) => found(staticLogMessages, 'src/engine/x.ts', text);

  it('refuses templates, concatenation and variables', () => {
    const message = 'the message must be a string literal';
    const placeholder = '${'.concat('a}');
    expect(check(`const a = 1;\nlog.info(\`read ${placeholder}\`);`)).toEqual([`2: ${message}`]);
    expect(check("ports.log.warn('read ' + name);")).toEqual([`1: ${message}`]);
    expect(check('this.#log.error(message, { a });')).toEqual([`1: ${message}`]);
  });

  it('accepts literals, on lines of their own too, and comments', () => {
    expect(check("log.info('read', { name });\nlog.warn(\n  'lost',\n);\n// log.info(x)\n")).toEqual([]);
  });
});

describe('telling-names', () => {
  it.each([
    'src/utils/x.ts',
    'src/engine/helpers.ts',
    'src/common/x.ts',
    'src/run-manager.ts',
    'docs/misc.md',
    'src/string-utils.ts',
  ])('refuses %s', (path) => {
    expect(found(tellingNames, path, '')).toHaveLength(1);
  });

  it('accepts names that only contain such a word', () => {
    expect(found(tellingNames, 'src/commonwealth/utilities-of-graph.ts', '')).toEqual([]);
  });
});

describe('opening-comment', () => {
  it('refuses a file without one, and an essay', () => {
    expect(found(openingComment, 'src/x.ts', "import a from 'a';\n")).toHaveLength(1);
    expect(found(openingComment, 'src/x.ts', '\n// late\n')).toHaveLength(1);
    expect(found(openingComment, 'src/x.ts', `${'// word\n'.repeat(9)}export {};\n`)).toHaveLength(1);
  });

  it('accepts line and block comments, after a first line for the shell too', () => {
    expect(found(openingComment, 'src/x.ts', '// What it is for.\n\nexport {};\n')).toEqual([]);
    expect(found(openingComment, 'src/x.ts', '/* What it\n is for. */\nexport {};\n')).toEqual([]);
    expect(found(openingComment, 'src/x.ts', '#!/usr/bin/env node\n// Starts it.\n')).toEqual([]);
  });

  it('leaves tests alone', () => {
    expect(openingComment.appliesTo('src/x.test.ts')).toBe(false);
  });
});

describe('file-size', () => {
  it('refuses one line too many', () => {
    expect(found(fileSize, 'src/x.ts', 'a\n'.repeat(MAX_LINES))).toEqual([]);
    expect(found(fileSize, 'src/x.ts', 'a\n'.repeat(MAX_LINES + 1))).toHaveLength(1);
    expect(found(fileSize, 'src/x.test.ts', 'a\n'.repeat(MAX_TEST_LINES + 1))).toHaveLength(1);
  });
});

describe('american-spelling', () => {
  it.each([
    ['organisation', 'organiz'],
    ['Colour', 'color'],
    ['LICENCE', 'license'],
    ['synchronised', 'synchroniz'],
    ['grey', 'gray'],
  ])('refuses %s, in text and inside identifiers', (word, ours) => {
    const message = `"${word}" is spelled with "${ours}" here`;
    expect(found(americanSpelling, 'docs/x.md', `a\n${word}`)).toEqual([`2: ${message}`]);
    expect(found(americanSpelling, 'src/x.ts', `\n\nconst get${word} = 1;`)).toEqual([`3: ${message}`]);
  });

  it('accepts our spelling and words that only begin alike', () => {
    const text = 'organization color license optimistic fulfill cancelled greyhound gray';
    expect(found(americanSpelling, 'docs/x.md', text)).toEqual([]);
  });
});

describe('hidden-clocks', () => {
  it.each(['Date.now()', 'new Date()', 'Math.random()', 'performance.now()'])('refuses %s', (call) => {
    expect(found(hiddenClocks, 'src/core/x.ts', `\nconst a = ${call};`)).toHaveLength(1);
  });

  it('accepts the clock, dates of given times, and comments', () => {
    expect(found(hiddenClocks, 'src/system/system-clock.ts', 'new Date()')).toEqual([]);
    expect(found(hiddenClocks, 'src/core/x.ts', 'new Date(text); // Date.now\n')).toEqual([]);
  });

  it('lets a file that may ask for one thing not ask for another', () => {
    expect(found(hiddenClocks, 'src/connectors/http/http-client.ts', 'Math.random')).toEqual([]);
    expect(found(hiddenClocks, 'src/connectors/http/http-client.ts', 'Date.now')).toHaveLength(1);
  });
});

describe('seeded-properties', () => {
  const check = (text: string) => found(seededProperties, 'src/core/x.test.ts', text);

  // In parts, or the rule would find them here.
  const [assert, tried, sample] = ['assert', 'check', 'sample'].map((name) => `fc.${name}`);

  it('refuses what is tried with a seed of its own, or with none', () => {
    const message = 'call law, twin or holds of check-law.ts';
    expect(check(`\n${assert}(fc.property(a, () => {}));`)).toEqual([`2: fc.assert: ${message}`]);
    expect(check(`await ${tried}(property, { seed: 1 });`)).toEqual([`1: fc.check: ${message}`]);
    expect(check(`${sample}(a, 5);\nconst seed = { seed: 1 };`)).toEqual(['1: fc.sample: name a seed']);
  });

  it('accepts samples with a seed, and what gives the seed', () => {
    expect(check(`holds(fc.property(a, b));\n${sample}(fc.array(a), { numRuns: 5, seed: 3 });`)).toEqual([]);
  });
});

describe('withoutComments', () => {
  it('blanks comments at their place and keeps strings', () => {
    expect(withoutComments("a('//x') // y\nb /* z */ c")).toBe("a('//x')     \nb         c");
  });
});
