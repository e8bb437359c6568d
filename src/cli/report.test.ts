// The run report in its three forms, from one fixed report.

import type { FailureView, ReportView, RunTimesView, RunView } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOfFailure, exitCodeOfRun } from './exit-codes.ts';
import { csvCell, reportCsv } from './report-csv.ts';
import { html, reportHtml } from './report-html.ts';
import { reportLines } from './report-text.ts';
import { plainPaint } from './terminal-text.ts';

const PLANNED = { create: 4, update: 1, delete: 0, handOver: 0, adopt: 0, keep: 2, foreign: 1 };
const APPLIED = { created: 4, updated: 1, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };

const RUN: RunView = {
  id: '3f2a9c11-0000-4000-8000-000000000001',
  kind: 'run',
  policyId: 'p',
  policyName: 'All <staff>',
  policyRevision: 3,
  undoes: undefined,
  state: 'finishedWithErrors',
  startedAt: '2026-11-22T10:00:00.000Z',
  endedAt: '2026-11-22T10:01:05.000Z',
  holder: 'process 1',
};

const DENIED: FailureView = {
  code: 'mailboxAccessDenied',
  number: 15011,
  scope: 'mailbox',
  whoActs: 'administrator',
  sentence: 'Access to the mailbox is denied.',
  causes: [],
  remedy: 'Grant Contacts.ReadWrite.',
  details: { mailbox: 'bea@contoso.example' },
};

function report(of: Partial<ReportView> = {}): ReportView {
  return {
    run: RUN,
    source: { objects: 300, selected: 241, excluded: { hidden: 12, guest: 30 }, isComplete: true, gaps: [] },
    mailboxes: {
      found: 40,
      targets: 2,
      leaving: 1,
      skipped: [
        { primarySmtpAddress: 'x@contoso.example', reason: 'license' },
        { primarySmtpAddress: '=cmd@contoso.example', reason: 'noMailboxSync' },
      ],
      isComplete: true,
      gaps: [],
    },
    brake: undefined,
    planned: PLANNED,
    applied: APPLIED,
    perMailbox: [
      {
        mailboxId: 'a',
        primarySmtpAddress: 'anna@contoso.example',
        purpose: 'fill',
        state: 'applied',
        planned: PLANNED,
        applied: APPLIED,
        notices: [{ kind: 'userValueKept', count: 2 }],
        failures: [],
      },
      {
        mailboxId: 'b',
        primarySmtpAddress: '=HYPERLINK("bea")',
        purpose: 'fill',
        state: 'failed',
        planned: undefined,
        applied: undefined,
        notices: [],
        failures: [DENIED],
      },
      {
        mailboxId: 'c',
        primarySmtpAddress: 'carl@contoso.example',
        purpose: 'fill',
        state: 'unchanged',
        planned: { ...PLANNED, create: 0, update: 0 },
        applied: undefined,
        notices: [],
        failures: [],
      },
    ],
    failures: [{ failure: DENIED, count: 1 }],
    ...of,
  };
}

describe('on a terminal', () => {
  it('shows totals, the mailboxes worth a look (failures first), failures with remedy, the end', () => {
    expect(reportLines(report(), 10, plainPaint)).toEqual([
      'Run of "All <staff>"  revision 3, run 3f2a9c11-0000-4000-8000-000000000001',
      '  source     300 objects, 241 selected; left out: 30 guests, 12 hidden',
      '  mailboxes  40 found, 2 to fill, 1 leaving the policy; skipped: 1 over the license, 1 marked NoMailboxSync',
      '  planned    4 new, 1 to change, 2 unchanged',
      '  written    4 created, 1 changed',
      '',
      '  ✗ =HYPERLINK("bea")  failed',
      '      15011 Access to the mailbox is denied. (mailbox bea@contoso.example)',
      '  ✓ anna@contoso.example  4 created, 1 changed',
      '      note: values of the user kept (2)',
      '  1 mailbox unchanged',
      '',
      'Failures',
      '  1 × 15011 Access to the mailbox is denied. (mailbox bea@contoso.example)',
      '      Grant Contacts.ReadWrite.',
      '',
      'finished with errors after 1 min 5 s',
    ]);
  });

  it('tells how to approve when the brake is engaged', () => {
    const brake = {
      reasons: [{ rule: 'people', count: 90, base: 241, limit: 20, unit: 'percent' } as const],
      digest: 'abc',
    };
    const waiting = {
      run: { ...RUN, state: 'awaitingApproval', endedAt: undefined },
      brake,
      failures: [],
      perMailbox: [],
    } as const;
    const textOf = (change: Parameters<typeof report>[0]) =>
      reportLines(report({ ...waiting, ...change }), 10, plainPaint).join('\n');
    const edited = textOf({ isPolicyEdited: true });
    expect(edited).toContain('The policy was edited since');
    expect(edited).not.toContain('contactsync approve');
    const text = textOf({});
    expect(text).toContain('90 people of 241 are no longer selected (limit 20 %)');
    expect(text).toContain('contactsync approve 3f2a9c11 --digest abc');
    expect(text).toContain('waits for approval');
  });
});

