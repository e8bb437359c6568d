import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { checkPolicy } from '../../src/core/policy-check.ts';
import { validateEnvironment, validatePolicy } from '../../src/store/validate-document.ts';
import { parseYaml } from '../../src/store/yaml-document.ts';
import { ROOT, treeFiles } from '../tree.ts';
import { helpBelow } from './command-help.ts';
import { fencedBlocks, namedScripts, typedCommands } from './examples.ts';

const pages = treeFiles()
  .filter((path) => path.endsWith('.md') && !path.startsWith('docs/manual/errors/'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

const GLOBAL_OPTIONS = ['--data-dir', '--json', '--no-color', '--help', '--version'];

describe('commands in README and manual', async () => {
  const help = await helpBelow();

  /** The longest command that the words begin with. */
  const helpFor = (words: readonly string[]) =>
    help
      .filter(({ command }) => command.length > 0 && command.every((name, index) => words[index] === name))
      .toSorted((a, b) => b.command.length - a.command.length)[0];

  const wrong = (page: string): readonly string[] =>
    typedCommands(page).flatMap(({ line, words, options }) => {
      const found = helpFor(words);
      if (found === undefined) return [`${line}: no such command`];
      const takesNone = found.text.startsWith('Usage: ') && /^Commands:/m.test(found.text);
      if (
        takesNone &&
        !/ (?:<\w+>|\[(?!command)\w+\])$/m.test(found.text.split('\n', 1)[0] ?? '') &&
        words.length > found.command.length
      )
        return [`${line}: no such command`];
      return options
        .filter((option) => !GLOBAL_OPTIONS.includes(option) && !found.text.includes(`  ${option}`))
        .map((option) => `${line}: no option ${option}`);
    });

  it('exist, with their options', () => {
    const count = pages.reduce((sum, { text }) => sum + typedCommands(text).length, 0);
    expect(count).toBeGreaterThan(40);
    expect(pages.flatMap(({ path, text }) => wrong(text).map((found) => `${path}: ${found}`))).toEqual([]);
  });

  it('that do not exist are found', () => {
    expect(wrong('`contactsync fly`')).toEqual(['contactsync fly: no such command']);
    expect(wrong('`contactsync policy fly`')).toEqual(['contactsync policy fly: no such command']);
    expect(wrong('```sh\nnpx contactsync runs --fast\n```')).toEqual([
      'npx contactsync runs --fast: no option --fast',
    ]);
    expect(wrong('`contactsync run "All staff" --test`')).toEqual([]);
  });
});

describe('files in the manual', () => {
  const documents = pages.flatMap(({ path, text }) =>
    fencedBlocks(text, ['yaml'])
      .filter((block) => /^kind: /m.test(block))
      .map((block) => ({ path, block })),
  );

  it('are there', () => {
    expect(documents.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['docs/manual/policy-reference.md', 'docs/manual/environment-reference.md']),
    );
  });

  it.each(documents)('the one in $path is valid', ({ path, block }) => {
    const { value, locate } = parseYaml(block, path);
    const place = { origin: { file: path }, locate };
    if (block.startsWith('kind: environment')) validateEnvironment(value, place);
    else checkPolicy(validatePolicy(value, place));
  });
});

describe('scripts in README, CONTRIBUTING and manual', () => {
  it('exist in package.json', () => {
    const named = new Set(pages.flatMap(({ text }) => namedScripts(text)));
    expect([...named].filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
    expect(named).toContain('demo');
  });

  it('are found behind options', () => {
    expect(namedScripts('npm run --silent contactsync -- x; `npm run demo`')).toEqual([
      'contactsync',
      'demo',
    ]);
  });
});
