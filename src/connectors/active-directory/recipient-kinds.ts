// msExchRecipientTypeDetails as kinds of the model, and how recipients are told from other objects.
// https://learn.microsoft.com/answers/questions/467707 lists the numbers; Get-Recipient prints the same names.

import type { SourceObjectKind } from '../../model/source-object.ts';
import { and, equals, type LdapFilter, or, present } from '../ldap-client/filter.ts';
import { type DirectoryEntry, firstValue, hasClass } from './directory-entry.ts';

const KINDS: Readonly<Record<string, SourceObjectKind>> = {
  '1': 'userMailbox',
  '2': 'linkedMailbox',
  '4': 'sharedMailbox',
  '8': 'userMailbox', // LegacyMailbox
  '16': 'roomMailbox',
  '32': 'equipmentMailbox',
  '64': 'mailContact',
  '128': 'mailUser',
  '256': 'distributionGroup', // MailUniversalDistributionGroup
  '512': 'distributionGroup', // MailNonUniversalGroup
  '1024': 'distributionGroup', // MailUniversalSecurityGroup
  '2048': 'dynamicDistributionGroup',
  '4096': 'publicFolder',
  '32768': 'mailContact', // MailForestContact
  '268435456': 'distributionGroup', // RoomList
  '2147483648': 'remoteMailbox', // RemoteUserMailbox
  '8589934592': 'remoteMailbox', // RemoteRoomMailbox
  '17179869184': 'remoteMailbox', // RemoteEquipmentMailbox
  '34359738368': 'remoteMailbox', // RemoteSharedMailbox
  '1099511627776': 'groupMailbox',
  '2199023255552': 'roomMailbox', // LinkedRoomMailbox
};

/** Objects that Exchange has not stamped with a type (older versions, other tools) are told by what they have. */
export function recipientKind(entry: DirectoryEntry): SourceObjectKind {
  const details = firstValue(entry, 'msExchRecipientTypeDetails');
  if (details !== '') return KINDS[details] ?? 'other';
  if (hasClass(entry, 'contact')) return 'mailContact';
  if (hasClass(entry, 'group')) return 'distributionGroup';
  if (hasClass(entry, 'msExchDynamicDistributionList')) return 'dynamicDistributionGroup';
  if (hasClass(entry, 'publicFolder')) return 'publicFolder';
  if (!hasClass(entry, 'user')) return 'other';
  if (firstValue(entry, 'homeMDB') !== '' || firstValue(entry, 'msExchHomeServerName') !== '')
    return 'userMailbox';
  if (firstValue(entry, 'msExchRemoteRecipientType') !== '') return 'remoteMailbox';
  return firstValue(entry, 'targetAddress') === '' ? 'other' : 'mailUser';
}

/** Accounts of shared, room, equipment and linked mailboxes are always disabled: that says nothing (spec. 5.1.2). */
export function canBeDisabled(kind: SourceObjectKind): boolean {
  return kind === 'userMailbox' || kind === 'mailUser';
}

const LOCAL_MAILBOXES: ReadonlySet<SourceObjectKind> = new Set([
  'userMailbox',
  'linkedMailbox',
  'sharedMailbox',
  'roomMailbox',
  'equipmentMailbox',
]);

export function isMailbox(kind: SourceObjectKind): boolean {
  return LOCAL_MAILBOXES.has(kind) || kind === 'remoteMailbox';
}

export function isRecipient(entry: DirectoryEntry): boolean {
  return firstValue(entry, 'mailNickname') !== '';
}

export function isGroup(entry: DirectoryEntry): boolean {
  return hasClass(entry, 'group') || hasClass(entry, 'msExchDynamicDistributionList');
}

/** Exchange enables an object for mail by giving it an alias. */
export const RECIPIENTS: LdapFilter = and(
  present('mailNickname'),
  or(
    equals('objectClass', 'user'),
    equals('objectClass', 'contact'),
    equals('objectClass', 'group'),
    equals('objectClass', 'msExchDynamicDistributionList'),
    equals('objectClass', 'publicFolder'),
  ),
);

/** Mailboxes without id are found too, so that they can be reported. */
export const MAILBOXES: LdapFilter = and(
  present('mailNickname'),
  equals('objectClass', 'user'),
  or(present('msExchMailboxGuid'), present('homeMDB'), present('msExchRemoteRecipientType')),
);

export const GROUPS: LdapFilter = or(
  equals('objectClass', 'group'),
  equals('objectClass', 'msExchDynamicDistributionList'),
);
