// The rollback of one mailbox: reads it in full, decides a step for every journaled change, newest first, and carries
// the steps out. A mailbox that moves meanwhile is read and decided again.

import type { MappedContact } from '../model/contact.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { type FolderId, type RunId, type SourceObjectId, policyId as toPolicyId } from '../model/ids.ts';
import type { JournalEntry } from '../model/ledger-record.ts';
import type { FolderSnapshot, ManagedContact, TargetMailbox } from '../model/mailbox.ts';
import type { ChangeOutcome, FolderAction } from '../model/plan.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { OutcomeCounts } from '../model/run.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import { foundWritten } from './doubtful-writes.ts';
import { holdingMailbox } from './holding.ts';
import { throwIfAborted } from './mailbox-pool.ts';
import { asksToWait } from './mailbox-tries.ts';
import { COUNTED_AS } from './outcome-counts.ts';
import { withoutOwnPictures } from './own-pictures.ts';
import { countsOf, noticesOf, plannedChange, type ReadyStep, readyStep } from './rollback-changes.ts';
import { type RollbackStep, rollbackSteps } from './rollback-steps.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';
import { mailboxWarned, writeFolder } from './write-folder.ts';

const MAX_ROUNDS = 4;
const NOTHING_WRITTEN: OutcomeCounts = {
  created: 0,
  updated: 0,
  deleted: 0,
  handedOver: 0,
  adopted: 0,
  failed: 0,
};

/** Whom the rollback brings back, over all mailboxes. */
export interface Returning {
  readonly people: Set<SourceObjectId>;
  /** As they were, where only a before-image knows. */
  readonly contacts: Map<SourceObjectId, MappedContact>;
}

function addReturning({ people, contacts }: Returning, step: RollbackStep): void {
  const id = step.entry.sourceObjectId;
  if (id === undefined || (step.kind !== 'recreate' && step.kind !== 'takeBack')) return;
  people.add(id);
  if (step.kind !== 'recreate' || contacts.has(id)) return;
  const { properties, folderKey, mark } = step.before;
  contacts.set(id, {
    sourceObjectId: id,
    kind: 'other',
    label: step.entry.label,
    properties,
    folderKey,
    fingerprint: mark?.fingerprint ?? '',
    fieldFingerprints: mark?.fieldFingerprints ?? '',
    losses: [],
  });
}

export class RollbackMailbox {
  readonly mailbox: TargetMailbox;
  readonly #undoes: RunId;
  readonly #revision: PolicyRevision;
  readonly #holder: string;
  readonly #ports: RunPorts;
  readonly #recorder: RunRecorder;
  readonly #signal: AbortSignal;
  readonly #target: MailboxTarget;
  /** Of this try. */
  #counts = NOTHING_WRITTEN;
  readonly #failedFor = new Set<SourceObjectId>();
  #steps: readonly RollbackStep[] = [];
  #hasSomethingToDo = false;
  #snapshot: FolderSnapshot | undefined;
  #nameKept: Failure | undefined;
  #folderEntries: readonly JournalEntry[] = [];
  /** Writes whose outcome is not known, also of an earlier try. */
  #unknown: { readonly step: ReadyStep; readonly journalId: number; readonly failure: Failure }[] = [];

  constructor(
    mailbox: TargetMailbox,
    undoes: RunId,
    revision: PolicyRevision,
    holder: string,
    ports: RunPorts,
    recorder: RunRecorder,
    signal: AbortSignal,
  ) {
    this.mailbox = mailbox;
    this.#undoes = undoes;
    this.#revision = revision;
    this.#holder = holder;
    this.#ports = ports;
    this.#recorder = recorder;
    this.#signal = signal;
    this.#target = ports.targets.open(mailbox, toPolicyId(revision.policy.id), revision.policy.folder);
  }

  /** Known after `plan`. */
  get hasSomethingToDo(): boolean {
    return this.#hasSomethingToDo;
  }

  /** People, over all tries. */
  get failed(): number {
    return this.#failedFor.size;
  }

