// What another tool left in one mailbox, as a plan: every item with the rule that recognized it, always to Deleted Items.

import { createHash } from 'node:crypto';
import { namesFolder } from '../core/recognize-leftovers.ts';
import type { ItemId, PolicyId, SourceObjectId } from '../model/ids.ts';
import { sourceObjectId, uuidOfHash } from '../model/ids.ts';
import type { LeftoverRules, Recognize } from '../model/leftovers.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { ContactChange, ContactPlan, FolderAction } from '../model/plan.ts';
import type { ContactFolder, LeftoverItems, UnmarkedContact } from '../ports/leftover-items.ts';
import type { MailboxTargets } from '../ports/mailbox-target.ts';
import { throwIfAborted } from './mailbox-pool.ts';

export type Leftover = Extract<ContactChange, { readonly kind: 'delete' }>;

export interface LeftoverFolder {
  readonly folder: ContactFolder;
  readonly contacts: readonly UnmarkedContact[];
  readonly leftovers: readonly Leftover[];
}

export function leftoversIn(targets: MailboxTargets, mailbox: TargetMailbox): LeftoverItems {
  const items = targets.leftovers?.(mailbox);
  if (items === undefined) throw new Error('these targets do not show what carries no mark');
  return items;
}

/** The journal and the reports name everything by a source object; an item of another tool has none. */
export function idOfLeftover(itemId: ItemId): SourceObjectId {
  return sourceObjectId(uuidOfHash(createHash('sha256').update(`leftover ${itemId}`).digest('hex')));
}

/** How the journal names a folder, whose id may be another one when it was made again. A name may hold any sign. */
export const folderKeyOf = (path: readonly string[]): string => JSON.stringify(path);

export function pathOfKey(key: string): readonly string[] {
  const path: unknown = JSON.parse(key);
  return Array.isArray(path) ? path.map(String) : [];
}

/** Folders that no rule can say anything about are not read. */
export async function readLeftovers(
  items: LeftoverItems,
  rules: LeftoverRules,
  recognize: Recognize,
  signal: AbortSignal,
): Promise<readonly LeftoverFolder[]> {
  const saysOfItems = rules.categories.length + rules.fileAs.length > 0;
  const found: LeftoverFolder[] = [];
  for (const folder of await items.listFolders(signal)) {
    throwIfAborted(signal);
    if (!saysOfItems && !namesFolder(rules, folder.path)) continue;
    const contacts = await items.readContacts(folder.folderId, signal);
    const leftovers = contacts.flatMap((contact) => leftoverOf(contact, folder, recognize) ?? []);
    found.push({ folder, contacts, leftovers });
  }
  return found;
}

function leftoverOf(
  { itemId, version, properties }: UnmarkedContact,
  { path }: ContactFolder,
  recognize: Recognize,
): Leftover | undefined {
  const recognized = recognize(path, properties);
  if (recognized === undefined) return undefined;
  return {
    kind: 'delete',
    sourceObjectId: idOfLeftover(itemId),
    itemId,
    version,
    mode: 'soft',
    reason: recognized.reason,
    label:
      properties.displayName ?? properties.fileAs ?? properties.emailAddress1 ?? properties.companyName ?? '',
    leftover: { folder: path.join('/'), rule: recognized.rule },
  };
}

export function planOfLeftovers(
  mailbox: TargetMailbox,
  policyId: PolicyId,
  rules: LeftoverRules,
  found: readonly LeftoverFolder[],
): ContactPlan {
  const changes = found.flatMap(({ leftovers }) => leftovers);
  const unmarked = found.reduce((sum, { contacts }) => sum + contacts.length, 0);
  return {
    mailboxId: mailbox.id,
    primarySmtpAddress: mailbox.primarySmtpAddress,
    policyId,
    purpose: 'fill',
    folders: found.flatMap(({ folder }) => removalOf(folder, rules) ?? []).toReversed(),
    changes,
    counts: {
      ...{ create: 0, update: 0, handOver: 0, adopt: 0, keep: 0 },
      delete: changes.length,
      foreign: unmarked - changes.length,
    },
    managedCount: 0,
    notices: [],
    respectedDeletions: [],
  };
}

/** One with our mark is ours to remove, in another way. */
function removalOf(
  { folderId, path, isMarked }: ContactFolder,
  rules: LeftoverRules,
): FolderAction | undefined {
  if (isMarked || !namesFolder(rules, path)) return undefined;
  return { kind: 'remove', key: folderKeyOf(path), folderId, name: path.join('/') };
}
