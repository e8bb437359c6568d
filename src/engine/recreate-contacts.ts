// Contacts whose photo was withdrawn, where the picture of a contact cannot be taken off: each is made anew without one,
// looked at, and only then the old one is deleted, if nobody touched it meanwhile. A stop half way leaves two contacts of
// which the next run deletes the one with the photo, because it finds the other beside it.

import { fieldMatches } from '../core/fingerprint.ts';
import { isEditedByUser } from '../core/plan-fields.ts';
import { mayHoldUserData } from '../core/plan-removal.ts';
import { CONTACT_PROPERTY_NAMES } from '../model/contact.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { FolderId, ItemId, PolicyId, RunId } from '../model/ids.ts';
import type { ManagedContact, TargetMailbox } from '../model/mailbox.ts';
import type { ChangeOutcome } from '../model/plan.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import { foundWritten, type SentChange } from './doubtful-writes.ts';
import type { RunPorts } from './run-ports.ts';

export interface Recreating {
  readonly runId: RunId;
  readonly policyId: PolicyId;
  readonly mailbox: TargetMailbox;
  readonly target: MailboxTarget;
  readonly ports: Pick<RunPorts, 'journal' | 'ledger'>;
}

export type Recreated =
  | { readonly kind: 'done'; readonly successor: ManagedContact }
  /** The user put something into it, or has a copy of it. */
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** `contacts`: read in full just now, with a picture of ours. At most as many as the target takes changes at once. */
export async function recreateContacts(
  contacts: readonly ManagedContact[],
  work: Recreating,
  signal: AbortSignal,
): Promise<ReadonlyMap<ItemId, Recreated>> {
  const results = new Map<ItemId, Recreated>();
  if (contacts.length === 0) return results;
  const { policyId, mailbox, target, ports } = work;
  const known = await ports.ledger.read(policyId, mailbox.id);
  const { folders, contacts: all } = await target.readFolder({ known, includeForeign: false }, signal);
  const folderIds = new Map(folders.map(({ key, folderId }) => [key, folderId]));
  const successors = new Map<ItemId, ItemId>();
  const made: { readonly old: ManagedContact; readonly change: SentChange }[] = [];
  for (const old of contacts) {
    const beside = all.filter(
      ({ itemId, mark }) =>
        itemId !== old.itemId &&
        mark.policyId === policyId &&
        mark.sourceObjectId === old.mark.sourceObjectId,
    );
    const change = creationOf(old, folderIds);
    const [one, ...more] = beside;
    if (!isOnlyOurs(old) || more.length > 0) results.set(old.itemId, { kind: 'left' });
    else if (change === undefined) results.set(old.itemId, failed(undefined));
    else if (one === undefined) made.push({ old, change });
    else successors.set(old.itemId, one.itemId);
  }
  const created = await write(
    made.map(({ change }) => change),
    work,
    signal,
  );
  for (const [place, { old }] of made.entries()) {
    const outcome = created[place];
    if (outcome?.status === 'applied') successors.set(old.itemId, outcome.itemId);
    else results.set(old.itemId, failed(outcome));
  }
  const isMade = new Set(made.map(({ old }) => old.itemId));
  await replaceAll(contacts, successors, isMade, folderIds, { ...work, results }, signal);
  return results;
}

type FolderIds = ReadonlyMap<string, FolderId>;

interface Replacing extends Recreating {
  readonly results: Map<ItemId, Recreated>;
}

/** Deletes each whose successor stands as it was written; otherwise, and when it moved on, the successor goes again. */
async function replaceAll(
  contacts: readonly ManagedContact[],
  successors: ReadonlyMap<ItemId, ItemId>,
  isMade: ReadonlySet<ItemId>,
  folderIds: FolderIds,
  work: Replacing,
  signal: AbortSignal,
): Promise<void> {
  const { target, results } = work;
  const shown = await target.readContacts([...successors.values()], signal);
  const byId = new Map(shown.map((contact) => [contact.itemId, contact]));
  const pairs = contacts.flatMap((old) => {
    const id = successors.get(old.itemId);
    if (id === undefined) return [];
    const successor = byId.get(id);
    if (successor === undefined) results.set(old.itemId, failed(undefined));
    else if (isSuccessor(successor, old)) return [{ old, successor }];
    // A copy that the user made and changed.
    else results.set(old.itemId, { kind: 'left' });
    return [];
  });
  const outcomes = await write(
    pairs.map(({ old }) => deletionOf(old, folderIds)),
    work,
    signal,
  );
  const undone: ManagedContact[] = [];
  for (const [place, { old, successor }] of pairs.entries()) {
    const outcome = outcomes[place];
    const isGone = outcome?.status === 'applied' || outcome?.status === 'gone';
    results.set(old.itemId, isGone ? { kind: 'done', successor } : failed(outcome));
    if (!isGone && isMade.has(old.itemId)) undone.push(successor);
  }
  await write(
    undone.map((successor) => deletionOf(successor, folderIds)),
    work,
    signal,
  );
}

