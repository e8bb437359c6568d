// Everything that the mail about a run, or an alert, is made of, read from the stores.

import { buildReport } from '../core/report.ts';
import type {
  AlertMailInput,
  ChangeRow,
  EarlierRun,
  Movement,
  ReportMailInput,
} from '../core/report-mail/report-mail.ts';
import { runTimes } from '../core/run-times.ts';
import type { Environment } from '../model/environment.ts';
import type { MailboxId, SourceObjectId } from '../model/ids.ts';
import { policyId } from '../model/ids.ts';
import type { JournalEntry } from '../model/ledger-record.ts';
import type { ChangeReason } from '../model/plan.ts';
import type { Policy, ReportPart } from '../model/policy.ts';
import type { Run, RunReport } from '../model/run.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { readReport } from './read-report.ts';

type Stores = Pick<OperationsDependencies, 'runs' | 'policies' | 'environments' | 'journal'>;

/** More rows than fit into a mail: three megabytes are a mail's end. */
const MOST_CHANGES = 50_000;
const NAMES_SHOWN = 5;
/** How far back the run before is looked for: a mail may be composed long after its run. */
const LOOK_BACK = 200;

export interface Addressed {
  readonly policy: Policy;
  readonly environment: Environment;
}

/**
 * Policy and environment as they are now, so that who corrects an address gets the next try; of a removed policy as they
 * were then. undefined: the environment is gone.
 */
export async function addressedBy(
  run: Run,
  { runs, policies, environments }: Stores,
): Promise<Addressed | undefined> {
  const stored = (await policies.readById(run.policyId))?.document;
  const policy = stored ?? (await runs.readRevision(run.id))?.policy;
  const environment =
    policy === undefined ? undefined : (await environments.readByName(policy.environment))?.document;
  return policy === undefined || environment === undefined ? undefined : { policy, environment };
}

export async function gatherReport(
  run: Run,
  { policy, environment }: Addressed,
  settings: Pick<ReportPart, 'detail' | 'csv'>,
  stores: Stores,
): Promise<ReportMailInput> {
  const events = await stores.runs.readEvents(run.id);
  const report = await readReport(run, events, stores);
  const needsChanges = settings.csv || settings.detail === 'contacts';
  const { changes, inAll } = needsChanges ? await readChanges(run, report, stores) : NO_CHANGES;
  return {
    environment,
    policy,
    settings,
    run,
    report,
    times: runTimes(run, events),
    earlier: await readEarlier(run, report, stores),
    changes,
    changesInAll: inAll,
  };
}

interface Changes {
  readonly changes: readonly ChangeRow[];
  readonly inAll: number;
}

const NO_CHANGES: Changes = { changes: [], inAll: 0 };

const readChanges = (run: Run, report: RunReport, stores: Stores): Promise<Changes> =>
  report.state === 'awaitingApproval' ? plannedChanges(run, stores) : journaledChanges(run, stores);

async function plannedChanges(run: Run, { runs }: Stores): Promise<Changes> {
  const contacts = await runs.readContacts(run.id);
  const changes: ChangeRow[] = [];
  let inAll = 0;
  for await (const { plan } of runs.readPlans(run.id)) {
    inAll += plan.changes.length;
    for (const change of plan.changes.slice(0, Math.max(0, MOST_CHANGES - changes.length)))
      changes.push({
        mailbox: plan.primarySmtpAddress,
        change: change.kind,
        reason: change.reason,
        label:
          'label' in change
            ? change.label
            : (contacts.get(change.sourceObjectId)?.label ?? change.sourceObjectId),
        properties: 'fields' in change ? change.fields.map(({ property }) => property) : [],
        outcome: 'planned',
      });
  }
  return { changes, inAll };
}

