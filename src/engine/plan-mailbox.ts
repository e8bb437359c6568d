// First pass, one mailbox: what is there (helped by the ledger) -> ContactPlan. Reads only; the ledger, a cache of
// what was read, is refreshed.

import { FINGERPRINT_VERSION } from '../core/fingerprint.ts';
import { matchContacts } from '../core/match-contacts.ts';
import type { MergedWish, Merger } from '../core/merge.ts';
import { contactsToRead, itemsWithoutMark, type PlanInput, planMailbox } from '../core/plan.ts';
import type { MappedContact } from '../model/contact.ts';
import type { ItemId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { LedgerRecord } from '../model/ledger-record.ts';
import type { FolderSnapshot, ForeignContact, ManagedContact, TargetMailbox } from '../model/mailbox.ts';
import type { ChangeReason, ContactPlan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import { findUnmarked } from './find-unmarked.ts';
import { recordAfterReading } from './ledger-after.ts';
import { withoutOwnPictures } from './own-pictures.ts';
import type { RunPorts } from './run-ports.ts';
import type { AdoptedItem } from './target-changes.ts';

/** What is the same for all mailboxes of a run. */
export interface PlanningContext {
  readonly policy: Policy;
  readonly policyId: PolicyId;
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  readonly undecided: ReadonlySet<SourceObjectId>;
  readonly markedNoContactSync: ReadonlySet<SourceObjectId>;
  readonly withheld: ReadonlySet<SourceObjectId>;
  /** Everybody else is left as they are; nothing given: nobody is. */
  readonly only?: ReadonlySet<SourceObjectId>;
  readonly departures: ReadonlyMap<SourceObjectId, string>;
  readonly mayDelete: boolean;
  readonly rulesDigest: string;
  /** ISO 8601. */
  readonly now: string;
  readonly emptyReason: ChangeReason;
  /** Several policies fill the folder: what this one wants then depends on the mailbox. */
  readonly merger?: Merger | undefined;
  /** What the merger said of this mailbox. */
  readonly merged?: MergedWish;
}

/** The same for one mailbox: with what is wanted there of this policy. */
export function contextFor(
  context: PlanningContext,
  mailbox: TargetMailbox,
  purpose: 'fill' | 'empty',
): PlanningContext {
  if (context.merger === undefined) return context;
  const merged = context.merger.forMailbox(mailbox, purpose);
  return { ...context, wanted: merged.wanted, rulesDigest: merged.rulesDigest, merged };
}

export interface PlannedMailbox {
  readonly target: MailboxTarget;
  readonly plan: ContactPlan;
  readonly snapshot: FolderSnapshot;
  /** What the ledger says after this reading. */
  readonly record: LedgerRecord;
  /** Items read in full for this plan, for the journal's before-images. */
  readonly current: ReadonlyMap<ItemId, ManagedContact | AdoptedItem>;
  /** Where several policies fill the folder. */
  readonly merged: MergedWish | undefined;
}

export interface PlanningOptions {
  /** Use no sync token: the mailbox moved on while it was being written. */
  readonly readInFull?: boolean;
  /** The same, and every contact is compared, also those that the ledger says nobody touched. */
  readonly compareAll?: boolean;
  /** What this run has written so far; stands for the ledger, which is dirty meanwhile. */
  readonly lastWritten?: LedgerRecord | undefined;
  /** Only look: another process may be writing this mailbox, and the ledger is then its business. */
  readonly leaveLedger?: boolean;
}

/** From this many items and this share on, listing the whole folder costs less than reading the items one by one. */
const FULL_READING_FROM = 40;
const FULL_READING_SHARE = 0.25;

export async function planOneMailbox(
  mailbox: TargetMailbox,
  purpose: 'fill' | 'empty',
  ofRun: PlanningContext,
  ports: RunPorts,
  signal: AbortSignal,
  options: PlanningOptions = {},
): Promise<PlannedMailbox> {
  const context = contextFor(ofRun, mailbox, purpose);
  const { policy, policyId } = context;
  const target = ports.targets.open(mailbox, policyId, policy.folder);
  // A dirty record cannot tell a user's deletion from one of ours that was cut off, so it is not used for that either;
  // it tells which of two items is ours.
  const last = options.lastWritten ?? (await ports.ledger.read(policyId, mailbox.id));
  const record = last !== undefined && isOfContactsItself(last, policy) ? undefined : last;
  const clean = record?.isDirty === false ? record : undefined;
  const known = clean !== undefined && options.compareAll === true ? withoutConfirmations(clean) : clean;
  const interrupted = record?.isDirty === true ? record : undefined;
  const respected = await ports.memory.readRespectedDeletions(policyId, mailbox.id);

  let snapshot = await target.readFolder(
    {
      known: options.readInFull === true || options.compareAll === true ? undefined : known,
      includeForeign: false,
    },
    signal,
  );
  const root = snapshot.folders.find((folder) => folder.key === '');
  if (
    purpose === 'fill' &&
    policy.folder.existing === 'adopt' &&
    root !== undefined &&
    root.mark === undefined
  ) {
    snapshot = await target.readFolder({ known: undefined, includeForeign: true }, signal);
  }

  let unmarked: readonly ForeignContact[] = [];
  const inputFor = (seen: FolderSnapshot): PlanInput => ({
    ...context,
    mailbox,
    purpose,
    snapshot: seen,
    known,
    unmarked,
    interrupted,
    respected,
    ownerId: mailbox.ownerId,
    renewsMarks: options.compareAll === true,
  });
  let toRead = contactsToRead(inputFor(snapshot));
  const isMost =
    toRead.length > FULL_READING_FROM && toRead.length > snapshot.contacts.length * FULL_READING_SHARE;
  if (isMost && !snapshot.isFullReading) {
    snapshot = await target.readFolder({ known: undefined, includeForeign: false }, signal);
    toRead = contactsToRead(inputFor(snapshot));
  }
  if (toRead.length > 0) snapshot = withRead(snapshot, toRead, await target.readContacts(toRead, signal));

  unmarked = await findUnmarked(target, itemsWithoutMark(inputFor(snapshot)), signal);

  let plan = planMailbox(inputFor(snapshot));
  const removed = plan.changes.filter(({ kind }) => kind === 'delete' || kind === 'handOver');
  const concerned = new Set(removed.flatMap((change) => ('itemId' in change ? [change.itemId] : [])));
  const contacts = await withoutOwnPictures(snapshot.contacts, concerned, target, signal);
  if (contacts !== snapshot.contacts) {
    snapshot = { ...snapshot, contacts };
    plan = planMailbox(inputFor(snapshot));
  }
  const nextRecord = recordAfterReading({
    mailbox,
    plan,
    snapshot,
    known,
    interrupted,
    wanted: context.wanted,
    rulesDigest: context.rulesDigest,
    isPartial: context.only !== undefined,
  });
  const { leftovers } = matchContacts(
    snapshot.contacts,
    policyId,
    record,
    (id) => context.wanted.get(id)?.folderKey,
  );
  // What tells a leftover from a user's copy is the old record alone: it is kept until the leftover is gone.
  const mayWrite =
    options.leaveLedger !== true &&
    leftovers.length === 0 &&
    snapshot.highestMarkVersion <= FINGERPRINT_VERSION;
  if (mayWrite) await ports.ledger.write(nextRecord);
  if (context.merger !== undefined) plan = { ...plan, offersDigest: context.merger.offersDigest };
  const current = currentItems(snapshot, unmarked, plan);
  return { target, plan, snapshot, record: nextRecord, current, merged: context.merged };
}

/**
 * The policy wrote into the default Contacts folder and has one of its own now. What the ledger knows lies elsewhere then;
 * missing it in the new folder is no deletion by the user.
 */
export function isOfContactsItself({ folders, entries }: LedgerRecord, { folder }: Policy): boolean {
  const root = folders.find(({ key }) => key === '');
  const isUnmarked = root !== undefined && root.mark === undefined && entries.length > 0;
  return isUnmarked && !folder.useDefaultContacts && folder.existing !== 'use';
}

/** Confirmed by no rules that anybody has: whom we wrote, and which item is ours, it tells all the same. */
function withoutConfirmations(record: LedgerRecord): LedgerRecord {
  return { ...record, rulesDigest: '' };
}

/** The snapshot with the items that were read; one that is gone meanwhile is not in it any more. */
function withRead(
  snapshot: FolderSnapshot,
  asked: readonly ItemId[],
  read: readonly ManagedContact[],
): FolderSnapshot {
  const byId = new Map(read.map((contact) => [contact.itemId, contact]));
  const wasAsked = new Set(asked);
  const contacts = snapshot.contacts.flatMap((contact) => {
    if (!wasAsked.has(contact.itemId)) return [contact];
    const fresh = byId.get(contact.itemId);
    return fresh === undefined ? [] : [{ ...fresh, folderKey: contact.folderKey }];
  });
  return { ...snapshot, contacts };
}

function currentItems(
  snapshot: FolderSnapshot,
  unmarked: readonly ForeignContact[],
  plan: ContactPlan,
): ReadonlyMap<ItemId, ManagedContact | AdoptedItem> {
  const needed = new Set(plan.changes.flatMap((change) => (change.kind === 'create' ? [] : [change.itemId])));
  const current = new Map<ItemId, ManagedContact | AdoptedItem>();
  for (const contact of snapshot.contacts)
    if (needed.has(contact.itemId)) current.set(contact.itemId, contact);
  for (const foreign of [...(snapshot.foreign ?? []), ...unmarked])
    if (needed.has(foreign.itemId)) current.set(foreign.itemId, foreign);
  return current;
}

export function isNothingToDo(plan: ContactPlan): boolean {
  return plan.changes.length === 0 && plan.folders.length === 0 && plan.respectedDeletions.length === 0;
}
