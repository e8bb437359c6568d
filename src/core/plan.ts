// The decision for one mailbox: wanted contacts + what is there -> ContactPlan. Pure; everything a test run, a real run,
// a count and "why" show comes from here.

import type { MappedContact } from '../model/contact.ts';
import type { ItemId, SourceObjectId } from '../model/ids.ts';
import { policyId } from '../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../model/ledger-record.ts';
import type { FolderSnapshot, ForeignContact, TargetMailbox } from '../model/mailbox.ts';
import type { ContactChange, ContactPlan, FolderAction } from '../model/plan.ts';
import { editedSince } from './as-written.ts';
import { comparable } from './comparable.ts';
import { areFieldFingerprintsWhole, FINGERPRINT_VERSION } from './fingerprint.ts';
import { entriesOfMissing, type LostContact, lostContacts, perhapsUnmarked } from './lost-marks.ts';
import { type MatchedContacts, matchContacts, type OwnContact } from './match-contacts.ts';
import type { MergedWish, StandIn } from './merge.ts';
import { decideFields, type FieldsInput } from './plan-fields.ts';
import { decideRoot, emptiedFolders, missingSubfolders } from './plan-folders.ts';
import { NoticeBook } from './plan-notices.ts';
import { decideRemoval, type RemovalInput, removalChange } from './plan-removal.ts';

export interface PlanInput extends RemovalInput {
  readonly mailbox: TargetMailbox;
  /** The same map for every mailbox of the run; the owner's own contact is left out here. */
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  readonly snapshot: FolderSnapshot;
  /** A dirty record must not be given. */
  readonly known: LedgerRecord | undefined;
  /** Of the items that `itemsWithoutMark` names, those that were found. */
  readonly unmarked?: readonly ForeignContact[];
  /** The dirty record of a writing that was cut off: it only tells which of several items is ours. */
  readonly interrupted?: LedgerRecord | undefined;
  /** Digest of the property rules in force, compared with the ledger's. */
  readonly rulesDigest: string;
  readonly respected: ReadonlySet<SourceObjectId>;
  /** Everybody else is left as they are; nothing given: nobody is. */
  readonly only?: ReadonlySet<SourceObjectId> | undefined;
  /** Damaged marks, too. Only on demand: whatever damages them might do it again after every run. */
  readonly renewsMarks?: boolean;
  /** With it, `wanted` has only those whom this policy writes among several. */
  readonly merged?: Pick<MergedWish, 'standIns' | 'untold' | 'ambiguous' | 'companions'> | undefined;
}

interface Context extends PlanInput {
  readonly matched: MatchedContacts;
  /** Managed contacts that this plan does not look at. */
  readonly others: number;
  readonly entries: ReadonlyMap<SourceObjectId, LedgerEntry>;
  /** How often a value was fought over; also known from a writing that was cut off. */
  readonly contested: ReadonlyMap<SourceObjectId, LedgerEntry['contested']>;
  readonly deletedByUser: ReadonlySet<SourceObjectId>;
  /** Their items lie there without a mark. */
  readonly lost: ReadonlyMap<SourceObjectId, LostContact>;
  /** Contacts lie here of a policy that comes first, and nobody knows yet of whom. */
  readonly waitsForOthers: boolean;
}

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

