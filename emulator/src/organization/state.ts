// What the emulated Microsoft 365 tenant consists of: plain mutable records that every protocol face
// (Graph, Exchange admin REST, later EWS) reads and writes, so that all faces show the same organization.

export type RecipientTypeDetails =
  | 'UserMailbox'
  | 'SharedMailbox'
  | 'RoomMailbox'
  | 'EquipmentMailbox'
  | 'MailUser'
  | 'GuestMailUser'
  | 'MailContact'
  | 'MailUniversalDistributionGroup'
  | 'MailUniversalSecurityGroup'
  | 'DynamicDistributionGroup'
  | 'GroupMailbox';

/** Person fields as Get-User / Get-Contact name them; unset is absent. Multi-valued ones are arrays. */
export interface PersonFields {
  firstName?: string;
  initials?: string;
  lastName?: string;
  title?: string;
  department?: string;
  company?: string;
  office?: string;
  phone?: string;
  otherTelephone?: string[];
  mobilePhone?: string;
  homePhone?: string;
  otherHomePhone?: string[];
  fax?: string;
  otherFax?: string[];
  pager?: string;
  streetAddress?: string;
  postOfficeBox?: string[];
  city?: string;
  stateOrProvince?: string;
  postalCode?: string;
  /** Two-letter code. */
  country?: string;
  webPage?: string;
  notes?: string;
  assistantName?: string;
  telephoneAssistant?: string;
}

/** A mail-enabled object of the tenant. `id` is the Entra object id (ExternalDirectoryObjectId); dynamic
 * distribution groups have none in Entra, so Graph does not show them. */
export interface Recipient {
  id: string;
  /** Exchange's own Guid, different from `id`. */
  exchangeObjectGuid: string;
  recipientTypeDetails: RecipientTypeDetails;
  displayName: string;
  alias: string;
  userPrincipalName?: string;
  primarySmtpAddress: string;
  /** All proxy addresses, with prefix: `SMTP:` primary, `smtp:` secondary, `SIP:`… */
  emailAddresses: string[];
  /** Mail users, guests, mail contacts. */
  externalEmailAddress?: string;
  person: PersonFields;
  /** `id` of the manager. */
  managerId?: string;
  hiddenFromAddressLists: boolean;
  /** Users only. */
  accountEnabled?: boolean;
  userType?: 'Member' | 'Guest';
  /** Of people synchronized from a directory in the building: its id in base64. */
  onPremisesImmutableId?: string;
  /** CustomAttribute1…15; index 0 is attribute 1; unset is ''. */
  customAttributes: string[];
  addressListMembership: string[];
  /** Groups: `id`s of direct members. */
  memberIds?: string[];
  /** Dynamic distribution groups: the OPATH text shown, and who matches now. */
  recipientFilter?: string;
  whenChanged: Date;
  /** Set where the object has a mailbox of this tenant. */
  mailbox?: Mailbox;
}

export interface Mailbox {
  exchangeGuid: string;
  /** false: Graph answers MailboxNotEnabledForRESTAPI. */
  isEnabledForRest: boolean;
  /** Whose servers hold it; absent: it is shown by Graph and by EWS in the building alike. */
  hosting?: 'onPremises' | 'online';
  /** The parent of the well-known folders; itself not in `folders`. */
  rootFolderId: string;
  folders: Map<string, ContactFolder>;
  /** The well-known Contacts and Deleted Items folders. */
  contactsFolderId: string;
  deletedItemsFolderId: string;
  items: Map<string, ContactItem>;
  /** Grows with every write in the mailbox; change keys and delta tokens are made from it. */
  changeNumber: number;
  /** Messages sent through sendMail by this mailbox, newest last. */
  sentMessages: SentMessage[];
  /** Messages delivered to this mailbox, newest last. */
  receivedMessages: SentMessage[];
}

export interface ContactFolder {
  id: string;
  displayName: string;
  parentFolderId: string;
  /** Extended properties by normalized id (type lower-cased tag/guid, name exact). */
  extendedProperties: Map<string, string>;
  changeNumber: number;
}

/** A contact as Graph names its properties, only set ones present. */
export interface ContactItem {
  /** The id that changes when the item moves; the immutable one does not. */
  id: string;
  immutableId: string;
  /** PidTagSearchKey in base64: stays through moves between folders and mailboxes; a copy has that of its original. */
  searchKey: string;
  parentFolderId: string;
  /** `IPM.Contact`; `IPM.DistList` items are counted but never listed. */
  itemClass: string;
  properties: Record<string, unknown>;
  extendedProperties: Map<string, string>;
  createdAt: Date;
  modifiedAt: Date;
  changeNumber: number;
  /** Made in Outlook by the user: Graph shows its unset strings as '' instead of null. */
  madeByHand: boolean;
  /** The store lists it and cannot open it. */
  isDamaged?: boolean;
  /** Other than its picture. */
  attachments?: Attachment[];
}

export interface Attachment {
  /** Within the item, never used twice. */
  number: number;
  name: string;
  contentType: string;
  contentId: string;
  isInline: boolean;
  /** Absent: an item within the item. */
  bytes?: Buffer;
  modifiedAt: Date;
}

/** Left behind by a deletion or a move, so that delta can answer `@removed`. */
export interface RemovedItem {
  id: string;
  immutableId: string;
  /** The folder it left. */
  folderId: string;
  changeNumber: number;
  /** A contact folder instead of an item. */
  isFolder?: boolean;
}

export interface SentMessage {
  from: string;
  to: string[];
  cc: string[];
  subject: string;
  contentType: string;
  body: string;
  headers: Record<string, string>;
  attachments: { name: string; contentType: string; contentBytes: string }[];
  at: Date;
}

export interface AppRegistration {
  clientId: string;
  displayName: string;
  /** PEM certificates the app may sign assertions with. */
  certificates: string[];
  /** Consented application permissions per resource, such as Graph `Contacts.ReadWrite`. */
  graphRoles: string[];
  exchangeRoles: string[];
  /** Entra directory roles, such as `Exchange Recipient Administrator`. */
  directoryRoles: string[];
}

/** Public folders of the kind since Exchange 2013: one hierarchy, contents spread over several mailboxes. */
export interface PublicFolders {
  /** The one with the hierarchy first. */
  readonly mailboxes: readonly PublicFolderMailbox[];
  /** Everything, wherever it lies. */
  readonly store: Mailbox;
  /** Which of the mailboxes holds the items of a folder, by its id. */
  readonly placeOf: Map<string, PublicFolderMailbox>;
  /** What everybody may do with a folder, by its id; absent: read it. */
  readonly rights: Map<string, 'visible' | 'hidden'>;
  /** Absent: on both sides. A hybrid organization has them on one; mailboxes of the other are told of none. */
  hosting?: 'onPremises' | 'online';
}

export interface PublicFolderMailbox {
  readonly alias: string;
  readonly displayName: string;
  readonly primarySmtpAddress: string;
  readonly exchangeGuid: string;
}

export interface Organization {
  tenantId: string;
  /** contoso.onmicrosoft.com */
  initialDomain: string;
  /** Accepted domains, the default first. */
  domains: string[];
  recipients: Map<string, Recipient>;
  apps: Map<string, AppRegistration>;
  /** By the mailbox's exchangeGuid, oldest first. */
  removedItems: Map<string, RemovedItem[]>;
  /** Absent: it has none. */
  publicFolders?: PublicFolders;
}
