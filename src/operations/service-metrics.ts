// The service as others watch it: what its runs did since it began, how the stores stand at the moment, and whether it
// lives and can work. Ids and numbers only; there are as many series as policies, times a few words, and as numbers of
// failures.

import type { Policy } from '../model/policy.ts';
import { type OutcomeCounts, RUN_STATES, type Run, type RunState } from '../model/run.ts';
import type { ListenerKind } from '../ports/announcements.ts';
import type { Metric, MetricSample, Monitored } from '../ports/monitoring.ts';
import type { OperationsDependencies } from './dependencies.ts';
import type { PolicyCounts, RunCounts } from './run-counts.ts';

/** A turn is taken every minute; several that are missing are no accident. */
const LONGEST_PAUSE_MS = 5 * 60 * 1000;
const MOST_MAILS = 10_000;
const END_STATES: readonly RunState[] = [
  'finished',
  'finishedWithErrors',
  'failed',
  'interrupted',
  'superseded',
  'cancelled',
];

export interface ServicePulse {
  /** When the scheduler looked at its schedules last. */
  lookedAt(): Date;
  /** Aborted: the service stops, or has lost its lease. */
  readonly held: AbortSignal;
  readonly startedAt: Date;
}

type Parts = Pick<
  OperationsDependencies,
  'policies' | 'runs' | 'queue' | 'outbox' | 'announcements' | 'license' | 'settings' | 'clock' | 'version'
>;

type Counts = Pick<RunCounts, 'byPolicy' | 'failures' | 'traffic' | 'addCutOff'>;

const LISTENERS: readonly ListenerKind[] = ['webhook', 'syslog', 'file'];

export function watchService(parts: Parts, counts: Counts, pulse: ServicePulse): Monitored {
  const { clock, settings } = parts;
  return {
    health() {
      // However the clock was set: the next turn says it anew.
      const pause = Math.abs(clock.now().getTime() - pulse.lookedAt().getTime());
      return pause > LONGEST_PAUSE_MS ? ['the scheduler has not looked at its schedules for minutes'] : [];
    },
    async readiness() {
      const answers = await settings.read('readiness').then(
        () => true,
        () => false,
      );
      return [
        ...(answers ? [] : ['the database does not answer']),
        ...(pulse.held.aborted ? ['the service stops, or lost its lease'] : []),
      ];
    },
    async metrics() {
      const { readable, unreadable } = await parts.policies.survey();
      const policies = readable.map(({ document }) => document);
      const ids = [...policies, ...unreadable].map(({ id }) => id);
      await counts.addCutOff();
      return [
        ...ownMetrics(parts, pulse),
        ...countedMetrics(counts, ids),
        ...(await storedMetrics(parts, policies)),
      ];
    },
  };
}

const gauge = (name: string, help: string, samples: readonly MetricSample[] | number): Metric => ({
  name: `contactsync_${name}`,
  help,
  type: 'gauge',
  samples: typeof samples === 'number' ? [{ value: samples }] : samples,
});

const counter = (name: string, help: string, samples: readonly MetricSample[] | number): Metric => ({
  ...gauge(`${name}_total`, help, samples),
  type: 'counter',
});

const seconds = (time: Date | string) => new Date(time).getTime() / 1_000;

function ownMetrics({ version }: Parts, { startedAt, lookedAt }: ServicePulse): readonly Metric[] {
  return [
    gauge('build_info', 'The version that runs.', [{ labels: { version }, value: 1 }]),
    gauge('service_start_time_seconds', 'When the service began to work.', seconds(startedAt)),
    gauge(
      'scheduler_last_turn_timestamp_seconds',
      'When the service looked at its schedules last.',
      seconds(lookedAt()),
    ),
  ];
}

