// The rollback of one mailbox where what other tools had left was removed: every item is made again from its before-image,
// without a mark and in its folder. What is there already, because its user fetched it back, is not made twice.

import { comparable } from '../core/comparable.ts';
import { CONTACT_PROPERTY_NAMES, type ContactProperties } from '../model/contact.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { FolderId, ItemId, RunId } from '../model/ids.ts';
import type { JournalEntry, JournalIntent } from '../model/ledger-record.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { ChangeOutcome, ContactChange } from '../model/plan.ts';
import type { LeftoverItems, UnmarkedContact } from '../ports/leftover-items.ts';
import { folderAt } from './folder-at.ts';
import { holdingMailbox } from './holding.ts';
import { throwIfAborted } from './mailbox-pool.ts';
import { asksToWait } from './mailbox-tries.ts';
import { leftoversIn, pathOfKey } from './plan-leftovers.ts';
import type { Returning } from './rollback-mailbox.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

const MAX_ROUNDS = 4;

type Step =
  | { readonly kind: 'restore'; readonly entry: JournalEntry; readonly properties: ContactProperties }
  | { readonly kind: 'remove'; readonly entry: JournalEntry; readonly item: UnmarkedContact }
  | { readonly kind: 'keep'; readonly entry: JournalEntry; readonly isChanged: boolean };

type Write = Exclude<Step, { readonly kind: 'keep' }>;

export class RollbackLeftovers {
  readonly mailbox: TargetMailbox;
  /** Folders get no other name here. */
  readonly hasItsName = true;
  readonly #undoes: RunId;
  readonly #holder: string;
  readonly #ports: RunPorts;
  readonly #recorder: RunRecorder;
  readonly #signal: AbortSignal;
  readonly #items: LeftoverItems;
  readonly #failedFor = new Set<number>();
  #folderEntries: readonly JournalEntry[] = [];
  #counts = { created: 0, deleted: 0 };
  #hasSomethingToDo = false;
  /** Why the outcome of a write is not known. */
  #doubt: Failure | undefined;

  constructor(
    mailbox: TargetMailbox,
    undoes: RunId,
    holder: string,
    ports: RunPorts,
    recorder: RunRecorder,
    signal: AbortSignal,
  ) {
    this.mailbox = mailbox;
    this.#undoes = undoes;
    this.#holder = holder;
    this.#ports = ports;
    this.#recorder = recorder;
    this.#signal = signal;
    this.#items = leftoversIn(ports.targets, mailbox);
  }

  get hasSomethingToDo(): boolean {
    return this.#hasSomethingToDo;
  }

  get failed(): number {
    return this.#failedFor.size;
  }