function contextOf(input: PlanInput): Context {
  const entries = new Map<SourceObjectId, LedgerEntry>();
  for (const entry of input.known?.entries ?? []) entries.set(entry.sourceObjectId, entry);
  const matched = matchContacts(
    input.snapshot.contacts,
    policyId(input.policy.id),
    input.known ?? input.interrupted,
    (id) => input.wanted.get(id)?.folderKey,
  );
  const { ofOtherPolicies } = matched;
  const isThere = ({ policyId, sourceObjectId }: StandIn): boolean =>
    ofOtherPolicies.get(sourceObjectId)?.has(policyId) === true;
  const untold = input.merged?.untold ?? new Set();
  const missing = [...entries.keys()].filter((id) => !matched.own.has(id));
  const looked = restricted(matched, input.only);
  return {
    ...input,
    matched: looked,
    others: matched.own.size - looked.own.size,
    entries,
    contested: new Map(
      ((input.known ?? input.interrupted)?.entries ?? []).map((entry) => [
        entry.sourceObjectId,
        entry.contested,
      ]),
    ),
    deletedByUser: new Set([...missing, ...(input.known?.missing ?? [])]),
    lost: lostContacts(
      entriesOfMissing(input.known, (id) => matched.own.has(id)),
      input.unmarked ?? [],
    ),
    replaced: new Map(
      [...matched.own.keys()].flatMap((id) => {
        const standIn = input.merged?.standIns.get(id);
        return standIn === undefined ? [] : [[id, isThere(standIn) ? 'stands' : 'awaited']];
      }),
    ),
    waitsForOthers: untold.size > 0 && input.snapshot.contacts.some(({ mark }) => untold.has(mark.policyId)),
  };
}

function restricted(matched: MatchedContacts, only: PlanInput['only']): MatchedContacts {
  if (only === undefined) return matched;
  return {
    ...matched,
    own: new Map([...matched.own].filter(([id]) => only.has(id))),
    copies: matched.copies.filter(({ sourceObjectId }) => only.has(sourceObjectId)),
    leftovers: matched.leftovers.filter(({ sourceObjectId }) => only.has(sourceObjectId)),
  };
}

/** What this mailbox shall hold of the person: nothing when it is the owner's own contact or the mailbox is leaving. */
function wantedOf(context: Context, id: SourceObjectId): MappedContact | undefined {
  if (context.purpose === 'empty') return undefined;
  if (id === context.mailbox.ownerId && !context.policy.contact.includeOwn) return undefined;
  return context.wanted.get(id);
}

/** What the administrator asks about first: why this policy does not write somebody whom it selects. */
function noticeMerging({ merged, matched, wanted }: Context, notices: NoticeBook): void {
  for (const [id, { policyName }] of merged?.standIns ?? [])
    if (!wanted.has(id) && !matched.own.has(id))
      notices.add('writtenByOtherPolicy', id, { policy: policyName });
  for (const id of merged?.ambiguous ?? []) notices.add('ambiguousAddress', id);
}

function planWanted(
  context: Context,
  changes: ContactChange[],
  respectedDeletions: SourceObjectId[],
  notices: NoticeBook,
): void {
  const adoptable = adoptableByAddress(context);
  for (const id of context.wanted.keys()) {
    const wanted = wantedOf(context, id);
    if (wanted === undefined) continue;
    if (isAlsoOfStranger(context, id)) notices.add('samePersonOfOtherPolicy', id);
    const contact = context.matched.own.get(id);
    if (contact === undefined) planAbsent(context, wanted, adoptable, changes, respectedDeletions, notices);
    else planPresent(context, wanted, contact, changes, notices);
  }
}

/** Written by a policy that is not merged with this one; the others take theirs away themselves. */
function isAlsoOfStranger({ matched, merged }: Context, id: SourceObjectId): boolean {
  const others = matched.ofOtherPolicies.get(id) ?? new Set();
  return [...others].some((other) => merged?.companions.has(other) !== true);
}

/** A person who is wanted and not there. */
function planAbsent(
  context: Context,
  wanted: MappedContact,
  adoptable: ReadonlyMap<string, ForeignContact>,
  changes: ContactChange[],
  respectedDeletions: SourceObjectId[],
  notices: NoticeBook,
): void {
  const id = wanted.sourceObjectId;
  if (context.undecided.has(id)) return;
  if (context.waitsForOthers) {
    notices.add('waitsForOtherPolicy', id);
    return;
  }
  if (planLostMark(context, wanted, changes, notices)) return;
  const isRespecting = context.policy.deletion.deletedByUser === 'respect';
  if (isRespecting && context.respected.has(id)) {
    notices.add('userDeletionRespected', id);
    return;
  }
  const wasDeletedByUser = context.deletedByUser.has(id) || context.respected.has(id);
  if (wasDeletedByUser && isRespecting) {
    respectedDeletions.push(id);
    notices.add('userDeletionRespected', id);
    return;
  }
  const foreign = adoptable.get(comparable('emailAddress1', wanted.properties.emailAddress1 ?? ''));
  if (foreign !== undefined && foreign.folderKey === wanted.folderKey) {
    const { changes: fields } = decideFields({
      policy: context.policy,
      wanted: wanted.properties,
      stored: foreign.properties,
      written: '',
      contested: undefined,
      ...rulesOf(context, wanted),
    });
    const { itemId, version } = foreign;
    changes.push({ kind: 'adopt', sourceObjectId: id, itemId, version, fields, reason: 'adopted' });
    return;
  }
  const reason = wasDeletedByUser ? 'restored' : 'new';
  changes.push({ kind: 'create', sourceObjectId: id, folderKey: wanted.folderKey, reason });
}

