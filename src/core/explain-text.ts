// The sentences of explain in English. Other languages stand beside `en` with the same codes and parameters; words in
// braces are parameters, and reasons get their own words first.

import type { MappingLoss } from '../model/contact.ts';
import type { ChangeReason, ContactChange, PlanNoticeKind } from '../model/plan.ts';
import type { ExclusionReason, SkippedMailbox } from '../model/run.ts';

const EN = {
  isThere: '{contact} is in {mailbox} and up to date.',
  isThereAndChanges: '{contact} is in {mailbox}; the next run changes it.',
  isThereAndMoves: '{contact} is in {mailbox}; the next run moves it to another sub-folder.',
  willBeCreated: '{contact} is not in {mailbox}; the next run creates it.',
  willBeAdopted:
    '{contact} is in {mailbox} as a contact that contactSync did not make; the next run adopts it.',
  willBeDeleted: '{contact} is in {mailbox}; the next run deletes it: {reason}.',
  willBeHandedOver: '{contact} is in {mailbox}; the next run leaves it to the user for good: {reason}.',
  isOwnContact: '{contact} is not in {mailbox}: a mailbox does not get the contact of its own owner.',
  isWrittenByOther:
    '{contact} is written into {mailbox} by the policy {policy}, which has the higher priority; this policy adds its fields there.',
  isNotThere: '{contact} is not in {mailbox}; the first step marked below says why.',

  inSource: 'The source has {contact}.',
  notInSource: 'The source has no {contact} within the scope of the policy.',
  unreadableInSource: 'The source has {contact}, but it cannot be opened there; its copies stay as they are.',
  oursInSource:
    'The source has {contact} only as a contact that contactSync wrote itself, which is no source; enter it there as a new contact.',
  sourceIncomplete: 'The source was not read completely, so nothing is deleted.',
  selected: 'The policy selects the contact.',
  excluded: 'The policy leaves the contact out: {reason}.',
  undecided:
    'Whether the policy selects the contact cannot be told: {reason}. It is neither created nor deleted.',
  mapped: 'It stands in the contact folder with {fields} fields.',
  mappedToSubfolder: 'It stands in the sub-folder {folder}.',
  loss: '{property}: {reason} ({count}).',
  unknownProperties: 'The reading could not tell these properties, which stay as they are: {properties}.',
  mailboxIsTarget: 'The policy fills {mailbox}.',
  mailboxSkipped: 'The policy does not fill {mailbox}: {reason}.',
  mailboxLeft: '{mailbox} has left the policy.',
  mailboxNotListed: '{mailbox} is not among the mailboxes of the policy.',
  mailboxNotListedIncomplete: '{mailbox} was not found, but the list of mailboxes was not read completely.',
  written: 'contactSync wrote the contact; it was made on {createdAt}.',
  writtenAndGone: 'contactSync wrote the contact (made on {createdAt}), and it is no longer in the folder.',
  foundByMark: 'The contact carries the mark of the policy; it was made on {createdAt}.',
  planFailed: 'The mailbox could not be planned: error {number}.',
  notice: 'In this mailbox: {notice}.',
  planned: 'The next run would {change} the contact: {reason}.',
  writtenByOther:
    'The policy {policy}, which has the higher priority, writes the person, with the fields of this one.',
  nothingPlanned: 'The next run would write nothing for this contact.',
} as const;

export type ExplainCode = keyof typeof EN;

const EXCLUSIONS: Readonly<Record<ExclusionReason, string>> = {
  type: 'its type is not chosen',
  notInScope: 'it is outside the scope',
  hidden: 'it is hidden from address lists',
  disabled: 'the account is disabled',
  guest: 'it is a guest',
  withoutPhone: 'it has no phone number',
  withoutEmail: 'it has no mail address',
  private: 'it is marked as private',
  withoutCategory: 'it has none of the chosen categories',
  contactList: 'it is a contact list, and a contact cannot hold several people',
  withoutName: 'it holds neither name nor company, address or phone number',
  noContactSync: 'it is marked NoContactSync',
  withheld: 'somebody removed the person and has not released it since',
  notIncluded: 'it fits no include set',
  excluded: 'it fits an exclude set',
  unknownHidden: 'the reading does not show whether it is hidden',
  unknownMark: 'the reading does not show its custom attributes',
  unknownAttribute: 'the reading does not show an attribute that the policy asks for',
};

