import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { sourceObjectId } from '../model/ids.ts';
import type { FilterRow } from '../model/policy.ts';
import type { SourceObject } from '../model/source-object.ts';
import { compileFilter, validateFilterRows } from './filter-rows.ts';
import { filterRow } from './test-policy.ts';

const anna: SourceObject = {
  id: sourceObjectId('00000000-0000-4000-8000-000000000001'),
  kind: 'userMailbox',
  attributes: {
    department: ['Straßenbau'],
    emailAddresses: ['anna@contoso.example', 'a.kern@example.com'],
    notes: ['one\ntwo'],
  },
  isHidden: false,
  isDisabled: false,
  isGuest: false,
  unknownAttributes: ['manager'],
};

function fits(...rows: readonly FilterRow[]) {
  return compileFilter([[...rows]], 'source.include').fits(anna);
}

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('filter rows', () => {
  it.each([
    ['department', 'equals', 'STRASSENBAU', true],
    ['department', 'equals', 'Straßen', false],
    ['department', 'notEquals', 'Sales', true],
    ['department', 'notEquals', 'straßenbau', false],
    ['department', 'contains', 'SSENB', true],
    ['department', 'startsWith', 'stra', true],
    ['department', 'endsWith', 'Bau', true],
    ['department', 'endsWith', 'stra', false],
    ['department', 'isEmpty', undefined, false],
    ['company', 'isEmpty', undefined, true],
    ['company', 'isNotEmpty', undefined, false],
    ['company', 'equals', 'Contoso', false],
    ['company', 'notEquals', 'Contoso', true],
    ['emailAddresses', 'endsWith', '@EXAMPLE.COM', true],
    ['emailAddresses', 'notEquals', 'a.kern@example.com', false],
    ['emailAddresses', 'matches', '^a\\.[a-z]+@', true],
    ['emailAddresses', 'matches', '^kern', false],
    ['department', 'matches', 'straßen', true],
  ] as const)('%s %s %s: %s', (property, operator, value, expected) => {
    expect(fits(filterRow(property, operator, value))).toBe(expected);
  });

  it('needs every row of a set and any set', () => {
    const yes = filterRow('department', 'startsWith', 'S');
    const no = filterRow('company', 'isNotEmpty');
    expect(fits(yes, no)).toBe(false);
    expect(compileFilter([[yes, no], [yes]], 'x').fits(anna)).toBe(true);
    expect(compileFilter([], 'x').fits(anna)).toBe(false);
  });

  it('does not decide about what the reading could not tell', () => {
    const unknown = filterRow('manager', 'isEmpty');
    expect(fits(unknown)).toBe('unknown');
    expect(fits(unknown, filterRow('company', 'isNotEmpty'))).toBe(false);
    expect(compileFilter([[unknown], [filterRow('company', 'isEmpty')]], 'x').fits(anna)).toBe(true);
  });

  it('answers at once where a backtracking engine would not come back', () => {
    const long: SourceObject = { ...anna, attributes: { notes: [`${'a'.repeat(50_000)}!`] } };
    expect(compileFilter([[filterRow('notes', 'matches', '^(a+)+$')]], 'x').fits(long)).toBe(false);
  });

  it('names the place, the problem and the near match', () => {
    const rows = {
      include: [],
      exclude: [[filterRow('department', 'isEmpty'), filterRow('departement', 'equals', 'x')]],
    };
    const failure = failureOf(() => validateFilterRows(rows));
    expect(failure.code).toBe('invalidFilter');
    expect(failure.details).toEqual({
      place: 'source.exclude[0][1].property',
      problem: 'Unknown source attribute "departement". Did you mean "department"?',
      suggestion: 'department',
    });
    const other = failureOf(() =>
      validateFilterRows({ include: [[filterRow('ExtensionAttribute7', 'isEmpty')]], exclude: [] }),
    );
    expect(other.details.suggestion).toBe('customAttribute7');
    const far = failureOf(() =>
      validateFilterRows({ include: [[filterRow('zzzzzzzz', 'isEmpty')]], exclude: [] }),
    );
    expect(far.details.suggestion).toBeUndefined();
  });

  it.each(['(', '(?=x)', '(a)\\1', '[z-a]', 'a{2000}'])('refuses the pattern %s', (pattern) => {
    const failure = failureOf(() =>
      validateFilterRows({ include: [[filterRow('notes', 'matches', pattern)]], exclude: [] }),
    );
    expect(failure.code).toBe('invalidFilter');
    expect(failure.details.place).toBe('source.include[0][0].value');
  });

  it('refuses a row without the value it needs', () => {
    expect(
      failureOf(() => validateFilterRows({ include: [[filterRow('notes', 'contains')]], exclude: [] }))
        .details.place,
    ).toBe('source.include[0][0].value');
  });
});
