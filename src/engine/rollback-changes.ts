// A rollback step in the words of plans, targets and journal: how it is shown, what is written, what is journaled. Pure.

import type { FolderId } from '../model/ids.ts';
import type { JournalEntry, JournalIntent } from '../model/ledger-record.ts';
import type { FolderSnapshot, ManagedContact } from '../model/mailbox.ts';
import type { ContactChange, PlanCounts, PlanNotice, TargetChange } from '../model/plan.ts';
import { markAfterRestoring, type RollbackStep } from './rollback-steps.ts';
import { overlay } from './target-changes.ts';

export interface ReadyStep {
  /** The change that is undone. */
  readonly entry: JournalEntry;
  readonly change: ContactChange;
  readonly target: TargetChange;
  readonly intent: JournalIntent;
}

/** How a step is shown and counted. */
export function plannedChange(step: RollbackStep): ContactChange | undefined {
  const sourceObjectId = step.entry.sourceObjectId;
  if (sourceObjectId === undefined) return undefined;
  const common = { sourceObjectId, reason: 'rollback' } as const;
  const { label } = step.entry;
  switch (step.kind) {
    case 'keep':
      return undefined;
    case 'delete': {
      const { itemId, version } = step.contact;
      return { kind: 'delete', ...common, itemId, version, mode: 'hard', label };
    }
    case 'restoreFields': {
      const { itemId, version } = step.contact;
      return { kind: 'update', ...common, itemId, version, fields: step.fields };
    }
    case 'recreate':
      return { kind: 'create', ...common, folderKey: step.before.folderKey };
    case 'takeBack': {
      const { itemId, version } = step.item;
      return { kind: 'adopt', ...common, itemId, version, fields: [] };
    }
    case 'release': {
      const { itemId, version } = step.contact;
      return { kind: 'handOver', ...common, itemId, version, label };
    }
  }
}

export function readyStep(
  step: RollbackStep,
  folderIds: ReadonlyMap<string, FolderId>,
): ReadyStep | undefined {
  const change = plannedChange(step);
  const target = targetChange(step, folderIds);
  if (change === undefined || target === undefined) return undefined;
  const contact = 'contact' in step ? step.contact : undefined;
  const intent: JournalIntent = {
    change: target.kind === 'update' && change.kind === 'handOver' ? 'update' : change.kind,
    sourceObjectId: change.sourceObjectId,
    itemId: 'itemId' in change ? change.itemId : undefined,
    folderId: folderIds.get(step.entry.folderKey),
    folderKey: step.entry.folderKey,
    fields: 'fields' in step ? step.fields : [],
    before:
      contact === undefined
        ? undefined
        : { properties: contact.properties ?? {}, mark: contact.mark, folderKey: contact.folderKey },
    label: step.entry.label,
  };
  return { entry: step.entry, change, target, intent };
}

function targetChange(
  step: RollbackStep,
  folderIds: ReadonlyMap<string, FolderId>,
): TargetChange | undefined {
  switch (step.kind) {
    case 'keep':
      return undefined;
    case 'delete':
      return { kind: 'delete', itemId: step.contact.itemId, version: step.contact.version, mode: 'hard' };
    case 'recreate': {
      const folderId = folderIds.get(step.before.folderKey);
      const { mark, properties } = step.before;
      return folderId === undefined || mark === undefined
        ? undefined
        : { kind: 'create', folderId, properties, mark };
    }
    case 'takeBack':
      return {
        kind: 'adopt',
        itemId: step.item.itemId,
        version: step.item.version,
        set: {},
        whole: step.item.properties,
        mark: step.mark,
      };
    case 'release':
      return step.fields.length === 0
        ? { kind: 'handOver', itemId: step.contact.itemId, version: step.contact.version }
        : updateOf(step.contact, step.fields, step.contact.mark);
    case 'restoreFields':
      return updateOf(step.contact, step.fields, markAfterRestoring(step));
  }
}

function updateOf(
  contact: ManagedContact,
  fields: Extract<RollbackStep, { kind: 'release' }>['fields'],
  mark: ManagedContact['mark'],
): TargetChange {
  return {
    kind: 'update',
    itemId: contact.itemId,
    version: contact.version,
    set: Object.fromEntries(fields.map(({ property, to }) => [property, to])),
    whole: overlay(contact.properties ?? {}, fields),
    mark,
  };
}

export function countsOf(
  changes: readonly ContactChange[],
  snapshot: FolderSnapshot | undefined,
  notices: readonly PlanNotice[],
): PlanCounts {
  const count = (kind: ContactChange['kind']): number =>
    changes.filter((change) => change.kind === kind).length;
  return {
    create: count('create'),
    update: count('update'),
    delete: count('delete'),
    handOver: count('handOver'),
    adopt: count('adopt'),
    keep: notices.reduce((sum, notice) => sum + notice.count, 0),
    foreign: snapshot?.foreignCount ?? 0,
  };
}

/** What stays because somebody changed it since the run. */
export function noticesOf(steps: readonly RollbackStep[]): readonly PlanNotice[] {
  const kept = steps.filter(
    (step) =>
      (step.kind === 'keep' && step.why !== 'alreadySo') ||
      (step.kind === 'restoreFields' && step.kept.length > 0),
  );
  if (kept.length === 0) return [];
  const ids = kept.flatMap(({ entry }) => (entry.sourceObjectId === undefined ? [] : [entry.sourceObjectId]));
  const properties = kept.flatMap((step) => (step.kind === 'restoreFields' ? step.kept : []));
  return [
    {
      kind: 'changedSinceRun',
      count: kept.length,
      sourceObjectIds: ids.slice(0, 10),
      ...(properties.length > 0 ? { properties: [...new Set(properties)] } : {}),
    },
  ];
}
