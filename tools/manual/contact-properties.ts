// All contact properties with the source attributes that feed them by default, and all source attributes, from the
// tables that the mapping itself uses.

import { SLOT_GROUPS, usualSource } from '../../src/core/property-mapping.ts';
import { isFilledByPolicy } from '../../src/core/property-rules.ts';
import { CONTACT_PROPERTIES, CONTACT_PROPERTY_NAMES, type ContactProperty } from '../../src/model/contact.ts';
import { SOURCE_ATTRIBUTES } from '../../src/model/source-object.ts';
import { code, table } from './markdown.ts';

const KINDS = {
  text: 'one line',
  lines: 'several lines',
  email: 'mail address',
  phone: 'phone number',
  date: 'date (YYYY-MM-DD)',
  flag: 'yes or no',
  categories: 'categories',
  url: 'web address',
} as const;

const POLICY_FEEDS: Partial<Record<ContactProperty, string>> = {
  displayName: 'template `contact.displayName`',
  fileAs: 'template `contact.fileAs`',
  categories: '`contact.categories`, with those of a contact item',
  isPrivate: '`contact.isPrivate`, or the flag of a contact item',
};

/** What stands in the property when no rule of the policy says otherwise. */
export function defaultFeed(property: ContactProperty): string {
  if (isFilledByPolicy(property)) return POLICY_FEEDS[property] ?? '';
  const group = SLOT_GROUPS.find(({ slots }) => slots.includes(property));
  const source = usualSource(property, 'sharedMailbox');
  if (source === undefined) return 'nothing: needs a rule with `from`, `template` or `constant`';
  if (usualSource(property, 'exchangeOnline') === undefined)
    return `${code(source)} (contact items only; otherwise nothing)`;
  if (group === undefined || group.slots.length === 1) return code(source);
  return `${code(source)}, value ${group.slots.indexOf(property) + 1}`;
}

export function contactPropertyTable(): string {
  return table(
    ['Contact property', 'Kind', 'Longest', 'Filled from'],
    CONTACT_PROPERTY_NAMES.map((property) => {
      const { kind, maxLength } = CONTACT_PROPERTIES[property];
      return [code(property), KINDS[kind], maxLength.toLocaleString('en-US'), defaultFeed(property)];
    }),
  );
}

export function sourceAttributeTable(): string {
  const fed = new Map<string, ContactProperty[]>();
  for (const property of CONTACT_PROPERTY_NAMES) {
    const source = usualSource(property, 'sharedMailbox');
    if (source !== undefined) fed.set(source, [...(fed.get(source) ?? []), property]);
  }
  return table(
    ['Source attribute', 'Feeds by default'],
    SOURCE_ATTRIBUTES.map((name) => [code(name), (fed.get(name) ?? []).map(code).join(', ')]),
  );
}
