// Finds, for every source object, the one managed contact of the policy that is ours. A user who copies a contact
// copies the mark as well: ours is then the one in the right folder, otherwise the one the ledger knows, otherwise the
// oldest. Copies are left alone, except the one that is known to be ours: a move to another sub-folder left it behind.

import type { ItemId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { LedgerRecord } from '../model/ledger-record.ts';
import type { ManagedContact } from '../model/mailbox.ts';

export interface OwnContact extends ManagedContact {
  readonly sourceObjectId: SourceObjectId;
}

export interface MatchedContacts {
  readonly own: ReadonlyMap<SourceObjectId, OwnContact>;
  readonly copies: readonly OwnContact[];
  /** Ours by the ledger, in a wrong folder, while its successor stands in the right one. */
  readonly leftovers: readonly OwnContact[];
  /** Ids that a contact of another policy stands for, with the policies. */
  readonly ofOtherPolicies: ReadonlyMap<SourceObjectId, ReadonlySet<PolicyId>>;
}

export function matchContacts(
  contacts: readonly ManagedContact[],
  policyId: PolicyId,
  known: LedgerRecord | undefined,
  wantedFolderKey: (id: SourceObjectId) => string | undefined,
): MatchedContacts {
  const knownItems = new Map<SourceObjectId, ItemId>();
  for (const entry of known?.entries ?? []) knownItems.set(entry.sourceObjectId, entry.itemId);
  const alsoOurs = new Set(known?.alsoOurs ?? []);
  const isKnownItem = ({ sourceObjectId, itemId }: OwnContact): boolean =>
    knownItems.get(sourceObjectId) === itemId || alsoOurs.has(itemId);

  const own = new Map<SourceObjectId, OwnContact>();
  const copies: OwnContact[] = [];
  const ofOtherPolicies = new Map<SourceObjectId, Set<PolicyId>>();
  const rank = (contact: OwnContact): string => {
    const isKnown = isKnownItem(contact);
    const isInPlace = wantedFolderKey(contact.sourceObjectId) === contact.folderKey;
    return `${isInPlace ? 0 : 1}${isKnown ? 0 : 1}${contact.createdAt} ${contact.itemId}`;
  };
  for (const contact of contacts) {
    const id = contact.mark.sourceObjectId;
    if (id === undefined) continue;
    if (contact.mark.policyId !== policyId) {
      ofOtherPolicies.set(id, (ofOtherPolicies.get(id) ?? new Set()).add(contact.mark.policyId));
      continue;
    }
    const candidate: OwnContact = { ...contact, sourceObjectId: id };
    const rival = own.get(id);
    if (rival === undefined) own.set(id, candidate);
    else if (rank(candidate) < rank(rival)) {
      own.set(id, candidate);
      copies.push(rival);
    } else copies.push(candidate);
  }
  const isLeftover = (contact: OwnContact): boolean => {
    const id = contact.sourceObjectId;
    const wantedKey = wantedFolderKey(id);
    const isReplaced = wantedKey !== undefined && own.get(id)?.folderKey === wantedKey;
    return isReplaced && contact.folderKey !== wantedKey && isKnownItem(contact);
  };
  return {
    own,
    copies: copies.filter((contact) => !isLeftover(contact)),
    leftovers: copies.filter(isLeftover),
    ofOtherPolicies,
  };
}
