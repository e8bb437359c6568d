// The service tries no password that a server refused: there is a run at every due time, and each try counts towards
// locking the account. Once a day it looks again, because some refusals pass, and one try a day locks nobody out. What a
// person begins by hand tries it.

import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import type { EnvironmentId } from '../model/ids.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { idOf } from './lookup.ts';

const TRIED_AGAIN_AFTER_MS = 24 * 60 * 60 * 1_000;
const USES = ['activeDirectory', 'exchange'] as const;

/** Throws the refusal that stands. */
export type RefuseRefusedPassword = (environment: Environment) => Promise<void>;

export function createRefusedPasswordGuard({
  secrets,
  clock,
}: Pick<OperationsDependencies, 'secrets' | 'clock'>): RefuseRefusedPassword {
  const heldSince = new Map<EnvironmentId, number>();

  async function standing(id: EnvironmentId): Promise<Failure | undefined> {
    for (const use of USES) {
      const record = await secrets.readRefusal(id, use);
      if (record !== undefined) return Failure.fromRecord(record);
    }
    return undefined;
  }

  return async (environment) => {
    const id = idOf(environment);
    const refusal = await standing(id);
    if (refusal === undefined) {
      heldSince.delete(id);
      return;
    }
    const now = clock.now().getTime();
    const since = heldSince.get(id);
    const isTimeToTry = since !== undefined && now - since >= TRIED_AGAIN_AFTER_MS;
    // A clock that was set back must not keep it until then.
    if (since === undefined || isTimeToTry || now < since) heldSince.set(id, now);
    if (!isTimeToTry) throw refusal;
  };
}
