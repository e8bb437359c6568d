import type { MailboxDriftView, ReportView } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOfRun } from './exit-codes.ts';
import { reportCsv } from './report-csv.ts';
import { reportHtml } from './report-html.ts';
import { reportLines } from './report-text.ts';
import { plainPaint } from './terminal-text.ts';

const drift = (more: Partial<MailboxDriftView> = {}): MailboxDriftView => ({
  ...{ contacts: 3, foreign: 0, differs: false, differing: 0, left: 0 },
  ...{ counts: {}, leftCounts: {}, findings: [], missingBy: 'ledger' as const },
  ...more,
});

const found = drift({
  ...{ differs: true, differing: 2, left: 1, counts: { missing: 1, edited: 1 }, leftCounts: { copied: 1 } },
  findings: [
    { kind: 'missing', sourceObjectId: 'a', label: '=cmd', folder: '', isLeft: false },
    {
      ...{ kind: 'edited', sourceObjectId: 'b', label: 'Bea <b>', folder: 'contoso.example', isLeft: false },
      properties: ['jobTitle', 'surname'],
    },
    { kind: 'copied', sourceObjectId: 'c', label: 'Cem', folder: '', isLeft: true },
  ],
});

const box = (name: string, of: MailboxDriftView): ReportView['perMailbox'][number] => ({
  mailboxId: name,
  primarySmtpAddress: `${name}@contoso.example`,
  purpose: 'fill',
  state: of.differs ? 'differs' : 'unchanged',
  ...{ planned: undefined, applied: undefined, notices: [], failures: [] },
  drift: of,
});

const report = (mailboxes: readonly ReportView['perMailbox'][number][], differing: number): ReportView => ({
  run: {
    ...{ id: '3f2a9c11-0000-4000-8000-000000000001', kind: 'verify', state: 'finished' },
    ...{ policyId: 'p', policyName: 'Staff', policyRevision: 3, undoes: undefined, holder: 'process 1' },
    ...{ startedAt: '2026-11-22T10:00:00.000Z', endedAt: '2026-11-22T10:01:05.000Z' },
  },
  source: undefined,
  mailboxes: { found: 40, targets: 2, leaving: 0, skipped: [], isComplete: true, gaps: [] },
  brake: undefined,
  planned: { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 },
  applied: { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 },
  drift: {
    ...{ mailboxes: mailboxes.length, mailboxesDiffering: differing, contacts: 6 },
    ...(differing === 0
      ? { differing: 0, left: 0, counts: {}, leftCounts: {} }
      : { differing: 2, left: 1, counts: found.counts, leftCounts: found.leftCounts }),
  },
  perMailbox: mailboxes,
  failures: [],
});

const differing = report([box('anna', found), box('bea', drift())], 1);
const clean = report([box('anna', drift())], 0);
const textOf = (of: ReportView) => reportLines(of, 10, plainPaint).join('\n');

describe('the report of a verify run', () => {
  it('begins with the count in short, and lists people and properties', () => {
    expect(textOf(differing).split('\n').slice(1, 2)).toEqual([
      'In 1 of 2 mailboxes 2 contacts differ: 1 missing, 1 edited.',
    ]);
    expect(textOf(differing)).toContain('      edited: Bea <b> (jobTitle, surname) in "contoso.example"');
    expect(textOf(differing)).toContain('left as it is: copied by the user: Cem');
    expect(textOf(differing)).toContain('contactsync run p --repair');
    expect(textOf(differing)).not.toMatch(/planned|written {2,}/);
  });

  it('says that nothing differs, and offers no repair', () => {
    expect(textOf(clean)).toContain('Nothing differs in 1 mailbox.');
    expect(textOf(clean)).not.toContain('--repair');
  });

  it('has an exit code of its own where something is to be repaired, not where something is left', () => {
    expect(exitCodeOfRun(differing)).toBe(EXIT.drift);
    expect(exitCodeOfRun(clean)).toBe(EXIT.ok);
    const withErrors = { ...differing, run: { ...differing.run, state: 'finishedWithErrors' as const } };
    expect(exitCodeOfRun(withErrors)).toBe(EXIT.finishedWithErrors);
  });

  it('shows the first findings of a mailbox, and how many more there are', () => {
    const finding = { kind: 'missing', sourceObjectId: 'a', label: 'Ada', folder: '', isLeft: false };
    const many = drift({ differs: true, counts: { missing: 250 }, findings: Array(200).fill(finding) });
    const lines = reportLines(report([box('anna', many)], 1), 10, plainPaint);
    expect(lines.filter((line) => line.includes('missing: Ada'))).toHaveLength(5);
    expect(lines).toContain('      … and 245 more (--all)');
    const all = reportLines(report([box('anna', many)], 1), Number.POSITIVE_INFINITY, plainPaint);
    expect(all).toContain('      … and 50 more');
  });

  it('is one row for each finding in a spreadsheet, and no formula', () => {
    const rows = reportCsv(differing).trim().split('\r\n');
    expect(rows).toHaveLength(5);
    expect(rows[1]).toBe(`anna@contoso.example,differs,missing,"'=cmd",a,,,no`);
  });

  it('is a page in which no name is markup', () => {
    const page = reportHtml(differing);
    expect(page).toContain('In 1 of 2 mailboxes 2 contacts differ');
    expect(page).toContain('Bea &lt;b&gt;');
  });

  it('says into which folder a contact was moved or copied', () => {
    const away = drift({
      ...{ differs: true, differing: 1, counts: { movedAway: 1 }, leftCounts: { copiedAway: 1 } },
      findings: [
        {
          ...{ kind: 'movedAway', sourceObjectId: 'a', label: 'Ada', folder: 'contoso.example' },
          ...{ elsewhere: ['Family', 'Old'], isLeft: false },
        },
        {
          ...{ kind: 'copiedAway', sourceObjectId: 'b', label: 'Bea', folder: '' },
          ...{ elsewhere: [], isLeft: true },
        },
      ],
    });
    const shown = report([box('anna', away)], 1);
    expect(textOf(shown)).toContain('moved: Ada to Contacts/Family/Old');
    expect(textOf(shown)).toContain('left as it is: copied: Bea to Contacts');
    expect(reportCsv(shown)).toMatch(/Ada.*Contacts\/Family\/Old/);
  });
});
