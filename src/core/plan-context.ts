// What the decision about one mailbox starts from: who is wanted there, what was found, and what is known from before.

import type { MappedContact } from '../model/contact.ts';
import { policyId, type SourceObjectId } from '../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../model/ledger-record.ts';
import type { FolderSnapshot, ForeignContact, TargetMailbox } from '../model/mailbox.ts';
import { entriesOfMissing, type LostContact, lostContacts } from './lost-marks.ts';
import { type MatchedContacts, matchContacts, type OwnContact } from './match-contacts.ts';
import type { MergedWish, StandIn } from './merge.ts';
import type { RemovalInput } from './plan-removal.ts';

export interface PlanInput extends RemovalInput {
  readonly mailbox: TargetMailbox;
  /** The same map for every mailbox of the run; the owner's own contact is left out here. */
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  readonly snapshot: FolderSnapshot;
  /** A dirty record must not be given. */
  readonly known: LedgerRecord | undefined;
  /** Of the items that `itemsWithoutMark` names, those that were found. */
  readonly unmarked?: readonly ForeignContact[];
  /** The dirty record of a writing that was cut off: it only tells which of several items is ours. */
  readonly interrupted?: LedgerRecord | undefined;
  /** Digest of the property rules in force, compared with the ledger's. */
  readonly rulesDigest: string;
  readonly respected: ReadonlySet<SourceObjectId>;
  /** Everybody else is left as they are; nothing given: nobody is. */
  readonly only?: ReadonlySet<SourceObjectId> | undefined;
  /** Damaged marks, too. Only on demand: whatever damages them might do it again after every run. */
  readonly renewsMarks?: boolean;
  /** With it, `wanted` has only those whom this policy writes among several. */
  readonly merged?: Pick<MergedWish, 'standIns' | 'untold' | 'ambiguous' | 'companions'> | undefined;
}

export interface PlanContext extends PlanInput {
  readonly matched: MatchedContacts;
  /** Managed contacts that this plan does not look at. */
  readonly others: number;
  readonly entries: ReadonlyMap<SourceObjectId, LedgerEntry>;
  /** How often a value was fought over; also known from a writing that was cut off. */
  readonly contested: ReadonlyMap<SourceObjectId, LedgerEntry['contested']>;
  readonly deletedByUser: ReadonlySet<SourceObjectId>;
  /** Their items lie there without a mark. */
  readonly lost: ReadonlyMap<SourceObjectId, LostContact>;
  /** Contacts lie here of a policy that comes first, and nobody knows yet of whom. */
  readonly waitsForOthers: boolean;
}

export function contextOf(input: PlanInput): PlanContext {
  const entries = new Map<SourceObjectId, LedgerEntry>();
  for (const entry of input.known?.entries ?? []) entries.set(entry.sourceObjectId, entry);
  const matched = matchContacts(
    input.snapshot.contacts,
    policyId(input.policy.id),
    input.known ?? input.interrupted,
    (id) => input.wanted.get(id)?.folderKey,
  );
  const { ofOtherPolicies } = matched;
  const isThere = ({ policyId, sourceObjectId }: StandIn): boolean =>
    ofOtherPolicies.get(sourceObjectId)?.has(policyId) === true;
  const untold = input.merged?.untold ?? new Set();
  const missing = [...entries.keys()].filter((id) => !matched.own.has(id));
  const looked = restricted(matched, input.only);
  return {
    ...input,
    matched: looked,
    others: matched.own.size - looked.own.size,
    entries,
    contested: new Map(
      ((input.known ?? input.interrupted)?.entries ?? []).map((entry) => [
        entry.sourceObjectId,
        entry.contested,
      ]),
    ),
    deletedByUser: new Set([...missing, ...(input.known?.missing ?? [])]),
    lost: lostContacts(
      entriesOfMissing(input.known, (id) => matched.own.has(id)),
      input.unmarked ?? [],
    ),
    replaced: new Map(
      [...matched.own.keys()].flatMap((id) => {
        const standIn = input.merged?.standIns.get(id);
        return standIn === undefined ? [] : [[id, isThere(standIn) ? 'stands' : 'awaited']];
      }),
    ),
    waitsForOthers: untold.size > 0 && input.snapshot.contacts.some(({ mark }) => untold.has(mark.policyId)),
  };
}

function restricted(matched: MatchedContacts, only: PlanInput['only']): MatchedContacts {
  if (only === undefined) return matched;
  return {
    ...matched,
    own: new Map([...matched.own].filter(([id]) => only.has(id))),
    copies: matched.copies.filter(({ sourceObjectId }) => only.has(sourceObjectId)),
    leftovers: matched.leftovers.filter(({ sourceObjectId }) => only.has(sourceObjectId)),
  };
}

/** What this mailbox shall hold of the person: nothing when it is the owner's own contact or the mailbox is leaving. */
export function wantedOf(context: PlanContext, id: SourceObjectId): MappedContact | undefined {
  if (context.purpose === 'empty') return undefined;
  if (id === context.mailbox.ownerId && !context.policy.contact.includeOwn) return undefined;
  return context.wanted.get(id);
}

/** Same version as we left it, same wish, same rules: nothing can have changed, so nothing is read or compared. */
export function isUnchanged(context: PlanContext, contact: OwnContact, wanted: MappedContact): boolean {
  const entry = context.entries.get(wanted.sourceObjectId);
  return (
    entry !== undefined &&
    entry.itemId === contact.itemId &&
    entry.version === contact.version &&
    entry.fingerprint === wanted.fingerprint &&
    context.known?.rulesDigest === context.rulesDigest
  );
}