function countedMetrics({ byPolicy, failures, traffic }: Counts, ids: readonly string[]): readonly Metric[] {
  // Those of policies that are gone go with them.
  const known = ids.flatMap((policy): readonly (readonly [string, PolicyCounts])[] => {
    const counts = byPolicy.get(policy);
    return counts === undefined ? [] : [[policy, counts]];
  });
  const perPolicy = (of: (counts: PolicyCounts) => number): readonly MetricSample[] =>
    known.map(([policy, counts]) => ({ labels: { policy }, value: of(counts) }));
  const changes: readonly (keyof OutcomeCounts)[] = [
    'created',
    'updated',
    'deleted',
    'handedOver',
    'adopted',
  ];
  const { requests, refusals, waitedMs } = traffic();
  return [
    counter(
      'runs',
      'Runs of this process that ended, by the state in which they did.',
      known.flatMap(([policy, { endedRuns }]) =>
        END_STATES.map((state) => ({ labels: { policy, state }, value: endedRuns.get(state) ?? 0 })),
      ),
    ),
    counter(
      'run_seconds',
      'What runs that ended took, waiting included.',
      perPolicy((counts) => counts.seconds),
    ),
    counter(
      'contacts_written',
      'Contacts written, by what was done to them.',
      known.flatMap(([policy, { written }]) =>
        changes.map((change) => ({ labels: { policy, change }, value: written[change] })),
      ),
    ),
    counter(
      'contacts_failed',
      'Contacts that could not be written.',
      perPolicy(({ written }) => written.failed),
    ),
    counter(
      'mailboxes_written',
      'Mailboxes written.',
      perPolicy((counts) => counts.mailboxesWritten),
    ),
    counter(
      'mailboxes_failed',
      'Mailboxes that failed.',
      perPolicy((counts) => counts.mailboxesFailed),
    ),
    counter(
      'mailboxes_skipped',
      'Mailboxes that were skipped.',
      perPolicy((counts) => counts.mailboxesSkipped),
    ),
    counter(
      'brakes',
      'How often the brake was engaged.',
      perPolicy((counts) => counts.brakes),
    ),
    counter(
      'failures',
      'What kept a run, a reading, a mailbox or a contact from being done, by the number of the manual.',
      [...failures].map(([number, value]) => ({ labels: { number: String(number) }, value })),
    ),
    counter(
      'requests',
      'Requests to mailboxes and directories; a part of a batch and a page of LDAP count as one each.',
      requests,
    ),
    counter('throttled_requests', 'Answers that told us to slow down.', refusals),
    counter('throttled_seconds', 'What was waited because of them.', waitedMs / 1_000),
  ];
}

async function storedMetrics(
  { runs, queue, outbox, announcements, license, clock }: Parts,
  policies: readonly Policy[],
): Promise<readonly Metric[]> {
  const ids = policies.map(({ id }) => id);
  const queued = await queue.list();
  const waiting = new Set<string>(
    (await runs.list({ states: ['awaitingApproval'] })).map((run) => run.policyId),
  );
  const mails = await outbox.list({ states: ['waiting', 'sending', 'givenUp'], limit: MOST_MAILS });
  const withState = (state: string) => mails.filter((mail) => mail.state === state).length;
  const untold = await announcements.list();
  const { endsAt } = await license.current(clock.now());
  const open = await runs.list({ states: RUN_STATES.filter((state) => !END_STATES.includes(state)) });
  return [
    gauge('queue_length', 'Policies in the queue.', [
      { labels: { state: 'running' }, value: queued.filter(({ isRunning }) => isRunning).length },
      { labels: { state: 'waiting' }, value: queued.filter(({ isRunning }) => !isRunning).length },
    ]),
    gauge(
      'open_runs',
      'Runs under way, of whatever process.',
      open.filter(({ state }) => state !== 'awaitingApproval').length,
    ),
    gauge('approvals_waiting', 'Runs that wait for an approval.', waiting.size),
    gauge(
      'brake_engaged',
      'Whether a run of the policy waits for an approval.',
      ids.map((policy) => ({ labels: { policy }, value: waiting.has(policy) ? 1 : 0 })),
    ),
    gauge(
      'policy_enabled',
      'Whether the policy is enabled.',
      policies.map(({ id, enabled }) => ({ labels: { policy: id }, value: enabled ? 1 : 0 })),
    ),
    gauge(
      'last_success_timestamp_seconds',
      'When a run of the policy ended without errors last; absent: never.',
      await lastEnds(runs, ids, ['finished']),
    ),
    gauge(
      'last_completion_timestamp_seconds',
      'When a run of the policy came to its end last, with failed mailboxes or without; absent: never.',
      await lastEnds(runs, ids, ['finished', 'finishedWithErrors']),
    ),
    gauge('mails', 'Mails about runs that were not sent.', [
      { labels: { state: 'waiting' }, value: withState('waiting') + withState('sending') },
      { labels: { state: 'givenUp' }, value: withState('givenUp') },
    ]),
    gauge(
      'announcements_waiting',
      'What listeners are still to be told of runs.',
      LISTENERS.map((listener) => ({
        labels: { listener },
        value: untold.filter((one) => one.listener === listener).length,
      })),
    ),
    gauge(
      'license_valid_until_timestamp_seconds',
      'When the trial or the license ends; absent: a trial that has not begun.',
      endsAt === undefined ? [] : seconds(endsAt),
    ),
  ];
}

async function lastEnds(
  runs: Parts['runs'],
  ids: readonly string[],
  states: readonly RunState[],
): Promise<readonly MetricSample[]> {
  const samples: MetricSample[] = [];
  for (const policy of ids) {
    const policyId = policy as Run['policyId'];
    const [last] = await runs.list({ policyId, kinds: ['run'], states, limit: 1 });
    if (last?.endedAt !== undefined) samples.push({ labels: { policy }, value: seconds(last.endedAt) });
  }
  return samples;
}
