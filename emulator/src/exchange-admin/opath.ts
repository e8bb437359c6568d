// OPATH, the filter language of -Filter and of dynamic groups' RecipientFilter: the comparisons -eq -ne -like
// -notlike -gt -ge -lt -le, joined by -and -or -not and parentheses. Text compares without regard to case.

import type { Row, RowValue } from './row.ts';

export type Filter = (row: Row) => boolean;

/** What is wrong with a filter, in the service's words. */
export class FilterError extends Error {}

type Token =
  | { readonly kind: 'open' | 'close' | 'not' | 'and' | 'or' }
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'value'; readonly value: string | boolean | null };

const operators = ['-eq', '-ne', '-like', '-notlike', '-gt', '-ge', '-lt', '-le'];
const pattern =
  /\s*(?:(\()|(\))|(-\w+|!)|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|\$(true|false|null)\b|([A-Za-z_][\w.]*)|(\d+))/iy;

/** `names`: the filterable properties, lower-cased, with their spelling in rows. Throws FilterError. */
export function parseFilter(text: string, names: ReadonlyMap<string, string>): Filter {
  const tokens = tokenize(text);
  let position = 0;

  const peek = (): Token | undefined => tokens[position];
  const take = (): Token => {
    const token = tokens[position];
    if (token === undefined) throw new FilterError(`The filter "${text}" ends too early.`);
    position += 1;
    return token;
  };

  function any(): Filter {
    const parts = [all()];
    while (peek()?.kind === 'or') {
      take();
      parts.push(all());
    }
    return parts.length === 1 ? (parts[0] as Filter) : (row) => parts.some((part) => part(row));
  }

  function all(): Filter {
    const parts = [one()];
    while (peek()?.kind === 'and') {
      take();
      parts.push(one());
    }
    return parts.length === 1 ? (parts[0] as Filter) : (row) => parts.every((part) => part(row));
  }

  function one(): Filter {
    const token = take();
    if (token.kind === 'not') {
      const inner = one();
      return (row) => !inner(row);
    }
    if (token.kind === 'open') {
      const inner = any();
      if (take().kind !== 'close') throw new FilterError(`The filter "${text}" lacks a closing parenthesis.`);
      return inner;
    }
    if (token.kind !== 'name') throw new FilterError(`Invalid filter syntax in "${text}".`);
    return comparison(token.text);
  }

  function comparison(property: string): Filter {
    const name = names.get(property.toLowerCase());
    if (name === undefined) {
      throw new FilterError(
        `"${property}" is not a recognized filterable property. For a complete list of filterable properties see the command help.`,
      );
    }
    const operator = take();
    const value = take();
    if (operator.kind !== 'operator' || value.kind !== 'value') {
      throw new FilterError(`Invalid filter syntax in "${text}".`);
    }
    const test = testOf(operator.text, value.value);
    return (row) => test(row[name] ?? null);
  }

  const filter = any();
  if (position < tokens.length) throw new FilterError(`Invalid filter syntax in "${text}".`);
  return filter;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  let position = 0;
  while (position < trimmed.length) {
    pattern.lastIndex = position;
    const match = pattern.exec(trimmed);
    if (match === null) throw new FilterError(`Invalid filter syntax at position ${position} of "${text}".`);
    position = pattern.lastIndex;
    tokens.push(tokenOf(match, text));
  }
  return tokens;
}

function tokenOf(match: RegExpExecArray, text: string): Token {
  const [, open, close, operator, single, double, constant, name, number] = match;
  if (open !== undefined) return { kind: 'open' };
  if (close !== undefined) return { kind: 'close' };
  if (operator !== undefined) {
    const lower = operator.toLowerCase();
    if (lower === '-not' || lower === '!') return { kind: 'not' };
    if (lower === '-and') return { kind: 'and' };
    if (lower === '-or') return { kind: 'or' };
    if (operators.includes(lower)) return { kind: 'operator', text: lower };
    throw new FilterError(`"${operator}" is not a recognized operator in "${text}".`);
  }
  if (single !== undefined) return { kind: 'value', value: single.replaceAll("''", "'") };
  if (double !== undefined) return { kind: 'value', value: double.replaceAll('""', '"') };
  if (constant !== undefined) {
    return { kind: 'value', value: { true: true, false: false, null: null }[constant.toLowerCase()] ?? null };
  }
  if (name !== undefined) return { kind: 'name', text: name };
  return { kind: 'value', value: number ?? '' };
}

function testOf(operator: string, wanted: string | boolean | null): (value: RowValue) => boolean {
  switch (operator) {
    case '-eq':
      return (value) => isEqual(value, wanted);
    case '-ne':
      return (value) => !isEqual(value, wanted);
    case '-like': {
      const like = wildcard(wanted);
      return (value) => texts(value).some((text) => like.test(text));
    }
    case '-notlike': {
      const like = wildcard(wanted);
      return (value) => !texts(value).some((text) => like.test(text));
    }
    default:
      return (value) =>
        texts(value).some((text) => isOrdered(operator, compare(value, text, String(wanted))));
  }
}

function isEqual(value: RowValue, wanted: string | boolean | null): boolean {
  const list = texts(value);
  if (wanted === null) return list.length === 0;
  const lower = String(wanted).toLowerCase();
  return list.some((text) => text.toLowerCase() === lower);
}

// A directory has no empty values: unset and '' are the same.
function texts(value: RowValue): readonly string[] {
  if (value === null || value === '') return [];
  if (Array.isArray(value)) return value;
  if (value instanceof Date) return [value.toISOString()];
  if (typeof value === 'object' && 'guid' in value) return [value.guid];
  return [String(value)];
}

function wildcard(wanted: string | boolean | null): RegExp {
  const source = String(wanted ?? '').replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${source.replaceAll('*', '.*')}$`, 'isu');
}

function compare(value: RowValue, text: string, wanted: string): number {
  if (value instanceof Date) return value.getTime() - new Date(wanted).getTime();
  if (typeof value === 'number') return value - Number(wanted);
  return text.toLowerCase() < wanted.toLowerCase() ? -1 : text.toLowerCase() > wanted.toLowerCase() ? 1 : 0;
}

function isOrdered(operator: string, order: number): boolean {
  if (operator === '-gt') return order > 0;
  if (operator === '-ge') return order >= 0;
  if (operator === '-lt') return order < 0;
  return order <= 0;
}
