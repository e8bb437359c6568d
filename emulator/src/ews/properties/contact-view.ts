// How a stored item looks in an answer. Rows of a table (FindItem, SyncFolderItems) carry neither body nor
// attachments, and no more than 255 characters of any text; GetItem shows everything.

import { contactPhoto } from '../../organization/contact-photos.ts';
import type { ContactItem, Mailbox } from '../../organization/state.ts';
import { ewsChangeKey, ewsId } from '../ids.ts';
import { element, escaped, textElement } from '../xml/writer.ts';
import {
  addressEntryKeys,
  addressPartKey,
  addressParts,
  emailEntryKeys,
  type Field,
  fieldsAfterExtended,
  fieldsBeforeExtended,
} from './contact-fields.ts';
import { type ExtendedField, normalizedValue } from './extended-field.ts';
import { textOfHtml } from './html-text.ts';
import type { Shape } from './item-shape.ts';
import { bodyKey, displayNameKey, htmlKey } from './mapi.ts';
import { emailIn, readProperty, type Value, wireTime } from './property-bag.ts';

export interface ViewPlace {
  readonly mailbox: Mailbox;
  /** A row of a table instead of an opened item. */
  readonly inTable: boolean;
}

const tableLimit = 255;

// [D: property-sets] for contacts.
const defaultShape = new Set([
  ...['item:HasAttachments', 'contacts:CompleteName', 'contacts:CompanyName', 'contacts:EmailAddresses'],
  ...['contacts:FileAs', 'contacts:ImAddresses', 'contacts:JobTitle', 'contacts:PhoneNumbers'],
  ...['contacts:PhysicalAddresses'],
]);

function itemElementName(item: ContactItem): string {
  if (item.itemClass === 'IPM.DistList') return 't:DistributionList';
  return item.itemClass === 'IPM.Contact' || item.itemClass.startsWith('IPM.Contact.')
    ? 't:Contact'
    : 't:Item';
}

function itemIdElement(mailbox: Mailbox, item: ContactItem): string {
  return element('t:ItemId', { Id: ewsId(item.id), ChangeKey: ewsChangeKey(mailbox, item) });
}

/** As CreateItem and UpdateItem answer. */
export function viewIdOnly(mailbox: Mailbox, item: ContactItem): string {
  return element(itemElementName(item), {}, itemIdElement(mailbox, item));
}

export function viewItem(item: ContactItem, shape: Shape, place: ViewPlace): string {
  const isContact = itemElementName(item) === 't:Contact';
  const shown = (list: readonly Field[]): string =>
    list
      .filter((field) => isContact || field.uri.startsWith('item:'))
      .map((field) => viewField(item, field, shape, place))
      .join('');
  return element(
    itemElementName(item),
    {},
    itemIdElement(place.mailbox, item),
    shown(fieldsBeforeExtended),
    ...shape.extended.map((field) => viewExtended(field, readProperty(item, field.key), place.inTable)),
    shown(fieldsAfterExtended),
  );
}

export function viewExtended(field: ExtendedField, value: Value | undefined, inTable: boolean): string {
  if (value === undefined) return '';
  const cut = (text: string): string => (inTable && field.type.startsWith('String') ? cutText(text) : text);
  return element(
    't:ExtendedProperty',
    {},
    element('t:ExtendedFieldURI', field.attributes),
    typeof value === 'string'
      ? textElement('t:Value', cut(shownValue(field, value)))
      : element('t:Values', {}, ...value.map((one) => textElement('t:Value', cut(one)))),
  );
}

// Values that came through Graph are kept as they were sent.
function shownValue(field: ExtendedField, value: string): string {
  return field.type === 'SystemTime' || field.type === 'Boolean'
    ? String(normalizedValue(field, value))
    : value;
}