/** The picture, which is known to be ours, is all that tells it from what we wrote. */
function isOnlyOurs({ properties, picture, mark }: ManagedContact): boolean {
  return (
    picture === 'alone' && properties !== undefined && !isEditedByUser(mark.fieldFingerprints, properties)
  );
}

function isSuccessor(contact: ManagedContact, old: ManagedContact): boolean {
  return (
    contact.folderKey === old.folderKey &&
    contact.mark.fingerprint === old.mark.fingerprint &&
    !mayHoldUserData(contact)
  );
}

/** As we wrote it, by its own mark: what this run wants may be more than it could write, or less than policies that merge. */
function creationOf(old: ManagedContact, folderIds: FolderIds): SentChange | undefined {
  const { folderKey, mark, properties = {} } = old;
  const folderId = folderIds.get(folderKey);
  if (folderId === undefined) return undefined;
  const written = CONTACT_PROPERTY_NAMES.filter(
    (name) => fieldMatches(mark.fieldFingerprints, name, properties[name] ?? '') === 'same',
  );
  const intended = Object.fromEntries(written.map((name) => [name, properties[name] ?? '']));
  const intent = {
    ...intentOf(old, folderIds),
    change: 'create',
    itemId: undefined,
    before: undefined,
  } as const;
  return { target: { kind: 'create', folderId, properties: intended, mark }, intent };
}

function deletionOf(contact: ManagedContact, folderIds: FolderIds): SentChange {
  const { itemId, version } = contact;
  const intent = { ...intentOf(contact, folderIds), change: 'delete' } as const;
  return { target: { kind: 'delete', itemId, version, mode: 'hard' }, intent };
}

function intentOf({ itemId, folderKey, mark, properties = {} }: ManagedContact, folderIds: FolderIds) {
  return {
    sourceObjectId: mark.sourceObjectId,
    itemId,
    folderId: folderIds.get(folderKey),
    folderKey,
    fields: [],
    before: { properties, mark, folderKey },
    label: properties.displayName ?? '',
  };
}

/** Journaled before and after; a lost answer is looked up at once. */
async function write(
  changes: readonly SentChange[],
  { runId, mailbox, target, ports: { journal } }: Recreating,
  signal: AbortSignal,
): Promise<readonly ChangeOutcome[]> {
  if (changes.length === 0) return [];
  const ids = await journal.intend(
    runId,
    mailbox,
    changes.map(({ intent }) => intent),
  );
  let outcomes: readonly ChangeOutcome[];
  try {
    outcomes = await target.applyChanges(
      changes.map((change) => change.target),
      signal,
    );
  } catch (thrown) {
    const failure = asFailure(thrown);
    await journal.record(
      ids,
      ids.map(() => ({ status: 'unknown', failure })),
    );
    throw failure;
  }
  await journal.record(ids, outcomes);
  if (outcomes.every(({ status }) => status !== 'unknown')) return outcomes;
  const { contacts } = await target.readFolder({ known: undefined, includeForeign: false }, signal);
  // The contact that is to be replaced carries the same mark as its successor.
  const others = contacts.filter(({ picture }) => picture === undefined);
  const resolved = outcomes.map((outcome, place): ChangeOutcome => {
    const change = changes[place];
    if (outcome.status !== 'unknown' || change === undefined) return outcome;
    const found = foundWritten(change, change.target.kind === 'create' ? others : contacts);
    return found === undefined ? outcome : { status: 'applied', ...found };
  });
  await journal.record(ids, resolved);
  return resolved;
}

function failed(outcome: ChangeOutcome | undefined): Recreated {
  const failure =
    outcome !== undefined && 'failure' in outcome ? outcome.failure : new Failure('changedSincePlanned');
  return { kind: 'failed', failure };
}
