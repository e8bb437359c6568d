// Events -> RunReport. Nothing is counted anywhere else: screens, mails and exit codes read this.

import type { MailboxDrift } from '../model/drift.ts';
import type { FailureRecord } from '../model/failure.ts';
import { FAILURE_CODES, type FailureFacts } from '../model/failure-codes.ts';
import type { MailboxId } from '../model/ids.ts';
import type { JournalEntry } from '../model/ledger-record.ts';
import type { PlanCounts } from '../model/plan.ts';
import type {
  JournaledWrites,
  MailboxReport,
  OutcomeCounts,
  Run,
  RunEvent,
  RunReport,
  RunState,
} from '../model/run.ts';
import { sumDrift } from './drift.ts';

const NOTHING_PLANNED: PlanCounts = {
  create: 0,
  update: 0,
  delete: 0,
  handOver: 0,
  adopt: 0,
  keep: 0,
  foreign: 0,
};
const NOTHING_APPLIED: OutcomeCounts = {
  created: 0,
  updated: 0,
  deleted: 0,
  handedOver: 0,
  adopted: 0,
  failed: 0,
};

/** Runs that did not come to their end: what they wrote last no event may tell. */
export const CUT_OFF_STATES: readonly RunState[] = ['interrupted', 'cancelled', 'failed'];

/** By what was done; `failed` is what events tell. */
export type JournaledCounts = JournaledWrites & { readonly applied: Omit<OutcomeCounts, 'failed'> };

const DONE = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  handOver: 'handedOver',
  adopt: 'adopted',
} as const;

function isOfContact(change: JournalEntry['change']): change is keyof typeof DONE {
  return !change.startsWith('folder');
}

/** What the journal of a run tells, by mailbox. */
export async function countWrites(
  entries: AsyncIterable<JournalEntry>,
): Promise<ReadonlyMap<MailboxId, JournaledCounts>> {
  const { failed: _, ...nothing } = NOTHING_APPLIED;
  const counted = new Map<MailboxId, { readonly applied: typeof nothing; readonly unknown: Set<string> }>();
  for await (const { mailboxId, change, sourceObjectId, itemId, outcome } of entries) {
    if (!isOfContact(change)) continue;
    const writes = counted.get(mailboxId) ?? { applied: { ...nothing }, unknown: new Set() };
    counted.set(mailboxId, writes);
    // What was tried again and then answered is known.
    const write = `${change} ${change === 'create' ? sourceObjectId : itemId}`;
    if (outcome === undefined || outcome === 'unknown') writes.unknown.add(write);
    else writes.unknown.delete(write);
    if (outcome === 'applied') writes.applied[DONE[change]] += 1;
  }
  return new Map(
    [...counted].map(([id, { applied, unknown }]) => {
      const written = Object.values(applied).reduce((sum, number) => sum + number, 0);
      return [id, { written, unknown: unknown.size, applied }] as const;
    }),
  );
}

/** `writes`: of a run that was cut off. */
export function buildReport(
  run: Run,
  events: readonly RunEvent[],
  writes?: ReadonlyMap<MailboxId, JournaledCounts>,
): RunReport {
  const told = reportMailboxes(events, CUT_OFF_STATES.includes(run.state));
  const perMailbox = writes === undefined ? told : told.map((mailbox) => withWrites(mailbox, writes));
  const applied = told.reduce(
    (sum, mailbox) => addApplied(sum, mailbox.applied ?? NOTHING_APPLIED),
    NOTHING_APPLIED,
  );
  return {
    kind: run.kind,
    policyName: run.policyName,
    state: run.state,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    source: last(events, 'source.read'),
    mailboxes: last(events, 'mailboxes.read'),
    brake: last(events, 'brake.engaged'),
    planned: perMailbox.reduce(
      (sum, { planned }) => addPlanned(sum, planned ?? NOTHING_PLANNED),
      NOTHING_PLANNED,
    ),
    applied: writes === undefined ? applied : { ...addJournaled(writes.values()), failed: applied.failed },
    photos: last(events, 'photos.written'),
    ...(writes === undefined ? {} : { writes: addWrites([...writes.values()]) }),
    ...(run.kind === 'verify' ? { drift: sumDrift(perMailbox.flatMap(({ drift }) => drift ?? [])) } : {}),
    perMailbox,
    failures: rankFailures(events),
  };
}

