// One contact from what several policies know of a person: each property from the first of them that has a value, with
// the rules of that policy (docs/decisions/0015).

import {
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
  type MappedContact,
  type Origins,
} from '../model/contact.ts';
import type { PolicyId } from '../model/ids.ts';
import type { OfferedPerson } from '../model/offer.ts';
import { comparable } from './comparable.ts';
import { contactFingerprint, fieldFingerprints } from './fingerprint.ts';
import { SLOT_GROUPS } from './property-mapping.ts';

/** What one policy says of the person; in the order of priority. */
export interface Claim {
  readonly policyId: PolicyId;
  readonly managed: ReadonlySet<ContactProperty>;
  /** undefined: nobody knows yet what the policy wants. */
  readonly person: OfferedPerson | undefined;
}

/** Street, city and country belong together: parts of two addresses would be a third one, in which nobody lives. */
const ADDRESSES = ['business', 'home', 'other'].map((prefix) =>
  CONTACT_PROPERTY_NAMES.filter((name) =>
    new RegExp(`^${prefix}(?:Street|PostOfficeBox|City|State|PostalCode|Country)$`).test(name),
  ),
);
const UNITS: readonly (readonly ContactProperty[])[] = [
  ...ADDRESSES,
  ...CONTACT_PROPERTY_NAMES.filter((name) => !ADDRESSES.some((group) => group.includes(name))).map((name) => [
    name,
  ]),
];
/** The earlier slots of the same kind. */
const SLOTS_BEFORE = new Map(
  SLOT_GROUPS.flatMap(({ slots }) => slots.map((slot, place) => [slot, slots.slice(0, place)] as const)),
);

/** `own` writes the contact: the first claim that wants the person. */
export function mergeFields(own: MappedContact, ownId: PolicyId, claims: readonly Claim[]): MappedContact {
  const properties: Partial<Record<ContactProperty, string>> = {};
  const origins: Partial<Record<ContactProperty, PolicyId>> = {};
  const unknown: ContactProperty[] = [];
  for (const unit of UNITS) {
    const { claim, isUnknown } = decideUnit(unit, claims, properties);
    if (claim === undefined) continue;
    for (const property of unit) {
      if (claim.policyId !== ownId) origins[property] = claim.policyId;
      if (!claim.managed.has(property)) continue;
      const value = valueLeft(claim, property, properties);
      if (value !== '') properties[property] = value;
      else if (isUnknown(property)) unknown.push(property);
    }
  }
  const { unknownProperties: _, ...rest } = own;
  return {
    ...rest,
    properties,
    fingerprint: contactFingerprint(properties),
    fieldFingerprints: fieldFingerprints(properties),
    ...(unknown.length === 0 ? {} : { unknownProperties: unknown }),
    ...(Object.keys(origins).length === 0 ? {} : { origins: origins satisfies Origins }),
  };
}

interface UnitVerdict {
  /** Who decides; undefined: nobody manages any of the unit. */
  readonly claim: Claim | undefined;
  readonly isUnknown: (property: ContactProperty) => boolean;
}

/**
 * The first with a value. What somebody before might have and could not tell is not looked for further down: the value
 * would change with every reading that tells more or less.
 */
function decideUnit(
  unit: readonly ContactProperty[],
  claims: readonly Claim[],
  soFar: ContactProperties,
): UnitVerdict {
  let first: Claim | undefined;
  for (const claim of claims) {
    const managed = unit.filter((property) => claim.managed.has(property));
    if (managed.length === 0) continue;
    if (claim.person === undefined) return { claim, isUnknown: () => true };
    const untold = claim.person.unknownProperties ?? [];
    const isUnknown = (property: ContactProperty): boolean => untold.includes(property);
    const hasValue = managed.some((property) => valueLeft(claim, property, soFar) !== '');
    if (hasValue || managed.some(isUnknown)) return { claim, isUnknown };
    first ??= claim;
  }
  return { claim: first, isUnknown: () => false };
}

/** Not what stands in an earlier slot already: the policies may have the same numbers in another order. */
function valueLeft({ person }: Claim, property: ContactProperty, soFar: ContactProperties): string {
  const value = person?.properties[property] ?? '';
  const isThere = (slot: ContactProperty): boolean =>
    soFar[slot] !== undefined && comparable(slot, soFar[slot]) === comparable(property, value);
  return value !== '' && SLOTS_BEFORE.get(property)?.some(isThere) === true ? '' : value;
}
