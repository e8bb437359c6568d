// RecipientTypeDetails of Exchange as kinds of the model.
// https://learn.microsoft.com/powershell/module/exchange/get-recipient#-recipienttypedetails

import type { SourceObjectKind } from '../../model/source-object.ts';

const KINDS: Readonly<Record<string, SourceObjectKind>> = {
  UserMailbox: 'userMailbox',
  LegacyMailbox: 'userMailbox',
  LinkedMailbox: 'linkedMailbox',
  SharedMailbox: 'sharedMailbox',
  RoomMailbox: 'roomMailbox',
  LinkedRoomMailbox: 'roomMailbox',
  EquipmentMailbox: 'equipmentMailbox',
  RemoteUserMailbox: 'remoteMailbox',
  RemoteSharedMailbox: 'remoteMailbox',
  RemoteRoomMailbox: 'remoteMailbox',
  RemoteEquipmentMailbox: 'remoteMailbox',
  GroupMailbox: 'groupMailbox',
  MailUser: 'mailUser',
  GuestMailUser: 'guestMailUser',
  MailContact: 'mailContact',
  MailForestContact: 'mailContact',
  MailUniversalDistributionGroup: 'distributionGroup',
  MailUniversalSecurityGroup: 'distributionGroup',
  MailNonUniversalGroup: 'distributionGroup',
  RoomList: 'distributionGroup',
  DynamicDistributionGroup: 'dynamicDistributionGroup',
  PublicFolder: 'publicFolder',
};

/** System, team, discovery and scheduling mailboxes and whatever may come are `other`. */
export function recipientKind(recipientTypeDetails: string): SourceObjectKind {
  return KINDS[recipientTypeDetails] ?? 'other';
}

const WITH_ACCOUNT: ReadonlySet<SourceObjectKind> = new Set([
  'userMailbox',
  'linkedMailbox',
  'sharedMailbox',
  'roomMailbox',
  'equipmentMailbox',
  'remoteMailbox',
  'mailUser',
  'guestMailUser',
]);

/** Get-User and Graph know them as users. */
export function hasAccount(kind: SourceObjectKind): boolean {
  return WITH_ACCOUNT.has(kind);
}

/** Accounts of shared, room, equipment and linked mailboxes are always disabled: that says nothing (spec. 5.1.2). */
export function canBeDisabled(kind: SourceObjectKind): boolean {
  return kind === 'userMailbox' || kind === 'mailUser' || kind === 'guestMailUser';
}