describe('of a run that was cut off', () => {
  const [anna] = report().perMailbox;
  if (anna === undefined) throw new Error('the report has no mailbox');
  const killed = (of: Partial<RunView> = {}, writes = { written: 20, unknown: 3 }) =>
    report({
      run: { ...RUN, state: 'interrupted', ...of },
      writes,
      failures: [],
      perMailbox: [
        { ...anna, state: 'planned', applied: undefined, notices: [], writes },
        {
          ...anna,
          state: 'planned',
          primarySmtpAddress: 'bea@contoso.example',
          applied: undefined,
          notices: [],
          writes: { written: 0, unknown: 0 },
        },
      ],
    });
  const lines = (...of: Parameters<typeof killed>) => reportLines(killed(...of), 10, plainPaint);

  it('tells what was written and what nobody knows, without a check mark', () => {
    expect(lines()).toEqual(
      expect.arrayContaining([
        '  written    20 written, 3 with unknown outcome; the next run looks',
        '  ○ anna@contoso.example  20 written, 3 with unknown outcome',
        '  ○ bea@contoso.example  not reached',
      ]),
    );
    expect(lines().join('\n')).not.toContain('✓');
    const page = reportHtml(killed());
    expect(page).toContain('<b>20 written, 3 with unknown outcome; the next run looks</b>');
    expect(page).toContain('<td class="warn">not finished</td>');
    expect(page).toContain('<td class="warn">not reached</td>');
  });

  it('tells who looks after a rollback, and nothing of the kind when all is known', () => {
    expect(lines({ kind: 'rollback' }).join('\n')).toContain('outcome; roll the run back again to look');
    expect(lines({}, { written: 20, unknown: 0 })).toContain('  written    20 written');
    expect(lines({}, { written: 0, unknown: 0 })).toContain('  written    nothing written');
  });

  it('keeps the check mark for what a test run planned', () => {
    expect(lines({ kind: 'test', state: 'finished' }).join('\n')).toContain('✓ anna@contoso.example');
  });

  it('calls a failed mailbox failed, whether it was begun or not', () => {
    const nothing = { ...APPLIED, created: 0, updated: 0 };
    const failed = { ...anna, state: 'failed', notices: [], failures: [DENIED] } as const;
    const text = reportLines(
      report({
        perMailbox: [
          { ...failed, applied: nothing },
          { ...failed, planned: undefined, applied: undefined },
        ],
      }),
      10,
      plainPaint,
    ).join('\n');
    expect(text.match(/anna@contoso\.example {2}failed$/gm)).toHaveLength(2);
  });
});

describe('beside what was foretold', () => {
  const range = (expected: number) => ({ low: expected * 0.75, expected, high: expected * 1.5 });
  const times: RunTimesView = {
    took: 245,
    foretold: range(240),
    forecast: {
      at: RUN.startedAt,
      basis: 'limits',
      reading: range(10),
      planning: range(20),
      writing: range(210),
      total: range(240),
      requests: 2_130,
      writes: 2_000,
    },
    waits: 2,
    waited: 70,
    waitingUntil: undefined,
    mailboxesWaiting: 0,
  };
  const text = (of: Partial<ReportView>) => reportLines(report({ times, ...of }), 10, plainPaint).join('\n');

  it('stands what a run took; a wait is told and is no failure', () => {
    const finished = text({ run: { ...RUN, state: 'finished' }, failures: [], perMailbox: [] });
    expect(finished).toContain('finished after 4 min 5 s (forecast 3 to 6 min)');
    expect(finished).toContain('  waited     2 times at the wish of Exchange, 70 s in all');
    expect(finished).not.toMatch(/fail| \d{5} /i);
    expect(text({ run: { ...RUN, state: 'cancelled' } })).toMatch(/cancelled after 4 min 5 s$/);
    expect(text({ times: { ...times, took: 7_205, foretold: undefined } })).toMatch(/after 2 h 0 min 5 s$/);
  });

  it('stands at the end of a test run what the real one takes', () => {
    const test = text({ run: { ...RUN, kind: 'test', state: 'finished' }, failures: [] });
    expect(test).toContain(
      'The real run takes about 4 min (3 to 6 min): 2,000 changes, 2,130 requests; from the published limits of the service; no recent run wrote anything. 30 s of it for reading and planning, 4 min for writing.',
    );
  });

  it('stands with a plan that waits for its approval', () => {
    const waiting = text({
      run: { ...RUN, state: 'awaitingApproval', endedAt: undefined },
      brake: { reasons: [], digest: 'abc' },
      times: { ...times, took: undefined },
    });
    expect(waiting).toContain('Once approved, it takes about 4 min (3 to 6 min): 2,000 changes');
  });

  it('stands in the page that is mailed', () => {
    const page = reportHtml(report({ times }));
    expect(page).toContain('<b>4 min</b>');
    expect(page).toContain('forecast 3 to 6 min; waited 2 times at the wish of Exchange, 70 s in all');
  });
});

