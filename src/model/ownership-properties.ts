// The named MAPI properties that carry the ownership mark in every mailbox, whichever protocol wrote it: a mailbox
// that moves to the cloud keeps its marks. Frozen for good: every distinct name uses up a quota of the mailbox database
// forever, and an item marked under another name would no longer be ours.

export const OWNERSHIP_PROPERTY_SET = '15bc34ea-c5fa-4179-b6b3-4439305221e3';
export const IDENTITY_PROPERTY_NAME = 'ContactSyncIdentity';
export const FIELDS_PROPERTY_NAME = 'ContactSyncFields';
/** Only on copies out of public folders; longer than the others, and never asked of lists. */
export const CARRIED_PROPERTY_NAME = 'ContactSyncCarried';
