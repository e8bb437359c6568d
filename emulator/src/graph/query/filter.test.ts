// The `$filter` language: what is read, how it is decided, what is refused by name.
import { describe, expect, test } from 'vitest';
import { GraphError } from '../graph-error.ts';
import { matches, nodesOf } from './filter-match.ts';
import { parseFilter } from './filter-syntax.ts';

const person: Readonly<Record<string, unknown>> = {
  name: "Éva O'Neil",
  age: 40,
  active: true,
  nick: null,
  tags: ['a', 'B'],
  mails: [{ address: 'x@example.com' }, { address: 'y@example.com' }],
  home: { city: 'Brno' },
  changed: '2026-11-22T10:00:00Z',
};

function decide(filter: string): boolean {
  return matches(parseFilter(filter), ([first = '', ...rest]) =>
    rest.reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
      person[first],
    ),
  );
}

describe('decides', () => {
  test.each([
    ["name eq 'éVA o''neil'", true],
    ["name ne 'x'", true],
    ['nick eq null', true],
    ['missing eq null', true],
    ['name ne null and nick ne null', false],
    ['age ge 40 and age lt 41', true],
    ['age gt 40 or age le 39', false],
    ['active eq true', true],
    ['changed ge 2026-11-01T00:00:00Z', true],
    ["home/city in ('Praha', 'brno')", true],
    ["startswith(name,'ÉVA')", true],
    ["endsWith(name,'neil') eq true", true],
    ["contains(name,'x')", false],
    ['tags/any()', true],
    ["tags/any(t:t eq 'b')", true],
    ["tags/any(t:startsWith(t,'c'))", false],
    ["mails/any(m:m/address eq 'Y@example.com' and m/address ne 'z')", true],
    ['cast(home/city, Edm.Int32) gt 1', false],
    // `and` binds closer than `or`, `not` closest.
    ['age eq 40 or age eq 1 and age eq 2', true],
    ['(age eq 40 or age eq 1) and age eq 2', false],
    ['not (age eq 40) or active eq true', true],
    ['not(age eq 40 or active eq true)', false],
  ])('%s', (filter, expected) => {
    expect(decide(filter)).toBe(expected);
  });
});

test('a value against an unset property is never greater or smaller', () => {
  expect(decide('nick gt 1')).toBe(false);
  expect(decide('nick lt 1')).toBe(false);
});

test('every node of a tree is seen', () => {
  const kinds = [...nodesOf(parseFilter('not (a eq 1 and b in (1)) or c/any(x:x eq 1)'))].map(
    (node) => node.kind,
  );
  expect(kinds).toEqual(['or', 'not', 'and', 'compare', 'in', 'any']);
});

describe('refuses by name', () => {
  test.each([
    ['name eq', 'end of text'],
    ["name eq 'x", 'position 8'],
    ["name like 'x'", "'like'"],
    ["tolower(name) eq 'x'", "'tolower'"],
    ["tags/all(t:t eq 'a')", "'all'"],
    ["name eq 'x' name eq 'y'", "'name'"],
    ["(name eq 'x'", 'end of text'],
    ["name in 'x'", "''x''"],
    ['', 'end of text'],
    ["tags eq 'a'", "'tags'"],
    ["name/any(n:n eq 'a')", "'name'"],
    ["tags/any(t:other eq 'a')", "'other'"],
    ['cast(age, Edm.Guid) eq 1', 'Edm.Guid'],
  ])('%s', (filter, text) => {
    expect(() => decide(filter)).toThrow(GraphError);
    expect(() => decide(filter)).toThrow(text);
  });
});
