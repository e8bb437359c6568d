// What mails, other programs and metrics are told of a run whose process was killed in the middle: what the journal knows, as
// the command line tells it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Announcement } from '@contactsync/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { openOperations } from '../main.ts';
import { itemId, mailboxId, policyId, runId, sourceObjectId } from '../model/ids.ts';
import type { ChangeOutcome } from '../model/plan.ts';
import type { Run, RunEvent } from '../model/run.ts';
import { tellListeners } from './announce.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { countRuns } from './run-counts.ts';

const POLICY = 'aaaaaaaa-2222-4333-8444-555555555555';
const NOTHING = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };
const AT = '2026-11-02T08:00:00.000Z';

let directory = '';
let operations: OpenedOperations;
let inside: OperationsDependencies;
let told: string[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-cut-off-'));
  told = [];
  operations = await openOperations(join(directory, 'data'), (dependencies) => {
    inside = {
      ...dependencies,
      clock: new FakeClock('2026-11-02T08:00:30.000Z'),
      connectListener: async () => ({
        async tell({ text }) {
          told.push(text);
          return { status: 204 };
        },
      }),
    };
    return inside;
  });
  await operations.environments.apply({
    text: JSON.stringify({
      ...{ kind: 'environment', version: 1, id: '11111111-2222-4333-8444-555555555555', name: 'contoso' },
      scenario: 'exchangeOnline',
      announce: { webhook: 'https://monitor.contoso.example/runs' },
      exchangeOnline: {
        organization: 'contoso.onmicrosoft.com',
        applicationId: '11111111-2222-4333-8444-666666666666',
      },
    }),
  });
  await operations.policies.apply({
    text: JSON.stringify({
      ...{ kind: 'policy', version: 1, id: POLICY, name: 'All staff', environment: 'contoso' },
      source: { type: 'exchangeOnline' },
    }),
  });
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

const box = (number: number) => ({
  id: mailboxId(`00000000-0000-4000-8000-00000000000${number}`),
  primarySmtpAddress: `box${number}@contoso.example`,
});
const plannedIn = (number: number): RunEvent => ({
  ...{ type: 'mailbox.planned', purpose: 'fill', notices: [] },
  ...{ mailboxId: box(number).id, primarySmtpAddress: box(number).primarySmtpAddress },
  counts: { create: 4, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 },
});

/** Three contacts of the first mailbox are known to be there, and no event told of them; the third is not reached. */
async function runOfTheDead(): Promise<Run> {
  const run: Run = {
    ...{ id: runId('99999999-2222-4333-8444-555555555555'), kind: 'run', policyId: policyId(POLICY) },
    ...{ policyName: 'All staff', policyRevision: 1, undoes: undefined, state: 'applying' },
    ...{ startedAt: AT, endedAt: undefined, holder: 'somebody who died' },
  };
  const { runs, policies, journal } = inside;
  const stored = await policies.readById(POLICY);
  if (stored === undefined) throw new Error('not stored');
  await runs.create(run, { policy: stored.document, revision: 1 });
  await runs.append(run.id, [plannedIn(1), plannedIn(2), plannedIn(3)], AT);
  const write = async (number: number, person: number, outcome?: ChangeOutcome) => {
    const ids = await journal.intend(run.id, box(number), [
      {
        ...{ change: 'create', itemId: undefined, folderId: undefined, folderKey: '', fields: [] },
        ...{ before: undefined, label: 'Somebody' },
        sourceObjectId: sourceObjectId(`00000000-0000-4000-8000-0000000001${number}${person}`),
      },
    ]);
    if (outcome !== undefined) await journal.record(ids, [outcome]);
  };
  const applied: ChangeOutcome = { status: 'applied', itemId: itemId('i'), version: '1' };
  for (const person of [1, 2, 3]) await write(1, person, applied);
  await write(1, 4);
  await write(2, 1, applied);
  const { primarySmtpAddress, id } = box(2);
  const counts = { ...NOTHING, created: 1 };
  await runs.append(run.id, [{ type: 'mailbox.applied', mailboxId: id, primarySmtpAddress, counts }], AT);
  return run;
}

it('the command line, the mail and the webhook tell the same', async () => {
  const { id } = await runOfTheDead();
  // Whoever looks closes it.
  const report = await operations.runs.report(id);
  expect([report.run.state, report.writes]).toEqual(['interrupted', { written: 4, unknown: 1 }]);
  const { text } = await operations.reports.compose(id);
  expect(text).toMatch(/New contacts +4\r\n/);
  expect(text).toMatch(/Outcome unknown +1 \(the next run looks\)/);
  expect(text).toContain('* box1@contoso.example | not finished | 3 new, 1 with unknown outcome\r\n');
  expect(text).toContain('* box2@contoso.example | partly written | 1 new\r\n');
  expect(text).toContain('* box3@contoso.example | not reached\r\n');
  const german = await operations.reports.compose(id, { language: 'de' });
  expect(german.text).toContain('* box1@contoso.example | nicht beendet | 3 neu, 1 mit unbekanntem');
  await tellListeners(inside, new AbortController().signal);
  expect(told.map((line) => Announcement.parse(JSON.parse(line)))).toMatchObject([
    { event: 'run.ended', run: { state: 'interrupted' }, counts: { created: 4, failed: 0, unknown: 1 } },
  ]);
});

it('metrics count what no event told, once, and after the run is over', async () => {
  const { id, policyId: policy } = await runOfTheDead();
  const counts = countRuns(inside);
  const created = async () => {
    await counts.addCutOff();
    return counts.byPolicy.get(policy)?.written.created;
  };
  await counts.runs.append(id, [{ type: 'run.ended', state: 'interrupted', failure: undefined }], AT);
  expect(await created()).toBe(0);
  await counts.runs.setState(id, 'interrupted', AT);
  // One was told by the process that died.
  expect([await created(), await created()]).toEqual([3, 3]);
});
