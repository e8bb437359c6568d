// What was planned of one mailbox goes to Deleted Items. Every item is read again right before: it goes only if the rules
// still recognize it, and as it was then it stands in the journal.

import { asFailure, type Failure } from '../model/failure.ts';
import type { ItemId } from '../model/ids.ts';
import type { LeftoverRules, Recognize } from '../model/leftovers.ts';
import type { ChangeOutcome } from '../model/plan.ts';
import type { LeftoverItems, UnmarkedContact } from '../ports/leftover-items.ts';
import type { StoredPlan } from '../ports/run-store.ts';
import { holdingMailbox } from './holding.ts';
import { throwIfAborted } from './mailbox-pool.ts';
import { asksToWait } from './mailbox-tries.ts';
import {
  folderKeyOf,
  type Leftover,
  type LeftoverFolder,
  leftoversIn,
  readLeftovers,
} from './plan-leftovers.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

/** How often a mailbox that keeps moving is looked at again within one run. */
const MAX_ROUNDS = 4;

/** What tries of a mailbox in this run leave to the next one. */
export interface EarlierLeftoverTries {
  /** Writes whose outcome is not known. */
  doubts: readonly Doubt[];
  /** Failed for good; not tried again in this run, and counted already. */
  readonly failedFor: Set<ItemId>;
}

export interface LeftoverWork {
  readonly stored: StoredPlan;
  readonly earlier: EarlierLeftoverTries;
  readonly rules: LeftoverRules;
  readonly recognize: Recognize;
  readonly holder: string;
}

