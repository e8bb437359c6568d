// Which fields of one contact are written: a three-way comparison of what is wanted, what is stored, and what we wrote
// last (known only as field fingerprints in the mark). One branch per case.

import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
  type MappedContact,
  type Origins,
} from '../model/contact.ts';
import type { PolicyId } from '../model/ids.ts';
import type { LedgerEntry } from '../model/ledger-record.ts';
import type { FieldChange } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import { comparable } from './comparable.ts';
import { fieldMatches } from './fingerprint.ts';
import { managedProperties, ruleFor } from './property-rules.ts';

/** After this many rewrites of the same value we stop fighting whoever changes it back (hard part 4). */
export const CONTESTED_LIMIT = 2;

export interface FieldsInput {
  readonly policy: Policy;
  readonly wanted: ContactProperties;
  readonly stored: ContactProperties;
  /** What the mark says was written; '' for an item that is being adopted. */
  readonly written: string;
  readonly contested: LedgerEntry['contested'];
  /** The source could not tell these; they are left as they are. */
  readonly unknown?: readonly ContactProperty[] | undefined;
  /** Properties that the rules of another policy of the folder are for. */
  readonly origins?: Origins | undefined;
  readonly companions?: ReadonlyMap<PolicyId, Policy> | undefined;
}

export interface FieldsDecision {
  readonly changes: readonly FieldChange[];
  /** The user's value stays because the rule says so. */
  readonly kept: readonly ContactProperty[];
  /** Somebody keeps changing the value back; we gave up. */
  readonly contested: readonly ContactProperty[];
}

type Verdict = { readonly write: string } | 'leave' | 'keptForUser' | 'contested';

export function decideFields(input: FieldsInput): FieldsDecision {
  const changes: FieldChange[] = [];
  const kept: ContactProperty[] = [];
  const contested: ContactProperty[] = [];
  const managedBy = new Map<Policy, ReadonlySet<ContactProperty>>();
  const isManaged = (policy: Policy, property: ContactProperty): boolean => {
    const managed = managedBy.get(policy) ?? managedProperties(policy);
    managedBy.set(policy, managed);
    return managed.has(property);
  };
  for (const property of CONTACT_PROPERTY_NAMES) {
    const of = input.origins?.[property];
    const policy = (of && input.companions?.get(of)) ?? input.policy;
    if (input.unknown?.includes(property) === true) continue;
    const verdict = isManaged(policy, property)
      ? decideField(input, property, policy)
      : decideLeftOver(input, property, isManaged);
    if (verdict === 'keptForUser') kept.push(property);
    else if (verdict === 'contested') contested.push(property);
    else if (verdict !== 'leave') {
      const from = input.stored[property] ?? '';
      changes.push({ property, from, to: verdict.write, ...(of === undefined ? {} : { of }) });
    }
  }
  return { changes, kept, contested };
}

function decideField(input: FieldsInput, property: ContactProperty, policy: Policy): Verdict {
  const wanted = input.wanted[property] ?? '';
  const stored = input.stored[property] ?? '';
  if (comparable(property, wanted) === comparable(property, stored)) return 'leave';

  const { mode, whenEmpty } = ruleFor(policy, property);
  const storedIsOurs = fieldMatches(input.written, property, stored) === 'same';
  const wasSent = fieldMatches(input.written, property, stored) !== 'notSent';

  // The source has no value: we take away only what we brought, and what the user filled in stays.
  const isSet = CONTACT_PROPERTIES[property].kind === 'categories';
  if (wanted === '') {
    if (!wasSent || whenEmpty === 'keep') return 'leave';
    if ((isSet || mode !== 'overwrite') && !storedIsOurs) return 'keptForUser';
    return { write: '' };
  }

  // Categories are a set: ours are added, the user's own stay.
  if (isSet) {
    const write = storedIsOurs ? wanted : unionOfCategories(wanted, stored);
    return comparable(property, write) === comparable(property, stored) ? 'leave' : { write };
  }

  // We sent exactly this before and it came back different, again and again.
  const sentThisBefore = fieldMatches(input.written, property, wanted) === 'same';
  if (sentThisBefore && (input.contested?.[property] ?? 0) >= CONTESTED_LIMIT) return 'contested';

  if (mode === 'keepEdited') {
    const userEmptiedIt = stored === '' && wasSent;
    const userFilledIt = stored !== '' && !storedIsOurs;
    return userEmptiedIt || userFilledIt ? 'keptForUser' : { write: wanted };
  }
  if (mode === 'fillIfBlank') return stored === '' || storedIsOurs ? { write: wanted } : 'keptForUser';
  return { write: wanted };
}

