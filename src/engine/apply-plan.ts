// Second pass, one mailbox: folder actions, then changes in batches, each journaled before and after; then the ledger.
// Where the mailbox moved on since it was planned, it is read in full and planned again, and written only if it loses
// nothing beyond what was planned (and approved) before.

import { asFailure, Failure } from '../model/failure.ts';
import type { FolderId, ItemId, MailboxId, RunId, SourceObjectId } from '../model/ids.ts';
import type { LedgerRecord } from '../model/ledger-record.ts';
import type { ManagedContact, SnapshotFolder, TargetMailbox } from '../model/mailbox.ts';
import type { ChangeOutcome, ContactChange, ContactPlan, FolderAction } from '../model/plan.ts';
import type { OutcomeCounts } from '../model/run.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import { foundWritten } from './doubtful-writes.ts';
import { holdingMailbox } from './holding.ts';
import { leavesLeftover, recordAfterWriting, type Written } from './ledger-after.ts';
import { throwIfAborted } from './mailbox-pool.ts';
import { asksToWait } from './mailbox-tries.ts';
import { COUNTED_AS } from './outcome-counts.ts';
import {
  contextFor,
  isNothingToDo,
  type PlannedMailbox,
  type PlanningContext,
  planOneMailbox,
} from './plan-mailbox.ts';
import type { PreparedMailbox } from './recent-mailboxes.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';
import { type AdoptedItem, type ReadyChange, readyChange } from './target-changes.ts';
import { writeFolder } from './write-folder.ts';

/** How often a mailbox that keeps moving is planned again within one run. */
const MAX_ROUNDS = 3;

export interface ApplyInput {
  readonly mailbox: TargetMailbox;
  /** The stored, released plan. */
  readonly plan: ContactPlan;
  readonly context: PlanningContext;
  /** When this process planned the mailbox a moment ago; saves reading it again. */
  readonly prepared: PreparedMailbox | undefined;
  readonly holder: string;
  /** What earlier tries of a mailbox in this run leave to the next one; afterwards also what this try leaves. */
  readonly earlierTries: Map<MailboxId, EarlierTries>;
}

export interface EarlierTries {
  /** Writes whose outcome is not known. */
  readonly doubts: readonly DoubtfulWrite[];
  /** Who failed for good; not tried again in this run, and counted already. */
  readonly failedFor: ReadonlySet<SourceObjectId>;
  /** Why the contact folder has its old name. */
  readonly nameKept: Failure | undefined;
}

interface DoubtfulWrite {
  readonly change: ReadyChange;
  readonly journalId: number;
}

