// Contact properties out of an item as GetItem shows it, and the signs that the user put something into it that they
// do not hold.

import type { ContactProperties, ContactProperty } from '../../model/contact.ts';
import type { ManagedContact } from '../../model/mailbox.ts';
import { CONTACT_FIELDS, type ContactField, FLAG_STATUS } from './contact-fields.ts';
import { fieldPath } from './contact-writer.ts';
import { FURTHER_PATHS } from './further-fields.ts';
import { extendedIn, FIELDS_PROPERTY, IDENTITY_PROPERTY, pathOf, SEARCH_KEY } from './mapi-property.ts';
import { booleanOf, childOf, childrenOf, textOf, type XmlElement } from './xml-element.ts';
import { element, type Xml } from './xml-writer.ts';

const MARK_PATHS: readonly Xml[] = [
  fieldPath('item:DateTimeCreated'),
  pathOf(IDENTITY_PROPERTY),
  pathOf(FIELDS_PROPERTY),
];

/** Id, version, age and mark: what lists are asked for. The mark is short enough for them (they cut at 255). */
export const MARK_SHAPE: Xml = element(
  'm:ItemShape',
  {},
  element('t:BaseShape', {}, 'IdOnly'),
  element('t:AdditionalProperties', {}, ...MARK_PATHS),
);

/** The same, and the folder it lies in; only GetItem tells that. */
export const MARK_AND_PLACE_SHAPE: Xml = element(
  'm:ItemShape',
  {},
  element('t:BaseShape', {}, 'IdOnly'),
  element('t:AdditionalProperties', {}, fieldPath('item:ParentFolderId'), ...MARK_PATHS),
);

/** What tells who the items of a folder are, where they are a source. */
export const SOURCE_ROW_SHAPE: Xml = element(
  'm:ItemShape',
  {},
  element('t:BaseShape', {}, 'IdOnly'),
  element(
    't:AdditionalProperties',
    {},
    fieldPath('item:Subject'),
    fieldPath('contacts:HasPicture'),
    ...MARK_PATHS,
    pathOf(SEARCH_KEY),
  ),
);

const WHOLE_PATHS: readonly Xml[] = [
  fieldPath('item:ParentFolderId'),
  ...MARK_PATHS,
  fieldPath('item:HasAttachments'),
  fieldPath('item:Attachments'),
  fieldPath('contacts:HasPicture'),
  fieldPath('contacts:Children'),
  pathOf(FLAG_STATUS),
  ...CONTACT_FIELDS.filter(({ kind }) => kind !== 'copy').map((field) =>
    field.kind === 'extended' ? pathOf(field.path) : fieldPath(field.uri),
  ),
];

const wholeShape = (paths: readonly Xml[]): Xml =>
  element(
    'm:ItemShape',
    {},
    element('t:BaseShape', {}, 'IdOnly'),
    element('t:BodyType', {}, 'Text'),
    element('t:AdditionalProperties', {}, ...paths),
  );

/** Everything a contact of ours can hold, and what tells that the user put more into it. */
export const WHOLE_SHAPE: Xml = wholeShape(WHOLE_PATHS);

/** The same with what copying carries besides. */
export const ORIGINAL_SHAPE: Xml = wholeShape([
  ...WHOLE_PATHS,
  ...FURTHER_PATHS.filter(({ xml }) => xml !== pathOf(FLAG_STATUS).xml),
]);

export function readContact(item: XmlElement): ContactProperties {
  const properties: Partial<Record<ContactProperty, string>> = {};
  const extended = extendedIn(item);
  for (const field of CONTACT_FIELDS) {
    for (const [property, value] of valuesOf(field, item, extended)) {
      if (value !== '') properties[property] = value;
    }
  }
  return properties;
}

function valuesOf(
  field: ContactField,
  item: XmlElement,
  extended: ReadonlyMap<string, string>,
): readonly (readonly [ContactProperty, string])[] {
  switch (field.kind) {
    case 'copy':
      return [];
    case 'entries': {
      const entries = entriesIn(item, field.element);
      return field.entries.map(({ key, property }) => [property, entries.get(key)?.text ?? '']);
    }
    case 'addresses': {
      const entries = entriesIn(item, field.element);
      return field.entries.flatMap(({ key, parts }) =>
        parts.map(({ part, property }) => [property, textOf(entries.get(key), part)] as const),
      );
    }
    case 'extended':
      return [[field.property, extended.get(field.path.key) ?? '']];
    case 'date':
      return [[field.property, dateIn(textOf(item, field.element))]];
    case 'sensitivity':
      return [[field.property, textOf(item, 'Sensitivity') === 'Private' ? 'true' : '']];
    case 'categories':
      return [[field.property, namesIn(item, 'Categories').toSorted().join(';')]];
    default:
      return [[field.property, textOf(item, field.element)]];
  }
}

/** Whether anything is in the item that `readContact` does not show, and whether a picture is all of it. */
export function otherDataOf(item: XmlElement): Pick<ManagedContact, 'hasOtherData' | 'picture'> {
  const flag = extendedIn(item).get(FLAG_STATUS.key) ?? '0';
  const { hasPicture, hasOthers } = attachmentsOf(item);
  const hasMore =
    hasOthers ||
    flag !== '0' ||
    namesIn(item, 'Children').length > 0 ||
    hasFurtherEntries(item, 'PhoneNumbers') ||
    hasFurtherEntries(item, 'ImAddresses');
  if (hasPicture) return { hasOtherData: true, picture: hasMore ? 'amongOthers' : 'alone' };
  return hasMore ? { hasOtherData: true } : {};
}

/** The picture is an attachment, too: HasAttachments alone does not tell that there is more. */
export function attachmentsOf(item: XmlElement): {
  readonly hasPicture: boolean;
  readonly hasOthers: boolean;
} {
  const listed = childOf(item, 'Attachments')?.children ?? [];
  const others = listed.filter((one) => booleanOf(textOf(one, 'IsContactPhoto')) !== true);
  return {
    hasPicture: booleanOf(textOf(item, 'HasPicture')) === true || others.length < listed.length,
    hasOthers: listed.length === 0 ? booleanOf(textOf(item, 'HasAttachments')) === true : others.length > 0,
  };
}

/** Numbers and addresses of kinds that are no property of ours, such as Telex. */
function hasFurtherEntries(item: XmlElement, name: 'PhoneNumbers' | 'ImAddresses'): boolean {
  const field = CONTACT_FIELDS.find((one) => one.element === name);
  const ours = new Set(field?.kind === 'entries' ? field.entries.map(({ key }) => key) : []);
  return [...entriesIn(item, name)].some(([key, { text }]) => text !== '' && !ours.has(key));
}

function entriesIn(item: XmlElement, name: string): ReadonlyMap<string, XmlElement> {
  return new Map(childrenOf(childOf(item, name), 'Entry').map((one) => [one.attributes['Key'] ?? '', one]));
}

function namesIn(item: XmlElement, name: string): readonly string[] {
  return childrenOf(childOf(item, name), 'String')
    .map(({ text }) => text)
    .filter((text) => text !== '');
}

/** Years before 1602 and from 4500 on are MAPI's ways to say "none". */
function dateIn(text: string): string {
  const date = /^(\d{4})-\d{2}-\d{2}/.exec(text);
  if (date === null) return '';
  const year = Number(date[1]);
  return year < 1602 || year >= 4500 ? '' : date[0];
}
