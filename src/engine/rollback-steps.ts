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

/**
 * Newest change first. What was sent again because its answer was lost stands in the journal twice, and is undone and
 * counted once.
 */
export function rollbackSteps(
  entries: readonly JournalEntry[],
  world: RollbackWorld,
): readonly RollbackStep[] {
  const replaced = replacedIn(entries);
  const undone = new Set<string>();
  const updates: JournalEntry[] = [];
  const isRepeated = (entry: JournalEntry): boolean => {
    if (entry.change === 'update') {
      const isKnown = updates.some((newer) => includes(newer, entry));
      updates.push(entry);
      return isKnown;
    }
    const itemId = entry.change === 'create' ? createdBy(entry, world)?.itemId : entry.itemId;
    if (itemId === undefined) return false;
    const isKnown = undone.has(`${entry.change} ${itemId}`);
    undone.add(`${entry.change} ${itemId}`);
    return isKnown;
  };
  return entries
    .filter((entry) => !isRepeated(entry))
    .map((entry) =>
      replaced.has(entry.id) ? { kind: 'keep', entry, why: 'alreadySo' } : rollbackStep(entry, world),
    );
}

/** A contact that was made anew in its folder, and then deleted, is the same contact without its photo. */
function replacedIn(entries: readonly JournalEntry[]): ReadonlySet<number> {
  const placeOf = ({ sourceObjectId, folderKey }: JournalEntry): string => `${sourceObjectId} ${folderKey}`;
  const made = Map.groupBy(
    entries.filter(({ change }) => change === 'create'),
    placeOf,
  );
  const ids = new Set<number>();
  for (const gone of entries) {
    if (gone.change !== 'delete' || gone.outcome !== 'applied') continue;
    const successor = made
      .get(placeOf(gone))
      ?.find(({ id, newItemId }) => id < gone.id && newItemId !== gone.itemId);
    if (successor !== undefined) for (const { id } of [gone, successor]) ids.add(id);
  }
  return ids;
}

/** Undoing the newer update also undoes the older one: they found the same contact and wrote the same values. */
function includes(newer: JournalEntry, older: JournalEntry): boolean {
  return (
    newer.itemId === older.itemId &&
    newer.before?.mark?.fingerprint === older.before?.mark?.fingerprint &&
    older.fields.every(({ property, from, to }) =>
      newer.fields.some((field) => field.property === property && field.from === from && field.to === to),
    )
  );
}

/** A create whose answer was lost is found by its mark. */
function createdBy(entry: JournalEntry, world: RollbackWorld): ManagedContact | undefined {
  if (entry.newItemId !== undefined) return world.byItem.get(entry.newItemId);
  return entry.sourceObjectId === undefined ? undefined : world.find(entry.sourceObjectId, entry.folderKey);
}

export function rollbackStep(entry: JournalEntry, world: RollbackWorld): RollbackStep {
  const keep = (why: KeptWhy): RollbackStep => ({ kind: 'keep', entry, why });
  const findIn = (folderKey: string): ManagedContact | undefined =>
    entry.sourceObjectId === undefined ? undefined : world.find(entry.sourceObjectId, folderKey);
  switch (entry.change) {
    case 'create': {
      const contact = createdBy(entry, world);
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