/** Returns what this try has written. */
export async function applyPlan(
  input: ApplyInput,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<OutcomeCounts> {
  const { mailbox, context } = input;
  return holdingMailbox(mailbox.id, { leases: ports.leases, holder: input.holder, signal }, async (held) => {
    const writing = new MailboxWriting(input, ports, recorder, held);
    await ports.runs.setProgress(recorder.run.id, mailbox.id, 'applying');
    await ports.memory.addWrittenMailbox(context.policyId, mailbox);
    try {
      await writing.run();
    } finally {
      input.earlierTries.set(mailbox.id, writing.leaves);
      // Also what was written before the mailbox failed belongs into the report.
      await reportCounts(writing.counts, mailbox, recorder);
    }
    await ports.runs.setProgress(recorder.run.id, mailbox.id, 'done');
    // Contacts that could not be read or may not be deleted now are still ours to remove.
    const isHeldBack = input.plan.notices.some(
      ({ kind }) => kind === 'newerMark' || kind === 'deletionsHeldBack' || kind === 'waitsForOtherPolicy',
    );
    if (input.plan.purpose === 'empty' && writing.leaves.failedFor.size === 0 && !isHeldBack) {
      await ports.memory.removeWrittenMailbox(context.policyId, mailbox.id);
    }
    return writing.counts;
  });
}

async function reportCounts(
  counts: OutcomeCounts,
  { id: mailboxId, primarySmtpAddress }: TargetMailbox,
  recorder: RunRecorder,
): Promise<void> {
  await recorder.emit({ type: 'mailbox.applied', mailboxId, primarySmtpAddress, counts });
}

interface Round {
  readonly plan: ContactPlan;
  readonly target: MailboxTarget;
  readonly record: LedgerRecord;
  readonly folders: readonly SnapshotFolder[];
  readonly current: ReadonlyMap<ItemId, ManagedContact | AdoptedItem>;
}

class MailboxWriting {
  readonly #input: ApplyInput;
  readonly #context: PlanningContext;
  readonly #ports: RunPorts;
  readonly #recorder: RunRecorder;
  readonly #signal: AbortSignal;
  readonly #counts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };
  /** Changes that failed for good; they are not tried again in this run. */
  readonly #failedFor: Set<SourceObjectId>;
  #unknown: DoubtfulWrite[];
  #nameKept: Failure | undefined;
  /** A refusal that concerns the whole run, or the service's wish to leave the mailbox alone. */
  #stop: Failure | undefined;
  /** Why the outcome of a write in the last round is not known. */
  #lastDoubt: Failure | undefined;
  #lastWritten: LedgerRecord | undefined;

  constructor(input: ApplyInput, ports: RunPorts, recorder: RunRecorder, signal: AbortSignal) {
    this.#input = input;
    this.#context = contextFor(input.context, input.mailbox, input.plan.purpose);
    this.#ports = ports;
    this.#recorder = recorder;
    this.#signal = signal;
    const earlier = input.earlierTries.get(input.mailbox.id);
    this.#unknown = [...(earlier?.doubts ?? [])];
    this.#failedFor = new Set(earlier?.failedFor);
  }

  get leaves(): EarlierTries {
    return { doubts: this.#unknown, failedFor: this.#failedFor, nameKept: this.#nameKept };
  }

  /** So far. */
  get counts(): OutcomeCounts {
    return { ...this.#counts };
  }

  async run(): Promise<void> {
    const { mailbox, plan, context } = this.#input;
    let round = await this.#firstRound();
    for (let rounds = 1; ; rounds += 1) {
      const isSettled = round !== undefined && !hasMovedOn(round) && (await this.#write(round));
      if (isSettled) return;
      throwIfAborted(this.#signal);
      const again = await planOneMailbox(mailbox, plan.purpose, context, this.#ports, this.#signal, {
        readInFull: true,
        lastWritten: this.#lastWritten,
      });
      await this.#resolveUnknown(again);
      if (!losesNoMore(again.plan, plan)) throw new Failure('changedSincePlanned');
      round = this.#roundOf(again);
      if (isNothingToDo(round.plan)) return;
      if (rounds === MAX_ROUNDS)
        throw this.#lastDoubt ?? new Failure('changedSincePlanned', { details: { rounds } });
    }
  }

  /** A write whose answer was lost and that the mailbox shows to have happened is counted and journaled as applied. */
  async #resolveUnknown({ snapshot }: PlannedMailbox): Promise<void> {
    for (const { change, journalId } of this.#unknown) {
      const found = foundWritten(change, snapshot.contacts);
      if (found === undefined) continue;
      const { itemId, version } = found;
      this.#counts[COUNTED_AS[change.planned.kind]] += 1;
      await this.#ports.journal.record([journalId], [{ status: 'applied', itemId, version }]);
    }
    this.#unknown = [];
  }

  /** From the stored plan, without planning again; undefined when something it needs has moved on. */
  async #firstRound(): Promise<Round | undefined> {
    const { mailbox, plan, prepared } = this.#input;
    const context = this.#context;
    // The plan names what the other policies of the folder wanted then.
    if (plan.offersDigest !== context.merger?.offersDigest) return undefined;
    const record = await this.#ports.ledger.read(context.policyId, mailbox.id);
    if (record === undefined || record.isDirty) return undefined;
    if (prepared !== undefined) return { plan, record, folders: record.folders, ...prepared };
    // Adopted items carry no mark yet, so they can only be seen by a full reading. What the user deleted, the user may
    // have fetched back meanwhile.
    const mustLookAgain = (change: ContactChange): boolean =>
      change.kind === 'adopt' || change.reason === 'restored';
    if (plan.changes.some(mustLookAgain) || plan.respectedDeletions.length > 0) return undefined;
    const target = this.#ports.targets.open(mailbox, context.policyId, context.policy.folder);
    const itemIds = plan.changes.flatMap((change) => (change.kind === 'create' ? [] : [change.itemId]));
    const read = itemIds.length === 0 ? [] : await target.readContacts(itemIds, this.#signal);
    const keyOf = new Map(record.entries.map((entry) => [entry.itemId, entry.folderKey]));
    const fresh = read.map((item) => ({ ...item, folderKey: keyOf.get(item.itemId) ?? item.folderKey }));
    return {
      plan,
      target,
      record,
      folders: record.folders,
      current: new Map(fresh.map((item) => [item.itemId, item])),
    };
  }

  #roundOf(planned: PlannedMailbox): Round {
    const changes = planned.plan.changes.filter((change) => !this.#failedFor.has(change.sourceObjectId));
    return {
      plan: { ...planned.plan, changes },
      target: planned.target,
      record: planned.record,
      folders: planned.snapshot.folders,
      current: planned.current,
    };
  }

  /** true: every change has a final outcome. */
  async #write(round: Round): Promise<boolean> {
    const { mailbox } = this.#input;
    const context = this.#context;
    // Before the ledger is dirty: a dirty record tells no deletion by the user, and this one would be forgotten if the
    // process died in between.
    if (round.plan.respectedDeletions.length > 0) {
      await this.#ports.memory.addRespectedDeletions(
        context.policyId,
        mailbox.id,
        round.plan.respectedDeletions,
      );
    }
    this.#lastDoubt = undefined;
    await this.#ports.ledger.markDirty(context.policyId, mailbox.id);
    const folderIds = new Map<string, FolderId>(round.folders.map(({ key, folderId }) => [key, folderId]));
    const foldersMade: SnapshotFolder[] = [];
    const applyFolders = async (kinds: readonly FolderAction['kind'][]): Promise<void> => {
      for (const action of round.plan.folders) {
        if (!kinds.includes(action.kind)) continue;
        const folder = await this.#applyFolder(round.target, action);
        if (folder === undefined) continue;
        if (action.kind === 'create') this.#refuseFolderOfUser(action, folder);
        foldersMade.push(folder);
        folderIds.set(folder.key, folder.folderId);
      }
    };
    await applyFolders(['create', 'rename']);
    const { written, isSettled } = await this.#writeChanges(round, folderIds);
    // Only a folder without a mark is searched for items to adopt, so it gets its mark when all of them have theirs.
    if (isSettled) await applyFolders(['adopt']);

    // Also one that stayed because something lies in it: the next run then reads it in full.
    const foldersRemoved = new Set<string>();
    for (const action of round.plan.folders) {
      if (!isSettled || action.kind !== 'remove') continue;
      await this.#applyFolder(round.target, action);
      foldersRemoved.add(action.key);
    }
    this.#lastWritten = recordAfterWriting({
      before: round.record,
      written,
      foldersMade,
      foldersRemoved,
      respectedDeletions: round.plan.respectedDeletions,
      rulesDigest: context.rulesDigest,
    });
    // What tells a leftover from a user's copy is the old record alone, so it stays until the leftover is gone.
    if (isSettled && !leavesLeftover(written)) await this.#ports.ledger.write(this.#lastWritten);
    return isSettled;
  }

  /** The user made a folder of that name since the plan, in which there was none. */
  #refuseFolderOfUser(action: FolderAction, folder: SnapshotFolder): void {
    const { name, existing } = this.#input.context.policy.folder;
    if (action.key !== '' || folder.mark !== undefined || existing === 'use') return;
    throw new Failure('folderRefused', { details: { folder: name } });
  }

  async #applyFolder(target: MailboxTarget, action: FolderAction): Promise<SnapshotFolder | undefined> {
    const { journal } = this.#ports;
    const { mailbox } = this.#input;
    const { folder, nameKept } = await writeFolder(
      { journal, runId: this.#recorder.run.id, mailbox, target, signal: this.#signal },
      action,
    );
    if (action.kind === 'rename') this.#nameKept = nameKept;
    return folder;
  }

  async #writeChanges(
    round: Round,
    folderIds: ReadonlyMap<string, FolderId>,
  ): Promise<{ written: Written[]; isSettled: boolean }> {
    const context = this.#context;
    const written: Written[] = [];
    let isSettled = true;
    const ready: ReadyChange[] = [];
    for (const planned of round.plan.changes) {
      const change = readyChange(planned, {
        policyId: context.policyId,
        contacts: context.wanted,
        folderIds,
        current: round.current,
      });
      if (change === undefined) isSettled = false;
      else ready.push(change);
    }
    const { batchSize } = this.#ports.targets.capabilities;
    const writeAll = async (changes: readonly ReadyChange[]): Promise<void> => {
      for (let start = 0; start < changes.length; start += batchSize) {
        throwIfAborted(this.#signal);
        const batch = changes.slice(start, start + batchSize);
        const outcomes = await this.#writeBatch(round.target, batch);
        for (const [index, change] of batch.entries()) {
          const outcome = outcomes[index];
          if (outcome === undefined) throw new Error('a target must answer every change');
          written.push({ change, outcome });
          if (!(await this.#count(change.planned, outcome))) isSettled = false;
        }
        if (this.#stop !== undefined) throw this.#stop;
      }
    };
    const waits = waitingFor(round.plan.changes);
    await writeAll(ready.filter(({ planned }) => waits(planned).length === 0));
    const done = new Set(written.flatMap(({ change, outcome }) => (isDone(outcome) ? [change.planned] : [])));
    await writeAll(
      ready.filter(({ planned }) => {
        const awaited = waits(planned);
        return awaited.length > 0 && awaited.every((other) => done.has(other));
      }),
    );
    return { written, isSettled };
  }

  async #writeBatch(target: MailboxTarget, batch: readonly ReadyChange[]): Promise<readonly ChangeOutcome[]> {
    const runId: RunId = this.#recorder.run.id;
    const ids = await this.#ports.journal.intend(
      runId,
      this.#input.mailbox,
      batch.map((change) => change.intent),
    );
    let outcomes: readonly ChangeOutcome[];
    try {
      outcomes = await target.applyChanges(
        batch.map((change) => change.target),
        this.#signal,
      );
    } catch (thrown) {
      // The mailbox as a whole failed: what was under way is unknown, and the ledger stays dirty.
      const failure = asFailure(thrown);
      await this.#ports.journal.record(
        ids,
        ids.map(() => ({ status: 'unknown', failure })),
      );
      for (const [index, journalId] of ids.entries()) {
        const change = batch[index];
        if (change !== undefined) this.#unknown.push({ change, journalId });
      }
      throw failure;
    }
    await this.#ports.journal.record(ids, outcomes);
    for (const [index, change] of batch.entries()) {
      const journalId = ids[index];
      const outcome = outcomes[index];
      if (outcome?.status !== 'unknown' || journalId === undefined) continue;
      this.#lastDoubt = outcome.failure;
      this.#unknown.push({ change, journalId });
    }
    return outcomes;
  }

  /** Counts a final outcome; false: the mailbox must be read and planned again. */
  async #count(change: ContactChange, outcome: ChangeOutcome): Promise<boolean> {
    const wish = asksToWait(outcome);
    if (wish !== undefined) {
      this.#stop ??= wish;
      return false;
    }
    switch (outcome.status) {
      case 'applied':
        this.#counts[COUNTED_AS[change.kind]] += 1;
        return true;
      case 'gone':
        return change.kind === 'delete' || change.kind === 'handOver';
      case 'conflict':
      case 'unknown':
        return false;
      case 'refused':
      case 'failed':
        this.#counts.failed += 1;
        this.#failedFor.add(change.sourceObjectId);
        if (outcome.failure.facts.scope === 'run') this.#stop ??= outcome.failure;
        await this.#recorder.emit({
          type: 'contact.failed',
          mailboxId: this.#input.mailbox.id,
          sourceObjectId: change.sourceObjectId,
          change: change.kind,
          failure: outcome.failure.toRecord(),
        });
        return true;
    }
  }
}

