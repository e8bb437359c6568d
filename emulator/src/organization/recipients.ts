// Makes the mail-enabled objects of the tenant in one consistent form, for the seed and for the control API.

import { createMailbox } from './folder-store.ts';
import { namedGuid } from './ids.ts';
import type { Organization, PersonFields, Recipient, RecipientTypeDetails } from './state.ts';

export interface NewRecipient {
  /** Ids are made from it: the same name gives the same ids. */
  readonly key: string;
  /** The object id, where somebody comes back as who they were; default: from `key`. */
  readonly id?: string;
  readonly recipientTypeDetails: RecipientTypeDetails;
  readonly displayName: string;
  readonly alias: string;
  readonly primarySmtpAddress: string;
  /** Secondary addresses without prefix. */
  readonly otherAddresses?: readonly string[];
  readonly externalEmailAddress?: string;
  readonly person?: PersonFields;
  readonly managerId?: string;
  readonly hiddenFromAddressLists?: boolean;
  readonly accountEnabled?: boolean;
  /** By number 1 to 15. */
  readonly customAttributes?: Readonly<Record<number, string>>;
  readonly memberIds?: readonly string[];
  readonly recipientFilter?: string;
  /** Of the mailbox, where it is known already by this id; default: from `key`. */
  readonly exchangeGuid?: string;
  readonly whenChanged: Date;
}

const withMailbox: readonly RecipientTypeDetails[] = [
  'UserMailbox',
  'SharedMailbox',
  'RoomMailbox',
  'EquipmentMailbox',
];
const withAccount: readonly RecipientTypeDetails[] = [...withMailbox, 'MailUser', 'GuestMailUser'];

export function addRecipient(organization: Organization, given: NewRecipient): Recipient {
  const type = given.recipientTypeDetails;
  const isHidden = given.hiddenFromAddressLists ?? false;
  const customAttributes = Array.from(
    { length: 15 },
    (_, index) => given.customAttributes?.[index + 1] ?? '',
  );
  const recipient: Recipient = {
    id: given.id ?? namedGuid(`object:${given.key}`),
    exchangeObjectGuid: namedGuid(`exchange:${given.key}`),
    recipientTypeDetails: type,
    displayName: given.displayName,
    alias: given.alias,
    primarySmtpAddress: given.primarySmtpAddress,
    emailAddresses: [
      `SMTP:${given.primarySmtpAddress}`,
      ...(given.otherAddresses ?? []).map((address) => `smtp:${address}`),
    ],
    person: { ...given.person },
    hiddenFromAddressLists: isHidden,
    customAttributes,
    addressListMembership: [],
    whenChanged: given.whenChanged,
  };
  if (withAccount.includes(type)) {
    recipient.userType = type === 'GuestMailUser' ? 'Guest' : 'Member';
    recipient.userPrincipalName =
      type === 'GuestMailUser'
        ? `${given.primarySmtpAddress.replace('@', '_')}#EXT#@${organization.initialDomain}`
        : given.primarySmtpAddress;
    // Accounts of shared mailboxes, rooms and equipment are blocked from signing in.
    recipient.accountEnabled =
      given.accountEnabled ?? (type === 'UserMailbox' || !withMailbox.includes(type));
  }
  if (withMailbox.includes(type)) recipient.mailbox = createMailbox(given.key, given.exchangeGuid);
  if (given.externalEmailAddress !== undefined) recipient.externalEmailAddress = given.externalEmailAddress;
  if (given.managerId !== undefined) recipient.managerId = given.managerId;
  if (given.memberIds !== undefined) recipient.memberIds = [...given.memberIds];
  if (given.recipientFilter !== undefined) recipient.recipientFilter = given.recipientFilter;
  recipient.addressListMembership = addressListsOf(recipient);
  organization.recipients.set(recipient.id, recipient);
  return recipient;
}

/** People change type: a mailbox is added or leaves the tenant, an account becomes a mail contact. */
export function changeType(
  organization: Organization,
  recipient: Recipient,
  type: RecipientTypeDetails,
  externalEmailAddress?: string,
): void {
  recipient.recipientTypeDetails = type;
  delete recipient.userType;
  delete recipient.userPrincipalName;
  delete recipient.accountEnabled;
  delete recipient.externalEmailAddress;
  if (!withMailbox.includes(type)) delete recipient.mailbox;
  if (['MailUser', 'GuestMailUser', 'MailContact'].includes(type)) {
    recipient.externalEmailAddress = externalEmailAddress ?? recipient.primarySmtpAddress;
  }
  shapeByType(organization, recipient, recipient.id);
  recipient.addressListMembership = addressListsOf(recipient);
}

function shapeByType(organization: Organization, recipient: Recipient, mailboxKey: string): void {
  const { recipientTypeDetails: type, primarySmtpAddress } = recipient;
  if (withAccount.includes(type)) {
    recipient.userType = type === 'GuestMailUser' ? 'Guest' : 'Member';
    recipient.userPrincipalName =
      type === 'GuestMailUser'
        ? `${primarySmtpAddress.replace('@', '_')}#EXT#@${organization.initialDomain}`
        : primarySmtpAddress;
    // Accounts of shared mailboxes, rooms and equipment are blocked from signing in.
    recipient.accountEnabled = type === 'UserMailbox' || !withMailbox.includes(type);
  }
  if (withMailbox.includes(type) && recipient.mailbox === undefined)
    recipient.mailbox = createMailbox(mailboxKey);
}

/** The address lists Exchange would compute; none for hidden recipients. */
export function addressListsOf(recipient: Recipient): string[] {
  if (recipient.hiddenFromAddressLists) return [];
  const lists: Readonly<Record<RecipientTypeDetails, readonly string[]>> = {
    UserMailbox: ['\\All Users', '\\Mailboxes(VLV)'],
    SharedMailbox: ['\\All Users', '\\Mailboxes(VLV)'],
    RoomMailbox: ['\\All Rooms', '\\Mailboxes(VLV)'],
    EquipmentMailbox: ['\\Mailboxes(VLV)'],
    MailUser: ['\\All Users'],
    GuestMailUser: [],
    MailContact: ['\\All Contacts'],
    MailUniversalDistributionGroup: ['\\All Groups'],
    MailUniversalSecurityGroup: ['\\All Groups'],
    DynamicDistributionGroup: ['\\All Distribution Lists'],
    GroupMailbox: ['\\Groups(VLV)'],
  };
  return [...lists[recipient.recipientTypeDetails], '\\All Recipients(VLV)', '\\Default Global Address List'];
}

/** The primary address and the secondary ones; what is no SMTP address (`SIP:`, `X500:`) stays. */
export function setSmtpAddresses(recipient: Recipient, primary: string, others: readonly string[]): void {
  const further = recipient.emailAddresses.filter((address) => !/^smtp:/i.test(address));
  recipient.primarySmtpAddress = primary;
  recipient.emailAddresses = [
    `SMTP:${primary}`,
    ...others.filter((address) => address !== primary).map((address) => `smtp:${address}`),
    ...further,
  ];
}

/** With the links to it, as a directory cleans them up. */
export function removeRecipient(organization: Organization, recipient: Recipient): void {
  organization.recipients.delete(recipient.id);
  for (const other of organization.recipients.values()) {
    if (other.managerId === recipient.id) delete other.managerId;
    if (other.memberIds?.includes(recipient.id)) {
      other.memberIds = other.memberIds.filter((id) => id !== recipient.id);
    }
  }
}
