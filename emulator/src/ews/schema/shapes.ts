// Types that many requests share: ids, paths to fields, shapes of answers, restrictions.

import {
  anyNumber,
  choice,
  empty,
  many,
  may,
  needs,
  once,
  oneOf,
  optional,
  sequence,
  type Type,
  text,
  valuesOf,
  withAttributes,
} from './types.ts';

export const boolean = /^(?:true|false|0|1)$/;
export const int = /^-?\d{1,10}$/;

export const itemId: Type = withAttributes(empty(), { Id: needs(), ChangeKey: may() });
export const folderId: Type = itemId;

export const emailAddress: Type = sequence(
  optional('t:Name', text()),
  optional('t:EmailAddress', text()),
  optional('t:RoutingType', text()),
  optional('t:MailboxType', text()),
);

// DistinguishedFolderIdNameType of the schema.
const distinguishedNames = valuesOf(
  ...'calendar contacts deleteditems drafts inbox journal notes outbox sentitems tasks msgfolderroot'.split(
    ' ',
  ),
  ...'publicfoldersroot root junkemail searchfolders voicemail recoverableitemsroot'.split(' '),
  ...'recoverableitemsdeletions recoverableitemsversions recoverableitemspurges archiveroot'.split(' '),
  ...'archivemsgfolderroot archivedeleteditems archiveinbox syncissues conflicts localfailures'.split(' '),
  ...'serverfailures recipientcache quickcontacts conversationhistory adminauditlogs todosearch mycontacts'.split(
    ' ',
  ),
  ...'directory imcontactlist peopleconnect favorites mecontact personmetadata teamspaceactivity'.split(' '),
  ...'companycontacts favoritecontacts'.split(' '),
);

const distinguishedFolderId: Type = withAttributes(sequence(optional('t:Mailbox', emailAddress)), {
  Id: needs(distinguishedNames),
  ChangeKey: may(),
});

export const anyFolderId = { 't:FolderId': folderId, 't:DistinguishedFolderId': distinguishedFolderId };

export const folderIds: Type = sequence(choice(anyFolderId, 1, Number.POSITIVE_INFINITY));
export const targetFolder: Type = sequence(choice(anyFolderId));
export const itemIds: Type = sequence(many('t:ItemId', itemId, 1));

const fieldUri: Type = withAttributes(empty(), { FieldURI: needs(/^[A-Za-z]+:[A-Za-z]+$/) });
const indexedFieldUri: Type = withAttributes(empty(), {
  FieldURI: needs(/^(?:item|contacts|distributionlist):[A-Za-z:]+$/),
  FieldIndex: needs(),
});

const propertyTypes = [
  'ApplicationTime',
  'Binary',
  'Boolean',
  'CLSID',
  'Currency',
  'Double',
  'Float',
  'Integer',
  'Long',
  'Short',
  'String',
  'SystemTime',
];

const extendedFieldUri: Type = withAttributes(empty(), {
  DistinguishedPropertySetId: may(
    valuesOf(
      ...'Meeting Appointment Common PublicStrings Address InternetHeaders CalendarAssistant'.split(' '),
      ...'UnifiedMessaging Task Sharing'.split(' '),
    ),
  ),
  PropertySetId: may(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/),
  PropertyTag: may(/^(?:0[xX][0-9a-fA-F]{1,4}|\d{1,5})$/),
  PropertyName: may(),
  PropertyId: may(int),
  PropertyType: needs(
    valuesOf(
      ...propertyTypes,
      ...propertyTypes.map((type) => `${type}Array`),
      'Error',
      'Null',
      'Object',
      'ObjectArray',
    ),
  ),
});

export const anyPath = {
  't:FieldURI': fieldUri,
  't:IndexedFieldURI': indexedFieldUri,
  't:ExtendedFieldURI': extendedFieldUri,
};

const additionalProperties: Type = sequence(choice(anyPath, 1, Number.POSITIVE_INFINITY));

export const folderShape: Type = sequence(
  once('t:BaseShape', oneOf('IdOnly', 'Default', 'AllProperties')),
  optional('t:AdditionalProperties', additionalProperties),
);

export const itemShape: Type = sequence(
  once('t:BaseShape', oneOf('IdOnly', 'Default', 'AllProperties')),
  optional('t:IncludeMimeContent', text(boolean)),
  optional('t:BodyType', oneOf('Best', 'HTML', 'Text')),
  optional('t:FilterHtmlContent', text(boolean)),
  optional('t:ConvertHtmlCodePageToUTF8', text(boolean)),
  optional('t:AdditionalProperties', additionalProperties),
);

export const pageView: Type = withAttributes(empty(), {
  MaxEntriesReturned: may(/^[1-9]\d{0,9}$/),
  Offset: needs(/^\d{1,10}$/),
  BasePoint: needs(valuesOf('Beginning', 'End')),
});

const constant: Type = withAttributes(empty(), { Value: needs() });
const path = choice(anyPath);

const comparison: Type = sequence(
  path,
  once('t:FieldURIOrConstant', sequence(choice({ ...anyPath, 't:Constant': constant }))),
);

const contains: Type = withAttributes(sequence(path, once('t:Constant', constant)), {
  ContainmentMode: may(valuesOf('FullString', 'Prefixed', 'Substring', 'PrefixOnWords', 'ExactPhrase')),
  ContainmentComparison: may(
    valuesOf(
      ...'Exact IgnoreCase IgnoreNonSpacingCharacters Loose IgnoreCaseAndNonSpacingCharacters'.split(' '),
      ...'LooseAndIgnoreCase LooseAndIgnoreNonSpace LooseAndIgnoreCaseAndIgnoreNonSpace'.split(' '),
    ),
  ),
});

const conditions: Record<string, Type> = {
  't:Contains': contains,
  't:Excludes': sequence(path, once('t:Bitmask', constant)),
  't:Exists': sequence(path),
  't:IsEqualTo': comparison,
  't:IsNotEqualTo': comparison,
  't:IsGreaterThan': comparison,
  't:IsGreaterThanOrEqualTo': comparison,
  't:IsLessThan': comparison,
  't:IsLessThanOrEqualTo': comparison,
};
// A condition holds conditions: the record is filled before anything reads it.
const several: Type = { attributes: {}, particles: [] };
const negated: Type = { attributes: {}, particles: [] };
Object.assign(conditions, { 't:And': several, 't:Or': several, 't:Not': negated });
Object.assign(several, { particles: [choice(conditions, 2, Number.POSITIVE_INFINITY)] });
Object.assign(negated, { particles: [choice(conditions)] });

export const restriction: Type = sequence(choice(conditions));

export const sortOrder: Type = sequence(
  many(
    't:FieldOrder',
    withAttributes(sequence(path), { Order: needs(valuesOf('Ascending', 'Descending')) }),
    1,
  ),
);

export const extendedProperty: Type = sequence(
  once('t:ExtendedFieldURI', extendedFieldUri),
  choice({ 't:Value': text(), 't:Values': sequence(many('t:Value', text(), 1)) }),
);

export const extendedProperties = anyNumber(optional('t:ExtendedProperty', extendedProperty));
