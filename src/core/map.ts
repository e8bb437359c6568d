// Selected object + the policy's contact part -> MappedContact: how a source object shall stand in a mailbox. The same
// for every mailbox of the policy, and the same whatever order objects and values were read in.

import type { CountryCode } from 'libphonenumber-js';
import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
  type MappedContact,
  type MappingLoss,
} from '../model/contact.ts';
import type { Policy, PropertyRule } from '../model/policy.ts';
import type { SourceAttribute, SourceObject } from '../model/source-object.ts';
import { clean, comparable } from './comparable.ts';
import { countryCodeOf, countryName } from './countries.ts';
import { contactFingerprint, fieldFingerprints } from './fingerprint.ts';
import { cleaningLosses, mergeLosses } from './mapping-losses.ts';
import { formatPhone } from './phone-number.ts';
import { SINGLE_SOURCE_LIST, SLOT_GROUPS, usualSource } from './property-mapping.ts';
import { hasOwnSource, propertyRule } from './property-rules.ts';
import type { Selection } from './select.ts';
import { distinctValues, fillSlots, stableOrder } from './slots.ts';
import { firstValue, labelOf, primarySmtpDomain } from './source-attributes.ts';
import { parseTemplate, renderTemplate, type Template, templateFields } from './template.ts';

/** What of a policy decides how contacts look. */
export type MappingPolicy = Pick<Policy, 'source' | 'contact' | 'folder'>;

export interface MappingDefaults {
  /** The environment's country for phone numbers. */
  readonly country?: string | undefined;
}

type MapObject = (object: SourceObject) => MappedContact;

interface Mapping {
  readonly policy: MappingPolicy;
  readonly defaultCountry: CountryCode | undefined;
  readonly displayName: Template;
  readonly fileAs: Template;
  readonly rules: ReadonlyMap<ContactProperty, PropertyRule>;
  readonly templates: ReadonlyMap<ContactProperty, Template>;
  readonly domains: ReadonlyMap<string, string>;
}

const COUNTRIES: ReadonlySet<ContactProperty> = new Set(['businessCountry', 'homeCountry', 'otherCountry']);

const HAVE_THEIR_OWN_WAY: ReadonlySet<ContactProperty> = new Set(['displayName', 'fileAs', 'categories']);

export function mapContact(
  object: SourceObject,
  policy: MappingPolicy,
  defaults: MappingDefaults,
): MappedContact {
  return mapperFor(policy, defaults)(object);
}

/** All selected objects, by id. */
export function mapContacts(
  selection: Pick<Selection, 'selected'>,
  policy: MappingPolicy,
  defaults: MappingDefaults,
): MappedContact[] {
  const map = mapperFor(policy, defaults);
  return selection.selected
    .map(map)
    .sort((a, b) => (a.sourceObjectId < b.sourceObjectId ? -1 : a.sourceObjectId > b.sourceObjectId ? 1 : 0));
}

/** Parses the templates once for all objects; throws Failure `invalidTemplate` for one that cannot be understood. */
export function mapperFor(policy: MappingPolicy, defaults: MappingDefaults): MapObject {
  const { contact } = policy;
  const rules = new Map(
    CONTACT_PROPERTY_NAMES.map((property) => [property, propertyRule(policy, property)] as const),
  );
  const templates = new Map<ContactProperty, Template>();
  for (const [property, { template }] of rules) {
    if (template === undefined) continue;
    templates.set(property, parseTemplate(template, `contact.properties.${property}.template`));
  }
  const mapping: Mapping = {
    policy,
    defaultCountry: countryCodeOf(contact.phones.defaultCountry ?? defaults.country ?? ''),
    displayName: parseTemplate(contact.displayName, 'contact.displayName'),
    fileAs: parseTemplate(contact.fileAs, 'contact.fileAs'),
    rules,
    templates,
    domains: new Map(
      contact.rewriteDomains.map(({ from, to }) => [bareDomain(from).toLowerCase(), bareDomain(to)]),
    ),
  };
  return (object) => mapWith(mapping, object);
}

function mapWith(mapping: Mapping, object: SourceObject): MappedContact {
  const losses: MappingLoss[] = [];
  const values = new Map<ContactProperty, string>([
    ...namesOf(mapping, object),
    ...singleValues(mapping, object),
    ...slotValues(mapping, object, losses),
    ['categories', categoriesOf(mapping, object)],
    ['isPrivate', isPrivate(mapping, object) ? 'true' : ''],
    ...ruledValues(mapping, object, losses),
  ]);
  const properties: Partial<Record<ContactProperty, string>> = {};
  for (const [property, rule] of mapping.rules) {
    if (rule.mode === 'off') continue;
    const whole = adorn(rule, values.get(property) ?? '');
    const value = clean(property, whole);
    losses.push(...cleaningLosses(property, whole, value));
    if (value !== '') properties[property] = value;
  }
  const unknown = unknownProperties(mapping, object);
  return {
    ...finished(mapping.policy, object, properties, losses),
    ...(unknown.length === 0 ? {} : { unknownProperties: unknown }),
  };
}

