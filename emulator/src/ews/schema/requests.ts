// The requests themselves, by the name of the element in the body, and the headers of the envelope.

import { anyFolder, contact, fileAttachment, items, item as itemType, message } from './items.ts';
import {
  anyFolderId,
  anyPath,
  boolean,
  folderIds,
  folderShape,
  itemId,
  itemIds,
  itemShape,
  pageView,
  restriction,
  sortOrder,
  targetFolder,
} from './shapes.ts';
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

const unlimited = Number.POSITIVE_INFINITY;
const deleteTypes = valuesOf('HardDelete', 'SoftDelete', 'MoveToDeletedItems');
const dispositions = valuesOf('SaveOnly', 'SendOnly', 'SendAndSaveCopy');
const meetingChoices = valuesOf(
  'SendToNone',
  'SendOnlyToAll',
  'SendOnlyToChanged',
  'SendToAllAndSaveCopy',
  'SendToChangedAndSaveCopy',
);

function changes(
  parts: { readonly set: string; readonly append: string; readonly remove: string },
  kinds: Readonly<Record<string, Type>>,
): Type {
  const withValue: Type = sequence(choice(anyPath), choice(kinds));
  return sequence(
    choice(
      { [parts.append]: withValue, [parts.set]: withValue, [parts.remove]: sequence(choice(anyPath)) },
      1,
      unlimited,
    ),
  );
}

const itemChange: Type = sequence(
  choice({ 't:ItemId': itemId }),
  once(
    't:Updates',
    changes(
      { set: 't:SetItemField', append: 't:AppendToItemField', remove: 't:DeleteItemField' },
      { 't:Contact': contact, 't:Item': itemType, 't:Message': message },
    ),
  ),
);

const folderChange: Type = sequence(
  choice(anyFolderId),
  once(
    't:Updates',
    changes(
      { set: 't:SetFolderField', append: 't:AppendToFolderField', remove: 't:DeleteFolderField' },
      anyFolder,
    ),
  ),
);

const moveItems: Type = sequence(
  once('m:ToFolderId', targetFolder),
  once('m:ItemIds', itemIds),
  optional('m:ReturnNewItemIds', text(boolean)),
);

const alternateId: Type = withAttributes(empty(), {
  Format: needs(valuesOf('EwsLegacyId', 'EwsId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId')),
  Id: needs(),
  Mailbox: needs(),
  IsArchive: may(boolean),
});

