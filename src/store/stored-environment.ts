// Environments as they were stored, perhaps before a rule for addresses or servers came up. They must stay readable, or
// nobody could correct them: signing-in parts of an address are left out, servers stay as they are.

import { type EarlierValue, Environment } from '@contactsync/contract';
import type { z } from 'zod';
import { type ValidationOptions, validateEnvironment, valueAt } from './validate-document.ts';

interface EarlierPlace extends EarlierValue {
  readonly path: readonly PropertyKey[];
}

/** Throws `invalidDocument` for whatever else does not fit. */
export function readStoredEnvironment(value: unknown, options: ValidationOptions = {}): Environment {
  const parsed = Environment.safeParse(value);
  const places = parsed.success ? [] : parsed.error.issues.flatMap(earlierPlace);
  if (places.length === 0) return validateEnvironment(value, options);
  const fitting: unknown = structuredClone(value);
  for (const { path, standIn } of places) put(fitting, path, standIn);
  const environment = structuredClone(validateEnvironment(fitting, options));
  for (const { path, kept } of places) put(environment, path, kept ?? valueAt(value, path));
  return environment;
}

function earlierPlace(issue: z.core.$ZodIssue): readonly EarlierPlace[] {
  const earlier: unknown = issue.code === 'custom' ? issue.params?.earlier : undefined;
  return earlier === undefined ? [] : [{ path: issue.path, ...(earlier as EarlierValue) }];
}

function put(document: unknown, path: readonly PropertyKey[], value: unknown): void {
  const [owner, last] = [valueAt(document, path.slice(0, -1)), path.at(-1)];
  if (typeof owner === 'object' && owner !== null && last !== undefined) Reflect.set(owner, last, value);
}
