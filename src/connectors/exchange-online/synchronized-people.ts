// Which people of the tenant come from the directory on-premises, by what they are anchored with there: directory
// synchronization writes it into the cloud object as its immutable id.
// https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-design-concepts#sourceanchor

import { isUuid, type SourceObjectId, sourceObjectId } from '../../model/ids.ts';
import type { GraphClient } from '../graph-client/index.ts';

export interface SynchronizedPeople {
  /** From the id in the tenant to the anchor: the objectGUID, or what stands in mS-DS-ConsistencyGuid. */
  readonly anchors: ReadonlyMap<SourceObjectId, SourceObjectId>;
  /** Those whose anchor is no id, such as an employee number. */
  readonly otherwise: ReadonlySet<SourceObjectId>;
}

/** Throws what Graph refuses with: half a list would make strangers of people. */
export type ReadSynchronizedPeople = (signal: AbortSignal) => Promise<SynchronizedPeople>;

const USERS = '/users?$select=id,onPremisesImmutableId&$top=999';

export function createSynchronizedPeople(client: GraphClient): ReadSynchronizedPeople {
  return async (signal) => {
    const anchors = new Map<SourceObjectId, SourceObjectId>();
    const otherwise = new Set<SourceObjectId>();
    for await (const page of client.pages(USERS, {}, signal)) {
      for (const row of page) {
        const { id: text, onPremisesImmutableId } = row as Readonly<Record<string, unknown>>;
        if (typeof text !== 'string' || !isUuid(text)) continue;
        const id = sourceObjectId(text);
        const anchor = anchorIn(onPremisesImmutableId);
        if (anchor !== undefined) anchors.set(id, anchor);
        else if (typeof onPremisesImmutableId === 'string' && onPremisesImmutableId !== '') otherwise.add(id);
      }
    }
    return { anchors, otherwise };
  };
}

/** undefined: made in the cloud, or anchored by something that is no id. */
function anchorIn(text: unknown): SourceObjectId | undefined {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]{22}==$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // As Active Directory keeps them, with the first three groups in little-endian order ([MS-DTYP] 2.3.4.2).
  const hex = (start: number, end: number) => bytes.subarray(start, end).toString('hex');
  const swapped = (start: number, end: number) =>
    Buffer.from(bytes.subarray(start, end)).reverse().toString('hex');
  return sourceObjectId([swapped(0, 4), swapped(4, 6), swapped(6, 8), hex(8, 10), hex(10, 16)].join('-'));
}