/**
 * Not ours to fill, but another policy of the folder filled it here, which no longer says anything of the person, or is
 * gone: the contact must not keep one person's data for good. What the user made of it stays.
 */
function decideLeftOver(
  { policy, wanted, stored, written, companions }: FieldsInput,
  property: ContactProperty,
  isManaged: (policy: Policy, property: ContactProperty) => boolean,
): Verdict {
  const value = stored[property] ?? '';
  if (policy.folder.merge === undefined || value === '' || (wanted[property] ?? '') !== '') return 'leave';
  if (fieldMatches(written, property, value) !== 'same') return 'leave';
  const { mode, whenEmpty } = ruleFor(policy, property);
  if (whenEmpty === 'keep') return 'leave';
  // Switched off here: what we once wrote ourselves stays, as without companions.
  const isOfOther = [...(companions?.values() ?? [])].some((other) => isManaged(other, property));
  return mode !== 'off' || isOfOther ? { write: '' } : 'leave';
}

function unionOfCategories(wanted: string, stored: string): string {
  const names = new Map<string, string>();
  for (const name of [...stored.split(';'), ...wanted.split(';')]) {
    const trimmed = name.trim();
    if (trimmed !== '' && !names.has(trimmed.toLowerCase())) names.set(trimmed.toLowerCase(), trimmed);
  }
  return [...names.values()].sort().join(';');
}

/**
 * What the mark of a contact shall say was written. After a degraded reading that is also what earlier runs wrote into
 * properties this reading knows nothing about: forgetting it would make them look like the user's own.
 */
export function propertiesForMark(
  contact: MappedContact,
  stored: ContactProperties,
  written: string,
): ContactProperties {
  const properties: Partial<Record<ContactProperty, string>> = { ...contact.properties };
  for (const property of contact.unknownProperties ?? []) {
    const value = stored[property];
    if (value !== undefined && fieldMatches(written, property, value) === 'same')
      properties[property] = value;
  }
  return properties;
}

/**
 * Did the user put anything of their own into the contact: a managed field that no longer holds what we wrote, or any
 * field that we never wrote? Fields a server fills by itself do not count. Those we stopped fighting about do: it may
 * have been the user who insisted.
 */
export function isEditedByUser(written: string, stored: ContactProperties): boolean {
  return CONTACT_PROPERTY_NAMES.some((property) => {
    const value = stored[property] ?? '';
    const match = fieldMatches(written, property, value);
    if (match === 'same') return false;
    if (match === 'different') return true;
    return comparable(property, value) !== '' && !('generated' in CONTACT_PROPERTIES[property]);
  });
}

/** How often each property has now been rewritten with a value that we had sent before. */
export function contestedAfter(
  before: LedgerEntry['contested'],
  writtenBefore: string,
  fields: readonly FieldChange[],
): LedgerEntry['contested'] {
  const after: Partial<Record<ContactProperty, number>> = { ...before };
  for (const { property, to } of fields) {
    if (fieldMatches(writtenBefore, property, to) === 'same') after[property] = (after[property] ?? 0) + 1;
    else delete after[property];
  }
  return Object.keys(after).length === 0 ? undefined : after;
}
