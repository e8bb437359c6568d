// Tells other programs of runs. What is to be told is noted before the run goes on, and told in order and at least once:
// no run waits for a listener, and none fails because of one.

import type { UntoldView } from '@contactsync/contract';
import { announcementOf } from '../core/announcement.ts';
import { levelOf } from '../core/report-mail/level.ts';
import type { Environment } from '../model/environment.ts';
import { asFailure, type Failure } from '../model/failure.ts';
import { environmentId } from '../model/ids.ts';
import type { Run } from '../model/run.ts';
import type {
  Listener,
  ListenerKind,
  NewAnnouncement,
  OutgoingAnnouncement,
  PendingAnnouncement,
} from '../ports/announcements.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { addressedBy } from './gather-report.ts';
import { namesOf } from './lookup.ts';
import { presentFailure } from './present.ts';
import { readReport } from './read-report.ts';

const MINUTE_MS = 60_000;
/** After the first, second … failed try; then always the last. */
const PAUSES_MS = [1, 5, 15, 60].map((minutes) => minutes * MINUTE_MS);
const LONGEST_PAUSE_MS = Math.max(...PAUSES_MS);
const GIVEN_UP_AFTER_MS = 3 * 24 * 60 * MINUTE_MS;

export function listenersOf({ announce }: Environment): readonly ListenerKind[] {
  const { webhook, syslog, file } = announce ?? {};
  return [
    ...(webhook === undefined ? [] : (['webhook'] as const)),
    ...(syslog === undefined ? [] : (['syslog'] as const)),
    ...(file === undefined ? [] : (['file'] as const)),
  ];
}

/** Never throws. */
export async function noteAnnouncement(
  run: Run,
  event: NewAnnouncement['event'],
  dependencies: OperationsDependencies,
): Promise<void> {
  const { announcements, clock, log } = dependencies;
  if (run.kind === 'test') return;
  try {
    const environment = await environmentOfRun(run, dependencies);
    if (environment === undefined) return;
    const at = clock.now().toISOString();
    for (const listener of listenersOf(environment))
      await announcements.add({
        environmentId: environmentId(environment.id),
        listener,
        runId: run.id,
        event,
        at,
      });
  } catch (error) {
    log.error('what is told of a run could not be noted', { runId: run.id, event, error });
  }
}

const environmentOfRun = async (
  run: Run,
  dependencies: OperationsDependencies,
): Promise<Environment | undefined> => (await addressedBy(run, dependencies))?.environment;

/** What is due, to each listener in order: one that cannot be told keeps only what comes after it waiting. */
export async function tellListeners(
  dependencies: OperationsDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { announcements } = dependencies;
  const groups = Map.groupBy(
    await announcements.list(),
    ({ environmentId: id, listener }) => `${id} ${listener}`,
  );
  await Promise.all([...groups.values()].map((group) => tellInOrder(group, dependencies, signal)));
}

/** The same after a run, where nobody waits for an answer. */
export async function tellListenersQuietly(dependencies: OperationsDependencies): Promise<void> {
  try {
    await tellListeners(dependencies, new AbortController().signal);
  } catch (error) {
    dependencies.log.error('other programs could not be told of runs', { error });
  }
}

async function tellInOrder(
  group: readonly PendingAnnouncement[],
  dependencies: OperationsDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { announcements, environments, clock, log } = dependencies;
  const [first] = group;
  if (first === undefined) return;
  const ahead = Date.parse(first.dueAt) - clock.now().getTime();
  // No pause is longer: what lies further ahead was put off by a clock that was ahead.
  if (ahead > 0 && ahead <= LONGEST_PAUSE_MS) return;
  const environment = (await environments.readById(first.environmentId))?.document;
  let listener: Listener | undefined;
  for (const pending of group) {
    if (signal.aborted) return;
    try {
      listener ??= environment && (await dependencies.connectListener(environment, pending.listener));
      if (environment !== undefined && listener !== undefined) {
        const outgoing = await compose(pending, environment, dependencies);
        if (outgoing !== undefined) await listener.tell(outgoing, signal);
      }
      // Told; or nobody wants it any more.
      await announcements.remove(pending.id);
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(await giveUpOrPostpone(pending, asFailure(thrown), dependencies))) return;
      log.warn('what is told of a run was given up', { runId: pending.runId, listener: pending.listener });
    }
  }
}

/** true: given up, and the next one may be told. */
async function giveUpOrPostpone(
  { id, at, tries, listener }: PendingAnnouncement,
  failure: Failure,
  { announcements, clock, log }: OperationsDependencies,
): Promise<boolean> {
  const now = clock.now().getTime();
  if (now - Date.parse(at) >= GIVEN_UP_AFTER_MS) {
    await announcements.remove(id);
    return true;
  }
  const pause = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0;
  const isOurs = failure.facts.whoActs === 'us';
  const data = { listener, number: failure.number, tries: tries + 1 };
  if (isOurs) log.error('a program could not be told of a run', { ...data, error: failure });
  else log.warn('a program could not be told of a run', data);
  await announcements.postpone(id, new Date(now + pause).toISOString(), failure.toRecord());
  return false;
}

/** undefined: the run is gone. */
async function compose(
  { runId, event, at }: PendingAnnouncement,
  { name }: Environment,
  { runs, journal }: OperationsDependencies,
): Promise<OutgoingAnnouncement | undefined> {
  const run = await runs.read(runId);
  if (run === undefined) return undefined;
  const report = await readReport(run, await runs.readEvents(runId), { journal });
  const announcement = announcementOf({ event, at, environment: name, run, report });
  if (announcement === undefined) return undefined;
  return {
    id: announcement.id,
    event,
    at: new Date(at),
    severity: severityOf(event, report),
    text: JSON.stringify(announcement),
  };
}

function severityOf(
  event: NewAnnouncement['event'],
  report: Parameters<typeof levelOf>[0],
): OutgoingAnnouncement['severity'] {
  if (event === 'run.started') return 'info';
  if (event === 'run.awaitingApproval') return 'warning';
  const level = levelOf(report);
  return level === 'error' || level === 'warning' ? level : 'info';
}

export async function untoldListeners({
  announcements,
  environments,
}: OperationsDependencies): Promise<readonly UntoldView[]> {
  const pending = await announcements.list();
  if (pending.length === 0) return [];
  const names = await namesOf(environments);
  const groups = Map.groupBy(pending, ({ environmentId: id, listener }) => `${id} ${listener}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const name = first === undefined ? undefined : names.get(first.environmentId);
    if (first === undefined || name === undefined || first.failure === undefined) return [];
    return [
      {
        environment: name,
        listener: first.listener,
        waiting: group.length,
        since: first.at,
        failure: presentFailure(first.failure),
      },
    ];
  });
}
