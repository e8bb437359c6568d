// Who is who in a hybrid organization: a person synchronized from Active Directory has another id in the tenant. Here the
// one of Active Directory counts, so that a policy may change sides (docs/decisions/0013).

import type { ReadSynchronizedPeople } from '../connectors/exchange-online/synchronized-people.ts';
import { asFailure } from '../model/failure.ts';
import { type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { DirectoryCache } from '../ports/directory-cache.ts';
import type { Log } from '../ports/log.ts';

export interface Identities {
  /** The id that counts; one that is not synchronized keeps its own. */
  own(id: SourceObjectId): SourceObjectId;
  /** The id in the tenant, by which Microsoft Graph finds the mailbox. */
  inTenant(id: SourceObjectId): SourceObjectId;
}

export type LoadIdentities = (signal: AbortSignal) => Promise<Identities>;

/**
 * Read once per connection. Where the tenant cannot be asked, what it said last holds: ids stay for good. Without that it
 * throws, because people would be taken for strangers and written twice.
 */
export function createIdentities(parts: {
  readonly read: ReadSynchronizedPeople;
  readonly cache: DirectoryCache;
  readonly environmentId: string;
  readonly log: Log;
}): LoadIdentities {
  const { read, cache, log } = parts;
  const key = `synchronized people of ${parts.environmentId}`;
  let loading: Promise<Identities> | undefined;

  async function load(signal: AbortSignal): Promise<Identities> {
    try {
      const people = await read(signal);
      await cache.save(key, Buffer.from(JSON.stringify([...people])));
      return identitiesOf(people);
    } catch (thrown) {
      const failure = asFailure(thrown);
      const remembered = signal.aborted ? undefined : decode(await cache.read(key));
      if (remembered === undefined) throw failure;
      log.warn('who is synchronized could not be read, what the tenant said last is used', {
        ...failure.toRecord(),
      });
      return identitiesOf(remembered);
    }
  }

  return (signal) => {
    loading ??= load(signal).catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
}

export function identitiesOf(people: ReadonlyMap<SourceObjectId, SourceObjectId>): Identities {
  const tenant = new Map([...people].map(([there, here]) => [here, there]));
  return { own: (id) => people.get(id) ?? id, inTenant: (id) => tenant.get(id) ?? id };
}

function decode(blob: Uint8Array | undefined): ReadonlyMap<SourceObjectId, SourceObjectId> | undefined {
  if (blob === undefined) return undefined;
  try {
    const pairs = JSON.parse(Buffer.from(blob).toString()) as readonly (readonly [string, string])[];
    return new Map(pairs.map(([there, here]) => [sourceObjectId(there), sourceObjectId(here)]));
  } catch {
    return undefined;
  }
}
