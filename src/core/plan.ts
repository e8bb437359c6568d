// The decision for one mailbox: wanted contacts + what is there -> ContactPlan. Pure; everything a test run, a real run,
// a count and "why" show comes from here.

import { type ItemId, policyId, type SourceObjectId } from '../model/ids.ts';
import type { ContactChange, ContactPlan, FolderAction } from '../model/plan.ts';
import { FINGERPRINT_VERSION } from './fingerprint.ts';
import { entriesOfMissing, perhapsUnmarked } from './lost-marks.ts';
import { contextOf, isUnchanged, type PlanContext, type PlanInput, wantedOf } from './plan-context.ts';
import { decideRoot, emptiedFolders, missingSubfolders } from './plan-folders.ts';
import { NoticeBook } from './plan-notices.ts';
import { decideRemoval } from './plan-removal.ts';
import { losesOriginal, planCopies, planLeftovers, planUnwanted } from './plan-unwanted.ts';
import { planWanted } from './plan-wanted.ts';

export type { PlanInput } from './plan-context.ts';

/** Items whose properties the plan needs and the snapshot does not have yet. */
export function contactsToRead(input: PlanInput): readonly ItemId[] {
  if (input.snapshot.highestMarkVersion > FINGERPRINT_VERSION) return [];
  const context = contextOf(input);
  const needed: ItemId[] = [];
  for (const [id, contact] of context.matched.own) {
    if (contact.properties !== undefined) continue;
    const wanted = wantedOf(context, id);
    const isNeeded =
      wanted === undefined
        ? 'remove' in decideRemoval(context, id)
        : wanted.folderKey !== contact.folderKey || !isUnchanged(context, contact, wanted);
    if (isNeeded) needed.push(contact.itemId);
  }
  for (const copy of context.matched.copies) {
    if (copy.properties === undefined && losesOriginal(context, copy)) needed.push(copy.itemId);
  }
  for (const leftover of context.matched.leftovers) {
    if (leftover.properties === undefined) needed.push(leftover.itemId);
  }
  return needed;
}

/** Items of people who are wanted and have no contact: they may lie in the folder without their mark. */
export function itemsWithoutMark(input: PlanInput): readonly ItemId[] {
  if (input.purpose === 'empty' || input.snapshot.highestMarkVersion > FINGERPRINT_VERSION) return [];
  const { matched } = contextOf(input);
  const missing = entriesOfMissing(input.known, (id) => matched.own.has(id) || !input.wanted.has(id));
  return perhapsUnmarked(missing, input.snapshot);
}

export function planMailbox(input: PlanInput): ContactPlan {
  const context = contextOf(input);
  const notices = new NoticeBook();
  if (input.snapshot.highestMarkVersion > FINGERPRINT_VERSION) {
    notices.add('newerMark');
    return assemble(context, [], [], notices, []);
  }
  const root = input.snapshot.folders.find((folder) => folder.key === '');
  const hasWanted =
    input.purpose === 'fill' && [...input.wanted.keys()].some((id) => !input.undecided.has(id));
  const verdict = decideRoot(input.policy, root, input.snapshot.contacts, hasWanted);
  const mayActOnFolder = input.purpose === 'fill' && input.only === undefined;
  if (mayActOnFolder && !verdict.mayUse) {
    notices.add('folderRefused');
    return assemble(context, [], [], notices, []);
  }
  if (verdict.renamedByUser) notices.add('folderRenamedByUser');

  const changes: ContactChange[] = [];
  const respectedDeletions: SourceObjectId[] = [];
  if (input.purpose === 'fill') {
    planWanted(context, changes, respectedDeletions, notices);
    noticeMerging(context, notices);
  }
  planUnwanted(context, changes, notices);
  planCopies(context, changes, notices);
  planLeftovers(context, changes, notices);

  const created = changes.filter((change) => change.kind === 'create').map((change) => change.folderKey);
  const needed = missingSubfolders(input.snapshot.folders, created);
  const rootActions = mayActOnFolder && (created.length > 0 || root !== undefined) ? verdict.actions : [];
  const emptied = emptiedFolders(
    input.policy,
    input.snapshot.folders,
    remainingKeys(context, changes),
    input.purpose === 'empty',
    input.snapshot.foreignCount,
  );
  const removed = mayRemoveFolders(input) ? emptied : [];
  return assemble(context, [...rootActions, ...needed, ...removed], changes, notices, respectedDeletions);
}

/** A half-read source or mailbox list takes nothing away, not even an empty folder. */
function mayRemoveFolders({ mayDelete, purpose, policy, emptyReason, only }: PlanInput): boolean {
  if (only !== undefined) return false;
  const isLeft =
    purpose === 'empty' && policy.deletion.mailboxLeft === 'leave' && emptyReason === 'mailboxLeft';
  return mayDelete && !isLeft;
}

/** What the administrator asks about first: why this policy does not write somebody whom it selects. */
function noticeMerging({ merged, matched, wanted }: PlanContext, notices: NoticeBook): void {
  for (const [id, { policyName }] of merged?.standIns ?? [])
    if (!wanted.has(id) && !matched.own.has(id))
      notices.add('writtenByOtherPolicy', id, { policy: policyName });
  for (const id of merged?.ambiguous ?? []) notices.add('ambiguousAddress', id);
}

/** Folder keys in which something stands after the plan. */
function remainingKeys(context: PlanContext, changes: readonly ContactChange[]): ReadonlySet<string> {
  const goneItems = new Set<ItemId>();
  const keys = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'create') keys.add(change.folderKey);
    else if (change.kind === 'delete') goneItems.add(change.itemId);
  }
  for (const contact of context.snapshot.contacts) {
    if (!goneItems.has(contact.itemId)) keys.add(contact.folderKey);
  }
  return keys;
}

const CHANGE_ORDER = { adopt: 0, update: 1, create: 2, handOver: 3, delete: 4 } as const;

function assemble(
  context: PlanContext,
  folders: readonly FolderAction[],
  changes: readonly ContactChange[],
  notices: NoticeBook,
  respectedDeletions: readonly SourceObjectId[],
): ContactPlan {
  const ordered = [...changes].sort(
    (a, b) =>
      CHANGE_ORDER[a.kind] - CHANGE_ORDER[b.kind] ||
      (a.sourceObjectId < b.sourceObjectId ? -1 : a.sourceObjectId > b.sourceObjectId ? 1 : 0),
  );
  const count = (kind: ContactChange['kind']): number =>
    ordered.filter((change) => change.kind === kind).length;
  const touched = new Set(ordered.map((change) => change.sourceObjectId));
  const kept = [...context.matched.own.keys()].filter((id) => !touched.has(id)).length;
  return {
    mailboxId: context.mailbox.id,
    primarySmtpAddress: context.mailbox.primarySmtpAddress,
    policyId: policyId(context.policy.id),
    purpose: context.purpose,
    folders,
    changes: ordered,
    counts: {
      create: count('create'),
      update: count('update'),
      delete: count('delete'),
      handOver: count('handOver'),
      adopt: count('adopt'),
      keep: kept + context.others,
      foreign: context.snapshot.foreignCount,
    },
    managedCount: context.matched.own.size + context.others,
    notices: notices.list(),
    respectedDeletions,
  };
}
