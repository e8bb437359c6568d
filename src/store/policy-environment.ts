// The environment of a policy file that names none, such as one from another installation: it is given by whoever
// applies the file. A file that names one keeps it: with another it would leave the mailboxes of the first.

import { Failure, type FailureDetails } from '../model/failure.ts';

/** Of a value that is not validated yet. Throws `environmentNeeded`, or `usage` where two are named. */
export function withEnvironment(value: unknown, file: string, given: string | undefined): unknown {
  if (!isRecord(value) || value['kind'] !== 'policy') return value;
  const named = value['environment'];
  if (named === undefined || named === null || named === '') {
    if (given !== undefined) return { ...value, environment: given };
    throw new Failure('environmentNeeded', { details: { file, ...sourceOf(value) } });
  }
  if (given === undefined || named === given) return value;
  throw new Failure('usage', {
    details: { file, reason: `the file names the environment ${JSON.stringify(named)} and keeps it` },
  });
}

function sourceOf({ source }: Readonly<Record<string, unknown>>): FailureDetails {
  const type = isRecord(source) ? source['type'] : undefined;
  return typeof type === 'string' ? { source: type } : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
