// YAML in and out: only plain data, with the place of every problem.

import { expect, test } from 'vitest';
import { validatePolicy } from './validate-document.ts';
import { parseYaml, stringifyYaml } from './yaml-document.ts';

const policyText = `# who gets what
kind: policy
version: 1
id: 6f2c7a52-0d5e-4c0c-9f3c-2a1b7a0f6a11
name: Mitarbeiter
environment: Contoso
source:
  type: exchangeOnline
  include:
    - - property: department
        operator: equals
        value: "no"
`;

test('a policy survives writing and reading', () => {
  const policy = validatePolicy(parseYaml(policyText, 'a.yaml').value);
  const richer = {
    ...policy,
    description: 'first line\nsecond line: "quoted" # no comment\n',
    contact: {
      ...policy.contact,
      displayName: '{displayName} 👍',
      categories: ['yes', '1', 'null', ' x'.trim()],
    },
  };
  for (const document of [policy, richer]) {
    const text = stringifyYaml(document);
    expect(validatePolicy(parseYaml(text, 'a.yaml').value)).toEqual(document);
    expect(stringifyYaml(validatePolicy(parseYaml(text, 'a.yaml').value))).toBe(text);
  }
});

test('keys are written in the order of the schema, whatever order they had', () => {
  const policy = validatePolicy(parseYaml(policyText, 'a.yaml').value);
  const reversed = Object.fromEntries(Object.entries(policy).reverse()) as typeof policy;
  expect(stringifyYaml(reversed)).toBe(stringifyYaml(policy));
  expect(stringifyYaml(policy)).toMatch(/^kind: policy\nversion: 1\nid: /);
});

test('keys are found by their path; for a missing key, what surrounds it', () => {
  const { locate } = parseYaml(policyText, 'a.yaml');
  expect(locate(['name'])).toEqual({ line: 5, column: 1 });
  expect(locate(['source', 'include', 0, 0, 'operator'])).toEqual({ line: 11, column: 9 });
  expect(locate(['source', 'groups'])).toEqual({ line: 8, column: 3 });
  expect(locate(['source', 'include', 7])).toEqual({ line: 10, column: 5 });
  expect(locate([])).toEqual({ line: 2, column: 1 });
});

const bomb = [
  'a: &a [x, x, x]',
  ...'bcdefghijk'
    .split('')
    .map((name, index) => `${name}: &${name} [${`*${'abcdefghijk'[index]}, `.repeat(9)}x]`),
].join('\n');

test.each([
  ['a repeated key', 'a: 1\nb: 2\na: 3\n', { line: 3, column: 1 }],
  ['an alias', 'a: &x 1\nb: *x\n', { line: 2, column: 4, reason: 'anchors and aliases are not accepted' }],
  ['an alias bomb', bomb, { line: 2 }],
  ['a tag', 'a: !!binary aGk=\nb: !js 1\n', { line: 2 }],
  ['two documents', 'a: 1\n---\nb: 2\n', { line: 2, reason: 'the file holds more than one document' }],
  ['an open bracket', 'a:\n  - [1\nb: 2\n', { line: 3 }],
  ['a tab as indentation', 'a:\n\tb: 1\n', { line: 2 }],
  ['nothing', '', { reason: 'the file is empty' }],
  ['only a comment', '# later\n', { reason: 'the file is empty' }],
  ['brackets without end', '['.repeat(200_000), {}],
  [
    'keys nested without end',
    `${'{a: '.repeat(5_000)}1${'}'.repeat(5_000)}`,
    { reason: 'the file is nested too deeply' },
  ],
  [
    'lists nested without end',
    `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    { reason: 'the file is nested too deeply' },
  ],
  ['far too much', `a: ${'x'.repeat(2_000_000)}`, { reason: expect.stringContaining('longer') }],
])('%s is refused with its place', (_, text, details) => {
  expect(() => parseYaml(text, 'a.yaml')).toThrow(
    expect.objectContaining({
      code: 'unreadableFile',
      details: expect.objectContaining({ file: 'a.yaml', reason: expect.any(String), ...details }),
    }),
  );
});

test('words that other versions of YAML take for true or dates stay text; JSON is accepted', () => {
  expect(parseYaml('a: no\nb: on\nc: 2026-01-01\nd: 1_000\ne: 0777\n', 'a.yaml').value).toMatchObject({
    a: 'no',
    b: 'on',
    c: '2026-01-01',
    d: '1_000',
  });
  expect(parseYaml('{"a": [1, true, null, "\\u00e9"]}', 'a.json').value).toEqual({ a: [1, true, null, 'é'] });
});

test('a key named __proto__ is a key like others and does not reach into objects', () => {
  const { value } = parseYaml('__proto__:\n  polluted: yes\n', 'a.yaml');
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