  /** false: the contact folder could not get its old name back. */
  get hasItsName(): boolean {
    return this.#nameKept === undefined;
  }

  /** Adds to `returning` who comes back. Keeps nothing that was read: there may be thousands of mailboxes. */
  async plan(returning: Returning): Promise<void> {
    await this.#decide();
    this.#hasSomethingToDo =
      this.#folderEntries.length > 0 || this.#steps.some((step) => step.kind !== 'keep');
    for (const step of this.#steps) addReturning(returning, step);
    const changes = this.#steps.flatMap((step) => {
      const change = plannedChange(step);
      return change === undefined ? [] : [change];
    });
    const notices = noticesOf(this.#steps);
    const counts = countsOf(changes, this.#snapshot, notices);
    const { id: mailboxId, primarySmtpAddress } = this.mailbox;
    await this.#ports.runs.savePlan(this.#recorder.run.id, {
      mailbox: this.mailbox,
      progress: 'planned',
      plan: {
        mailboxId,
        primarySmtpAddress,
        policyId: toPolicyId(this.#revision.policy.id),
        purpose: 'fill',
        folders: [],
        changes,
        counts,
        managedCount: this.#snapshot?.contacts.length ?? 0,
        notices,
        respectedDeletions: [],
      },
    });
    await this.#recorder.emit({
      type: 'mailbox.planned',
      mailboxId,
      primarySmtpAddress,
      purpose: 'fill',
      counts,
      notices,
    });
    this.#forgetReading();
  }

  #forgetReading(): void {
    this.#steps = [];
    this.#snapshot = undefined;
    this.#folderEntries = [];
  }

  /** May be called again when it failed: what was written is not undone twice, and not counted twice. */
  async apply(): Promise<void> {
    this.#counts = NOTHING_WRITTEN;
    const id = toPolicyId(this.#revision.policy.id);
    const holding = { leases: this.#ports.leases, holder: this.#holder, signal: this.#signal };
    await holdingMailbox(this.mailbox.id, holding, async (held) => {
      await this.#ports.ledger.markDirty(id, this.mailbox.id);
      try {
        await this.#writeAll(held);
        await this.#undoFolders();
      } finally {
        // Also what was written before the mailbox failed belongs into the report.
        const { id: mailboxId, primarySmtpAddress } = this.mailbox;
        const counts = this.#counts;
        await this.#recorder.emit({ type: 'mailbox.applied', mailboxId, primarySmtpAddress, counts });
        this.#forgetReading();
      }
      // The ledger told of the run that is undone; the next run reads the mailbox in full.
      await this.#ports.ledger.forget(id, this.mailbox.id);
      await this.#ports.memory.addWrittenMailbox(id, this.mailbox);
      await this.#ports.runs.setProgress(this.#recorder.run.id, this.mailbox.id, 'done');
      if (this.#nameKept !== undefined)
        await this.#recorder.emit(mailboxWarned(this.mailbox, this.#nameKept));
    });
  }

  async #writeAll(signal: AbortSignal): Promise<void> {
    for (let rounds = 0; ; rounds += 1) {
      throwIfAborted(signal);
      const doubt = this.#unknown.at(-1)?.failure;
      await this.#decide();
      await this.#resolveUnknown();
      if (rounds === MAX_ROUNDS && this.#steps.some((step) => step.kind !== 'keep'))
        throw doubt ?? new Failure('changedSincePlanned', { details: { rounds } });
      if (await this.#writeRound(signal)) return;
    }
  }

  /** A write whose answer was lost and that the mailbox shows to have happened is counted and journaled as applied. */
  async #resolveUnknown(): Promise<void> {
    for (const { step, journalId } of this.#unknown) {
      const found = foundWritten(step, this.#snapshot?.contacts ?? []);
      if (found === undefined) continue;
      const { itemId, version } = found;
      this.#countOne(COUNTED_AS[step.change.kind]);
      await this.#ports.journal.record([journalId], [{ status: 'applied', itemId, version }]);
    }
    this.#unknown = [];
  }

  async #decide(): Promise<void> {
    const entries: JournalEntry[] = [];
    for await (const entry of this.#ports.journal.readRun(this.#undoes, this.mailbox.id)) {
      const mayHaveHappened =
        entry.outcome === 'applied' || entry.outcome === 'unknown' || entry.outcome === undefined;
      if (mayHaveHappened) entries.push(entry);
    }
    entries.reverse();
    const includeForeign = entries.some((entry) => entry.change === 'handOver');
    const snapshot = await this.#target.readFolder({ known: undefined, includeForeign }, this.#signal);
    // Nothing would be found by the ids in the journal, which looks as if all had been undone already.
    if (snapshot.hasMoved === true) throw new Failure('movedSinceRun');
    const read = snapshot.contacts.filter((contact) => contact.mark.policyId === this.#revision.policy.id);
    const made = new Set(
      entries.flatMap(({ change, newItemId }) => (change === 'create' && newItemId) || []),
    );
    const contacts = await withoutOwnPictures(read, made, this.#target, this.#signal);
    const keyOf = (id: SourceObjectId, folderKey: string): string => `${id} ${folderKey}`;
    const byPlace = new Map<string, ManagedContact>();
    for (const contact of contacts) {
      const { sourceObjectId } = contact.mark;
      if (sourceObjectId !== undefined) byPlace.set(keyOf(sourceObjectId, contact.folderKey), contact);
    }
    const world = {
      byItem: new Map(contacts.map((contact) => [contact.itemId, contact])),
      find: (id: SourceObjectId, folderKey: string) => byPlace.get(keyOf(id, folderKey)),
      foreign: new Map((snapshot.foreign ?? []).map((item) => [item.itemId, item])),
    };
    this.#snapshot = snapshot;
    this.#folderEntries = entries.filter(
      ({ sourceObjectId, outcome }) => sourceObjectId === undefined && outcome !== 'refused',
    );
    const isOpen = ({ sourceObjectId }: JournalEntry): boolean =>
      sourceObjectId !== undefined && !this.#failedFor.has(sourceObjectId);
    this.#steps = rollbackSteps(entries.filter(isOpen), world);
  }

  /** true: nothing is left to do. */
  async #writeRound(signal: AbortSignal): Promise<boolean> {
    const folderIds = new Map<string, FolderId>(
      (this.#snapshot?.folders ?? []).map(({ key, folderId }) => [key, folderId]),
    );
    for (const step of this.#steps) {
      if (step.kind === 'recreate') await this.#ensureFolder(step.before.folderKey, folderIds);
    }
    const ready = this.#steps.flatMap((step) => {
      const one = readyStep(step, folderIds);
      return one === undefined ? [] : [one];
    });
    let isSettled = true;
    const { batchSize } = this.#ports.targets.capabilities;
    for (let start = 0; start < ready.length; start += batchSize) {
      throwIfAborted(signal);
      const batch = ready.slice(start, start + batchSize);
      const ids = await this.#ports.journal.intend(
        this.#recorder.run.id,
        this.mailbox,
        batch.map(({ intent }) => intent),
      );
      const outcomes = await this.#applyJournaled(batch, ids, signal);
      for (const [index, step] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) throw new Error('a target must answer every change');
        if (!(await this.#count(step, outcome)) || isHalf(step)) isSettled = false;
      }
      const wish = outcomes.map(asksToWait).find((failure) => failure !== undefined);
      if (wish !== undefined) throw wish;
      // A refusal that concerns the whole run, such as one of the token.
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [outcome.failure] : []));
      const ofRun = failures.find(({ facts }) => facts.scope === 'run');
      if (ofRun !== undefined) throw ofRun;
    }
    return isSettled;
  }

  async #applyJournaled(
    batch: readonly ReadyStep[],
    ids: readonly number[],
    signal: AbortSignal,
  ): Promise<readonly ChangeOutcome[]> {
    let outcomes: readonly ChangeOutcome[];
    try {
      outcomes = await this.#target.applyChanges(
        batch.map(({ target }) => target),
        signal,
      );
    } catch (thrown) {
      // The mailbox as a whole failed: what was under way is unknown.
      const failure = asFailure(thrown);
      outcomes = ids.map(() => ({ status: 'unknown', failure }));
      await this.#ports.journal.record(ids, outcomes);
      this.#doubt(batch, ids, outcomes);
      throw failure;
    }
    await this.#ports.journal.record(ids, outcomes);
    this.#doubt(batch, ids, outcomes);
    return outcomes;
  }

  #doubt(batch: readonly ReadyStep[], ids: readonly number[], outcomes: readonly ChangeOutcome[]): void {
    for (const [index, step] of batch.entries()) {
      const outcome = outcomes[index];
      const journalId = ids[index];
      if (outcome?.status !== 'unknown' || journalId === undefined || isHalf(step)) continue;
      this.#unknown.push({ step, journalId, failure: outcome.failure });
    }
  }

  #countOne(as: keyof OutcomeCounts): void {
    this.#counts = { ...this.#counts, [as]: this.#counts[as] + 1 };
  }

  async #count(step: ReadyStep, outcome: ChangeOutcome): Promise<boolean> {
    const { change } = step;
    if (asksToWait(outcome) !== undefined) return false;
    if (outcome.status === 'applied') {
      if (!isHalf(step)) this.#countOne(COUNTED_AS[change.kind]);
      return true;
    }
    if (outcome.status === 'failed' || outcome.status === 'refused') {
      this.#countOne('failed');
      this.#failedFor.add(change.sourceObjectId);
      await this.#recorder.emit({
        type: 'contact.failed',
        mailboxId: this.mailbox.id,
        sourceObjectId: change.sourceObjectId,
        change: change.kind,
        failure: outcome.failure.toRecord(),
      });
      return true;
    }
    return outcome.status === 'gone' && change.kind === 'delete';
  }

  async #ensureFolder(key: string, folderIds: Map<string, FolderId>): Promise<void> {
    if (folderIds.has(key)) return;
    const { folder } = this.#revision.policy;
    if (key !== '') await this.#ensureFolder('', folderIds);
    const made = await this.#applyFolder({ kind: 'create', key, name: key === '' ? folder.name : key });
    if (made !== undefined) folderIds.set(key, made);
  }

  /** Folders the run made go again if nothing is left in them; a renamed one gets its old name. */
  async #undoFolders(): Promise<void> {
    for (const entry of this.#folderEntries) {
      const made = entry.newItemId as string | undefined as FolderId | undefined;
      // Made, but the process died before it was journaled: one with our mark stands there under its name.
      const found = this.#snapshot?.folders.find(
        ({ key, mark }) => key === entry.folderKey && mark !== undefined,
      );
      const folderId = entry.folderId ?? made ?? found?.folderId;
      if (folderId === undefined) continue;
      const key = entry.folderKey;
      if (entry.change === 'folderCreate') {
        await this.#applyFolder({ kind: 'remove', key, folderId, name: entry.label });
      } else if (entry.change === 'folderRename') {
        const from = this.#revision.policy.folder.name;
        await this.#applyFolder({ kind: 'rename', key, folderId, from, name: entry.label });
      }
    }
  }

  async #applyFolder(action: FolderAction): Promise<FolderId | undefined> {
    const writing = {
      journal: this.#ports.journal,
      runId: this.#recorder.run.id,
      mailbox: this.mailbox,
      target: this.#target,
      signal: this.#signal,
    };
    const { folder, nameKept } = await writeFolder(writing, action);
    if (action.kind === 'rename') this.#nameKept = nameKept;
    return folder?.folderId;
  }
}

/** An adopted contact first gets its old values, and only then loses the mark. */
function isHalf({ change, target }: ReadyStep): boolean {
  return change.kind === 'handOver' && target.kind === 'update';
}