function withWrites(mailbox: MailboxReport, counted: ReadonlyMap<MailboxId, JournaledCounts>): MailboxReport {
  const { written, unknown, applied } = counted.get(mailbox.mailboxId) ?? {
    written: 0,
    unknown: 0,
    applied: NOTHING_APPLIED,
  };
  return {
    ...mailbox,
    ...(written === 0 && mailbox.applied === undefined
      ? {}
      : { applied: { ...applied, failed: mailbox.applied?.failed ?? 0 } }),
    writes: { written, unknown },
  };
}

const addWrites = (counted: readonly JournaledWrites[]): JournaledWrites => ({
  written: counted.reduce((sum, { written }) => sum + written, 0),
  unknown: counted.reduce((sum, { unknown }) => sum + unknown, 0),
});

export function addJournaled(counted: Iterable<JournaledCounts>): OutcomeCounts {
  let sum = NOTHING_APPLIED;
  for (const { applied } of counted) sum = addApplied(sum, { ...applied, failed: 0 });
  return sum;
}

function last<Type extends RunEvent['type']>(
  events: readonly RunEvent[],
  type: Type,
): Extract<RunEvent, { type: Type }> | undefined {
  return events.findLast((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
}

interface MailboxStory {
  readonly mailboxId: MailboxId;
  readonly primarySmtpAddress: string;
  readonly purpose: 'fill' | 'empty';
  readonly planned: PlanCounts | undefined;
  readonly applied: OutcomeCounts | undefined;
  readonly notices: MailboxReport['notices'];
  readonly failures: readonly FailureRecord[];
  readonly photos?: NonNullable<MailboxReport['photos']>;
  readonly drift?: MailboxDrift;
  /** What became of the mailbox as a whole; a later event overrules an earlier one. */
  readonly end: 'failed' | 'skipped' | undefined;
}

/** By address: mailboxes are worked on side by side, so that the order of events says nothing. */
function reportMailboxes(events: readonly RunEvent[], isCutOff: boolean): MailboxReport[] {
  const stories = new Map<MailboxId, MailboxStory>();
  const tell = (
    mailboxId: MailboxId,
    primarySmtpAddress: string | undefined,
    more: (story: MailboxStory) => Partial<MailboxStory>,
  ) => {
    const story = stories.get(mailboxId) ?? newStory(mailboxId);
    stories.set(mailboxId, {
      ...story,
      ...(primarySmtpAddress === undefined ? {} : { primarySmtpAddress }),
      ...more(story),
    });
  };
  for (const event of events) {
    switch (event.type) {
      case 'mailbox.planned': {
        const { purpose, counts: planned, notices } = event;
        tell(event.mailboxId, event.primarySmtpAddress, () => ({
          purpose,
          planned,
          notices,
          end: undefined,
        }));
        break;
      }
      case 'mailbox.verified':
        tell(event.mailboxId, event.primarySmtpAddress, () => ({ drift: event.drift, end: undefined }));
        break;
      case 'mailbox.applied':
        tell(event.mailboxId, event.primarySmtpAddress, ({ applied }) => ({
          applied: addApplied(applied ?? NOTHING_APPLIED, event.counts),
          end: undefined,
        }));
        break;
      case 'mailbox.photos':
        tell(event.mailboxId, event.primarySmtpAddress, ({ photos = { written: 0, removed: 0 } }) => ({
          photos: { written: photos.written + event.written, removed: photos.removed + event.removed },
        }));
        break;
      case 'mailbox.failed':
      case 'mailbox.skipped':
        tell(event.mailboxId, event.primarySmtpAddress, ({ failures }) => ({
          failures: [...failures, event.failure],
          end: event.type === 'mailbox.failed' ? 'failed' : 'skipped',
        }));
        break;
      case 'mailbox.warned':
      case 'contact.failed':
        tell(event.mailboxId, undefined, ({ failures }) => ({ failures: [...failures, event.failure] }));
        break;
      default:
        break;
    }
  }
  return [...stories.values()]
    .map(({ end, ...story }): MailboxReport => ({ ...story, state: stateOf({ end, ...story }, isCutOff) }))
    .sort(
      (a, b) =>
        compare(a.primarySmtpAddress.toLowerCase(), b.primarySmtpAddress.toLowerCase()) ||
        compare(a.mailboxId, b.mailboxId),
    );
}

function newStory(mailboxId: MailboxId): MailboxStory {
  return {
    mailboxId,
    primarySmtpAddress: '',
    purpose: 'fill',
    planned: undefined,
    applied: undefined,
    notices: [],
    failures: [],
    end: undefined,
  };
}

function stateOf(
  { end, planned, applied, photos, drift }: MailboxStory,
  isCutOff: boolean,
): MailboxReport['state'] {
  const written =
    applied === undefined
      ? 0
      : applied.created + applied.updated + applied.deleted + applied.handedOver + applied.adopted;
  const { create, update, delete: removed, handOver, adopt } = planned ?? NOTHING_PLANNED;
  const changes = create + update + removed + handOver + adopt;
  if (end === 'failed') return written > 0 ? 'partly' : 'failed';
  if (end === 'skipped') return 'skipped';
  if (drift?.differs === true) return 'differs';
  // The run was stopped in the middle of the mailbox.
  if (applied !== undefined && isCutOff && written < changes) return written > 0 ? 'partly' : 'planned';
  if (applied !== undefined) return applied.failed > 0 ? 'partly' : 'applied';
  if (changes > 0) return 'planned';
  return photos === undefined ? 'unchanged' : 'applied';
}

/** Equal codes are one entry with the details of the first; a mailbox that is merely skipped is not a failure. */
function rankFailures(events: readonly RunEvent[]): RunReport['failures'] {
  const counted = new Map<string, { failure: FailureRecord; count: number }>();
  for (const failure of events.flatMap(failuresOf)) {
    const known = counted.get(failure.code);
    counted.set(failure.code, { failure: known?.failure ?? failure, count: (known?.count ?? 0) + 1 });
  }
  const ending = last(events, 'run.ended')?.failure;
  return [...counted.values()].sort((a, b) => compareFailures(a.failure, b.failure, ending));
}

function failuresOf(event: RunEvent): readonly FailureRecord[] {
  switch (event.type) {
    case 'source.read':
    case 'mailboxes.read':
      return event.gaps;
    case 'mailbox.failed':
    case 'mailbox.warned':
    case 'contact.failed':
      return [event.failure];
    case 'run.ended':
      return event.failure === undefined ? [] : [event.failure];
    default:
      return [];
  }
}

const SCOPES: readonly FailureFacts['scope'][] = ['run', 'source', 'mailbox', 'contact'];
const ACTORS: readonly FailureFacts['whoActs'][] = ['us', 'administrator', 'nobody'];

/**
 * The one order of precedence when many things fail; the first failure decides what a person reads first and the exit
 * code of a failed run:
 *
 * 1. the failure that ended the run: everything else is at most its consequence;
 * 2. what reaches furthest: run, then source, then mailbox, then contact;
 * 3. who must act: a defect of ours hides in a crowd, so it comes before what an administrator can mend, and that
 *    before what passes by itself;
 * 4. the number, so that equal runs read equally.
 */
export function compareFailures(
  a: FailureRecord,
  b: FailureRecord,
  ending: FailureRecord | undefined,
): number {
  const rank = ({ code }: FailureRecord): readonly number[] => {
    const facts: FailureFacts = FAILURE_CODES[code];
    return [
      code === ending?.code ? 0 : 1,
      SCOPES.indexOf(facts.scope),
      ACTORS.indexOf(facts.whoActs),
      facts.number,
    ];
  };
  const other = rank(b);
  return (
    rank(a)
      .map((value, index) => value - (other[index] ?? 0))
      .find((difference) => difference !== 0) ?? 0
  );
}

function addPlanned(a: PlanCounts, b: PlanCounts): PlanCounts {
  return {
    create: a.create + b.create,
    update: a.update + b.update,
    delete: a.delete + b.delete,
    handOver: a.handOver + b.handOver,
    adopt: a.adopt + b.adopt,
    keep: a.keep + b.keep,
    foreign: a.foreign + b.foreign,
  };
}

export function addApplied(a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts {
  return {
    created: a.created + b.created,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
    handedOver: a.handedOver + b.handedOver,
    adopted: a.adopted + b.adopted,
    failed: a.failed + b.failed,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