function viewField(item: ContactItem, field: Field, shape: Shape, place: ViewPlace): string {
  const entries = shape.entries.get(field.uri);
  const isWanted =
    shape.base === 'AllProperties' ||
    (shape.base === 'Default' && defaultShape.has(field.uri)) ||
    shape.uris.has(field.uri);
  if (!isWanted && entries === undefined) return '';
  const only = isWanted ? undefined : entries;
  const name = `t:${field.element}`;
  const cut = place.inTable ? cutText : (text: string): string => text;
  const { shape: kind } = field;
  switch (kind.kind) {
    case 'text':
    case 'time':
    case 'number': {
      const value = readProperty(item, kind.key);
      if (typeof value !== 'string') return '';
      return textElement(
        name,
        kind.kind === 'time' ? (normalizedValue({ type: 'SystemTime' }, value) as string) : cut(value),
      );
    }
    case 'boolean':
      return textElement(name, readProperty(item, kind.key) === 'true');
    case 'texts': {
      const value = readProperty(item, kind.key);
      if (value === undefined || typeof value === 'string') return '';
      return element(name, {}, ...value.map((text) => textElement('t:String', cut(text))));
    }
    case 'choice': {
      const value = readProperty(item, kind.key);
      const chosen = value === undefined ? kind.usual : kind.names[Number(value)];
      return chosen === undefined ? '' : textElement(name, chosen);
    }
    case 'body':
      return place.inTable ? '' : viewBody(item, shape);
    case 'entries':
      return filled(
        name,
        Object.entries(kind.keys)
          .filter(([index]) => isEntryWanted(only, index))
          .map(([index, key]) => {
            const value = readProperty(item, key);
            return value === undefined ? '' : textElement('t:Entry', cut(String(value)), { Key: index });
          }),
      );
    case 'emails':
      return filled(
        name,
        emailEntryKeys
          .filter((index) => isEntryWanted(only, index))
          .map((index) => viewEmail(item, index, cut)),
      );
    case 'addresses':
      return filled(
        name,
        addressEntryKeys.map((index) => viewAddress(item, index, only, cut)),
      );
    case 'completeName':
      return viewCompleteName(item, cut);
    case 'parentFolder':
      return element(name, {
        Id: ewsId(item.parentFolderId),
        ChangeKey: folderChangeKey(item, place.mailbox),
      });
    case 'attachments':
      return place.inTable ? '' : viewAttachments(item, place.mailbox);
    case 'absent':
      return '';
  }
}

function folderChangeKey(item: ContactItem, mailbox: Mailbox): string | undefined {
  const folder = mailbox.folders.get(item.parentFolderId);
  return folder === undefined ? undefined : ewsChangeKey(mailbox, folder);
}

function isEntryWanted(
  only: Shape['entries'] extends ReadonlyMap<string, infer List> ? List | undefined : never,
  index: string,
): boolean {
  return only === undefined || only.some((entry) => entry.index === index);
}

function filled(name: string, entries: readonly string[]): string {
  const inner = entries.join('');
  return inner === '' ? '' : element(name, {}, inner);
}

function viewEmail(item: ContactItem, index: string, cut: (text: string) => string): string {
  const email = emailIn(item, emailEntryKeys.indexOf(index));
  if (email === undefined) return '';
  return textElement('t:Entry', cut(email.address), {
    Key: index,
    Name: cut(email.name),
    RoutingType: 'SMTP',
    MailboxType: 'Contact',
  });
}

function viewAddress(
  item: ContactItem,
  index: string,
  only: readonly { readonly index: string; readonly part: string | undefined }[] | undefined,
  cut: (text: string) => string,
): string {
  const parts = addressParts.map((part) => {
    const isWanted = only === undefined || only.some((entry) => entry.index === index && entry.part === part);
    const value = isWanted ? readProperty(item, addressPartKey(index, part)) : undefined;
    return value === undefined ? '' : textElement(`t:${part}`, cut(String(value)));
  });
  const inner = parts.join('');
  return inner === '' ? '' : element('t:Entry', { Key: index }, inner);
}

