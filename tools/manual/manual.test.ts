import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, treeFiles } from '../tree.ts';
import { helpBelow, subcommandsIn } from './command-help.ts';
import { generatedPages, MANUAL } from './generate.ts';
import { anchorsOf, deadLinks, linksOf } from './links.ts';
import { withSection } from './markdown.ts';
import { environmentSettings, policySettings } from './policy-reference.ts';

const markdown = treeFiles().filter((path) => path.endsWith('.md'));

describe('generated pages', () => {
  it('are current (npm run manual)', async () => {
    for (const [name, page] of await generatedPages()) {
      const stored = existsSync(join(MANUAL, name)) ? readFileSync(join(MANUAL, name), 'utf8') : '';
      expect(stored, `docs/manual/${name}`).toBe(page);
    }
  });

  it('leave no page of a number that is gone', async () => {
    const expected = [...(await generatedPages()).keys()].filter((name) => name.startsWith('errors/'));
    const stored = readdirSync(join(MANUAL, 'errors')).map((name) => `errors/${name}`);
    expect(stored.sort()).toEqual(expected.sort());
  });

  it('a section replaces only what stands between its marks', () => {
    const page = 'a\n<!-- begin generated: x -->\nold\n<!-- end generated: x -->\nb\n';
    expect(withSection(page, 'x', 'new')).toBe(page.replace('old', 'new'));
    expect(() => withSection(page, 'y', 'new')).toThrow('no section "y"');
  });
});

describe('references', () => {
  it.each([...policySettings(), ...environmentSettings()])('$path has a meaning', ({ meaning }) => {
    expect(meaning ?? '').not.toBe('');
  });

  it('know settings inside lists and under any key', () => {
    const paths = policySettings().map(({ path }) => path);
    expect(paths).toContain('contact.properties.*.mode');
    expect(paths).toContain('contact.rewriteDomains[].from');
  });

  it('show every command of the command line', async () => {
    const commands = (await helpBelow()).map(({ command }) => command.join(' '));
    expect(commands).toEqual(expect.arrayContaining(['run', 'run show', 'rollback', 'policy apply']));
    expect(subcommandsIn('Commands:\n  a [x]  text\n         more\n  help  text\n')).toEqual(['a']);
  });
});

describe('links', () => {
  it('in README, CONTRIBUTING, CHANGELOG and docs all lead somewhere', () => {
    expect(markdown).toContain('README.md');
    const dead = markdown.flatMap((path) => deadLinks(ROOT, path, readFileSync(join(ROOT, path), 'utf8')));
    expect(dead).toEqual([]);
  });

  it('every page of the manual is reached from its index', () => {
    const index = linksOf(readFileSync(join(MANUAL, 'index.md'), 'utf8'));
    const pages = readdirSync(MANUAL).filter((name) => name.endsWith('.md') && name !== 'index.md');
    expect(pages.filter((name) => !index.includes(name))).toEqual([]);
  });

  it('are found in text and not in code, with the anchors of GitHub', () => {
    expect(linksOf('[a](b.md) `[c](d.md)`\n```\n[e](f.md)\n```\n')).toEqual(['b.md']);
    expect([...anchorsOf('# The brake\n## `a`, b\n## The brake\n')]).toEqual([
      'the-brake',
      'a-b',
      'the-brake-1',
    ]);
  });

  it('to a missing file or heading are reported', () => {
    const dead = (page: string) => deadLinks(ROOT, 'docs/manual/rollback.md', page);
    expect(dead('# A\n[a](nowhere.md) [b](#b)')).toEqual([
      'docs/manual/rollback.md: nowhere.md: no such file',
      'docs/manual/rollback.md: #b: no such heading',
    ]);
    expect(dead('# A\n[a](index.md) [b](#a) [c](https://www.example.com/)')).toEqual([]);
  });
});
