// Who of Active Directory is behind the anchor that the tenant shows: whoever bears it as mS-DS-ConsistencyGuid, and
// otherwise the object whose objectGUID it is. An anchor that several bear says nothing.

import type { SourceAnchors } from '../connectors/active-directory/source-anchors.ts';
import type { SourceObjectId } from '../model/ids.ts';

type Ids = ReadonlyMap<SourceObjectId, SourceObjectId>;

export interface ResolvedAnchors {
  /** From the id in the tenant to the objectGUID. */
  readonly people: Ids;
  /** Anchors under which earlier versions kept people, and the objectGUID behind each. */
  readonly aliases: Ids;
  /** From objectGUID to an anchor that is another id, to be remembered. */
  readonly pairs: Ids;
  /** Those in the tenant whose anchor several bear: the objectGUID that it looks like stands for them. */
  readonly disputed: ReadonlySet<SourceObjectId>;
}

/** `remembered`: pairs of earlier readings, of those who are not there any more or whose anchor may not be read. */
export function resolveAnchors(
  inTenant: Ids,
  { anchors, taken }: SourceAnchors,
  remembered: Ids,
): ResolvedAnchors {
  const bearers = bearersOf(new Set(inTenant.values()), { anchors, taken }, remembered);
  const people = new Map<SourceObjectId, SourceObjectId>();
  const aliases = new Map<SourceObjectId, SourceObjectId>();
  const pairs = new Map<SourceObjectId, SourceObjectId>();
  const disputed = new Set<SourceObjectId>();
  for (const [id, anchor] of inTenant) {
    const [bearer = anchor, ...others] = bearers.get(anchor) ?? [];
    const isDisputed = others.length > 0;
    people.set(id, isDisputed ? anchor : bearer);
    if (isDisputed) disputed.add(id);
    if (isDisputed || bearer === anchor) continue;
    pairs.set(bearer, anchor);
    // Of somebody who is there it is the id, whoever else is anchored by it.
    if (!taken.has(anchor)) aliases.set(anchor, bearer);
  }
  return { people, aliases, pairs, disputed };
}

function bearersOf(
  wanted: ReadonlySet<SourceObjectId>,
  { anchors, taken }: SourceAnchors,
  remembered: Ids,
): ReadonlyMap<SourceObjectId, readonly SourceObjectId[]> {
  const bearers = new Map<SourceObjectId, SourceObjectId[]>();
  const add = (anchor: SourceObjectId, id: SourceObjectId) => {
    const known = bearers.get(anchor);
    if (known === undefined) bearers.set(anchor, [id]);
    else known.push(id);
  };
  for (const [id, anchor] of anchors) if (wanted.has(anchor)) add(anchor, id);
  // Without an anchor of one's own it is the objectGUID.
  for (const id of taken) if (wanted.has(id) && !anchors.has(id)) add(id, id);
  const borne = new Set(bearers.keys());
  for (const [id, anchor] of remembered)
    if (wanted.has(anchor) && !anchors.has(id) && !borne.has(anchor)) add(anchor, id);
  return bearers;
}