  async plan(returning: Returning): Promise<void> {
    const steps = await this.#decide();
    this.#hasSomethingToDo = this.#folderEntries.length > 0 || steps.some(({ kind }) => kind !== 'keep');
    for (const step of steps) addLabel(returning, step);
    const changes = steps.flatMap((step) => changeOf(step) ?? []);
    const kept = steps.filter((step) => step.kind === 'keep' && step.isChanged);
    const { id: mailboxId, primarySmtpAddress } = this.mailbox;
    const counts = {
      create: changes.filter(({ kind }) => kind === 'create').length,
      delete: changes.filter(({ kind }) => kind === 'delete').length,
      ...{ update: 0, handOver: 0, adopt: 0, keep: kept.length, foreign: 0 },
    };
    const ids = kept.flatMap(({ entry }) => entry.sourceObjectId ?? []).slice(0, 10);
    const notices =
      kept.length === 0
        ? []
        : [{ kind: 'changedSinceRun' as const, count: kept.length, sourceObjectIds: ids }];
    const common = { mailboxId, primarySmtpAddress, purpose: 'fill' as const, counts, notices };
    const policyId = this.#recorder.run.policyId;
    await this.#ports.runs.savePlan(this.#recorder.run.id, {
      mailbox: this.mailbox,
      progress: 'planned',
      plan: { ...common, policyId, folders: [], changes, managedCount: 0, respectedDeletions: [] },
    });
    await this.#recorder.emit({ type: 'mailbox.planned', ...common });
  }

  /** May be called again when it failed: what was written is found, and not written twice. */
  async apply(): Promise<void> {
    this.#counts = { created: 0, deleted: 0 };
    const holding = { leases: this.#ports.leases, holder: this.#holder, signal: this.#signal };
    await holdingMailbox(this.mailbox.id, holding, async (held) => {
      const { id: mailboxId, primarySmtpAddress } = this.mailbox;
      try {
        await this.#writeAll(held);
      } finally {
        const counts = { ...{ updated: 0, handedOver: 0, adopted: 0 }, ...this.#counts, failed: this.failed };
        await this.#recorder.emit({ type: 'mailbox.applied', mailboxId, primarySmtpAddress, counts });
      }
      await this.#ports.runs.setProgress(this.#recorder.run.id, mailboxId, 'done');
    });
  }

  async #writeAll(signal: AbortSignal): Promise<void> {
    for (let round = 0; ; round += 1) {
      throwIfAborted(signal);
      const steps = await this.#decide();
      const open = steps.filter((step): step is Write => step.kind !== 'keep');
      if (round === 0) await this.#restoreFolders(signal);
      if (open.length === 0) break;
      if (round === MAX_ROUNDS)
        throw this.#doubt ?? new Failure('changedSincePlanned', { details: { rounds: round } });
      for (const [key, ofFolder] of Map.groupBy(open, ({ entry }) => entry.folderKey))
        await this.#writeFolder(key, ofFolder, signal);
    }
    await this.#removeFolders(signal);
  }

  async #decide(): Promise<readonly Step[]> {
    const entries: JournalEntry[] = [];
    for await (const entry of this.#ports.journal.readRun(this.#undoes, this.mailbox.id)) {
      const mayHaveHappened =
        entry.outcome === 'applied' || entry.outcome === 'unknown' || entry.outcome === undefined;
      if (mayHaveHappened) entries.push(entry);
    }
    this.#folderEntries = entries.filter(({ sourceObjectId }) => sourceObjectId === undefined).toReversed();
    // Sent again because its answer was lost: it stands in the journal twice, the last one tells.
    const byItem = new Map(
      entries.flatMap((entry) =>
        entry.sourceObjectId === undefined ? [] : [[keyOf(entry), entry] as const],
      ),
    );
    const present = new Map<string, UnmarkedContact[]>();
    const folders = await this.#items.listFolders(this.#signal);
    for (const key of new Set([...byItem.values()].map(({ folderKey }) => folderKey))) {
      const folder = folderAt(folders, pathOfKey(key));
      const contacts =
        folder === undefined ? [] : await this.#items.readContacts(folder.folderId, this.#signal);
      present.set(key, [...contacts]);
    }
    const isOpen = ({ id }: JournalEntry) => !this.#failedFor.has(id);
    return [...byItem.values()]
      .filter(isOpen)
      .map((entry) => stepOf(entry, present.get(entry.folderKey) ?? []));
  }

  async #writeFolder(key: string, steps: readonly Write[], signal: AbortSignal): Promise<void> {
    const folder = await this.#items.ensureFolder(pathOfKey(key), signal);
    const restores = steps.filter((step) => step.kind === 'restore');
    const removals = steps.filter((step) => step.kind === 'remove');
    await this.#write(
      restores,
      (batch) =>
        this.#items.restore(
          folder,
          batch.map(({ properties }) => properties),
          signal,
        ),
      'created',
    );
    await this.#write(
      removals,
      (batch) =>
        this.#items.moveToDeletedItems(
          folder,
          batch.map(({ item }) => item),
          signal,
        ),
      'deleted',
    );
  }

  async #write<One extends Write>(
    steps: readonly One[],
    send: (batch: readonly One[]) => Promise<readonly ChangeOutcome[]>,
    countedAs: 'created' | 'deleted',
  ): Promise<void> {
    const { batchSize } = this.#ports.targets.capabilities;
    for (let start = 0; start < steps.length; start += batchSize) {
      const batch = steps.slice(start, start + batchSize);
      const ids = await this.#ports.journal.intend(
        this.#recorder.run.id,
        this.mailbox,
        batch.map((step) => intentOf(step)),
      );
      let outcomes: readonly ChangeOutcome[];
      try {
        outcomes = await send(batch);
      } catch (thrown) {
        const failure = asFailure(thrown);
        await this.#ports.journal.record(
          ids,
          ids.map(() => ({ status: 'unknown', failure })),
        );
        throw failure;
      }
      await this.#ports.journal.record(ids, outcomes);
      for (const [index, step] of batch.entries()) await this.#count(step, outcomes[index], countedAs);
      const wish = outcomes.map(asksToWait).find((failure) => failure !== undefined);
      if (wish !== undefined) throw wish;
    }
  }

  async #count(
    { entry }: Write,
    outcome: ChangeOutcome | undefined,
    countedAs: 'created' | 'deleted',
  ): Promise<void> {
    if (outcome === undefined) throw new Error('every item must have its outcome');
    // One in doubt is found by the next look, and then it has happened.
    if (outcome.status === 'applied' || outcome.status === 'unknown') this.#counts[countedAs] += 1;
    if (outcome.status === 'unknown') {
      this.#doubt = outcome.failure;
      this.#counts[countedAs] -= 1;
    }
    if (outcome.status !== 'failed' && outcome.status !== 'refused') return;
    if (asksToWait(outcome) !== undefined || entry.sourceObjectId === undefined) return;
    this.#failedFor.add(entry.id);
    await this.#recorder.emit({
      type: 'contact.failed',
      mailboxId: this.mailbox.id,
      sourceObjectId: entry.sourceObjectId,
      change: countedAs === 'created' ? 'create' : 'delete',
      failure: outcome.failure.toRecord(),
    });
    if (outcome.failure.facts.scope === 'run') throw outcome.failure;
  }

  /** A folder that the run removed comes back, also where nothing lay in it. */
  async #restoreFolders(signal: AbortSignal): Promise<void> {
    for (const entry of this.#folderEntries) {
      if (entry.change !== 'folderRemove') continue;
      const [id = 0] = await this.#intendFolder('folderCreate', entry);
      const folder = await this.#items.ensureFolder(pathOfKey(entry.folderKey), signal);
      await this.#ports.journal.record([id], [folderOutcome(folder)]);
    }
  }

  /** Folders that the undone rollback had made. */
  async #removeFolders(signal: AbortSignal): Promise<void> {
    for (const entry of this.#folderEntries) {
      if (entry.change !== 'folderCreate') continue;
      const folder = folderAt(await this.#items.listFolders(signal), pathOfKey(entry.folderKey));
      if (folder === undefined) continue;
      const [id = 0] = await this.#intendFolder('folderRemove', entry);
      const isGone = await this.#items.removeFolder(folder.folderId, signal);
      await this.#ports.journal.record(
        [id],
        [isGone ? folderOutcome(folder.folderId) : { status: 'conflict' }],
      );
    }
  }

  #intendFolder(
    change: 'folderCreate' | 'folderRemove',
    { folderKey, label }: JournalEntry,
  ): Promise<readonly number[]> {
    return this.#ports.journal.intend(this.#recorder.run.id, this.mailbox, [
      {
        ...{ change, folderKey, label, fields: [] },
        ...{ sourceObjectId: undefined, itemId: undefined, folderId: undefined, before: undefined },
      },
    ]);
  }
}

