// Whether a contact still holds what we wrote, told by the field fingerprints of its mark or of the ledger alone.

import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
} from '../model/contact.ts';
import type { LedgerEntry } from '../model/ledger-record.ts';
import { comparable } from './comparable.ts';
import { areFieldFingerprintsWhole, fieldMatches } from './fingerprint.ts';
import { CONTESTED_LIMIT } from './plan-fields.ts';

/** Properties that hold something else than we wrote; what servers fill in by themselves is not meant. */
export function changedProperties(
  fieldFingerprints: string,
  properties: ContactProperties,
): readonly ContactProperty[] {
  return CONTACT_PROPERTY_NAMES.filter((property) => {
    const value = properties[property] ?? '';
    const match = fieldMatches(fieldFingerprints, property, value);
    if (match !== 'notSent') return match === 'different';
    return comparable(property, value) !== '' && !('generated' in CONTACT_PROPERTIES[property]);
  });
}

/** What somebody changed since, of an item that has nothing but its entry to tell whose it is; undefined: nobody can say. */
export function editedSince(
  { fieldFingerprints, contested }: Pick<LedgerEntry, 'fieldFingerprints' | 'contested'>,
  properties: ContactProperties,
): readonly ContactProperty[] | undefined {
  if (fieldFingerprints === '' || !areFieldFingerprintsWhole(fieldFingerprints)) return undefined;
  return changedProperties(fieldFingerprints, properties).filter(
    (property) => (contested?.[property] ?? 0) < CONTESTED_LIMIT,
  );
}