/** true: the contact stands there as we wrote it and gets its mark back. */
function planLostMark(
  context: Context,
  contact: MappedContact,
  changes: ContactChange[],
  notices: NoticeBook,
): boolean {
  const { sourceObjectId: id, properties: wanted, unknownProperties: unknown, folderKey } = contact;
  const found = context.lost.get(id);
  if (found === undefined) return false;
  const { entry, item } = found;
  const isAsWritten = editedSince(entry, item.properties)?.length === 0;
  if (!isAsWritten || item.folderKey !== folderKey) {
    notices.add('lostMarkLeftAlone', id);
    return false;
  }
  const { fieldFingerprints: written, contested } = entry;
  const { changes: fields } = decideFields({
    ...{ policy: context.policy, wanted, stored: item.properties, written, contested, unknown },
    ...rulesOf(context, contact),
  });
  const { itemId, version } = item;
  changes.push({ kind: 'adopt', sourceObjectId: id, itemId, version, fields, reason: 'lostMark' });
  return true;
}

/** A person who is wanted and there. */
function planPresent(
  context: Context,
  wanted: MappedContact,
  contact: OwnContact,
  changes: ContactChange[],
  notices: NoticeBook,
): void {
  const id = wanted.sourceObjectId;
  if (wanted.folderKey !== contact.folderKey) {
    // No protocol of ours moves a contact and keeps its version; the copy in the new folder comes first.
    if (!context.mayDelete) {
      notices.add('deletionsHeldBack', id);
      return;
    }
    changes.push({
      kind: 'create',
      sourceObjectId: id,
      folderKey: wanted.folderKey,
      reason: 'movedToSubfolder',
    });
    changes.push(removalChange(context.policy, contact, 'movedToSubfolder'));
    return;
  }
  if (isUnchanged(context, contact, wanted)) return;
  const decision = decideFields({
    policy: context.policy,
    wanted: wanted.properties,
    stored: contact.properties ?? {},
    written: contact.mark.fieldFingerprints,
    contested: context.contested.get(id),
    unknown: wanted.unknownProperties,
    ...rulesOf(context, wanted),
  });
  if (decision.kept.length > 0) notices.add('userValueKept', id, { properties: decision.kept });
  if (decision.contested.length > 0) notices.add('contested', id, { properties: decision.contested });
  const sourceChanged = contact.mark.fingerprint !== wanted.fingerprint;
  // An older fingerprint format alone is no reason to write: the values decide.
  const isOldFormat = contact.mark.version < FINGERPRINT_VERSION;
  // Nor is a fingerprint that differs only because the source could not tell everything.
  const isDegraded = (wanted.unknownProperties ?? []).length > 0;
  // Without them everything in the contact looks like the user's own.
  const isToBeRenewed =
    context.renewsMarks === true && !areFieldFingerprintsWhole(contact.mark.fieldFingerprints);
  const isMarkRight = !isToBeRenewed && (!sourceChanged || isOldFormat || isDegraded);
  if (decision.changes.length === 0 && isMarkRight) return;
  changes.push({
    kind: 'update',
    sourceObjectId: id,
    itemId: contact.itemId,
    version: contact.version,
    fields: decision.changes,
    reason:
      decision.changes.length === 0 ? 'markOnly' : sourceChanged ? 'changedAtSource' : 'editedInMailbox',
  });
}

