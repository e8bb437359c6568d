// "Why is this contact in, or not in, this mailbox?" Puts the reasons that selection, target list, mapping and plan have
// already given into the order in which a run decides, as data; it computes nothing of its own.

import type { MappedContact } from '../model/contact.ts';
import type { FailureRecord } from '../model/failure.ts';
import type { MailboxId, SourceObjectId } from '../model/ids.ts';
import type { LedgerEntry } from '../model/ledger-record.ts';
import type { ManagedContact } from '../model/mailbox.ts';
import type { ContactChange, ContactPlan, FieldChange, PlanNoticeKind } from '../model/plan.ts';
import type { SkippedMailbox } from '../model/run.ts';
import type { ExplainCode } from './explain-text.ts';
import type { LeftOutObject, Selection } from './select.ts';
import type { TargetSelection } from './target-mailboxes.ts';

export interface Sentence {
  readonly code: ExplainCode;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface ExplainStep {
  readonly name: 'source' | 'selection' | 'mapping' | 'mailbox' | 'ledger' | 'plan';
  /** false: here the way into the mailbox ends, or something is missing. */
  readonly ok: boolean;
  readonly sentence: Sentence;
}

export interface Explanation {
  readonly answer: Sentence;
  readonly steps: readonly ExplainStep[];
  /** What the next run would write into this contact. */
  readonly fields: readonly FieldChange[];
}

export type SelectionVerdict =
  | { readonly kind: 'selected' }
  | { readonly kind: 'excluded' | 'undecided'; readonly why: LeftOutObject }
  /** `unreadable`: the source holds it, and it could not be opened. `ours`: contactSync wrote what lies there. */
  | { readonly kind: 'notRead' | 'unreadable' | 'ours' };

export type MailboxVerdict =
  | { readonly kind: 'target' | 'leaving' | 'notListed' }
  | { readonly kind: 'skipped'; readonly reason: SkippedMailbox['reason'] };

export interface ExplainInput {
  /** undefined: nobody of that name is known anywhere. */
  readonly sourceObjectId: SourceObjectId | undefined;
  /** What was asked for, or better the person's name. */
  readonly label: string;
  readonly mailbox: string;
  readonly selection: SelectionVerdict;
  readonly isSourceComplete: boolean;
  readonly mapped: MappedContact | undefined;
  readonly target: MailboxVerdict;
  readonly isMailboxListComplete: boolean;
  /** Name of another policy of the folder that writes the person there. */
  readonly writtenBy?: string | undefined;
  /** undefined: the mailbox is not planned, or could not be (then with `planFailure`). */
  readonly plan: ContactPlan | undefined;
  readonly planFailure: FailureRecord | undefined;
  /** The contact as found in the mailbox just now. */
  readonly managed: ManagedContact | undefined;
  readonly entry: LedgerEntry | undefined;
}

export function selectionVerdict(
  selection: Selection,
  id: SourceObjectId | undefined,
  unreadable: ReadonlySet<SourceObjectId> = new Set(),
): SelectionVerdict {
  if (id !== undefined && unreadable.has(id)) return { kind: 'unreadable' };
  if (selection.selected.some((object) => object.id === id)) return { kind: 'selected' };
  const excluded = selection.excluded.find((left) => left.sourceObjectId === id);
  if (excluded !== undefined) return { kind: 'excluded', why: excluded };
  const undecided = selection.undecided.find((left) => left.sourceObjectId === id);
  return undecided === undefined ? { kind: 'notRead' } : { kind: 'undecided', why: undecided };
}

export function mailboxVerdict(
  targets: Pick<TargetSelection, 'targets' | 'skipped'>,
  leaving: readonly { readonly id: MailboxId; readonly primarySmtpAddress: string }[],
  address: string,
): MailboxVerdict {
  const isAsked = (mailbox: { readonly primarySmtpAddress: string }) =>
    mailbox.primarySmtpAddress.toLowerCase() === address.trim().toLowerCase();
  if (targets.targets.some(isAsked)) return { kind: 'target' };
  if (leaving.some(isAsked)) return { kind: 'leaving' };
  const skipped = targets.skipped.find(isAsked);
  return skipped === undefined ? { kind: 'notListed' } : { kind: 'skipped', reason: skipped.reason };
}

export function explain(input: ExplainInput): Explanation {
  const change = changeOf(input);
  const steps = [
    ...sourceSteps(input),
    ...mappingSteps(input),
    mailboxStep(input),
    ...ledgerSteps(input),
    ...planSteps(input, change),
  ];
  return {
    answer: answerOf(input, change, steps),
    steps,
    fields:
      change !== undefined && (change.kind === 'update' || change.kind === 'adopt') ? change.fields : [],
  };
}

function say(code: ExplainCode, params: Sentence['params'] = {}): Sentence {
  return { code, params };
}

/** A move to another sub-folder is a creation and a deletion; the creation tells the story. */
function changeOf({ plan, sourceObjectId }: ExplainInput): ContactChange | undefined {
  const changes = plan?.changes.filter((change) => change.sourceObjectId === sourceObjectId) ?? [];
  return changes.find((change) => change.kind === 'create') ?? changes[0];
}

const NOT_SELECTABLE: Readonly<Partial<Record<SelectionVerdict['kind'], ExplainCode>>> = {
  notRead: 'notInSource',
  unreadable: 'unreadableInSource',
  ours: 'oursInSource',
};

function sourceSteps({ selection, label, isSourceComplete }: ExplainInput): ExplainStep[] {
  const steps: ExplainStep[] = [];
  const code = NOT_SELECTABLE[selection.kind];
  if (code !== undefined) {
    steps.push({ name: 'source', ok: false, sentence: say(code, { contact: label }) });
  } else steps.push({ name: 'source', ok: true, sentence: say('inSource', { contact: label }) });
  if (!isSourceComplete) steps.push({ name: 'source', ok: false, sentence: say('sourceIncomplete') });
  if (selection.kind === 'selected') steps.push({ name: 'selection', ok: true, sentence: say('selected') });
  if (selection.kind === 'excluded' || selection.kind === 'undecided') {
    const { reason, detail = '' } = selection.why;
    steps.push({ name: 'selection', ok: false, sentence: say(selection.kind, { reason, detail }) });
  }
  return steps;
}

function mappingSteps({ mapped }: ExplainInput): ExplainStep[] {
  if (mapped === undefined) return [];
  const { folderKey, losses, unknownProperties = [] } = mapped;
  const lost = losses.map(
    ({ property, reason, count }): ExplainStep => ({
      name: 'mapping',
      ok: false,
      sentence: say('loss', { property, reason, count }),
    }),
  );
  const unknown: ExplainStep[] =
    unknownProperties.length === 0
      ? []
      : [
          {
            name: 'mapping',
            ok: false,
            sentence: say('unknownProperties', { properties: unknownProperties.join(', ') }),
          },
        ];
  return [
    {
      name: 'mapping',
      ok: true,
      sentence:
        folderKey === ''
          ? say('mapped', { fields: Object.keys(mapped.properties).length })
          : say('mappedToSubfolder', { folder: folderKey }),
    },
    ...lost,
    ...unknown,
  ];
}

function mailboxStep({ target, mailbox, isMailboxListComplete }: ExplainInput): ExplainStep {
  if (target.kind === 'target')
    return { name: 'mailbox', ok: true, sentence: say('mailboxIsTarget', { mailbox }) };
  if (target.kind === 'leaving')
    return { name: 'mailbox', ok: false, sentence: say('mailboxLeft', { mailbox }) };
  if (target.kind === 'skipped') {
    return {
      name: 'mailbox',
      ok: false,
      sentence: say('mailboxSkipped', { mailbox, reason: target.reason }),
    };
  }
  const code = isMailboxListComplete ? 'mailboxNotListed' : 'mailboxNotListedIncomplete';
  return { name: 'mailbox', ok: false, sentence: say(code, { mailbox }) };
}

function ledgerSteps({ entry, managed }: ExplainInput): ExplainStep[] {
  if (entry !== undefined) {
    const code = managed === undefined ? 'writtenAndGone' : 'written';
    // The mailbox knows better: after a creation the ledger has no time yet.
    const createdAt = managed?.createdAt || entry.createdAt;
    if (createdAt === '') return [];
    return [{ name: 'ledger', ok: managed !== undefined, sentence: say(code, { createdAt }) }];
  }
  return managed === undefined
    ? []
    : [{ name: 'ledger', ok: true, sentence: say('foundByMark', { createdAt: managed.createdAt }) }];
}

/** These concern the whole mailbox, even where no person is named. */
const WHOLE_MAILBOX: readonly PlanNoticeKind[] = ['folderRefused', 'folderRenamedByUser', 'newerMark'];
const HARMLESS: readonly PlanNoticeKind[] = [
  'folderRenamedByUser',
  'copyLeftAlone',
  'samePersonOfOtherPolicy',
];

function planSteps(input: ExplainInput, change: ContactChange | undefined): ExplainStep[] {
  const { plan, planFailure, sourceObjectId } = input;
  const steps: ExplainStep[] = [];
  if (planFailure !== undefined) {
    steps.push({
      name: 'plan',
      ok: false,
      sentence: say('planFailed', { number: planFailure.number, code: planFailure.code }),
    });
  }
  if (input.writtenBy !== undefined) {
    steps.push({ name: 'plan', ok: true, sentence: say('writtenByOther', { policy: input.writtenBy }) });
  }
  for (const { kind, sourceObjectIds = [], properties = [] } of plan?.notices ?? []) {
    const isMeant = sourceObjectId !== undefined && sourceObjectIds.includes(sourceObjectId);
    if (kind === 'writtenByOtherPolicy') continue;
    if (!isMeant && !WHOLE_MAILBOX.includes(kind)) continue;
    const sentence = say('notice', { notice: kind, properties: properties.join(', ') });
    steps.push({ name: 'plan', ok: HARMLESS.includes(kind), sentence });
  }
  if (change !== undefined) {
    const isGoing = change.kind === 'delete' || change.kind === 'handOver';
    steps.push({
      name: 'plan',
      ok: !isGoing,
      sentence: say('planned', { change: change.kind, reason: change.reason }),
    });
  } else if (plan !== undefined) {
    steps.push({ name: 'plan', ok: true, sentence: say('nothingPlanned') });
  }
  return steps;
}

function answerOf(
  input: ExplainInput,
  change: ContactChange | undefined,
  steps: readonly ExplainStep[],
): Sentence {
  const params = { contact: input.label, mailbox: input.mailbox };
  const isThere = input.managed !== undefined;
  switch (change?.kind) {
    case 'create':
      return say(isThere ? 'isThereAndMoves' : 'willBeCreated', params);
    case 'adopt':
      return say('willBeAdopted', params);
    case 'update':
      return say('isThereAndChanges', { ...params, fields: change.fields.length });
    case 'delete':
      return say('willBeDeleted', { ...params, reason: change.reason });
    case 'handOver':
      return say('willBeHandedOver', { ...params, reason: change.reason });
    case undefined:
      break;
  }
  if (isThere) return say('isThere', params);
  if (input.writtenBy !== undefined) return say('isWrittenByOther', { ...params, policy: input.writtenBy });
  // Its own contact is left out of a mailbox without a word in any list: the plan shows nothing for it.
  if (
    input.selection.kind === 'selected' &&
    input.target.kind === 'target' &&
    steps.every(({ name, ok }) => ok || name === 'mapping')
  ) {
    return say('isOwnContact', params);
  }
  return say('isNotThere', params);
}
