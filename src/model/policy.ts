// The policy and its parts as the engine uses them. Their one definition is the schema in the contract, of which
// only the types come here (docs/decisions/0002).

import type {
  ActiveDirectorySource,
  ExchangeOnlineSource,
  Policy,
  PublicFolderSource,
  SharedMailboxSource,
} from '@contactsync/contract';

export type {
  ActiveDirectorySource,
  Brake as BrakeLimits,
  Canary,
  Contact as ContactPart,
  DailyWindow,
  Deletion as DeletionPart,
  ExchangeOnlineSource,
  FilterRow,
  Folder as FolderPart,
  Mailboxes as MailboxesPart,
  OrganizationalUnit,
  Policy,
  PropertyRule,
  PublicFolderSource,
  Report as ReportPart,
  Schedule,
  SharedMailboxSource,
  Source as SourcePart,
} from '@contactsync/contract';

/** A source whose objects are recipients of a directory. */
export type RecipientSource = ActiveDirectorySource | ExchangeOnlineSource;

/** A source whose objects are contact items of folders. */
export type ItemSource = SharedMailboxSource | PublicFolderSource;

/** A run uses one immutable revision. */
export interface PolicyRevision {
  readonly policy: Policy;
  /** 1, 2, 3… */
  readonly revision: number;
}
