// What undoes one journaled change in a mailbox as it is now. Pure. What users changed since stays and is reported.

import { comparable } from '../core/comparable.ts';
import {
  contactFingerprint,
  FINGERPRINT_VERSION,
  fieldFingerprints,
  fieldMatches,
} from '../core/fingerprint.ts';
import { mayHoldUserData } from '../core/plan-removal.ts';
import { CONTACT_PROPERTY_NAMES, type ContactProperty } from '../model/contact.ts';
import type { ItemId, SourceObjectId } from '../model/ids.ts';
import type { BeforeImage, JournalEntry } from '../model/ledger-record.ts';
import type { ForeignContact, ManagedContact, OwnershipMark } from '../model/mailbox.ts';
import type { FieldChange } from '../model/plan.ts';
import { overlay } from './target-changes.ts';

export type RollbackStep =
  /** A contact we created goes again. */
  | { readonly kind: 'delete'; readonly entry: JournalEntry; readonly contact: ManagedContact }
  /** A contact we changed gets its old values and its old mark. */
  | {
      readonly kind: 'restoreFields';
      readonly entry: JournalEntry;
      readonly contact: ManagedContact;
      readonly fields: readonly FieldChange[];
      readonly before: BeforeImage;
      /** Fields that somebody changed since. */
      readonly kept: readonly ContactProperty[];
    }
  /** A contact we deleted comes back. */
  | { readonly kind: 'recreate'; readonly entry: JournalEntry; readonly before: BeforeImage }
  /** A contact we handed over gets its mark back; one we adopted loses it. */
  | {
      readonly kind: 'takeBack';
      readonly entry: JournalEntry;
      readonly item: ForeignContact;
      readonly mark: OwnershipMark;
    }
  | {
      readonly kind: 'release';
      readonly entry: JournalEntry;
      readonly contact: ManagedContact;
      readonly fields: readonly FieldChange[];
    }
  | { readonly kind: 'keep'; readonly entry: JournalEntry; readonly why: KeptWhy };

export type KeptWhy = 'alreadySo' | 'changedSince' | 'goneSince' | 'recreatedSince' | 'notJournaled';

export interface RollbackWorld {
  /** The policy's contacts in the mailbox now, complete. */
  readonly byItem: ReadonlyMap<ItemId, ManagedContact>;
  /** While somebody moves to another sub-folder, there are two of them. */
  readonly find: (id: SourceObjectId, folderKey: string) => ManagedContact | undefined;
  readonly foreign: ReadonlyMap<ItemId, ForeignContact>;
}

export function rollbackStep(entry: JournalEntry, world: RollbackWorld): RollbackStep {
  const keep = (why: KeptWhy): RollbackStep => ({ kind: 'keep', entry, why });
  const findIn = (folderKey: string): ManagedContact | undefined =>
    entry.sourceObjectId === undefined ? undefined : world.find(entry.sourceObjectId, folderKey);
  switch (entry.change) {
    case 'create': {
      // A create whose answer was lost is found by its mark.
      const contact =
        entry.newItemId === undefined ? findIn(entry.folderKey) : world.byItem.get(entry.newItemId);
      if (contact === undefined) return keep('alreadySo');
      const isAsWritten = contact.version === entry.newVersion;
      return !isAsWritten && mayHoldUserData(contact)
        ? keep('changedSince')
        : { kind: 'delete', entry, contact };
    }
    case 'update': {
      if (entry.before === undefined || entry.itemId === undefined) return keep('notJournaled');
      const contact = world.byItem.get(entry.newItemId ?? entry.itemId);
      if (contact === undefined) return keep('goneSince');
      const { fields, kept } = fieldsToRestore(entry.fields, contact);
      const hasOldMark = contact.mark.fingerprint === entry.before.mark?.fingerprint;
      if (fields.length === 0 && hasOldMark) return keep(kept.length > 0 ? 'changedSince' : 'alreadySo');
      return { kind: 'restoreFields', entry, contact, fields, before: entry.before, kept };
    }
    case 'delete': {
      if (entry.before === undefined) return keep('notJournaled');
      // The process died before it was deleted, or the user fetched it back.
      if (entry.itemId !== undefined && world.byItem.has(entry.itemId)) return keep('alreadySo');
      // After a move between sub-folders the new copy is undone by its own entry.
      const isThereAgain = findIn(entry.before.folderKey) !== undefined;
      return isThereAgain ? keep('recreatedSince') : { kind: 'recreate', entry, before: entry.before };
    }
    case 'handOver': {
      if (entry.before?.mark === undefined || entry.itemId === undefined) return keep('notJournaled');
      if (world.byItem.has(entry.itemId)) return keep('alreadySo');
      const item = world.foreign.get(entry.itemId);
      return item === undefined
        ? keep('goneSince')
        : { kind: 'takeBack', entry, item, mark: entry.before.mark };
    }
    case 'adopt': {
      const contact = entry.itemId === undefined ? undefined : world.byItem.get(entry.itemId);
      if (contact === undefined) return keep('goneSince');
      return { kind: 'release', entry, contact, fields: fieldsToRestore(entry.fields, contact).fields };
    }
    default:
      return keep('alreadySo');
  }
}

/**
 * The mark as it was, except for what a later run wrote and what therefore stays: that would otherwise look like an edit
 * by the user.
 */
export function markAfterRestoring(
  step: Pick<Extract<RollbackStep, { kind: 'restoreFields' }>, 'contact' | 'fields' | 'before' | 'kept'>,
): OwnershipMark {
  const { contact, before } = step;
  const old = before.mark;
  if (old === undefined || step.kept.length === 0) return old ?? contact.mark;
  const after = overlay(contact.properties ?? {}, step.fields);
  const written: Partial<Record<ContactProperty, string>> = {};
  for (const property of CONTACT_PROPERTY_NAMES) {
    const isOurs = (mark: OwnershipMark, value: string): boolean =>
      fieldMatches(mark.fieldFingerprints, property, value) === 'same';
    const now = after[property] ?? '';
    const once = before.properties[property] ?? '';
    if (isOurs(contact.mark, now) || isOurs(old, now)) written[property] = now;
    else if (isOurs(old, once)) written[property] = once;
  }
  return {
    ...old,
    version: FINGERPRINT_VERSION,
    fingerprint: contactFingerprint(written),
    fieldFingerprints: fieldFingerprints(written),
  };
}

/** A field is put back only while it still holds what we wrote. */
function fieldsToRestore(
  written: readonly FieldChange[],
  contact: ManagedContact,
): { fields: readonly FieldChange[]; kept: readonly ContactProperty[] } {
  const fields: FieldChange[] = [];
  const kept: ContactProperty[] = [];
  for (const { property, from, to } of written) {
    const stored = contact.properties?.[property] ?? '';
    if (comparable(property, stored) === comparable(property, to))
      fields.push({ property, from: stored, to: from });
    else if (comparable(property, stored) !== comparable(property, from)) kept.push(property);
  }
  return { fields, kept };
}
