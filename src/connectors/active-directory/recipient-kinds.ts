// msExchRecipientTypeDetails as kinds of the model, and how recipients are told from other objects.
// https://learn.microsoft.com/answers/questions/467707 lists the numbers; Get-Recipient prints the same names. Mailboxes in
// the cloud are told apart like those here: a room there is a room, and only its place differs.

import type { SourceObjectKind } from '../../model/source-object.ts';
import { and, equals, type LdapFilter, or, present } from '../ldap-client/filter.ts';
import { type DirectoryEntry, firstValue, hasClass, isUntold } from './directory-entry.ts';

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
  '8589934592': 'roomMailbox', // RemoteRoomMailbox
  '17179869184': 'equipmentMailbox', // RemoteEquipmentMailbox
  '34359738368': 'sharedMailbox', // RemoteSharedMailbox
  '1099511627776': 'groupMailbox',
  '2199023255552': 'roomMailbox', // LinkedRoomMailbox
  '8796093022208': 'groupMailbox', // RemoteGroupMailbox
};

/** RemoteUserMailbox, RemoteRoomMailbox, RemoteEquipmentMailbox, RemoteSharedMailbox, RemoteTeamMailbox. */
const REMOTE: ReadonlySet<string> = new Set([
  '2147483648',
  '8589934592',
  '17179869184',
  '34359738368',
  '274877906944',
]);

// msExchRemoteRecipientType, bits: what was made or moved there, and what it is.
const MADE_OR_MOVED_THERE = 0x1 | 0x4;
const KIND_BITS = 0x60;
const KINDS_THERE: Readonly<Record<number, SourceObjectKind>> = {
  32: 'roomMailbox', // RoomMailbox
  64: 'equipmentMailbox', // EquipmentMailbox
  96: 'sharedMailbox', // SharedMailbox
};

/** Objects that Exchange has not stamped with a type (older versions, other tools) are told by what they have. */
export function recipientKind(entry: DirectoryEntry): SourceObjectKind {
  const details = firstValue(entry, 'msExchRecipientTypeDetails');
  if (details !== '') {
    const kind = KINDS[details] ?? 'other';
    return kind === 'remoteMailbox' ? kindThere(entry) : kind;
  }
  if (hasClass(entry, 'contact')) return 'mailContact';
  if (hasClass(entry, 'group')) return 'distributionGroup';
  if (hasClass(entry, 'msExchDynamicDistributionList')) return 'dynamicDistributionGroup';
  if (hasClass(entry, 'publicFolder')) return 'publicFolder';
  if (!hasClass(entry, 'user') || isKindUntold(entry)) return 'other';
  if (firstValue(entry, 'homeMDB') !== '' || firstValue(entry, 'msExchHomeServerName') !== '')
    return 'userMailbox';
  if (isMadeOrMovedThere(entry)) return kindThere(entry);
  return firstValue(entry, 'targetAddress') === '' ? 'other' : 'mailUser';
}

/** What was turned into a room or shared mailbox in the cloud may still be called a user's here. */
function kindThere(entry: DirectoryEntry): SourceObjectKind {
  return KINDS_THERE[remoteType(entry) & KIND_BITS] ?? 'remoteMailbox';
}

function isMadeOrMovedThere(entry: DirectoryEntry): boolean {
  return (remoteType(entry) & MADE_OR_MOVED_THERE) !== 0;
}

function remoteType(entry: DirectoryEntry): number {
  return Number(firstValue(entry, 'msExchRemoteRecipientType'));
}

/** Users are of many kinds, and a room that does not say so looks like a person. */
export function isKindUntold(entry: DirectoryEntry): boolean {
  return hasClass(entry, 'user') && isUntold(entry, 'msExchRecipientTypeDetails');
}

/** The mailbox is in Exchange Online. */
export function isRemote(entry: DirectoryEntry): boolean {
  const details = firstValue(entry, 'msExchRecipientTypeDetails');
  if (details !== '') return REMOTE.has(details);
  return firstValue(entry, 'homeMDB') === '' && isMadeOrMovedThere(entry);
}

/** Accounts of shared, room, equipment and linked mailboxes are always disabled: that says nothing (spec. 5.1.2). */
export function canBeDisabled(kind: SourceObjectKind): boolean {
  return kind === 'userMailbox' || kind === 'remoteMailbox' || kind === 'mailUser';
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

/** Exchange enables an object for mail by giving it an alias; one whose alias is not told may be a recipient. */
export function isRecipient(entry: DirectoryEntry): boolean {
  return firstValue(entry, 'mailNickname') !== '' || entry.untold?.includes('mailNickname') === true;
}

export function isGroup(entry: DirectoryEntry): boolean {
  return hasClass(entry, 'group') || hasClass(entry, 'msExchDynamicDistributionList');
}

const RECIPIENT_CLASSES: LdapFilter = or(
  equals('objectClass', 'user'),
  equals('objectClass', 'contact'),
  equals('objectClass', 'group'),
  equals('objectClass', 'msExchDynamicDistributionList'),
  equals('objectClass', 'publicFolder'),
);

/** Who has an alias for certain. */
export const RECIPIENTS: LdapFilter = and(present('mailNickname'), RECIPIENT_CLASSES);

/** Those whose alias may not be read, too: they show what else Exchange gives. `isRecipient` then decides. */
export const POSSIBLE_RECIPIENTS: LdapFilter = and(
  or(present('mailNickname'), present('msExchRecipientTypeDetails'), present('proxyAddresses')),
  RECIPIENT_CLASSES,
);

/** Mailboxes without id are found too, so that they can be reported. */
export const MAILBOXES: LdapFilter = and(
  or(present('mailNickname'), present('msExchRecipientTypeDetails'), present('proxyAddresses')),
  equals('objectClass', 'user'),
  or(present('msExchMailboxGuid'), present('homeMDB'), present('msExchRemoteRecipientType')),
);

export const GROUPS: LdapFilter = or(
  equals('objectClass', 'group'),
  equals('objectClass', 'msExchDynamicDistributionList'),
);