/** Absent not because the source has no value, but because a degraded reading could not tell it. */
function unknownProperties(mapping: Mapping, object: SourceObject): ContactProperty[] {
  const unknown: ReadonlySet<SourceAttribute> = new Set(object.unknownAttributes ?? []);
  if (unknown.size === 0) return [];
  return CONTACT_PROPERTY_NAMES.filter(
    (property) =>
      ruleOf(mapping, property).mode !== 'off' &&
      sourcesOf(mapping, property).some((name) => unknown.has(name)),
  );
}

function sourcesOf(mapping: Mapping, property: ContactProperty): readonly SourceAttribute[] {
  const rule = ruleOf(mapping, property);
  if (rule.constant !== undefined) return [];
  const template =
    mapping.templates.get(property) ??
    (rule.from === undefined ? nameTemplate(mapping, property) : undefined);
  if (template !== undefined) return [...templateFields(template)];
  const source =
    (rule.from as SourceAttribute | undefined) ?? usualSource(property, mapping.policy.source.type);
  return source === undefined ? [] : [source];
}

function nameTemplate(mapping: Mapping, property: ContactProperty): Template | undefined {
  if (property === 'displayName') return mapping.displayName;
  return property === 'fileAs' ? mapping.fileAs : undefined;
}

/** Replacements see the formatted value; nothing is put around a value that is not there. */
function adorn(rule: PropertyRule, value: string): string {
  const text = rule.replace.reduce(
    (soFar, { find, with: other }) => soFar.replaceAll(find, () => other),
    value,
  );
  return text.trim() === '' ? '' : `${rule.prefix ?? ''}${text.trim()}${rule.suffix ?? ''}`;
}

function finished(
  policy: MappingPolicy,
  object: SourceObject,
  properties: ContactProperties,
  losses: readonly MappingLoss[],
): MappedContact {
  return {
    sourceObjectId: object.id,
    kind: object.kind,
    label: properties.displayName ?? clean('displayName', labelOf(object)),
    properties,
    // The domain of the source, not the rewritten one (specification 5.1.4).
    folderKey: policy.folder.subfolderPerDomain ? clean('displayName', primarySmtpDomain(object)) : '',
    fingerprint: contactFingerprint(properties),
    fieldFingerprints: fieldFingerprints(properties),
    losses: mergeLosses(losses),
    ...meetingAddress(policy, object, properties),
  };
}

/** That of the source, not a rewritten one: the other policy may rewrite otherwise. */
function meetingAddress(
  policy: MappingPolicy,
  object: SourceObject,
  { emailAddress1 = '' }: ContactProperties,
): Pick<MappedContact, 'address'> {
  if (policy.folder.merge?.meetBy !== 'emailAddress') return {};
  const primary = clean('emailAddress1', firstValue(object, 'emailAddresses')) || emailAddress1;
  const address = comparable('emailAddress1', primary);
  return address === '' ? {} : { address };
}

/** Display name and file-as always have a value, so that no server makes one up. */
function namesOf(mapping: Mapping, object: SourceObject): [ContactProperty, string][] {
  const fieldOf = (name: SourceAttribute) => clean('displayName', firstValue(object, name));
  const nameOf = (property: 'displayName' | 'fileAs', template: Template) => {
    const text =
      ruledText(mapping, object, property, ruleOf(mapping, property)) ?? renderTemplate(template, fieldOf);
    return clean(property, text) === '' ? '' : text;
  };
  const displayName = nameOf('displayName', mapping.displayName) || labelOf(object);
  return [
    ['displayName', displayName],
    ['fileAs', nameOf('fileAs', mapping.fileAs) || displayName],
  ];
}

function singleValues(mapping: Mapping, object: SourceObject): [ContactProperty, string][] {
  const { type } = mapping.policy.source;
  const fed = SINGLE_SOURCE_LIST.filter(([property]) => usualSource(property, type) !== undefined);
  return fed.map(([property, attribute]) => {
    const [value = ''] = convert(mapping, object, property, firstValue(object, attribute), []);
    return [property, value];
  });
}

