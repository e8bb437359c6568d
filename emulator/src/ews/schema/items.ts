// Items and folders as a request may carry them, in the order of the schema of Exchange SE. Elements that only the
// server sets are part of it: Exchange answers to them with an error of the item, not of the request.

import { boolean, emailAddress, extendedProperties, extendedProperty, itemId } from './shapes.ts';
import {
  choice,
  many,
  may,
  needs,
  once,
  oneOf,
  optional,
  type Particle,
  sequence,
  type Type,
  text,
  valuesOf,
  withAttributes,
} from './types.ts';

const anything: Type = text();
const time: Type = text(/^\s*-?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?\s*$/);
const bool: Type = text(boolean);
const strings: Type = sequence(many('t:String', anything));
const body: Type = withAttributes(anything, {
  BodyType: needs(valuesOf('HTML', 'Text')),
  IsTruncated: may(boolean),
});

function dictionary(keys: readonly string[], attributes: Type['attributes'] = {}): Type {
  return sequence(
    many('t:Entry', withAttributes(anything, { Key: needs(valuesOf(...keys)), ...attributes }), 1),
  );
}

export const emailKeys = ['EmailAddress1', 'EmailAddress2', 'EmailAddress3'];
export const imKeys = ['ImAddress1', 'ImAddress2', 'ImAddress3'];
export const addressKeys = ['Home', 'Business', 'Other'];
export const phoneKeys = [
  ...['AssistantPhone', 'BusinessFax', 'BusinessPhone', 'BusinessPhone2', 'Callback', 'CarPhone'],
  ...['CompanyMainPhone', 'HomeFax', 'HomePhone', 'HomePhone2', 'Isdn', 'MobilePhone', 'OtherFax'],
  ...['OtherTelephone', 'Pager', 'PrimaryPhone', 'RadioPhone', 'Telex', 'TtyTddPhone'],
];
export const fileAsMappings = [
  ...['None', 'LastCommaFirst', 'FirstSpaceLast', 'Company', 'LastCommaFirstCompany', 'CompanyLastFirst'],
  ...['LastFirst', 'LastFirstCompany', 'CompanyLastCommaFirst', 'LastFirstSuffix', 'LastSpaceFirstCompany'],
  ...['CompanyLastSpaceFirst', 'LastSpaceFirst', 'DisplayName', 'FirstName', 'LastFirstMiddleSuffix'],
  ...['LastName', 'Empty'],
];

const physicalAddresses: Type = sequence(
  many(
    't:Entry',
    withAttributes(
      sequence(
        optional('t:Street', anything),
        optional('t:City', anything),
        optional('t:State', anything),
        optional('t:CountryOrRegion', anything),
        optional('t:PostalCode', anything),
      ),
      { Key: needs(valuesOf(...addressKeys)) },
    ),
    1,
  ),
);

function opaque(names: string): readonly Particle[] {
  return names.split(' ').map((name) => optional(`t:${name}`, { attributes: {}, open: true }));
}

const itemParticles: readonly Particle[] = [
  ...opaque('MimeContent'),
  optional('t:ItemId', itemId),
  optional('t:ParentFolderId', itemId),
  optional('t:ItemClass', anything),
  optional('t:Subject', anything),
  optional('t:Sensitivity', oneOf('Normal', 'Personal', 'Private', 'Confidential')),
  optional('t:Body', body),
  ...opaque('Attachments'),
  ...opaque('DateTimeReceived Size'),
  optional('t:Categories', strings),
  optional('t:Importance', oneOf('Low', 'Normal', 'High')),
  ...opaque('InReplyTo IsSubmitted IsDraft IsFromMe IsResend IsUnmodified InternetMessageHeaders'),
  ...opaque('DateTimeSent DateTimeCreated ResponseObjects ReminderDueBy ReminderIsSet ReminderNextTime'),
  ...opaque('ReminderMinutesBeforeStart DisplayCc DisplayTo DisplayBcc HasAttachments'),
  extendedProperties,
  ...opaque('Culture EffectiveRights LastModifiedName LastModifiedTime IsAssociated'),
];