/** An item is gone or has another version than planned: then nothing is written before the mailbox is planned again. */
function hasMovedOn(round: Round): boolean {
  return round.plan.changes.some(
    (change) => change.kind !== 'create' && round.current.get(change.itemId)?.version !== change.version,
  );
}

/**
 * What must be done before a change, in a request of its own: of a contact that moves to another sub-folder the old one
 * goes only when the new one stands, and a user's copy must have lost the mark before its original goes; found alone
 * with the mark, it would be taken for ours and deleted.
 */
function waitingFor(changes: readonly ContactChange[]): (change: ContactChange) => readonly ContactChange[] {
  const created = Map.groupBy(
    changes.filter(({ kind }) => kind === 'create'),
    ({ sourceObjectId }) => sourceObjectId,
  );
  const copies = Map.groupBy(changes.filter(isHandedOverCopy), ({ sourceObjectId }) => sourceObjectId);
  return (change) => {
    const isRemoval = change.kind === 'delete' || change.kind === 'handOver';
    if (!isRemoval || isHandedOverCopy(change)) return [];
    const movesAway = change.reason === 'movedToSubfolder';
    return [
      ...(movesAway ? (created.get(change.sourceObjectId) ?? []) : []),
      ...(copies.get(change.sourceObjectId) ?? []),
    ];
  };
}

function isHandedOverCopy(change: ContactChange): boolean {
  return change.kind === 'handOver' && change.isCopy === true;
}

function isDone({ status }: ChangeOutcome): boolean {
  return status === 'applied' || status === 'gone';
}

/**
 * Every deletion and hand-over of the new plan stands in the old one, for the same person and reason; what was to be
 * handed over is not deleted instead.
 */
function losesNoMore(fresh: ContactPlan, approved: ContactPlan): boolean {
  const key = ({ kind, sourceObjectId, reason }: ContactChange): string =>
    `${kind} ${sourceObjectId} ${reason}`;
  const losses = (plan: ContactPlan): ContactChange[] =>
    plan.changes.filter((change) => change.kind === 'delete' || change.kind === 'handOver');
  const allowed = new Set(
    losses(approved).flatMap((change) => [
      key(change),
      key({ ...change, kind: 'handOver' } as ContactChange),
    ]),
  );
  return losses(fresh).every((change) => allowed.has(key(change)));
}