function viewCompleteName(item: ContactItem, cut: (text: string) => string): string {
  const parts = {
    Title: 'String 0x3a45',
    FirstName: 'String 0x3a06',
    MiddleName: 'String 0x3a44',
    LastName: 'String 0x3a11',
    Suffix: 'String 0x3a05',
    Initials: 'String 0x3a0a',
    FullName: displayNameKey,
    Nickname: 'String 0x3a4f',
  };
  return filled(
    't:CompleteName',
    Object.entries(parts).map(([name, key]) => {
      const value = readProperty(item, key);
      return value === undefined ? '' : textElement(`t:${name}`, cut(String(value)));
    }),
  );
}

function viewBody(item: ContactItem, shape: Shape): string {
  const text = String(readProperty(item, bodyKey) ?? '');
  if (shape.bodyType !== 'HTML') return textElement('t:Body', text, { BodyType: 'Text' });
  const kept = Buffer.from(item.extendedProperties.get(htmlKey) ?? '', 'base64').toString('utf8');
  // Who wrote the text alone through another face left the other form as it was.
  if (kept !== '' && isSameText(textOfHtml(kept), text))
    return textElement('t:Body', kept, { BodyType: 'HTML' });
  const lines = escaped(text).replace(/(?:&#xD;)?\n/g, '<br>');
  return textElement('t:Body', `<html><body>${lines}</body></html>`, { BodyType: 'HTML' });
}

function isSameText(one: string, other: string): boolean {
  const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();
  return plain(one) === plain(other);
}

function viewAttachments(item: ContactItem, mailbox: Mailbox): string {
  const photo = contactPhoto(mailbox, item);
  const files = (item.attachments ?? []).map((file) =>
    element(
      file.bytes === undefined ? 't:ItemAttachment' : 't:FileAttachment',
      {},
      element('t:AttachmentId', { Id: attachmentId(item, file.number) }),
      textElement('t:Name', file.name),
      ...optionalText('t:ContentType', file.contentType),
      ...optionalText('t:ContentId', file.contentId),
      textElement('t:Size', file.bytes?.length ?? 1024),
      textElement('t:LastModifiedTime', wireTime(file.modifiedAt)),
      textElement('t:IsInline', file.isInline),
      file.bytes === undefined ? '' : textElement('t:IsContactPhoto', false),
    ),
  );
  if (photo === undefined) return files.length === 0 ? '' : element('t:Attachments', {}, ...files);
  return element(
    't:Attachments',
    {},
    element(
      't:FileAttachment',
      {},
      element('t:AttachmentId', { Id: attachmentId(item, PICTURE_NUMBER) }),
      textElement('t:Name', 'ContactPicture.jpg'),
      textElement('t:ContentType', photo.contentType),
      textElement('t:Size', photo.bytes.length),
      ...(photo.modifiedAt === undefined
        ? []
        : [textElement('t:LastModifiedTime', wireTime(photo.modifiedAt))]),
      textElement('t:IsInline', false),
      textElement('t:IsContactPhoto', true),
    ),
    ...files,
  );
}

/** Of the attachment that is the picture. */
export const PICTURE_NUMBER = 1;

/** The id of the item with the attachment's number in it. */
export function attachmentId(item: ContactItem, number: number): string {
  const place = Buffer.alloc(2);
  place.writeUInt16LE(number);
  return Buffer.concat([Buffer.from(ewsId(item.id), 'base64'), place]).toString('base64');
}

export function optionalText(name: string, value: string): readonly string[] {
  return value === '' ? [] : [textElement(name, value)];
}

// A cut through a surrogate pair would leave a half character: the store cuts before it.
function cutText(text: string): string {
  if (text.length <= tableLimit) return text;
  const last = text.charCodeAt(tableLimit - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? tableLimit - 1 : tableLimit);
}
