// What directory synchronization anchors people by who have been given an anchor of their own: mS-DS-ConsistencyGuid, which
// keeps an identity in the cloud when somebody moves between forests. Everybody else is anchored by objectGUID.
// https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-design-concepts#using-ms-ds-consistencyguid-as-sourceanchor

import { type SourceObjectId, sourceObjectId } from '../../model/ids.ts';
import { and, equals, or, present } from '../ldap-client/filter.ts';
import type { RawEntry } from '../ldap-client/messages.ts';
import { guidBytes, guidText } from '../ldap-client/object-guid.ts';
import type { LdapReader, LdapSearch } from '../ldap-client/reader.ts';
import { bytesOf } from '../ldap-client/values.ts';
import { DirectorySchema } from './directory-schema.ts';
import type { DirectoryParts } from './reading-directory.ts';
import { POSSIBLE_RECIPIENTS } from './recipient-kinds.ts';

export interface SourceAnchors {
  /** From objectGUID to anchor. */
  readonly anchors: ReadonlyMap<SourceObjectId, SourceObjectId>;
  /** Anchors that are the objectGUID of somebody else who is there. */
  readonly taken: ReadonlySet<SourceObjectId>;
}

/** Throws what the directory refuses with: half of the anchors would make strangers of people. */
export type ReadSourceAnchors = (signal: AbortSignal) => Promise<SourceAnchors>;

const ANCHOR = 'mS-DS-ConsistencyGuid';
const ID = 'objectGUID';
/** As many ids as one filter may hold without costing the domain controller more than the way there. */
const IDS_PER_SEARCH = 50;

export function createSourceAnchors(
  parts: Pick<DirectoryParts, 'session' | 'globalCatalog' | 'log'>,
): ReadSourceAnchors {
  const { session, globalCatalog, log } = parts;
  return (signal) =>
    session.read(async (reader) => {
      const schema = new DirectorySchema(reader, globalCatalog, signal);
      await schema.learn([ANCHOR]);
      if (schema.notHeld([ANCHOR]).length > 0)
        log.warn('a global catalog does not hold the anchors of synchronized people, objectGUID is used', {
          attribute: ANCHOR,
        });
      return schema.missing([ANCHOR]).length + schema.notHeld([ANCHOR]).length > 0
        ? { anchors: new Map(), taken: new Set() }
        : readAnchors(reader, globalCatalog ? '' : reader.facts.defaultNamingContext, signal);
    }, signal);
}

async function readAnchors(reader: LdapReader, base: string, signal: AbortSignal): Promise<SourceAnchors> {
  const search = async (
    filter: LdapSearch['filter'],
    attributes: readonly string[],
    take: (id: SourceObjectId, entry: RawEntry) => void,
  ) => {
    const onPage = (page: readonly RawEntry[]) => {
      for (const entry of page) {
        const id = idIn(entry, ID);
        if (id !== undefined) take(id, entry);
      }
    };
    await reader.search({ base, scope: 'sub', filter, attributes }, onPage, signal);
  };
  const anchors = new Map<SourceObjectId, SourceObjectId>();
  await search(and(POSSIBLE_RECIPIENTS, present(ANCHOR)), [ID, ANCHOR], (id, entry) => {
    // Other programs keep other things in it.
    const anchor = idIn(entry, ANCHOR);
    if (anchor !== undefined) anchors.set(id, anchor);
  });
  const others = [...new Set([...anchors].filter(([id, anchor]) => id !== anchor).map(([, one]) => one))];
  const taken = new Set<SourceObjectId>();
  for (let at = 0; at < others.length; at += IDS_PER_SEARCH) {
    const ids = others.slice(at, at + IDS_PER_SEARCH).map((id) => equals(ID, guidBytes(id)));
    await search(or(...ids), [ID], (id) => taken.add(id));
  }
  return { anchors, taken };
}

function idIn(entry: RawEntry, attribute: string): SourceObjectId | undefined {
  const [bytes] = bytesOf(entry, attribute);
  const text = bytes && guidText(bytes);
  return text === undefined ? undefined : sourceObjectId(text);
}
