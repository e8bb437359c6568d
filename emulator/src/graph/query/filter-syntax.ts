// Reads the text of an OData `$filter` into a tree. It knows the part of the grammar that Graph documents for
// users, groups, org contacts and Outlook contacts; anything else is refused by name.
import { badRequest } from '../graph-error.ts';

export type CompareOperator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type Literal = string | number | boolean | null;

export type Operand =
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | { readonly kind: 'cast'; readonly operand: Operand; readonly type: string };

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly operand: Filter }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: 'in'; readonly left: Operand; readonly values: readonly Literal[] }
  | {
      readonly kind: 'test';
      readonly test: 'startsWith' | 'endsWith' | 'contains';
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: 'any';
      readonly path: readonly string[];
      readonly variable: string;
      readonly body: Filter | undefined;
    };

type Token = {
  readonly kind: 'word' | 'string' | 'number' | 'date' | 'symbol' | 'end';
  readonly text: string;
};

const lexemes: readonly (readonly [Token['kind'] | 'blank', RegExp])[] = [
  ['blank', /\s+/y],
  ['string', /'(?:[^']|'')*'/y],
  ['date', /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?/y],
  ['number', /-?\d+(?:\.\d+)?/y],
  ['word', /[@$A-Za-z_][A-Za-z0-9_.]*/y],
  ['symbol', /[()/,:]/y],
];

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const found = lexemes
      .map(([kind, pattern]) => {
        pattern.lastIndex = at;
        return { kind, match: pattern.exec(text)?.[0] };
      })
      .find((candidate) => candidate.match !== undefined);
    if (found?.match === undefined)
      throw badRequest(`Invalid filter clause: syntax error at position ${at} in '${text}'.`);
    if (found.kind !== 'blank') tokens.push({ kind: found.kind, text: found.match });
    at += found.match.length;
  }
  return tokens;
}

export function parseFilter(text: string): Filter {
  const tokens = tokenize(text);
  let at = 0;

  const peek = (ahead = 0): Token => tokens[at + ahead] ?? { kind: 'end', text: '' };
  const take = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const fail = (token: Token): never => {
    throw badRequest(
      `Invalid filter clause: '${token.text === '' ? 'end of text' : token.text}' was not expected in '${text}'.`,
    );
  };
  const expect = (symbol: string): void => {
    const token = take();
    if (token.text !== symbol || token.kind === 'string') fail(token);
  };
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text === word;

  function disjunction(): Filter {
    let left = conjunction();
    while (isWord('or')) {
      take();
      left = { kind: 'or', left, right: conjunction() };
    }
    return left;
  }

  function conjunction(): Filter {
    let left = negation();
    while (isWord('and')) {
      take();
      left = { kind: 'and', left, right: negation() };
    }
    return left;
  }

  function negation(): Filter {
    if (isWord('not')) {
      take();
      return { kind: 'not', operand: negation() };
    }
    if (peek().text === '(' && peek().kind === 'symbol') {
      take();
      const inner = disjunction();
      expect(')');
      return inner;
    }
    return predicate();
  }

  function predicate(): Filter {
    const word = peek();
    if (word.kind === 'word' && peek(1).text === '(' && word.text !== 'cast') {
      const test = testName(word.text);
      if (test === undefined) throw badRequest(`Unknown function '${word.text}' in filter '${text}'.`);
      take();
      expect('(');
      const left = operand();
      expect(',');
      const right = operand();
      expect(')');
      if (isWord('eq') && peek(1).text === 'true') at += 2;
      return { kind: 'test', test, left, right };
    }
    const left = operand();
    if (left.kind === 'path') {
      const last = left.path.at(-1);
      if ((last === 'any' || last === 'Any') && peek().text === '(') return lambda(left.path.slice(0, -1));
      if (last === 'all' || last === 'All') throw badRequest(`'all' is not supported in filter '${text}'.`);
    }
    const operator = take();
    if (operator.kind !== 'word') return fail(operator);
    if (operator.text === 'in') return membership(left);
    if (!isCompareOperator(operator.text)) return fail(operator);
    return { kind: 'compare', operator: operator.text, left, right: operand() };
  }

  function membership(left: Operand): Filter {
    expect('(');
    const values: Literal[] = [];
    do {
      const value = operand();
      if (value.kind !== 'literal') throw badRequest(`'in' needs a list of values in filter '${text}'.`);
      values.push(value.value);
    } while (take().text === ',');
    at -= 1;
    expect(')');
    return { kind: 'in', left, values };
  }

  function lambda(path: readonly string[]): Filter {
    expect('(');
    if (peek().text === ')') {
      take();
      return { kind: 'any', path, variable: '', body: undefined };
    }
    const variable = take();
    if (variable.kind !== 'word') return fail(variable);
    expect(':');
    const body = disjunction();
    expect(')');
    return { kind: 'any', path, variable: variable.text, body };
  }

  function operand(): Operand {
    const token = take();
    if (token.kind === 'string')
      return { kind: 'literal', value: token.text.slice(1, -1).replaceAll("''", "'") };
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) };
    if (token.kind === 'date') return { kind: 'literal', value: token.text };
    if (token.kind !== 'word') return fail(token);
    if (token.text === 'true' || token.text === 'false')
      return { kind: 'literal', value: token.text === 'true' };
    if (token.text === 'null') return { kind: 'literal', value: null };
    if (token.text === 'cast' && peek().text === '(') {
      take();
      const inner = operand();
      expect(',');
      const type = take();
      expect(')');
      return { kind: 'cast', operand: inner, type: type.text };
    }
    const path = [token.text];
    while (peek().text === '/' && peek().kind === 'symbol') {
      take();
      const next = take();
      if (next.kind !== 'word') return fail(next);
      path.push(next.text);
    }
    return { kind: 'path', path };
  }

  const filter = disjunction();
  if (peek().kind !== 'end') fail(peek());
  return filter;
}

function testName(word: string): 'startsWith' | 'endsWith' | 'contains' | undefined {
  if (word === 'startsWith' || word === 'startswith') return 'startsWith';
  if (word === 'endsWith' || word === 'endswith') return 'endsWith';
  return word === 'contains' ? 'contains' : undefined;
}

function isCompareOperator(word: string): word is CompareOperator {
  return ['eq', 'ne', 'gt', 'ge', 'lt', 'le'].includes(word);
}