describe('as CSV', () => {
  it('guards cells that a spreadsheet would calculate', () => {
    for (const dangerous of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '＝1'])
      expect(csvCell(dangerous).replace(/^"/, '')).toMatch(/^'/);
    expect(csvCell('anna@contoso.example')).toBe('anna@contoso.example');
    expect(csvCell('say "hi", all')).toBe('"say ""hi"", all"');
  });

  it('has one row per mailbox', () => {
    const rows = reportCsv(report()).split('\r\n');
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatch(/^\uFEFFmailbox,/);
    expect(rows[1]).toBe(
      'anna@contoso.example,fill,applied,4,1,0,0,2,4,0,1,0,0,0,values of the user kept (2),',
    );
    expect(rows[2]).toMatch(/^"'=HYPERLINK\(""bea""\)"/);
  });
});

describe('as HTML', () => {
  it('escapes everything and loads nothing', () => {
    const page = reportHtml(report());
    expect(page).toContain('<h1>All &lt;staff&gt;</h1>');
    expect(page).not.toContain('<staff>');
    expect(page).not.toMatch(/<script|<link|src=|href=|url\(|@import/);
    expect(page).toContain('prefers-color-scheme: dark');
    expect(html('<b> & "q" \u202e')).toBe('&lt;b&gt; &amp; &quot;q&quot; \\u{202e}');
  });
});

describe('as HTML, for whoever gets it by mail', () => {
  const [first] = report().perMailbox;
  const page = reportHtml(
    report({
      perMailbox: first === undefined ? [] : [first, { ...first, purpose: 'empty', notices: [] }],
    }),
  );

  it('says which mailboxes leave the policy', () => {
    expect(page).toContain('2 to fill of 40, 1 leaving the policy');
    expect(page.match(/leaves the policy; our contacts are removed/g)).toHaveLength(1);
  });

  it('says times as people write them, with the zone', () => {
    expect(page).toContain('started 2026-11-22 10:00:00 UTC · ended 2026-11-22 10:01:05 UTC');
    expect(page).not.toContain('.000Z');
  });

  it('calls the test of a rollback by its name', () => {
    const undoing = { ...RUN, kind: 'test', undoes: RUN.id } as const;
    expect(reportHtml(report({ run: undoing }))).toContain('<p>test of a rollback, ');
    expect(reportHtml(report({ run: { ...undoing, undoes: undefined } }))).toContain('<p>test run, ');
  });
});

describe('the exit code', () => {
  it('follows the state of the run', () => {
    const of = (state: RunView['state'], more: Partial<ReportView> = {}) =>
      exitCodeOfRun({ ...report({ failures: [] }), ...more, run: { ...RUN, ...more.run, state } });
    const brake = { reasons: [], digest: '' };
    expect(of('finished')).toBe(EXIT.ok);
    expect(of('finished', { brake })).toBe(EXIT.ok);
    expect(of('finished', { brake, run: { ...RUN, kind: 'test' } })).toBe(EXIT.brake);
    expect(of('finishedWithErrors')).toBe(EXIT.finishedWithErrors);
    expect(of('cancelled')).toBe(EXIT.finishedWithErrors);
    expect(of('awaitingApproval')).toBe(EXIT.brake);
    expect(of('failed')).toBe(EXIT.internal);
    const unreachable = { ...DENIED, code: 'exchangeOnlineConnection', number: 12010 };
    expect(of('failed', { failures: [{ failure: unreachable, count: 1 }] })).toBe(EXIT.unreachable);
  });

  it('follows the number of a failure', () => {
    const code = (name: string, number: number) => exitCodeOfFailure({ code: name, number });
    expect(code('internalError', 10001)).toBe(70);
    expect(code('invalidDocument', 10010)).toBe(2);
    expect(code('consentMissing', 12030)).toBe(2);
    expect(code('untrustedServer', 12011)).toBe(4);
    expect(code('trialOver', 16010)).toBe(6);
    expect(code('alreadyRunning', 17010)).toBe(5);
    expect(code('planChanged', 17021)).toBe(2);
    expect(code('databaseCorrupt', 19011)).toBe(2);
    expect(code('somethingNew', 99999)).toBe(70);
  });
});
