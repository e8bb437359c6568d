// Single objects that a policy names, remembered by their ids. A name that fits nobody any more says little: the object
// may have been renamed, or this controller does not have it yet. Its id tells whether it is gone.

import { gunzipSync, gzipSync } from 'node:zlib';
import { asFailure } from '../../model/failure.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';

const FORMAT = 1;

/** By then every controller has heard of an object, or of its end. */
const REPLICATED_AFTER_MS = 24 * 60 * 60 * 1_000;

interface Seen {
  readonly guid: string;
  /** Invocation id of the server that showed it. */
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

export class NamedObjects {
  readonly #seen: Map<string, Seen>;
  readonly #server: string;
  readonly #now: Date;

  constructor(seen: Iterable<readonly [string, Seen]>, server: string | undefined, now: Date) {
    this.#seen = new Map(seen);
    this.#server = server ?? '';
    this.#now = now;
  }

  /** Id of what was found under the name last; undefined: never found. */
  idOf(name: string): string | undefined {
    return this.#seen.get(name)?.guid;
  }

  found(name: string, guid: string): void {
    this.#seen.set(name, { guid, by: this.#server, at: this.#now.toISOString() });
  }

  /** Whether a server that has no object with the id proves that there is none: it has had it, or long enough ago. */
  isProvedGone(name: string): boolean {
    const seen = this.#seen.get(name);
    if (seen === undefined) return false;
    const age = this.#now.getTime() - Date.parse(seen.at);
    return (this.#server !== '' && seen.by === this.#server) || !(age < REPLICATED_AFTER_MS);
  }

  entries(): Iterable<readonly [string, Seen]> {
    return this.#seen;
  }
}

/** Nothing is remembered of what is in doubt. */
export async function recallNamedObjects(
  cache: DirectoryCache,
  key: string,
  log: Log,
): Promise<readonly (readonly [string, Seen])[]> {
  try {
    const blob = await cache.read(key);
    const packed = blob === undefined ? undefined : JSON.parse(gunzipSync(blob).toString('utf8'));
    return packed?.format === FORMAT ? packed.seen : [];
  } catch (thrown) {
    log.warn('the ids of single objects cannot be recalled', { ...asFailure(thrown).toRecord() });
    return [];
  }
}

export async function rememberNamedObjects(
  cache: DirectoryCache,
  key: string,
  named: NamedObjects,
  log: Log,
): Promise<void> {
  const seen = [...named.entries()];
  if (seen.length === 0) return;
  try {
    await cache.save(key, gzipSync(JSON.stringify({ format: FORMAT, seen }), { level: 1 }));
  } catch (thrown) {
    log.warn('the ids of single objects cannot be remembered', { ...asFailure(thrown).toRecord() });
  }
}