/** The journal has one column for the id of whatever was made. */
function folderOutcome(folder: FolderId): ChangeOutcome {
  return { status: 'applied', itemId: folder as string as ItemId, version: '' };
}

function keyOf({ change, itemId, sourceObjectId, folderKey }: JournalEntry): string {
  return JSON.stringify([change, change === 'create' ? sourceObjectId : itemId, folderKey]);
}

/** `present`: what lies in its folder now; what stands for an entry is taken out of it, so that it stands for no other. */
function stepOf(entry: JournalEntry, present: UnmarkedContact[]): Step {
  const take = (fits: (one: UnmarkedContact) => boolean): UnmarkedContact | undefined => {
    const index = present.findIndex(fits);
    return index < 0 ? undefined : present.splice(index, 1)[0];
  };
  const properties = entry.before?.properties;
  const isSame = (one: UnmarkedContact) =>
    properties !== undefined && digestOf(one.properties) === digestOf(properties);
  if (entry.change === 'create') {
    const found =
      entry.newItemId === undefined ? take(isSame) : take(({ itemId }) => itemId === entry.newItemId);
    if (found === undefined) return { kind: 'keep', entry, isChanged: false };
    const isAsMade = entry.newVersion === undefined || found.version === entry.newVersion || isSame(found);
    return isAsMade ? { kind: 'remove', entry, item: found } : { kind: 'keep', entry, isChanged: true };
  }
  if (properties === undefined) return { kind: 'keep', entry, isChanged: true };
  const isThere = take(({ itemId }) => itemId === entry.itemId) ?? take(isSame);
  return isThere === undefined
    ? { kind: 'restore', entry, properties }
    : { kind: 'keep', entry, isChanged: false };
}

/** Servers may write a value a little differently than it was. */
function digestOf(properties: ContactProperties): string {
  return JSON.stringify(CONTACT_PROPERTY_NAMES.map((name) => comparable(name, properties[name] ?? '')));
}

function changeOf(step: Step): ContactChange | undefined {
  const { sourceObjectId, folderKey, label } = step.entry;
  if (sourceObjectId === undefined || step.kind === 'keep') return undefined;
  const common = { sourceObjectId, reason: 'rollback' } as const;
  if (step.kind === 'restore')
    return { kind: 'create', ...common, folderKey: pathOfKey(folderKey).join('/') };
  const { itemId, version } = step.item;
  return { kind: 'delete', ...common, itemId, version, mode: 'soft', label };
}

function intentOf(step: Write): JournalIntent {
  const { sourceObjectId, folderKey, label } = step.entry;
  const properties = step.kind === 'restore' ? step.properties : step.item.properties;
  return {
    change: step.kind === 'restore' ? 'create' : 'delete',
    sourceObjectId,
    itemId: step.kind === 'restore' ? undefined : step.item.itemId,
    folderId: undefined,
    folderKey,
    fields: [],
    // Also of what is made: that is how it is found when the answer was lost.
    before: { properties, mark: undefined, folderKey },
    label,
  };
}

function addLabel({ contacts }: Returning, step: Step): void {
  const { sourceObjectId, label, folderKey } = step.entry;
  if (step.kind !== 'restore' || sourceObjectId === undefined) return;
  contacts.set(sourceObjectId, {
    ...{ sourceObjectId, kind: 'other', label, properties: step.properties },
    ...{ folderKey: pathOfKey(folderKey).join('/'), fingerprint: '', fieldFingerprints: '', losses: [] },
  });
}
