// Checks policies and environments against the contract's schemas and says in plain words what does not fit, where,
// and what may have been meant.

import { Environment, Policy, withoutUserInfo } from '@contactsync/contract';
import type { z } from 'zod';
import { Failure, type FailureDetails } from '../model/failure.ts';
import { choicesAt, keysAt } from './document-schema.ts';

export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export interface ValidationOptions {
  /** File or document the value comes from, to be shown with the problems. */
  readonly origin?: FailureDetails;
  /** Where a path stands in the text, when the value was read from one. */
  readonly locate?: (path: readonly PropertyKey[]) => TextPosition | undefined;
}

/** Throws `invalidDocument` with one line for each problem in the detail `places`. */
export function validatePolicy(value: unknown, options: ValidationOptions = {}): Policy {
  const policy = validate(Policy, value, options);
  return { ...policy, id: policy.id.toLowerCase() };
}

export function validateEnvironment(value: unknown, options: ValidationOptions = {}): Environment {
  const environment = validate(Environment, value, options);
  return { ...environment, id: environment.id.toLowerCase() };
}

function validate<T>(schema: z.ZodType<T>, value: unknown, { origin, locate }: ValidationOptions): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues
    .flatMap((issue) => findings(issue, value, schema))
    .map((finding) => ({ ...finding, position: locate?.(finding.path) }))
    .sort((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0))
    .map(({ path, text, position }) => {
      const where = position === undefined ? '' : ` (line ${position.line}, column ${position.column})`;
      return `${showPath(path)}${where}: ${text}`;
    });
  throw new Failure('invalidDocument', { details: { ...origin, places } });
}

interface Finding {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

function findings(issue: z.core.$ZodIssue, document: unknown, schema: z.ZodType): readonly Finding[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path, document);
    return issue.keys.map((key) => ({ path: [...path, key], text: unknownKey(key, known) }));
  }
  const value = valueAt(document, path);
  const choices = issue.code === 'invalid_union' ? choicesAt(schema, path, document) : [];
  const text =
    choices.length > 0 && value !== undefined ? notAllowed(value, choices) : describe(issue, value);
  return [{ path, text }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `unknown key; did you mean ${near}?`;
  return known.length === 0 ? 'unknown key' : `unknown key; known here: ${known.join(', ')}`;
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code !== 'custom') return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWord(issue.expected)}, not ${show(value)}`;
    case 'invalid_value':
      return notAllowed(value, issue.values.map(String));
    case 'too_small':
      return `must ${sizeWord(issue.origin, 'at least', issue.minimum)}, not ${show(value)}`;
    case 'too_big':
      return `must ${sizeWord(issue.origin, 'at most', issue.maximum)}, not ${show(value)}`;
    case 'invalid_format':
      return `${issue.format === 'url' ? show(withoutUserInfo(String(value))) : show(value)} is not ${formatWord(issue.format, 'pattern' in issue ? issue.pattern : undefined)}`;
    default:
      return issue.message;
  }
}

function notAllowed(value: unknown, allowed: readonly string[]): string {
  const near = typeof value === 'string' ? nearest(value, allowed) : undefined;
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return `${show(value)} is not allowed; allowed: ${allowed.join(', ')}.${hint}`;
}

function typeWord(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a group of keys',
    record: 'a group of keys',
  };
  return words[expected] ?? expected;
}

function sizeWord(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array' || origin === 'set')
    return `have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `be ${bound} ${limit}`;
}

function formatWord(format: string, pattern: string | undefined): string {
  const words: Readonly<Record<string, string>> = {
    guid: 'an id such as 6f2c7a52-0d5e-4c0c-9f3c-2a1b7a0f6a11',
    uuid: 'an id such as 6f2c7a52-0d5e-4c0c-9f3c-2a1b7a0f6a11',
    email: 'a mail address',
    url: 'an address of the allowed kind (https://…)',
  };
  return words[format] ?? (pattern === undefined ? `valid (${format})` : `of the form ${pattern}`);
}

const SHOWN_LENGTH = 60;

function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  // An address at a wrong place may hold a password as well.
  const shown = typeof value === 'string' && value.includes('//') ? withoutUserInfo(value) : value;
  const text = JSON.stringify(shown) ?? String(shown);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}

function showPath(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>(
    (shown, step) =>
      typeof step === 'number' ? `${shown}[${step}]` : `${shown}${shown === '' ? '' : '.'}${String(step)}`,
    '',
  );
  return text === '' ? 'the document' : text;
}

export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    document,
  );
}

/** The known word that a person most probably meant: at most a third of its letters differ, or one begins the other. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= Math.max(1, Math.floor(candidate.length / 3)) ||
        (wanted.length >= 3 && candidate.toLowerCase().startsWith(wanted)),
    )
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Inserted, dropped, replaced and exchanged neighboring letters count one each. */
function editDistance(a: string, b: string): number {
  let beforeThat: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const here = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isExchanged =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const exchanged = isExchanged ? (beforeThat[column - 2] ?? 0) + 1 : replaced;
      here.push(Math.min(replaced, exchanged, (above[column] ?? 0) + 1, (here[column - 1] ?? 0) + 1));
    }
    beforeThat = above;
    above = here;
  }
  return above[b.length] ?? 0;
}
