// Writes the changes handed over and says of each what became of it: creations, then updates, then deletions, each in
// requests of an adaptive size. An item is only touched when it was seen with our mark in exactly the version that the
// write demands. A write whose outcome is open is looked for before it is ever repeated.

import { Failure } from '../../model/failure.ts';
import type { FolderId } from '../../model/ids.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { type Existing, isDoubtful, refusalOf } from '../contact-folder/look-before-writing.ts';
import { concludeWrites } from '../contact-folder/written-outcomes.ts';
import type { BatchSize } from './batch-size.ts';
import { contactUpdates, newContact } from './contact-writer.ts';
import { isConflict, isGone } from './failures.ts';
import { createItems, deleteItems, updateItems } from './item-operations.ts';
import { itemIdOf, markValues, NO_MARK, versionOf } from './mailbox-session.ts';
import type { ResponseMessage } from './response-message.ts';
import { sendPortions } from './send-portions.ts';
import { type ChangeTools, readRows } from './settle-writes.ts';
import type { Batch, Placed } from './write-batch.ts';
import { childOf } from './xml-element.ts';
import type { Xml } from './xml-writer.ts';

export type Creation = Extract<TargetChange, { readonly kind: 'create' }>;
export type Update = Exclude<Existing, { readonly kind: 'delete' }>;
export type Removal = Extract<TargetChange, { readonly kind: 'delete' }>;

export async function applyBatch(
  tools: ChangeTools,
  size: BatchSize,
  changes: readonly TargetChange[],
  signal: AbortSignal,
): Promise<readonly ChangeOutcome[]> {
  const batch: Batch = { tools, size, outcomes: new Map(), hasWritten: false };
  const { creations, updates, removals } = sorted(changes);
  try {
    await refuseUnseen(batch, updates, signal);
    for (const [folderId, ofFolder] of Map.groupBy(creations, ({ change }) => change.folderId)) {
      await create(batch, folderId, ofFolder, signal);
    }
    await sendPortions(
      batch,
      withoutOutcome(batch, updates),
      (portion) => updateXml(tools, portion),
      updated,
      signal,
    );
    for (const mode of ['hard', 'soft'] as const) {
      await remove(
        batch,
        mode,
        removals.filter(({ change }) => change.mode === mode),
        signal,
      );
    }
  } catch (thrown) {
    // What was carried out is told, whatever ended the rest.
    if (signal.aborted || !batch.hasWritten || !(thrown instanceof Failure)) throw thrown;
    for (const index of changes.keys()) {
      if (!batch.outcomes.has(index)) batch.outcomes.set(index, { status: 'failed', failure: thrown });
    }
  }
  return concludeWrites(changes, batch.outcomes, tools.seen);
}

function sorted(changes: readonly TargetChange[]) {
  const creations: Placed<Creation>[] = [];
  const updates: Placed<Update>[] = [];
  const removals: Placed<Removal>[] = [];
  for (const [index, change] of changes.entries()) {
    if (change.kind === 'create') creations.push({ change, index });
    else if (change.kind === 'delete') removals.push({ change, index });
    else updates.push({ change, index });
  }
  return { creations, updates, removals };
}

function withoutOutcome<Change extends TargetChange>(
  { outcomes }: Batch,
  placed: readonly Placed<Change>[],
): readonly Placed<Change>[] {
  return placed.filter(({ index }) => !outcomes.has(index));
}

/** Outcomes of those that may not be written at all. */
async function refuseUnseen(
  batch: Batch,
  updates: readonly Placed<Update>[],
  signal: AbortSignal,
): Promise<void> {
  const { tools, outcomes } = batch;
  const doubtful = updates.filter(({ change }) => isDoubtful(change, tools.seen));
  const rows = await readRows(
    tools,
    doubtful.map(({ change }) => change.itemId),
    signal,
  );
  for (const [position, { change, index }] of doubtful.entries()) {
    const refused = refusalOf(change, rows[position], tools.policyId);
    if (refused !== undefined) outcomes.set(index, refused);
  }
}

async function create(
  batch: Batch,
  folderId: FolderId,
  creations: readonly Placed<Creation>[],
  signal: AbortSignal,
): Promise<void> {
  const { tools, outcomes } = batch;
  if (!tools.isOurFolder(folderId)) {
    // A folder in Deleted Items would still take the contact.
    for (const { index } of creations) outcomes.set(index, { status: 'gone' });
    return;
  }
  const xmlOf = (portion: readonly Placed<Creation>[]) =>
    createItems(
      folderId,
      portion.map(({ change }) =>
        newContact(change.properties, markValues(change.mark, tools.codec), change.further),
      ),
    );
  await sendPortions(batch, creations, xmlOf, created, signal);
}

function updateXml({ codec }: ChangeTools, portion: readonly Placed<Update>[]): Xml {
  return updateItems(
    portion.map(({ change }) => ({
      itemId: change.itemId,
      version: change.version,
      updates:
        change.kind === 'handOver'
          ? contactUpdates({}, {}, NO_MARK)
          : contactUpdates(change.set, change.whole, markValues(change.mark, codec), change.further),
    })),
  );
}

/**
 * The protocol knows no condition for a deletion, so each portion is looked at right before it is sent. What the user
 * does between these two requests is lost with a hard deletion (docs/protocols/exchange-web-services.md).
 */
async function remove(
  batch: Batch,
  mode: Removal['mode'],
  removals: readonly Placed<Removal>[],
  signal: AbortSignal,
): Promise<void> {
  const { tools, outcomes } = batch;
  const look = async (portion: readonly Placed<Removal>[]) => {
    const rows = await readRows(
      tools,
      portion.map(({ change }) => change.itemId),
      signal,
    );
    return portion.filter(({ change, index }, position) => {
      const refused = refusalOf(change, rows[position], tools.policyId);
      if (refused !== undefined) outcomes.set(index, refused);
      return refused === undefined;
    });
  };
  const xmlOf = (portion: readonly Placed<Removal>[]) =>
    deleteItems(
      mode,
      portion.map(({ change }) => change),
    );
  await sendPortions(batch, removals, xmlOf, removed, signal, look);
}

const created = (_: Creation, message: ResponseMessage) => writtenItem(message);
const updated = (_: Update, message: ResponseMessage) => writtenItem(message);

function removed(change: Removal, message: ResponseMessage): ChangeOutcome {
  return message.refusal === undefined
    ? { status: 'applied', itemId: change.itemId, version: '' }
    : refusedOutcome(message);
}

function writtenItem(message: ResponseMessage): ChangeOutcome {
  if (message.refusal !== undefined) return refusedOutcome(message);
  const [item] = childOf(message.element, 'Items')?.children ?? [];
  if (item === undefined) return { status: 'unknown', failure: new Failure('unexpectedAnswer') };
  return { status: 'applied', itemId: itemIdOf(item), version: versionOf(item) };
}

function refusedOutcome({ code, refusal }: ResponseMessage): ChangeOutcome {
  if (isGone(code)) return { status: 'gone' };
  if (isConflict(code)) return { status: 'conflict' };
  return { status: 'failed', failure: refusal?.failure ?? new Failure('unexpectedAnswer') };
}