const SKIPS: Readonly<Record<SkippedMailbox['reason'], string>> = {
  excluded: 'it is excluded by address',
  type: 'its type is not chosen',
  noMailboxSync: 'it is marked NoMailboxSync',
  license: 'the license does not reach that far',
  notFound: 'the directory does not know it',
  unknownMark: 'the reading does not show its custom attributes',
  betweenSides: 'each directory says that the other side holds it',
  perhapsMoved:
    'the policy names it no longer, and it is not certain that it is still on the side where it was filled',
};

const CHANGES: Readonly<Record<ContactChange['kind'], string>> = {
  create: 'create',
  update: 'update',
  adopt: 'adopt',
  delete: 'delete',
  handOver: 'hand over',
};

const REASONS: Readonly<Record<ChangeReason, string>> = {
  new: 'it is new',
  changedAtSource: 'it changed at the source',
  editedInMailbox: 'somebody edited it in the mailbox and the policy overwrites',
  markOnly: 'only its mark is renewed',
  restored: 'the user deleted it and the policy restores',
  adopted: 'it has the same mail address',
  lostMark: 'it is the contact that was written, which lost its mark',
  movedToSubfolder: 'its mail domain changed',
  leftSelection: 'it left the selection',
  markedNoContactSync: 'it is marked NoContactSync',
  personRemoved: 'the person was removed everywhere',
  graceOver: 'its days of grace are over',
  mailboxLeft: 'the mailbox left the policy',
  ownObject: "it is the mailbox owner's own contact",
  mergedIntoOtherPolicy: 'the contact of another policy, which comes first, stands for the person',
  policyRemoved: 'all contacts of the policy go',
  leftoverFolder: 'another tool left it in a folder that was named',
  leftoverCategory: 'another tool left it with a category that was named',
  leftoverFileAs: 'another tool left it with a file-as that fits',
  rollback: 'a run is rolled back',
};

const NOTICES: Readonly<Record<PlanNoticeKind, string>> = {
  folderRefused: 'a folder of that name exists and was not made by contactSync',
  folderRenamedByUser: 'the user renamed the folder, which is respected',
  newerMark: 'a newer version of contactSync wrote here, so that nothing is changed',
  copyLeftAlone: 'the user made a copy, which is left alone',
  userValueKept: "the user's values stay in {properties}",
  contested: 'another program keeps changing {properties}; contactSync stopped writing them',
  userDeletionRespected: 'the user deleted the contact, which is respected',
  lostMarkLeftAlone:
    "the contact lost its mark and was edited since, so that it is the user's now and is left alone",
  deletionsHeldBack: 'the deletion waits, because a reading was incomplete',
  changedSinceRun: 'what somebody changed since the run stays as it is',
  graceRunning: 'the contact left the selection and is in its days of grace',
  editedContactKept: 'the user edited the contact, so it does not go for good',
  samePersonOfOtherPolicy: 'another policy wrote the same person, too',
  writtenByOtherPolicy: 'it is written by another policy, which has the higher priority',
  waitsForOtherPolicy:
    'it waits for the next run of another policy of the folder, so that the person is neither missing nor there twice',
  ambiguousAddress:
    'others of the policy have the same mail address, so that it is not merged with another policy',
};

const LOSSES: Readonly<Record<MappingLoss['reason'], string>> = {
  noSlot: 'more values than a contact has room for',
  cut: 'the value was too long and was cut',
  invalidPhone: 'a phone number could not be read and stands as it is',
  internalNumber: 'an internal number was left out',
  illegalCharacters: 'characters that cannot be sent were taken out',
};

const WORDS: Readonly<
  Partial<Record<ExplainCode, Readonly<Record<string, Readonly<Record<string, string>>>>>>
> = {
  excluded: { reason: EXCLUSIONS },
  undecided: { reason: EXCLUSIONS },
  mailboxSkipped: { reason: SKIPS },
  loss: { reason: LOSSES },
  notice: { notice: NOTICES },
  planned: { change: CHANGES, reason: REASONS },
  willBeDeleted: { reason: REASONS },
  willBeHandedOver: { reason: REASONS },
};

export function explainText(sentence: {
  readonly code: ExplainCode;
  readonly params: Readonly<Record<string, string | number>>;
}): string {
  const fill = (text: string, words: Readonly<Record<string, Readonly<Record<string, string>>>>): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(sentence.params[name] ?? '');
      const word = words[name]?.[value];
      return word === undefined ? value : fill(word, {});
    });
  return fill(EN[sentence.code], WORDS[sentence.code] ?? {});
}
