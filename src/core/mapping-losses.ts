// What the mapping of one object had to leave behind, so that reports can say so.

import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperty,
  type MappingLoss,
} from '../model/contact.ts';
import { removeIllegalCharacters } from './comparable.ts';

/** What cleaning took away from the value: `whole` before, `cleaned` after it. */
export function cleaningLosses(property: ContactProperty, whole: string, cleaned: string): MappingLoss[] {
  if (whole === cleaned) return [];
  // Vertical tabs and form feeds are illegal too, but become line breaks or blanks.
  const spaced = whole.replace(/[\v\f]/g, ' ');
  const legal = removeIllegalCharacters(spaced);
  const losses: MappingLoss[] = [];
  if (legal !== spaced) losses.push({ property, reason: 'illegalCharacters', count: 1 });
  const { kind, maxLength } = CONTACT_PROPERTIES[property];
  const couldBeCut = kind !== 'date' && kind !== 'flag' && cleaned !== '';
  if (couldBeCut && legal.normalize('NFC').trim().length > maxLength)
    losses.push({ property, reason: 'cut', count: 1 });
  return losses;
}

/** One entry per property and reason, in the order of the property table. */
export function mergeLosses(losses: readonly MappingLoss[]): MappingLoss[] {
  const merged = new Map<string, MappingLoss>();
  for (const loss of losses) {
    const key = `${loss.property} ${loss.reason}`;
    const count = loss.count + (merged.get(key)?.count ?? 0);
    if (count > 0) merged.set(key, { ...loss, count });
  }
  return [...merged.values()].sort(
    (a, b) =>
      CONTACT_PROPERTY_NAMES.indexOf(a.property) - CONTACT_PROPERTY_NAMES.indexOf(b.property) ||
      (a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0),
  );
}
