// What the engine is handed for one policy: its environment within reach, the stores, the license.

import { companionsOf } from '../core/companions-check.ts';
import type { RunPorts } from '../engine/run-ports.ts';
import type { Environment } from '../model/environment.ts';
import type { Policy } from '../model/policy.ts';
import type { LicenseLimit } from '../ports/license.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { filledMailboxes } from './licenses.ts';
import { findDocument } from './lookup.ts';

export async function environmentOf(
  { environments }: OperationsDependencies,
  policy: Pick<Policy, 'environment'>,
): Promise<Environment> {
  return (await findDocument(environments, 'environment', policy.environment)).document;
}

/** Throws `storedDocument` where one of them cannot be read. */
export async function storedPolicies({
  policies,
}: Pick<OperationsDependencies, 'policies'>): Promise<readonly Policy[]> {
  return (await policies.list()).map(({ document }) => document);
}

/** Those that fill its folder with it. Throws `storedDocument` where one that cannot be read may be among them. */
export async function storedCompanions(
  policy: Policy,
  { policies }: Pick<OperationsDependencies, 'policies'>,
): Promise<readonly Policy[]> {
  if (policy.folder.merge === undefined) return [];
  const { readable, unreadable } = await policies.survey();
  const doubtful = unreadable.find(({ id }) => id !== policy.id);
  if (doubtful !== undefined) throw doubtful.reason;
  return companionsOf(
    policy,
    readable.map(({ document }) => document),
  );
}

/** Connects for the time of the work. */
export async function withPorts<T>(
  dependencies: OperationsDependencies,
  environment: Environment,
  work: (ports: RunPorts) => Promise<T>,
): Promise<T> {
  const { ledger, journal, runs, memory, withheld, leases, clock, log } = dependencies;
  const connection = await dependencies.connect(environment);
  const { source, directory, targets, traffic, photos } = connection;
  try {
    return await work({
      source,
      directory,
      targets,
      ledger,
      journal,
      runs,
      memory,
      withheld,
      companionsOf: (policy) => storedCompanions(policy, dependencies),
      leases,
      clock,
      log,
      ...(traffic === undefined ? {} : { traffic }),
      ...(photos === undefined ? {} : { photos }),
    });
  } finally {
    await connection.close();
  }
}

/** The first run that may write starts the trial. */
export async function limitFor(
  { license, clock, policies, memory }: OperationsDependencies,
  mode: 'run' | 'test',
  policy: Pick<Policy, 'id'>,
): Promise<LicenseLimit> {
  if (mode === 'run') await license.recordRun(clock.now());
  const limit = await license.current(clock.now());
  if (limit.kind === 'trial') return limit;
  const perPolicy = await filledMailboxes({ policies, memory });
  const others = perPolicy.filter(({ id }) => id !== policy.id);
  return { ...limit, filledElsewhere: new Set(others.flatMap(({ mailboxes }) => mailboxes)) };
}