const contactParticles: readonly Particle[] = [
  optional('t:FileAs', anything),
  optional('t:FileAsMapping', oneOf(...fileAsMappings)),
  optional('t:DisplayName', anything),
  optional('t:GivenName', anything),
  optional('t:Initials', anything),
  optional('t:MiddleName', anything),
  optional('t:Nickname', anything),
  ...opaque('CompleteName'),
  optional('t:CompanyName', anything),
  optional(
    't:EmailAddresses',
    dictionary(emailKeys, { Name: may(), RoutingType: may(), MailboxType: may() }),
  ),
  ...opaque('AbchEmailAddresses'),
  optional('t:PhysicalAddresses', physicalAddresses),
  optional('t:PhoneNumbers', dictionary(phoneKeys)),
  optional('t:AssistantName', anything),
  optional('t:Birthday', time),
  optional('t:BusinessHomePage', anything),
  optional('t:Children', strings),
  optional('t:Companies', strings),
  ...opaque('ContactSource'),
  optional('t:Department', anything),
  optional('t:Generation', anything),
  optional('t:ImAddresses', dictionary(imKeys)),
  optional('t:JobTitle', anything),
  optional('t:Manager', anything),
  optional('t:Mileage', anything),
  optional('t:OfficeLocation', anything),
  optional('t:PostalAddressIndex', oneOf('None', 'Home', 'Business', 'Other')),
  optional('t:Profession', anything),
  optional('t:SpouseName', anything),
  optional('t:Surname', anything),
  optional('t:WeddingAnniversary', time),
  ...opaque('HasPicture PhoneticFullName PhoneticFirstName PhoneticLastName Alias Notes Photo'),
];

export const item: Type = sequence(...itemParticles);
export const contact: Type = sequence(...itemParticles, ...contactParticles);

const mailbox: Type = emailAddress;
const recipients: Type = sequence(many('t:Mailbox', mailbox, 1));

export const fileAttachment: Type = sequence(
  optional('t:AttachmentId', withAttributes(sequence(), { Id: needs() })),
  optional('t:Name', anything),
  optional('t:ContentType', anything),
  optional('t:ContentId', anything),
  optional('t:ContentLocation', anything),
  optional('t:Size', anything),
  optional('t:LastModifiedTime', time),
  optional('t:IsInline', bool),
  optional('t:IsContactPhoto', bool),
  optional('t:Content', text(/^[\sA-Za-z0-9+/]*={0,2}\s*$/)),
);

const internetHeaders: Type = sequence(
  many('t:InternetMessageHeader', withAttributes(anything, { HeaderName: needs() }), 1),
);

// A message is emulated as far as sending one goes: the same sequence with three more of its elements writable.
const writableInMessages = new Map<string, Type>([
  ['t:Attachments', sequence(many('t:FileAttachment', fileAttachment, 1))],
  ['t:InternetMessageHeaders', internetHeaders],
]);

export const message: Type = sequence(
  ...itemParticles.map((particle) => {
    const [first] = particle.options;
    const type = first === undefined ? undefined : writableInMessages.get(first.name);
    return first === undefined || type === undefined ? particle : optional(first.name, type);
  }),
  optional('t:Sender', sequence(once('t:Mailbox', mailbox))),
  optional('t:ToRecipients', recipients),
  optional('t:CcRecipients', recipients),
  optional('t:BccRecipients', recipients),
  optional('t:IsReadReceiptRequested', bool),
  optional('t:IsDeliveryReceiptRequested', bool),
  ...opaque('ConversationIndex ConversationTopic'),
  optional('t:From', sequence(once('t:Mailbox', mailbox))),
  ...opaque('InternetMessageId'),
  optional('t:IsRead', bool),
);

const folderParticles: readonly Particle[] = [
  optional('t:FolderId', itemId),
  optional('t:ParentFolderId', itemId),
  optional('t:FolderClass', anything),
  optional('t:DisplayName', anything),
  ...opaque('TotalCount ChildFolderCount'),
  { ...optional('t:ExtendedProperty', extendedProperty), max: Number.POSITIVE_INFINITY },
];

export const folder: Type = sequence(...folderParticles);
export const anyFolder = { 't:Folder': folder, 't:ContactsFolder': folder };
const anyItem = { 't:Contact': contact, 't:Item': item, 't:Message': message };
export const items: Type = sequence(choice(anyItem, 1, Number.POSITIVE_INFINITY));
