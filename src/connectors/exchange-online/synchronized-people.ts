// Which people of the tenant come from the directory on-premises, by the id that they have there: directory synchronization
// writes it into the cloud object as its immutable id.
// https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-design-concepts#sourceanchor

import { isUuid, type SourceObjectId, sourceObjectId } from '../../model/ids.ts';
import type { GraphClient } from '../graph-client/index.ts';

/** Throws what Graph refuses with: half a list would make strangers of people. */
export type ReadSynchronizedPeople = (
  signal: AbortSignal,
) => Promise<ReadonlyMap<SourceObjectId, SourceObjectId>>;

const USERS = '/users?$select=id,onPremisesImmutableId&$top=999';

/** From the id in the tenant to the one on-premises. */
export function createSynchronizedPeople(client: GraphClient): ReadSynchronizedPeople {
  return async (signal) => {
    const people = new Map<SourceObjectId, SourceObjectId>();
    for await (const page of client.pages(USERS, {}, signal)) {
      for (const row of page) {
        const { id, onPremisesImmutableId } = row as Readonly<Record<string, unknown>>;
        const there = immutableId(onPremisesImmutableId);
        if (typeof id === 'string' && isUuid(id) && there !== undefined)
          people.set(sourceObjectId(id), there);
      }
    }
    return people;
  };
}

/** undefined: made in the cloud, or anchored by something that is no objectGUID. */
function immutableId(text: unknown): SourceObjectId | undefined {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]{22}==$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // As Active Directory keeps them, with the first three groups in little-endian order ([MS-DTYP] 2.3.4.2).
  const hex = (start: number, end: number) => bytes.subarray(start, end).toString('hex');
  const swapped = (start: number, end: number) =>
    Buffer.from(bytes.subarray(start, end)).reverse().toString('hex');
  return sourceObjectId([swapped(0, 4), swapped(4, 6), swapped(6, 8), hex(8, 10), hex(10, 16)].join('-'));
}
