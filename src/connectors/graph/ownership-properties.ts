// The two named properties that carry the ownership mark, frozen for good: every distinct name uses up a quota of the
// mailbox database forever, and an item marked under another name would no longer be ours. EWS uses the same ones.

const PROPERTY_SET = '{15bc34ea-c5fa-4179-b6b3-4439305221e3}';

const named = (name: string) => `String ${PROPERTY_SET} Name ${name}`;

export const IDENTITY_PROPERTY = named('ContactSyncIdentity');
export const FIELDS_PROPERTY = named('ContactSyncFields');
