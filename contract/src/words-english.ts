// English for the short words by which views tell why something is changed or left out: what the command line and the
// mails say alike.

export const REASON_WORDS = {
  new: 'new',
  changedAtSource: 'changed at the source',
  editedInMailbox: 'edited in the mailbox, set back',
  markOnly: 'only our mark is renewed',
  restored: 'deleted by the user, restored',
  adopted: 'adopted',
  lostMark: 'lost our mark, gets it back',
  movedToSubfolder: 'moves to another sub-folder',
  leftSelection: 'left the selection',
  markedNoContactSync: 'marked NoContactSync',
  personRemoved: 'removed everywhere, by order',
  graceOver: 'days of grace are over',
  mailboxLeft: 'the mailbox left the policy',
  mergedIntoOtherPolicy: 'another policy of the folder writes the person',
  ownObject: 'is the mailbox owner',
  policyRemoved: 'all contacts of the policy go',
  leftoverFolder: 'lies in a folder that was named',
  leftoverCategory: 'has a category that was named',
  leftoverFileAs: 'has a file-as that fits',
  rollback: 'rolled back',
};

/** Of source objects that a policy does not choose, after their number. */
export const EXCLUSION_WORDS = {
  type: 'of another type',
  notInScope: 'outside the scope',
  hidden: 'hidden',
  disabled: 'disabled',
  guest: 'guests',
  withoutPhone: 'without phone',
  withoutEmail: 'without e-mail',
  private: 'private',
  withoutCategory: 'without a chosen category',
  contactList: 'contact lists',
  withoutName: 'without anything to call them by',
  noContactSync: 'marked NoContactSync',
  withheld: 'removed by order, not released',
  notIncluded: 'in no include set',
  excluded: 'in an exclude set',
  unknownHidden: 'perhaps hidden (not readable)',
  unknownMark: 'perhaps marked (not readable)',
  unknownAttribute: 'with an attribute that is not readable',
};

/** Of what a verify run found, after its number. */
export const DRIFT_WORDS = {
  missing: 'missing',
  movedAway: 'moved to another folder',
  edited: 'edited',
  wrongFolder: 'in another sub-folder',
  twice: 'standing twice',
  lostMark: 'without their mark',
  damagedMark: 'with a damaged mark',
  staleLedger: 'known otherwise by the ledger',
  folderGone: 'folders gone',
  folderUnmarked: 'folders without their mark',
  folderRenamed: 'folders renamed by the user',
  userValue: 'with values of the user',
  contested: 'with values that the mailbox keeps changing',
  copied: 'copied by the user',
  copiedAway: 'copied to another folder',
};
