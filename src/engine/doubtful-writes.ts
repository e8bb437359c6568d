// Writes whose answer was lost: whether one of them has happened, told by what the mailbox shows when it is read again.
// Pure. What the new plan would do is no evidence: the user may have done something to the same contact meanwhile.

import { comparable } from '../core/comparable.ts';
import { CONTACT_PROPERTY_NAMES, type ContactProperty } from '../model/contact.ts';
import type { ItemId } from '../model/ids.ts';
import type { JournalIntent } from '../model/ledger-record.ts';
import type { ManagedContact, OwnershipMark } from '../model/mailbox.ts';
import type { TargetChange } from '../model/plan.ts';

export interface SentChange {
  readonly target: TargetChange;
  readonly intent: JournalIntent;
}

/** The item as it was written; undefined: it was not written, or nobody can say. `contacts` must be read in full. */
export function foundWritten(
  { target, intent }: SentChange,
  contacts: readonly ManagedContact[],
): { readonly itemId: ItemId; readonly version: string } | undefined {
  switch (target.kind) {
    case 'create':
      return contacts.find(
        (contact) => contact.folderKey === intent.folderKey && isSameMark(contact.mark, target.mark),
      );
    case 'update':
    case 'adopt': {
      const contact = contacts.find(({ itemId }) => itemId === target.itemId);
      if (contact === undefined || !isSameMark(contact.mark, target.mark)) return undefined;
      // Where a value is put back that somebody changed in the mailbox, the mark was the same before.
      const isTold = !isSameMark(intent.before?.mark, target.mark);
      return isTold || (contact.version !== target.version && holds(contact, target.set))
        ? contact
        : undefined;
    }
    case 'delete':
    case 'handOver': {
      const isStillOurs = contacts.some(({ itemId }) => itemId === target.itemId);
      return isStillOurs ? undefined : { itemId: target.itemId, version: '' };
    }
  }
}

function isSameMark(one: OwnershipMark | undefined, other: OwnershipMark): boolean {
  return (
    one?.policyId === other.policyId &&
    one.sourceObjectId === other.sourceObjectId &&
    one.fingerprint === other.fingerprint &&
    one.fieldFingerprints === other.fieldFingerprints
  );
}

function holds(
  { properties }: ManagedContact,
  set: Readonly<Partial<Record<ContactProperty, string>>>,
): boolean {
  if (properties === undefined) return false;
  return CONTACT_PROPERTY_NAMES.every((property) => {
    const written = set[property];
    return (
      written === undefined ||
      comparable(property, properties[property] ?? '') === comparable(property, written)
    );
  });
}
