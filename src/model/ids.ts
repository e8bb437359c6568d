// Branded identifiers. All but item and folder ids are lower-case UUID text (16 bytes), so that they fit
// into the ownership mark; item and folder ids are opaque, case-sensitive text of the target's protocol.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type EnvironmentId = Branded<'EnvironmentId'>;
export type PolicyId = Branded<'PolicyId'>;
export type RunId = Branded<'RunId'>;
/** The mailbox's ExchangeGuid: it does not change when the mailbox moves to the cloud. */
export type MailboxId = Branded<'MailboxId'>;
/** objectGUID, ExternalDirectoryObjectId, or the hash of an item key: never a mail address or a name. */
export type SourceObjectId = Branded<'SourceObjectId'>;
export type ItemId = Branded<'ItemId'>;
export type FolderId = Branded<'FolderId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text.toLowerCase());
}

function uuid(text: string, owner: string): string {
  const lower = text.toLowerCase();
  if (!UUID.test(lower)) throw new TypeError(`${owner} must be a UUID`);
  return lower;
}

export const environmentId = (text: string) => uuid(text, 'EnvironmentId') as EnvironmentId;
export const policyId = (text: string) => uuid(text, 'PolicyId') as PolicyId;
export const runId = (text: string) => uuid(text, 'RunId') as RunId;
export const mailboxId = (text: string) => uuid(text, 'MailboxId') as MailboxId;
export const sourceObjectId = (text: string) => uuid(text, 'SourceObjectId') as SourceObjectId;
/** A UUID of version 8, as RFC 9562 has it for what applications define, out of a hash in hex. */
export function uuidOfHash(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const itemId = (text: string) => text as ItemId;
export const folderId = (text: string) => text as FolderId;
