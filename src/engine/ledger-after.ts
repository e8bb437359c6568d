// The ledger record after a reading and after a writing. Pure: the ledger only ever repeats what a mailbox showed or
// answered.

import { entriesOfMissing } from '../core/lost-marks.ts';
import { matchContacts } from '../core/match-contacts.ts';
import { contestedAfter } from '../core/plan-fields.ts';
import type { MappedContact } from '../model/contact.ts';
import type { ItemId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { LedgerEntry, LedgerFolder, LedgerOther, LedgerRecord } from '../model/ledger-record.ts';
import type { FolderSnapshot, ManagedContact, SnapshotFolder, TargetMailbox } from '../model/mailbox.ts';
import type { ChangeOutcome, ContactPlan } from '../model/plan.ts';
import type { ReadyChange } from './target-changes.ts';

/** No fingerprint is empty. */
const NOT_CONFIRMED = '';

export interface AfterReadingInput {
  readonly mailbox: TargetMailbox;
  readonly plan: ContactPlan;
  readonly snapshot: FolderSnapshot;
  readonly known: LedgerRecord | undefined;
  /** The dirty record of a writing that was cut off. */
  readonly interrupted: LedgerRecord | undefined;
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  readonly rulesDigest: string;
  /** The plan concerns some people only: of the others the record says what it said. */
  readonly isPartial: boolean;
}

/**
 * What the mailbox showed. A contact that the plan keeps is confirmed with the wanted fingerprint, so that it is not
 * compared again next time; one that is to be changed is compared again, also when this plan is never carried out.
 */
export function recordAfterReading(input: AfterReadingInput): LedgerRecord {
  const { plan, snapshot, known, wanted } = input;
  const before = new Map((known?.entries ?? []).map((entry) => [entry.sourceObjectId, entry]));
  // How often a value was fought over is not lost with a writing that was cut off.
  const contestedBefore = new Map(
    ((known ?? input.interrupted)?.entries ?? []).map((entry) => [entry.sourceObjectId, entry.contested]),
  );
  const planned = new Set(plan.changes.map((change) => change.sourceObjectId));
  const toBeRemoved = new Set(
    plan.changes.flatMap(({ kind, sourceObjectId }) =>
      kind === 'delete' || kind === 'handOver' ? [sourceObjectId] : [],
    ),
  );
  // Nobody touched it since it was last compared, so a plan to remove it that is not carried out leaves it confirmed.
  const stillConfirmed = (id: SourceObjectId, contact: ManagedContact): string | undefined => {
    const entry = before.get(id);
    const isSame = entry?.itemId === contact.itemId && entry.version === contact.version;
    return (toBeRemoved.has(id) || !wanted.has(id)) && isSame && known?.rulesDigest === input.rulesDigest
      ? entry.fingerprint
      : undefined;
  };
  const { own } = matchContacts(
    snapshot.contacts,
    plan.policyId,
    known ?? input.interrupted,
    (id) => wanted.get(id)?.folderKey,
  );
  const entries: LedgerEntry[] = [];
  for (const [id, contact] of own) {
    const contested = contestedBefore.get(id);
    const photo = photoOf(contact.itemId, before.get(id));
    // Who is not wanted, or was not read, was not compared.
    const isConfirmed =
      plan.purpose === 'fill' && wanted.has(id) && !planned.has(id) && isCompared(contact, wanted.get(id));
    entries.push({
      sourceObjectId: id,
      itemId: contact.itemId,
      version: contact.version,
      folderKey: contact.folderKey,
      createdAt: contact.createdAt,
      markVersion: contact.mark.version,
      fingerprint: isConfirmed
        ? (wanted.get(id)?.fingerprint ?? contact.mark.fingerprint)
        : (stillConfirmed(id, contact) ?? NOT_CONFIRMED),
      fieldFingerprints: contact.mark.fieldFingerprints,
      ...photo,
      ...(contested === undefined ? {} : { contested }),
    });
  }
  const missing = [...before.keys(), ...(known?.missing ?? [])].filter(
    (id) => !own.has(id) && (wanted.has(id) || input.isPartial),
  );
  return {
    policyId: plan.policyId,
    mailboxId: input.mailbox.id,
    isDirty: false,
    rulesDigest: plan.purpose === 'fill' ? input.rulesDigest : '',
    folders: snapshot.folders.map(ledgerFolder),
    entries,
    foreignCount: snapshot.foreignCount,
    ...(missing.length > 0 ? { missing: [...new Set(missing)] } : {}),
    ...missingEntriesOf(known, new Set(missing)),
    ...othersIn(snapshot, plan.policyId),
  };
}

function missingEntriesOf(
  known: LedgerRecord | undefined,
  missing: ReadonlySet<SourceObjectId>,
): Pick<LedgerRecord, 'missingEntries'> {
  const entries = entriesOfMissing(known, (id) => !missing.has(id));
  return entries.length === 0 ? {} : { missingEntries: entries };
}

function othersIn({ contacts }: FolderSnapshot, own: PolicyId): Pick<LedgerRecord, 'others'> {
  const others = contacts.flatMap(({ itemId, folderKey, mark }): LedgerOther[] => {
    const { policyId, sourceObjectId, version: markVersion } = mark;
    if (policyId === own || sourceObjectId === undefined) return [];
    return [{ policyId, sourceObjectId, itemId, folderKey, markVersion }];
  });
  return others.length === 0 ? {} : { others };
}

/**
 * Where the source could not tell everything, the stored contact may hold more than was compared: it must be compared
 * again with a source that says there is nothing.
 */
function isCompared({ mark }: ManagedContact, wanted: MappedContact | undefined): boolean {
  return (wanted?.unknownProperties ?? []).length === 0 || mark.fingerprint === wanted?.fingerprint;
}

/** A photo stays with its item. */
function photoOf(itemId: ItemId, old: LedgerEntry | undefined): Pick<LedgerEntry, 'photo'> {
  return old?.photo === undefined || old.itemId !== itemId ? {} : { photo: old.photo };
}

export interface Written {
  readonly change: ReadyChange;
  readonly outcome: ChangeOutcome;
}

export interface AfterWritingInput {
  readonly before: LedgerRecord;
  readonly written: readonly Written[];
  readonly foldersMade: readonly SnapshotFolder[];
  readonly foldersRemoved: ReadonlySet<string>;
  readonly respectedDeletions: readonly SourceObjectId[];
  readonly rulesDigest: string;
}

/** The contact in the old folder could not be deleted. */
function halfMovedPerson({ change, outcome }: Written): readonly SourceObjectId[] {
  const { planned } = change;
  const isMoveAway = planned.kind === 'delete' && planned.reason === 'movedToSubfolder';
  return isMoveAway && outcome.status !== 'applied' && outcome.status !== 'gone'
    ? [planned.sourceObjectId]
    : [];
}

/** The successor was made by an earlier writing, and the old contact could again not be deleted. */
export function leavesLeftover(written: readonly Written[]): boolean {
  const created = new Set(
    written.flatMap(({ change: { planned } }) => (planned.kind === 'create' ? [planned.sourceObjectId] : [])),
  );
  return written.some((one) => halfMovedPerson(one).some((id) => !created.has(id)));
}

export function recordAfterWriting(input: AfterWritingInput): LedgerRecord {
  const entries = new Map(input.before.entries.map((entry) => [entry.sourceObjectId, entry]));
  const missing = new Set(input.before.missing ?? []);
  const lost = new Map((input.before.missingEntries ?? []).map((entry) => [entry.sourceObjectId, entry]));
  for (const id of input.respectedDeletions) missing.delete(id);
  let foreignCount = input.before.foreignCount;
  const halfMoved = new Set(input.written.flatMap(halfMovedPerson));
  const alsoOurs = new Set(input.before.alsoOurs ?? []);
  for (const { change, outcome } of input.written) {
    const id = change.planned.sourceObjectId;
    const old = entries.get(id) ?? (change.planned.kind === 'adopt' ? lost.get(id) : undefined);
    // The old entry is what tells the old contact from a user's copy until it is gone.
    if (change.planned.kind === 'create' && halfMoved.has(id)) {
      if (outcome.status === 'applied') alsoOurs.add(outcome.itemId);
      continue;
    }
    if (outcome.status === 'applied' && change.mark !== undefined) {
      const contested = contestedAfter(
        old?.contested,
        change.writtenBefore,
        change.planned.kind === 'update' ? change.planned.fields : [],
      );
      if (change.planned.kind === 'adopt') foreignCount -= 1;
      missing.delete(id);
      entries.set(id, {
        sourceObjectId: id,
        itemId: outcome.itemId,
        version: outcome.version,
        folderKey: change.folderKey,
        createdAt: old?.itemId === outcome.itemId ? old.createdAt : '',
        markVersion: change.mark.version,
        fingerprint: change.mark.fingerprint,
        fieldFingerprints: change.mark.fieldFingerprints,
        ...photoOf(outcome.itemId, old),
        ...(contested === undefined ? {} : { contested }),
      });
      continue;
    }
    const isGone = outcome.status === 'applied' || outcome.status === 'gone';
    const isRemoval = change.planned.kind === 'delete' || change.planned.kind === 'handOver';
    if (!isGone || !isRemoval) continue;
    if (change.planned.kind === 'handOver' && outcome.status === 'applied') foreignCount += 1;
    if ('itemId' in change.planned) alsoOurs.delete(change.planned.itemId);
    // After a move to another sub-folder the entry already stands for the new item.
    if (old !== undefined && 'itemId' in change.planned && old.itemId === change.planned.itemId)
      entries.delete(id);
  }
  const made = new Set(input.foldersMade.map((folder) => folder.key));
  return {
    ...input.before,
    isDirty: false,
    rulesDigest: input.rulesDigest,
    folders: [
      ...input.before.folders.filter(
        (folder) => !made.has(folder.key) && !input.foldersRemoved.has(folder.key),
      ),
      ...input.foldersMade.map(ledgerFolder),
    ],
    entries: [...entries.values()],
    foreignCount,
    missing: [...missing],
    missingEntries: [...lost.values()].filter(({ sourceObjectId }) => missing.has(sourceObjectId)),
    alsoOurs: [...alsoOurs],
  };
}

function ledgerFolder(folder: SnapshotFolder): LedgerFolder {
  const { key, folderId, name, mark, syncToken } = folder;
  return { key, folderId, name, mark, syncToken };
}
