// The service tries no password that a server refused: there is a run at every due time, and each try counts towards
// locking the account. Once a day it looks again, because some refusals pass, and one try a day locks nobody out. What a
// person begins by hand tries it. The time is stored: a service that is started anew each night counts on.

import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import type { EnvironmentId } from '../model/ids.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { idOf } from './lookup.ts';

/** Not quite a day: what runs each night at the same time must not miss it by a second. */
const TRIED_AGAIN_AFTER_MS = 23 * 60 * 60 * 1_000;
const USES = ['activeDirectory', 'exchange'] as const;

export const heldSinceKey = (id: EnvironmentId): string => `refusedPassword.heldSince.${id}`;

/** Throws the refusal that stands. */
export type RefuseRefusedPassword = (environment: Environment) => Promise<void>;

export function createRefusedPasswordGuard({
  secrets,
  settings,
  clock,
}: Pick<OperationsDependencies, 'secrets' | 'settings' | 'clock'>): RefuseRefusedPassword {
  async function standing(id: EnvironmentId): Promise<Failure | undefined> {
    for (const use of USES) {
      const record = await secrets.readRefusal(id, use);
      if (record !== undefined) return Failure.fromRecord(record);
    }
    return undefined;
  }

  return async (environment) => {
    const id = idOf(environment);
    const key = heldSinceKey(id);
    const refusal = await standing(id);
    const stored = await settings.read(key);
    if (refusal === undefined) {
      if (stored !== undefined) await settings.remove(key);
      return;
    }
    const now = clock.now();
    const since = stored === undefined ? Number.NaN : Date.parse(stored);
    const heldMs = now.getTime() - since;
    const isTimeToTry = heldMs >= TRIED_AGAIN_AFTER_MS;
    // A clock that was set back must not keep it until then.
    const isKnown = heldMs >= 0;
    if (isTimeToTry || !isKnown) await settings.write(key, now.toISOString());
    if (!isTimeToTry) throw refusal;
  };
}
