// Makes the mail-enabled objects of the tenant in one consistent form, for the seed and for the control API.

import { createMailbox } from './folder-store.ts';
import { namedGuid } from './ids.ts';
import type { Organization, PersonFields, Recipient, RecipientTypeDetails } from './state.ts';

export interface NewRecipient {
  /** Ids are made from it: the same name gives the same ids. */
  readonly key: string;
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
    id: namedGuid(`object:${given.key}`),
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
  if (withMailbox.includes(type)) recipient.mailbox = createMailbox(given.key);
  if (given.externalEmailAddress !== undefined) recipient.externalEmailAddress = given.externalEmailAddress;
  if (given.managerId !== undefined) recipient.managerId = given.managerId;
  if (given.memberIds !== undefined) recipient.memberIds = [...given.memberIds];
  if (given.recipientFilter !== undefined) recipient.recipientFilter = given.recipientFilter;
  recipient.addressListMembership = addressListsOf(recipient);
  organization.recipients.set(recipient.id, recipient);
  return recipient;
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

export function setCustomAttribute(recipient: Recipient, number: number, value: string): void {
  if (!Number.isInteger(number) || number < 1 || number > 15)
    throw new RangeError('custom attributes are 1 to 15');
  recipient.customAttributes[number - 1] = value;
}
