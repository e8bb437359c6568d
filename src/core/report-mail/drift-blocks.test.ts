import { Announcement } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { mailboxId, policyId, runId } from '../../model/ids.ts';
import type { Run, RunReport } from '../../model/run.ts';
import { announcementOf } from '../announcement.ts';
import { composeReport } from './compose-mail.ts';
import { levelOf } from './level.ts';
import type { Language } from './report-mail.ts';

const run: Run = {
  id: runId('3f2a9c10-1111-4222-8333-444455556666'),
  kind: 'verify',
  policyId: policyId('aaaaaaaa-1111-4222-8333-444455556666'),
  policyName: 'All $(staff)',
  policyRevision: 7,
  undoes: undefined,
  state: 'finished',
  startedAt: '2026-11-22T23:15:00.000Z',
  endedAt: '2026-11-22T23:21:40.000Z',
  holder: 'test',
};

const NOTHING_DIFFERS = {
  ...{ mailboxes: 1_240, mailboxesDiffering: 0, contacts: 99_000, differing: 0, left: 0 },
  ...{ counts: {}, leftCounts: {} },
};
const SOME_DIFFER = {
  ...{ ...NOTHING_DIFFERS, mailboxesDiffering: 3, differing: 5, left: 1 },
  ...{ counts: { missing: 2, edited: 3 }, leftCounts: { copied: 1 } },
};

const report = (drift: NonNullable<RunReport['drift']>): RunReport => ({
  ...{ kind: run.kind, policyName: run.policyName, state: run.state },
  ...{ startedAt: run.startedAt, endedAt: run.endedAt },
  source: undefined,
  mailboxes: {
    ...{
      type: 'mailboxes.read',
      found: 1_300,
      targets: 1_240,
      leaving: 0,
      skipped: [],
      isComplete: true,
      gaps: [],
    },
  },
  brake: undefined,
  planned: { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 },
  applied: { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 },
  photos: undefined,
  drift,
  perMailbox:
    drift.mailboxesDiffering === 0
      ? []
      : [
          {
            mailboxId: mailboxId('00000000-0000-4000-8000-000000000001'),
            primarySmtpAddress: 'anna@contoso.example',
            purpose: 'fill',
            state: 'differs',
            planned: undefined,
            applied: undefined,
            notices: [],
            failures: [],
            drift: {
              ...{ contacts: 90, foreign: 0, differs: true, differing: 1, left: 0 },
              ...{ counts: { missing: 1 }, leftCounts: {}, findings: [], missingBy: 'ledger' },
            },
          },
        ],
  failures: [],
});

const mail = (language: Language, drift: NonNullable<RunReport['drift']>) =>
  composeReport({
    environment: { name: 'contoso', language, timeZone: 'Europe/Berlin' },
    policy: { name: run.policyName },
    settings: { detail: 'contacts', csv: true },
    run,
    report: report(drift),
    times: {
      ...{ took: 400, foretold: undefined, forecast: undefined, waits: 0, waited: 0 },
      ...{ waitingUntil: undefined, mailboxesWaiting: 0 },
    },
    earlier: undefined,
    changes: [],
    changesInAll: 0,
  });

describe('the mail about a verify run', () => {
  it('says in short what differs, then what of, where, and how to repair it', () => {
    const { subject, text } = mail('en', SOME_DIFFER);
    expect(subject).toBe('contactSync: All $(staff): 5 contacts differ in 3 of 1,240 mailboxes');
    for (const said of [
      'Verify run: 5 contacts differ in 3 of 1,240 mailboxes.',
      '• 2 missing',
      '• 3 edited',
      'anna@contoso.example | differs | 1 missing',
      'contactsync run aaaaaaaa-1111-4222-8333-444455556666 --repair --test',
    ])
      expect(text).toContain(said);
    expect(text).toMatch(/copied by the user\s+1/);
    expect(text).not.toMatch(/New contacts|objects selected/);
  });

  it('names the policy in no command: a shell might take its name for more', () => {
    expect(mail('en', SOME_DIFFER).text).not.toContain('run "All');
  });

  it('is a warning, and without drift it is quiet and offers no repair', () => {
    expect(levelOf(report(SOME_DIFFER))).toBe('warning');
    expect(levelOf(report(NOTHING_DIFFERS))).toBe('quiet');
    const { subject, text } = mail('en', NOTHING_DIFFERS);
    expect(subject).toContain('nothing differs in 1,240 mailboxes');
    expect(text).not.toContain('--repair');
  });

  it('is told to other programs in counts alone', () => {
    const of = { environment: 'contoso', at: run.startedAt, run, report: report(SOME_DIFFER) };
    const ended = announcementOf({ ...of, event: 'run.ended' });
    expect(Announcement.parse(ended).drift).toEqual({
      ...{ mailboxes: 1_240, mailboxesDiffering: 3, contactsDiffering: 5 },
    });
    expect(JSON.stringify(ended)).not.toContain('anna@');
    expect(announcementOf({ ...of, event: 'run.started' })).not.toHaveProperty('drift');
  });

  it('says the same in German', () => {
    const { subject, text } = mail('de', SOME_DIFFER);
    expect(subject).toContain('5 Kontakte weichen in 3 von 1.240 Postfächern ab');
    expect(text).toContain('Prüflauf: 5 Kontakte weichen in 3 von 1.240 Postfächern ab.');
    expect(text).toContain('• 2 fehlen');
  });
});