/** false: an item failed for good. */
export async function applyLeftovers(
  work: LeftoverWork,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<boolean> {
  const { mailbox } = work.stored;
  return holdingMailbox(mailbox.id, { leases: ports.leases, holder: work.holder, signal }, async (held) => {
    const writing = new LeftoverWriting(work, ports, recorder, held);
    await ports.runs.setProgress(recorder.run.id, mailbox.id, 'applying');
    try {
      await writing.run();
    } finally {
      // Also what was written before the mailbox failed belongs into the report.
      await recorder.emit({
        type: 'mailbox.applied',
        mailboxId: mailbox.id,
        primarySmtpAddress: mailbox.primarySmtpAddress,
        counts: {
          ...{ created: 0, updated: 0, handedOver: 0, adopted: 0 },
          deleted: writing.deleted,
          failed: writing.failed,
        },
      });
    }
    await ports.runs.setProgress(recorder.run.id, mailbox.id, 'done');
    return work.earlier.failedFor.size === 0;
  });
}

interface Doubt {
  readonly itemId: ItemId;
  readonly journalId: number;
  readonly failure: Failure;
}

class LeftoverWriting {
  readonly #work: LeftoverWork;
  readonly #ports: RunPorts;
  readonly #recorder: RunRecorder;
  readonly #signal: AbortSignal;
  readonly #items: LeftoverItems;
  /** What the approved plan names. */
  readonly #approved: ReadonlySet<ItemId>;
  readonly #earlier: EarlierLeftoverTries;
  /** In this try. */
  deleted = 0;
  failed = 0;

  constructor(work: LeftoverWork, ports: RunPorts, recorder: RunRecorder, signal: AbortSignal) {
    this.#work = work;
    this.#ports = ports;
    this.#recorder = recorder;
    this.#signal = signal;
    this.#earlier = work.earlier;
    this.#items = leftoversIn(ports.targets, work.stored.mailbox);
    this.#approved = new Set(
      work.stored.plan.changes.flatMap((change) => (change.kind === 'delete' ? [change.itemId] : [])),
    );
  }

  async run(): Promise<void> {
    const { rules, recognize } = this.#work;
    for (let round = 0; ; round += 1) {
      const found = await readLeftovers(this.#items, rules, recognize, this.#signal);
      await this.#resolveDoubts(found);
      const open = found.flatMap((one) => {
        const leftovers = one.leftovers.filter(
          ({ itemId }) => this.#approved.has(itemId) && !this.#earlier.failedFor.has(itemId),
        );
        return leftovers.length === 0 ? [] : [{ ...one, leftovers }];
      });
      if (open.length === 0) break;
      if (round === MAX_ROUNDS)
        throw this.#earlier.doubts[0]?.failure ?? new Error('an item neither goes nor stays');
      for (const folder of open) await this.#writeFolder(folder);
      const wish = this.#earlier.doubts.find(({ failure }) => failure.code === 'throttledTooLong');
      if (wish !== undefined) throw wish.failure;
    }
    await this.#removeFolders();
  }

  /** A write whose answer was lost and after which the item is no longer there has happened. */
  async #resolveDoubts(found: readonly LeftoverFolder[]): Promise<void> {
    const present = new Set(found.flatMap(({ contacts }) => contacts.map(({ itemId }) => itemId)));
    for (const { itemId, journalId } of this.#earlier.doubts) {
      if (present.has(itemId)) continue;
      this.deleted += 1;
      await this.#ports.journal.record([journalId], [{ status: 'applied', itemId, version: '' }]);
    }
    this.#earlier.doubts = [];
  }

  async #writeFolder({ folder, contacts, leftovers }: LeftoverFolder): Promise<void> {
    const { batchSize } = this.#ports.targets.capabilities;
    const byId = new Map(contacts.map((contact) => [contact.itemId, contact]));
    for (let start = 0; start < leftovers.length; start += batchSize) {
      throwIfAborted(this.#signal);
      const batch = leftovers.slice(start, start + batchSize);
      const ids = await this.#journal(batch, folder.path, byId);
      let outcomes: readonly ChangeOutcome[];
      try {
        outcomes = await this.#items.moveToDeletedItems(folder.folderId, batch, this.#signal);
      } catch (thrown) {
        // The mailbox as a whole failed: what was under way is unknown.
        const failure = asFailure(thrown);
        await this.#ports.journal.record(
          ids,
          ids.map(() => ({ status: 'unknown', failure })),
        );
        for (const [index, { itemId }] of batch.entries()) this.#doubt(itemId, ids[index], failure);
        throw failure;
      }
      await this.#ports.journal.record(ids, outcomes);
      for (const [index, leftover] of batch.entries())
        await this.#count(leftover, outcomes[index], ids[index] ?? 0);
    }
  }

  #journal(
    batch: readonly Leftover[],
    path: readonly string[],
    byId: ReadonlyMap<ItemId, UnmarkedContact>,
  ): Promise<readonly number[]> {
    const folderKey = folderKeyOf(path);
    return this.#ports.journal.intend(
      this.#recorder.run.id,
      this.#work.stored.mailbox,
      batch.map(({ itemId, sourceObjectId, label }) => ({
        change: 'delete',
        sourceObjectId,
        itemId,
        folderId: undefined,
        folderKey,
        fields: [],
        before: { properties: byId.get(itemId)?.properties ?? {}, mark: undefined, folderKey },
        label,
      })),
    );
  }

  #doubt(itemId: ItemId, journalId: number | undefined, failure: Failure): void {
    if (journalId === undefined) return;
    this.#earlier.doubts = [...this.#earlier.doubts, { itemId, journalId, failure }];
  }

  /** A conflict, and one that is gone, is looked at again; what is no longer recognized then is left alone. */
  async #count(leftover: Leftover, outcome: ChangeOutcome | undefined, journalId: number): Promise<void> {
    if (outcome === undefined) throw new Error('every item must have its outcome');
    const { itemId, sourceObjectId } = leftover;
    const wish = asksToWait(outcome);
    if (wish !== undefined) throw wish;
    if (outcome.status === 'applied') this.deleted += 1;
    if (outcome.status === 'unknown') this.#doubt(itemId, journalId, outcome.failure);
    if (outcome.status !== 'failed' && outcome.status !== 'refused') return;
    this.#earlier.failedFor.add(itemId);
    this.failed += 1;
    await this.#recorder.emit({
      type: 'contact.failed',
      mailboxId: this.#work.stored.mailbox.id,
      sourceObjectId,
      change: 'delete',
      failure: outcome.failure.toRecord(),
    });
    if (outcome.failure.facts.scope === 'run') throw outcome.failure;
  }

  async #removeFolders(): Promise<void> {
    const { mailbox, plan } = this.#work.stored;
    for (const action of plan.folders) {
      if (action.kind !== 'remove') continue;
      const [id = 0] = await this.#ports.journal.intend(this.#recorder.run.id, mailbox, [
        {
          change: 'folderRemove',
          sourceObjectId: undefined,
          itemId: undefined,
          folderId: action.folderId,
          folderKey: action.key,
          fields: [],
          before: undefined,
          label: action.name,
        },
      ]);
      const isGone = await this.#items.removeFolder(action.folderId, this.#signal);
      const itemId = action.folderId as string as ItemId;
      const outcome: ChangeOutcome = isGone
        ? { status: 'applied', itemId, version: '' }
        : { status: 'conflict' };
      await this.#ports.journal.record([id], [outcome]);
    }
  }
}