/** Other policies have a say in some of the fields. */
function rulesOf(
  { merged }: Context,
  { origins }: MappedContact,
): Pick<FieldsInput, 'origins' | 'companions'> {
  return origins === undefined ? {} : { origins, companions: merged?.companions };
}

/** Same version as we left it, same wish, same rules: nothing can have changed, so nothing is read or compared. */
function isUnchanged(context: Context, contact: OwnContact, wanted: MappedContact): boolean {
  const entry = context.entries.get(wanted.sourceObjectId);
  return (
    entry !== undefined &&
    entry.itemId === contact.itemId &&
    entry.version === contact.version &&
    entry.fingerprint === wanted.fingerprint &&
    context.known?.rulesDigest === context.rulesDigest
  );
}

function planUnwanted(context: Context, changes: ContactChange[], notices: NoticeBook): void {
  for (const [id, contact] of context.matched.own) {
    if (wantedOf(context, id) !== undefined) continue;
    const verdict = decideRemoval(context, id);
    if ('keep' in verdict) {
      if (verdict.keep !== undefined) notices.add(verdict.keep, id);
      continue;
    }
    const change = removalChange(context.policy, contact, verdict.remove);
    if (change.kind === 'handOver' || (change.kind === 'delete' && change.mode === 'soft')) {
      notices.add('editedContactKept', id);
    }
    changes.push(change);
  }
}

/**
 * A copy is the user's and is left alone. When its original goes, the mark that it inherited is taken off: otherwise
 * the next run would find it alone, take it for the original and delete it.
 */
function planCopies(context: Context, changes: ContactChange[], notices: NoticeBook): void {
  for (const copy of context.matched.copies) {
    notices.add('copyLeftAlone', copy.sourceObjectId);
    if (!losesOriginal(context, copy)) continue;
    const { itemId, version, sourceObjectId, properties } = copy;
    const verdict = decideRemoval(context, sourceObjectId);
    if ('keep' in verdict) continue;
    const label = properties?.displayName ?? '';
    const { remove: reason } = verdict;
    changes.push({ kind: 'handOver', sourceObjectId, itemId, version, reason, label, isCopy: true });
  }
}

/** A move to another sub-folder was cut off between making the new contact and deleting the old one. */
function planLeftovers(context: Context, changes: ContactChange[], notices: NoticeBook): void {
  for (const leftover of context.matched.leftovers) {
    const id = leftover.sourceObjectId;
    if (!context.mayDelete) notices.add('deletionsHeldBack', id);
    else changes.push(removalChange(context.policy, leftover, 'movedToSubfolder'));
  }
}

function losesOriginal(context: Context, copy: OwnContact): boolean {
  const id = copy.sourceObjectId;
  return wantedOf(context, id) === undefined && 'remove' in decideRemoval(context, id);
}

/** Items without a mark whose main address one of them and one person has; only when the policy adopts. */
function adoptableByAddress(context: Context): ReadonlyMap<string, ForeignContact> {
  const byAddress = new Map<string, ForeignContact>();
  if (context.policy.folder.existing !== 'adopt') return byAddress;
  const ambiguous = new Set<string>();
  for (const foreign of context.snapshot.foreign ?? []) {
    const address = comparable('emailAddress1', foreign.properties.emailAddress1 ?? '');
    if (address === '') continue;
    if (byAddress.has(address)) ambiguous.add(address);
    byAddress.set(address, foreign);
  }
  const taken = new Set<string>();
  for (const { properties } of context.wanted.values()) {
    const address = comparable('emailAddress1', properties.emailAddress1 ?? '');
    if (taken.has(address)) ambiguous.add(address);
    taken.add(address);
  }
  for (const address of ambiguous) byAddress.delete(address);
  return byAddress;
}

/** Folder keys in which something stands after the plan. */
function remainingKeys(context: Context, changes: readonly ContactChange[]): ReadonlySet<string> {
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
  context: Context,
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
