// The object filter of a policy (specification 5.1.2): include and exclude sets of rows over source attributes. Logic
// is three-valued, because a degraded reading may not know an attribute: then neither yes nor no is trusted.

import { RE2JS } from 're2js';
import { Failure } from '../model/failure.ts';
import type { FilterRow, SourcePart } from '../model/policy.ts';
import type { Known, SourceObject } from '../model/source-object.ts';
import { foldCase } from './case-folding.ts';
import { unknownName } from './near-match.ts';
import { isSourceAttribute, nearSourceAttribute } from './source-attributes.ts';

type RowTest = (object: SourceObject) => Known<boolean>;

export interface CompiledFilter {
  /** Whether any set fits; no sets at all fit nothing. */
  readonly fits: (object: SourceObject) => Known<boolean>;
  readonly isEmpty: boolean;
}

/** Throws Failure `invalidFilter` naming the place, for what cannot be evaluated. */
export function compileFilter(sets: SourcePart['include'], place: string): CompiledFilter {
  const compiled = sets.map((rows, set) =>
    rows.map((row, index) => compileRow(row, `${place}[${set}][${index}]`)),
  );
  return {
    fits: (object) => anyOf(compiled.map((tests) => allOf(tests.map((test) => test(object))))),
    isEmpty: compiled.length === 0,
  };
}

function allOf(answers: readonly Known<boolean>[]): Known<boolean> {
  if (answers.includes(false)) return false;
  return answers.includes('unknown') ? 'unknown' : true;
}

function anyOf(answers: readonly Known<boolean>[]): Known<boolean> {
  if (answers.includes(true)) return true;
  return answers.includes('unknown') ? 'unknown' : false;
}

function compileRow(row: FilterRow, place: string): RowTest {
  const { property, operator } = row;
  if (!isSourceAttribute(property)) {
    const suggestion = nearSourceAttribute(property);
    throw invalid(`${place}.property`, unknownName('source attribute', property, suggestion), suggestion);
  }
  const valuesOf = (object: SourceObject) =>
    (object.attributes[property] ?? []).filter((value) => value.trim() !== '');
  const knowing =
    (test: (values: readonly string[]) => boolean): RowTest =>
    (object) =>
      object.unknownAttributes?.includes(property) ? 'unknown' : test(valuesOf(object));

  if (operator === 'isEmpty') return knowing((values) => values.length === 0);
  if (operator === 'isNotEmpty') return knowing((values) => values.length > 0);

  const text = row.value ?? '';
  if (text.trim() === '') {
    throw invalid(
      `${place}.value`,
      `The operator "${operator}" needs a value. Use isEmpty or isNotEmpty for missing values.`,
    );
  }
  if (operator === 'matches') {
    const pattern = compilePattern(text, `${place}.value`);
    return knowing((values) => values.some((value) => pattern.test(value.normalize('NFC'))));
  }
  const wanted = foldCase(text.trim());
  const any = (compare: (value: string) => boolean) =>
    knowing((values) => values.some((value) => compare(foldCase(value.trim()))));
  switch (operator) {
    case 'equals':
      return any((value) => value === wanted);
    case 'notEquals':
      return knowing((values) => !values.some((value) => foldCase(value.trim()) === wanted));
    case 'contains':
      return any((value) => value.includes(wanted));
    case 'startsWith':
      return any((value) => value.startsWith(wanted));
    case 'endsWith':
      return any((value) => value.endsWith(wanted));
  }
}

/** RE2 is linear in the text, so that no pattern can stop a run; it finds anywhere unless anchored with ^ and $. */
function compilePattern(text: string, place: string): RE2JS {
  try {
    return RE2JS.compile(text.normalize('NFC'), RE2JS.CASE_INSENSITIVE);
  } catch (thrown) {
    throw invalid(
      place,
      `The pattern is not an RE2 expression: ${thrown instanceof Error ? thrown.message : 'unreadable'}`,
    );
  }
}

function invalid(place: string, problem: string, suggestion?: string): Failure {
  return new Failure('invalidFilter', {
    details: { place, problem, ...(suggestion === undefined ? {} : { suggestion }) },
  });
}

/** For saving a policy: throws Failure `invalidFilter` for the first row that cannot be evaluated. */
export function validateFilterRows(source: Pick<SourcePart, 'include' | 'exclude'>): void {
  compileFilter(source.include, 'source.include');
  compileFilter(source.exclude, 'source.exclude');
}
