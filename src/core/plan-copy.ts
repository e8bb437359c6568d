// What copying contacts into a folder has to write: what is missing there, and what changed at the original since. What a
// user changed in a copy stays, what a user deleted stays deleted, and nothing else is ever deleted.

import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
} from '../model/contact.ts';
import type { PolicyId, SourceObjectId } from '../model/ids.ts';
import type { ManagedContact, OriginalItem } from '../model/mailbox.ts';
import type { OriginalFurther } from './carried.ts';
import { comparable } from './comparable.ts';
import { contactFingerprint, fieldMatches } from './fingerprint.ts';

export interface WantedCopy {
  readonly id: SourceObjectId;
  readonly original: OriginalItem;
  /** '' is the folder itself, otherwise a sub-folder's name. */
  readonly folderKey: string;
  readonly properties: ContactProperties;
  /** As far as the target can carry it. */
  readonly further: OriginalFurther;
  readonly furtherDigest: string;
}

export type CopyChange =
  | { readonly kind: 'create'; readonly copy: WantedCopy }
  | {
      readonly kind: 'update';
      readonly copy: WantedCopy;
      readonly existing: ManagedContact;
      /** Nothing: all that changed at the original was changed by a user too; only the mark is written. */
      readonly set: Readonly<Partial<Record<ContactProperty, string>>>;
      /** A value that changed at the original was changed by a user too. */
      readonly isKept: boolean;
      /** More than contact properties changed at the original. */
      readonly hasFurther: boolean;
    };

export interface CopyPlan {
  readonly changes: readonly CopyChange[];
  readonly unchanged: number;
  /** Copied before, and deleted by a user since; they stay deleted. */
  readonly leftDeleted: number;
  /** Copies whose original is not among the wanted ones; they stay. */
  readonly withoutOriginal: number;
  /** Copies that are there, each once, by the original. */
  readonly existing: ReadonlyMap<SourceObjectId, ManagedContact>;
}

export function planCopy(
  wanted: readonly WantedCopy[],
  found: readonly ManagedContact[],
  copying: PolicyId,
  /** Those that were copied before. */
  known: ReadonlySet<SourceObjectId>,
): CopyPlan {
  const existing = oldestById(found, copying);
  const changes: CopyChange[] = [];
  let leftDeleted = 0;
  for (const copy of wanted) {
    const there = existing.get(copy.id);
    if (there === undefined) {
      if (known.has(copy.id)) leftDeleted += 1;
      else changes.push({ kind: 'create', copy });
      continue;
    }
    const { mark } = there;
    const hasChanged = mark.fingerprint !== contactFingerprint(copy.properties);
    const hasFurther = (mark.furtherDigest ?? '') !== copy.furtherDigest;
    if (!hasChanged && !hasFurther) continue;
    const fields = hasChanged ? fieldsOf(copy.properties, there) : { set: {}, isKept: false };
    changes.push({ kind: 'update', copy, existing: there, ...fields, hasFurther });
  }
  const ids = new Set(wanted.map(({ id }) => id));
  return {
    changes,
    unchanged: wanted.length - changes.length - leftDeleted,
    leftDeleted,
    withoutOriginal: [...existing.keys()].filter((id) => !ids.has(id)).length,
    existing,
  };
}

/** Whoever copies such a contact in Outlook copies its mark: the oldest is the one that was made here. */
function oldestById(
  found: readonly ManagedContact[],
  copying: PolicyId,
): ReadonlyMap<SourceObjectId, ManagedContact> {
  const oldest = new Map<SourceObjectId, ManagedContact>();
  for (const contact of found) {
    const { policyId, sourceObjectId: id } = contact.mark;
    if (policyId !== copying || id === undefined) continue;
    const other = oldest.get(id);
    if (other === undefined || contact.createdAt < other.createdAt) oldest.set(id, contact);
  }
  return oldest;
}

/** One for each original. */
export function copiesOf(found: readonly ManagedContact[], copying: PolicyId): readonly ManagedContact[] {
  return [...oldestById(found, copying).values()];
}

/** Whether a copy still holds the contact properties that were written, and no others. */
export function holdsWritten({ mark, properties = {} }: ManagedContact): boolean {
  return CONTACT_PROPERTY_NAMES.every((property) => {
    const value = comparable(property, properties[property] ?? '');
    const was = fieldMatches(mark.fieldFingerprints, property, value);
    return was === 'notSent' ? value === '' || 'generated' in CONTACT_PROPERTIES[property] : was === 'same';
  });
}

function fieldsOf(
  wanted: ContactProperties,
  { mark, properties: stored = {} }: ManagedContact,
): { readonly set: Partial<Record<ContactProperty, string>>; readonly isKept: boolean } {
  const set: Partial<Record<ContactProperty, string>> = {};
  let isKept = false;
  for (const property of CONTACT_PROPERTY_NAMES) {
    const to = wanted[property] ?? '';
    const from = stored[property] ?? '';
    if (comparable(property, to) === comparable(property, from)) continue;
    const was = fieldMatches(mark.fieldFingerprints, property, from);
    const hasChangedAtOriginal =
      comparable(property, to) === ''
        ? was !== 'notSent'
        : fieldMatches(mark.fieldFingerprints, property, to) !== 'same';
    if (!hasChangedAtOriginal) continue;
    const isUntouched =
      was === 'same' ||
      (was === 'notSent' &&
        (comparable(property, from) === '' || 'generated' in CONTACT_PROPERTIES[property]));
    if (isUntouched) set[property] = to;
    else isKept = true;
  }
  return { set, isKept };
}
