// Data of a line of the log as it may be written: nothing under the name of a secret, no secret that is known, however
// deep it lies and whoever put it there.

import { Failure } from '../model/failure.ts';
import { HIDDEN } from './known-secrets.ts';

const SECRET_NAME =
  /(password|passphrase|secret|token|authorization|cookie|private_?key(_?pem)?|client_?assertion|assertion|credentials?|api_?key)$/i;

/** Deeper lies nothing of ours. */
const DEEPEST = 12;

/** Of people, who may be meant by it; a local part is 64 characters long at most. */
const MAIL_ADDRESS = /[^\s"'<>(),;:@/\\]{1,64}@[^\s"'<>(),;:@/\\]+/g;

export const withoutAddresses = (text: string): string => text.replace(MAIL_ADDRESS, '{address}');

/** `hide`: what is left out of every text. */
export function redact(value: unknown, hide: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return hide(value);
  if (typeof value === 'bigint' || value instanceof URL) return hide(String(value));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  // Something that holds itself ends here, too.
  if (depth === DEEPEST) return '[too deep]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return redact(describeError(value), hide, depth + 1);
  if (value instanceof Map) return redact(Object.fromEntries(value), hide, depth);
  if (value instanceof Set) return redact([...value], hide, depth);
  if (Array.isArray(value)) return value.map((item) => redact(item, hide, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      hide(name),
      isSecret(name, held) ? HIDDEN : redact(held, hide, depth + 1),
    ]),
  );
}

/** Numbers and yes or no say something about a secret, such as how many there are. */
function isSecret(name: string, held: unknown): boolean {
  const isHarmless =
    held === undefined || held === null || typeof held === 'number' || typeof held === 'boolean';
  return !isHarmless && SECRET_NAME.test(name);
}

/** A defect keeps its stack, also as the cause of another error; an administrator's mistake has none. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (error instanceof Failure && error.facts.whoActs !== 'us')
    return { number: error.number, code: error.code, details: error.details, ...cause };
  return { type: error.name, message: error.message, stack: error.stack, ...cause };
}
