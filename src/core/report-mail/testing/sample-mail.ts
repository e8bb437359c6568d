// What mails in tests are made of: one run, with nothing said that a test does not say.

import { mailboxId, policyId, runId } from '../../../model/ids.ts';
import type { Run, RunReport } from '../../../model/run.ts';
import type { ChangeRow, Language, ReportMailInput } from '../report-mail.ts';

export const run = (more: Partial<Run> = {}): Run => ({
  id: runId('3f2a9c10-1111-4222-8333-444455556666'),
  kind: 'run',
  policyId: policyId('aaaaaaaa-1111-4222-8333-444455556666'),
  policyName: 'All staff',
  policyRevision: 7,
  undoes: undefined,
  state: 'finished',
  startedAt: '2026-11-22T23:15:00.000Z',
  endedAt: '2026-11-22T23:21:40.000Z',
  holder: 'test',
  ...more,
});

export const NOTHING = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };
export const PLANNED = { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 9, foreign: 0 };

export const report = (of: Run, more: Partial<RunReport> = {}): RunReport => ({
  kind: of.kind,
  policyName: of.policyName,
  state: of.state,
  startedAt: of.startedAt,
  endedAt: of.endedAt,
  source: {
    type: 'source.read',
    objects: 12_500,
    selected: 10_240,
    excluded: { hidden: 2_100 },
    isComplete: true,
    gaps: [],
  },
  mailboxes: {
    type: 'mailboxes.read',
    found: 940,
    targets: 935,
    leaving: 2,
    skipped: [],
    isComplete: true,
    gaps: [],
  },
  brake: undefined,
  planned: PLANNED,
  applied: NOTHING,
  photos: undefined,
  perMailbox: [],
  failures: [],
  ...more,
});

export const box = (
  more: Partial<RunReport['perMailbox'][number]> = {},
): RunReport['perMailbox'][number] => ({
  mailboxId: mailboxId('00000000-0000-4000-8000-000000000001'),
  primarySmtpAddress: 'anna@contoso.example',
  purpose: 'fill',
  state: 'applied',
  planned: PLANNED,
  applied: { ...NOTHING, created: 3 },
  notices: [],
  failures: [],
  ...more,
});

export const row = (more: Partial<ChangeRow> = {}): ChangeRow => ({
  mailbox: 'anna@contoso.example',
  change: 'create',
  reason: 'new',
  label: 'Erika Mustermann',
  properties: ['mobilePhone'],
  outcome: 'applied',
  ...more,
});

export const input = (
  of: Run,
  language: Language,
  more: Partial<RunReport> = {},
  rest: Partial<ReportMailInput> = {},
): ReportMailInput => ({
  environment: { name: 'contoso', language, timeZone: 'Europe/Berlin' },
  policy: { name: of.policyName },
  settings: { detail: 'contacts', csv: true },
  run: of,
  report: report(of, more),
  times: {
    took: 400,
    foretold: undefined,
    forecast: undefined,
    waits: 0,
    waited: 0,
    waitingUntil: undefined,
    mailboxesWaiting: 0,
  },
  earlier: undefined,
  changes: [],
  changesInAll: 0,
  ...rest,
});