/** By the journal, which also knows what no event told before a run was cut off; the reasons stand in the plans. */
async function journaledChanges(run: Run, stores: Stores): Promise<Changes> {
  const rows = new Map<string, ChangeRow>();
  const places = new Map<string, string>();
  let inAll = 0;
  for await (const entry of stores.journal.readRun(run.id)) {
    const { change, sourceObjectId, itemId, mailboxId } = entry;
    if (!isOfContact(change)) continue;
    // What was tried again is one change, and the last outcome is the true one.
    const key = `${mailboxId} ${change} ${change === 'create' ? sourceObjectId : itemId}`;
    const isKnown = rows.has(key);
    if (!isKnown) inAll += 1;
    if (!isKnown && rows.size >= MOST_CHANGES) continue;
    rows.set(key, {
      mailbox: entry.primarySmtpAddress,
      change,
      label: entry.label,
      properties: entry.fields.map(({ property }) => property),
      outcome: outcomeOf(entry),
    });
    if (sourceObjectId !== undefined) places.set(key, reasonKey(mailboxId, change, sourceObjectId));
  }
  const reasons = rows.size === 0 ? undefined : await reasonsOf(run, stores);
  const changes = [...rows].map(([key, row]): ChangeRow => {
    const reason = reasons?.get(places.get(key) ?? '');
    return reason === undefined ? row : { ...row, reason };
  });
  return { changes, inAll };
}

function isOfContact(change: JournalEntry['change']): change is ChangeRow['change'] {
  return !change.startsWith('folder');
}

function outcomeOf({ outcome }: JournalEntry): ChangeRow['outcome'] {
  if (outcome === undefined || outcome === 'unknown') return 'unknown';
  return outcome === 'applied' ? 'applied' : 'failed';
}

const reasonKey = (mailboxId: MailboxId, change: string, person: SourceObjectId): string =>
  `${mailboxId} ${change} ${person}`;

async function reasonsOf(run: Run, { runs }: Stores): Promise<ReadonlyMap<string, ChangeReason>> {
  const reasons = new Map<string, ChangeReason>();
  for await (const { plan } of runs.readPlans(run.id))
    for (const { kind, sourceObjectId, reason } of plan.changes)
      reasons.set(reasonKey(plan.mailboxId, kind, sourceObjectId), reason);
  return reasons;
}

async function readEarlier(run: Run, report: RunReport, { runs }: Stores): Promise<EarlierRun | undefined> {
  if (run.kind !== 'run') return undefined;
  const ended = await runs.list({
    policyId: run.policyId,
    kinds: ['run'],
    states: ['finished', 'finishedWithErrors'],
    limit: LOOK_BACK,
  });
  const before = ended.find(({ id, startedAt }) => id !== run.id && startedAt < run.startedAt);
  if (before === undefined) return undefined;
  const earlier = { run: before, report: buildReport(before, await runs.readEvents(before.id)) };
  if (report.source?.isComplete !== true || earlier.report.source?.isComplete !== true) return earlier;
  const [now, then] = [await runs.readContacts(run.id), await runs.readContacts(before.id)];
  const missingIn = (some: typeof now, others: typeof now): Movement => {
    const labels = [...some].flatMap(([id, { label }]) => (others.has(id) ? [] : [label]));
    return { count: labels.length, names: labels.sort().slice(0, NAMES_SHOWN) };
  };
  return { ...earlier, joined: missingIn(now, then), left: missingIn(then, now) };
}

const DAY_MS = 24 * 60 * 60 * 1000;

export interface LateSuccess {
  /** From when the days count: the last success, or else when the policy was made. */
  readonly since: string;
  readonly days: number;
  readonly lastSuccess: string | undefined;
}

/** A run that came to its end succeeded, also where single mailboxes failed: those are told by its own report. */
export async function lateSuccess(policy: Policy, now: Date, stores: Stores): Promise<LateSuccess> {
  const id = policyId(policy.id);
  const successes = await stores.runs.list({
    policyId: id,
    kinds: ['run'],
    states: ['finished', 'finishedWithErrors'],
    limit: LOOK_BACK,
  });
  // One of a clock that was ahead would be the last one until then.
  const lastSuccess = successes
    .map(({ startedAt, endedAt }) => endedAt ?? startedAt)
    .find((at) => at <= now.toISOString());
  const made = (await stores.policies.history(policy.id)).map(({ savedAt }) => savedAt).sort()[0];
  const since = lastSuccess ?? made ?? now.toISOString();
  return { since, days: Math.floor((now.getTime() - Date.parse(since)) / DAY_MS), lastSuccess };
}

export async function gatherAlert(
  { policy, environment }: Addressed,
  { days, lastSuccess }: LateSuccess,
  { runs }: Stores,
): Promise<AlertMailInput> {
  const [run] = await runs.list({ policyId: policyId(policy.id), kinds: ['run'], limit: 1 });
  return {
    environment,
    policy,
    settings: policy.report,
    days,
    lastSuccess,
    lastRun: run === undefined ? undefined : { run, report: buildReport(run, await runs.readEvents(run.id)) },
  };
}