/** Attributes with several values; a slot whose rule names another source is not for them. */
function slotValues(
  mapping: Mapping,
  object: SourceObject,
  losses: MappingLoss[],
): [ContactProperty, string][] {
  const { type } = mapping.policy.source;
  return SLOT_GROUPS.flatMap(({ attribute, slots }) => {
    const free = slots
      .filter((property) => usualSource(property, type) !== undefined)
      .filter((property) => !hasOwnSource(ruleOf(mapping, property)))
      .map((property) => ({ property, isClosed: ruleOf(mapping, property).mode === 'off' }));
    const firstOpen = free.find((slot) => !slot.isClosed)?.property;
    if (firstOpen === undefined) return [];
    const converted = (object.attributes[attribute] ?? []).flatMap((value) =>
      convert(mapping, object, firstOpen, value, losses),
    );
    const distinct = distinctValues(firstOpen, converted);
    // Contact items have a person's own order; directories have none.
    const filled = fillSlots(
      free,
      object.kind === 'contactItem' ? distinct : stableOrder(firstOpen, distinct),
    );
    const last = free.findLast((slot) => !slot.isClosed)?.property ?? firstOpen;
    losses.push({ property: last, reason: 'noSlot', count: filled.left.length });
    return [...filled.values];
  });
}

/** Properties whose rule says itself where the value comes from. */
function ruledValues(
  mapping: Mapping,
  object: SourceObject,
  losses: MappingLoss[],
): [ContactProperty, string][] {
  const found: [ContactProperty, string][] = [];
  for (const [property, rule] of mapping.rules) {
    if (rule.mode === 'off' || HAVE_THEIR_OWN_WAY.has(property)) continue;
    const text = ruledText(mapping, object, property, rule);
    if (text === undefined) continue;
    const [value = ''] = convert(mapping, object, property, text, losses);
    found.push([property, value]);
  }
  return found;
}

function ruledText(
  mapping: Mapping,
  object: SourceObject,
  property: ContactProperty,
  rule: PropertyRule,
): string | undefined {
  if (rule.constant !== undefined) return rule.constant;
  const template = mapping.templates.get(property);
  if (template !== undefined)
    return renderTemplate(template, (name) => clean('notes', firstValue(object, name)));
  return rule.from === undefined ? undefined : firstValue(object, rule.from as SourceAttribute);
}

/** Whoever copies private contact items does not want them to become public on the way. */
function isPrivate(mapping: Mapping, object: SourceObject): boolean {
  return mapping.policy.contact.isPrivate || firstValue(object, 'isPrivate') === 'true';
}

/**
 * Those of the policy and of a contact item; with a rule `from` also what stands there. In the default folder a category
 * marks what is ours.
 */
function categoriesOf(mapping: Mapping, object: SourceObject): string {
  const { contact, folder } = mapping.policy;
  const { from, constant } = ruleOf(mapping, 'categories');
  const usual = object.kind === 'contactItem' ? 'categories' : undefined;
  const name = (from as SourceAttribute | undefined) ?? usual;
  const own = name === undefined ? [] : (object.attributes[name] ?? []);
  const template = mapping.templates.get('categories');
  const rendered = template === undefined ? '' : renderTemplate(template, (name) => firstValue(object, name));
  const marking = folder.useDefaultContacts ? [folder.name.replace(/[;,]/g, ' ')] : [];
  return [...contact.categories, ...own, constant ?? '', rendered, ...marking].join(';');
}

/** The value in the form in which contacts hold it; none when a rule drops it. */
function convert(
  mapping: Mapping,
  object: SourceObject,
  property: ContactProperty,
  value: string,
  losses: MappingLoss[],
): string[] {
  if (COUNTRIES.has(property)) return [countryName(value)];
  switch (CONTACT_PROPERTIES[property].kind) {
    case 'phone':
      return phoneValue(mapping, object, property, value, losses);
    case 'email':
      return [rewriteDomain(mapping, value)];
    default:
      return [value];
  }
}

function phoneValue(
  mapping: Mapping,
  object: SourceObject,
  property: ContactProperty,
  value: string,
  losses: MappingLoss[],
): string[] {
  const text = clean(property, value);
  if (text === '') return [];
  const country = countryCodeOf(firstValue(object, 'country')) ?? mapping.defaultCountry;
  const phone = formatPhone(text, country, mapping.policy.contact.phones);
  if (phone.kind === 'internal') losses.push({ property, reason: 'internalNumber', count: 1 });
  if (phone.kind === 'invalid') losses.push({ property, reason: 'invalidPhone', count: 1 });
  return phone.kind === 'internal' ? [] : [phone.text];
}

function rewriteDomain(mapping: Mapping, address: string): string {
  const at = address.lastIndexOf('@');
  const to =
    at < 0
      ? undefined
      : mapping.domains.get(
          address
            .slice(at + 1)
            .trim()
            .toLowerCase(),
        );
  return to === undefined ? address : `${address.slice(0, at + 1)}${to}`;
}

function bareDomain(text: string): string {
  return text.trim().replace(/^@/, '');
}

function ruleOf(mapping: Mapping, property: ContactProperty): PropertyRule {
  return mapping.rules.get(property) ?? propertyRule(mapping.policy, property);
}
