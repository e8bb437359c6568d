import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { Failure } from '../model/failure.ts';
import { mailboxId, policyId, runId } from '../model/ids.ts';
import type { Run, RunEvent } from '../model/run.ts';
import { type Log, type LogData, silentLog } from '../ports/log.ts';
import { openStores, type Stores } from '../store/open-stores.ts';
import { validatePolicy } from '../store/validate-document.ts';
import { withRunLog } from './run-log.ts';

let directory: string;
let stores: Stores;
const lines: [level: string, message: string, data: LogData | undefined][] = [];
const keep = (level: string) => (message: string, data?: LogData) => void lines.push([level, message, data]);
const log: Log = { error: keep('error'), warn: keep('warn'), info: keep('info'), debug: keep('debug') };

beforeEach(async () => {
  lines.splice(0);
  directory = temporaryDirectory();
  const place = { dataDirectory: directory, clock: new FakeClock(), log: silentLog };
  stores = await openStores({ ...place, environmentVariables: {} });
});
afterEach(async () => {
  await stores.close();
  rmSync(directory, { recursive: true, force: true });
});

const at = '2026-11-02T08:00:00.000Z';
const policy = validatePolicy({
  kind: 'policy',
  version: 1,
  id: '00000009-0000-4000-8000-000000000001',
  name: 'Secret Staff',
  environment: 'Contoso',
  source: { type: 'exchangeOnline' },
});
const run: Run = {
  id: runId('00000001-0000-4000-8000-000000000001'),
  kind: 'run',
  policyId: policyId(policy.id),
  policyName: policy.name,
  policyRevision: 3,
  undoes: undefined,
  state: 'reading',
  startedAt: at,
  endedAt: undefined,
  holder: 'test',
};
const revision = { revision: 3, policy };
const mailbox = {
  mailboxId: mailboxId('00000002-0000-4000-8000-000000000001'),
  primarySmtpAddress: 'anna@contoso.example',
};
const denied = new Failure('mailboxAccessDenied', { details: { group: 'Secret Group' }, requestId: 'r' });
const counts = { created: 2, updated: 1, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };

const story: readonly RunEvent[] = [
  { type: 'run.started', kind: 'run', policyName: policy.name, policyRevision: 3 },
  { type: 'source.read', objects: 9, selected: 7, excluded: {}, isComplete: true, gaps: [] },
  {
    type: 'mailboxes.read',
    found: 4,
    targets: 3,
    leaving: 1,
    skipped: [{ mailboxId: undefined, primarySmtpAddress: 'ben@contoso.example', reason: 'notFound' }],
    isComplete: false,
    gaps: [denied.toRecord()],
  },
  { type: 'mailbox.failed', ...mailbox, phase: 'applying', failure: denied.toRecord() },
  { type: 'mailbox.applied', ...mailbox, counts },
  { type: 'mailbox.applied', ...mailbox, counts },
  { type: 'run.ended', state: 'finishedWithErrors', failure: undefined },
];

test('the story of a run, told in ids and numbers', async () => {
  const runs = withRunLog(stores.runs, log);
  await runs.create(run, revision);
  await runs.append(run.id, story, at);
  const told = lines.filter(([level]) => level !== 'debug');
  expect(told).toEqual([
    ['info', 'run started', { runId: run.id, kind: 'run', policyId: policy.id, policyRevision: 3 }],
    ['info', 'source read', { runId: run.id, objects: 9, selected: 7, isComplete: true, gaps: [] }],
    [
      'info',
      'mailboxes read',
      { runId: run.id, found: 4, targets: 3, leaving: 1, skipped: 1, isComplete: false, gaps: [15011] },
    ],
    [
      'warn',
      'mailbox failed',
      {
        runId: run.id,
        mailboxId: mailbox.mailboxId,
        phase: 'applying',
        number: 15011,
        code: 'mailboxAccessDenied',
        requestId: 'r',
      },
    ],
    [
      'info',
      'run ended',
      {
        runId: run.id,
        state: 'finishedWithErrors',
        mailboxesApplied: 2,
        mailboxesFailed: 1,
        mailboxesSkipped: 0,
        contactsFailed: 0,
        written: { ...counts, created: 4, updated: 2 },
      },
    ],
  ]);
  expect(JSON.stringify(told)).not.toMatch(/Secret|@/);
  expect(await stores.runs.readEvents(run.id)).toHaveLength(story.length);
});

test('the brake is told with its numbers, and what could not be stored is not told', async () => {
  const runs = withRunLog(stores.runs, log);
  const reasons = [{ rule: 'people', count: 9, base: 10, limit: 5, unit: 'percent' }] as const;
  const engaged: RunEvent = { type: 'brake.engaged', reasons, digest: 'd' };
  await expect(runs.append(run.id, [engaged], at)).rejects.toMatchObject({ code: 'notFound' });
  expect(lines).toEqual([]);
  await runs.create(run, revision);
  await runs.append(run.id, [engaged], at);
  expect(lines.at(-1)).toEqual(['warn', 'brake engaged', { runId: run.id, reasons }]);
});