export const requests: Readonly<Record<string, Type>> = {
  'm:GetFolder': sequence(once('m:FolderShape', folderShape), once('m:FolderIds', folderIds)),
  'm:FindFolder': withAttributes(
    sequence(
      once('m:FolderShape', folderShape),
      optional('m:IndexedPageFolderView', pageView),
      optional('m:Restriction', restriction),
      once('m:ParentFolderIds', folderIds),
    ),
    { Traversal: needs(valuesOf('Shallow', 'Deep', 'SoftDeleted')) },
  ),
  'm:CreateFolder': sequence(
    once('m:ParentFolderId', targetFolder),
    once('m:Folders', sequence(choice(anyFolder, 1, unlimited))),
  ),
  'm:UpdateFolder': sequence(once('m:FolderChanges', sequence(many('t:FolderChange', folderChange, 1)))),
  'm:MoveFolder': sequence(once('m:ToFolderId', targetFolder), once('m:FolderIds', folderIds)),
  'm:DeleteFolder': withAttributes(sequence(once('m:FolderIds', folderIds)), {
    DeleteType: needs(deleteTypes),
  }),
  'm:EmptyFolder': withAttributes(sequence(once('m:FolderIds', folderIds)), {
    DeleteType: needs(deleteTypes),
    DeleteSubFolders: needs(boolean),
  }),
  'm:FindItem': withAttributes(
    sequence(
      once('m:ItemShape', itemShape),
      optional('m:IndexedPageItemView', pageView),
      optional('m:Restriction', restriction),
      optional('m:SortOrder', sortOrder),
      once('m:ParentFolderIds', folderIds),
    ),
    { Traversal: needs(valuesOf('Shallow', 'SoftDeleted', 'Associated')) },
  ),
  'm:GetItem': sequence(once('m:ItemShape', itemShape), once('m:ItemIds', itemIds)),
  'm:CreateItem': withAttributes(
    sequence(optional('m:SavedItemFolderId', targetFolder), once('m:Items', items)),
    { MessageDisposition: may(dispositions), SendMeetingInvitations: may() },
  ),
  'm:UpdateItem': withAttributes(
    sequence(
      optional('m:SavedItemFolderId', targetFolder),
      once('m:ItemChanges', sequence(many('t:ItemChange', itemChange, 1))),
    ),
    {
      ConflictResolution: needs(valuesOf('NeverOverwrite', 'AutoResolve', 'AlwaysOverwrite')),
      MessageDisposition: may(dispositions),
      SendMeetingInvitationsOrCancellations: may(meetingChoices),
      SuppressReadReceipts: may(boolean),
    },
  ),
  'm:DeleteItem': withAttributes(sequence(once('m:ItemIds', itemIds)), {
    DeleteType: needs(deleteTypes),
    SendMeetingCancellations: may(),
    AffectedTaskOccurrences: may(valuesOf('AllOccurrences', 'SpecifiedOccurrenceOnly')),
    SuppressReadReceipts: may(boolean),
  }),
  'm:MoveItem': moveItems,
  'm:CopyItem': moveItems,
  'm:SyncFolderItems': sequence(
    once('m:ItemShape', itemShape),
    once('m:SyncFolderId', targetFolder),
    optional('m:SyncState', text()),
    optional('m:Ignore', itemIds),
    once('m:MaxChangesReturned', text(/^(?:[1-9]|[1-9]\d|[1-4]\d\d|50\d|51[0-2])$/)),
    optional('m:SyncScope', oneOf('NormalItems', 'NormalAndAssociatedItems')),
  ),
  'm:SyncFolderHierarchy': sequence(
    once('m:FolderShape', folderShape),
    optional('m:SyncFolderId', targetFolder),
    optional('m:SyncState', text()),
  ),
  'm:CreateAttachment': sequence(
    once('m:ParentItemId', itemId),
    once('m:Attachments', sequence(many('t:FileAttachment', fileAttachment, 1))),
  ),
  'm:GetAttachment': sequence(
    optional('m:AttachmentShape', sequence(optional('t:IncludeMimeContent', text(boolean)))),
    once('m:AttachmentIds', sequence(many('t:AttachmentId', withAttributes(empty(), { Id: needs() }), 1))),
  ),
  'm:DeleteAttachment': sequence(
    once(
      'm:AttachmentIds',
      sequence(
        many(
          't:AttachmentId',
          withAttributes(empty(), { Id: needs(), RootItemId: may(), RootItemChangeKey: may() }),
          1,
        ),
      ),
    ),
  ),
  'm:ResolveNames': withAttributes(
    sequence(optional('m:ParentFolderIds', folderIds), once('m:UnresolvedEntry', text(/\S/))),
    {
      ReturnFullContactData: needs(boolean),
      SearchScope: may(
        valuesOf('ActiveDirectory', 'ActiveDirectoryContacts', 'Contacts', 'ContactsActiveDirectory'),
      ),
      ContactDataShape: may(valuesOf('IdOnly', 'Default', 'AllProperties')),
    },
  ),
  'm:ConvertId': withAttributes(
    sequence(once('m:SourceIds', sequence(many('t:AlternateId', alternateId, 1)))),
    {
      DestinationFormat: needs(valuesOf('EwsLegacyId', 'EwsId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId')),
    },
  ),
  'm:GetUserPhoto': sequence(
    once('m:Email', text(/@/)),
    once(
      'm:SizeRequested',
      text(/^HR(?:48x48|64x64|96x96|120x120|240x240|360x360|432x432|504x504|648x648)$/),
    ),
  ),
};

const connectingSid: Type = sequence(
  choice({
    't:PrincipalName': text(/\S/),
    't:SID': text(/\S/),
    't:PrimarySmtpAddress': text(/\S/),
    't:SmtpAddress': text(/\S/),
  }),
);

/** In any order; what is no header of EWS and need not be understood is ignored, as SOAP has it. */
export const headers: Readonly<Record<string, Type>> = {
  't:RequestServerVersion': withAttributes(empty(), { Version: needs() }),
  't:ExchangeImpersonation': sequence(once('t:ConnectingSID', connectingSid)),
  't:TimeZoneContext': sequence(
    once(
      't:TimeZoneDefinition',
      withAttributes(
        sequence(
          anyNumber(
            choice({ 't:Periods': loose(), 't:TransitionsGroups': loose(), 't:Transitions': loose() }, 0),
          ),
        ),
        {
          Id: may(),
          Name: may(),
        },
      ),
    ),
  ),
  't:MailboxCulture': text(),
  't:DateTimePrecision': oneOf('Seconds', 'Milliseconds'),
};

// Time zones are the business of calendars: a client may send a whole definition, nobody here reads it.
function loose(): Type {
  return { attributes: {}, open: true };
}
