// A run report as one HTML file: nothing is loaded from elsewhere, no script runs, every value is escaped.

import {
  EXCLUSION_WORDS,
  escapeMarkup,
  type MailboxReportView,
  type ReportView,
} from '@contactsync/contract';
import { driftSummary, findingText, leftText } from './drift-text.ts';
import { durationText, rangeText, waitsText } from './duration-text.ts';
import { failureLine } from './failure-text.ts';
import { brakeReasonText, mailboxMood } from './report-text.ts';
import { visible } from './terminal-text.ts';
import {
  appliedWords,
  countedWords,
  mailboxStateText,
  noticeText,
  photosWords,
  plannedWords,
  RUN_STATE_WORDS,
  runKindText,
  SKIP_WORDS,
  word,
  writesWords,
} from './words.ts';

/** Bidirectional and control characters are written out: a name must not reorder the page around it. */
export function html(text: string): string {
  return escapeMarkup(visible(text));
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6570; --line: #d9dee4; --page: #f6f8fa; --card: #fff;
  --good: #1a7f37; --bad: #c62828; --warn: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa5b1; --line: #30363d; --page: #14181d;
  --card: #1c2128; --good: #57c26f; --bad: #ff7b72; --warn: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 "Segoe UI", system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin-top: 1.5rem; }
.fact { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.fact b { display: block; font-weight: 600; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); } tr:last-child td { border-bottom: 0; }
@media print { body { background: #fff; padding: 0; } }
`;

function stateClass(state: string): string {
  if (state === 'finished') return 'good';
  return state === 'failed' || state === 'finishedWithErrors' ? 'bad' : 'warn';
}

const fact = (name: string, value: string, more = '') =>
  `<div class="fact"><span class="soft">${html(name)}</span><b>${html(value)}</b>${more === '' ? '' : `<span class="soft">${html(more)}</span>`}</div>`;

/** Whoever gets the page by mail is in any time zone: the zone is said. */
const time = (iso: string) => html(`${iso.slice(0, 19).replace('T', ' ')} UTC`);

function facts(report: ReportView): string {
  const parts: string[] = [];
  const { source, mailboxes } = report;
  if (source !== undefined)
    parts.push(
      fact(
        'Source',
        `${source.selected} of ${source.objects} selected${source.isComplete ? '' : ' (reading incomplete)'}`,
        countedWords(source.excluded, EXCLUSION_WORDS),
      ),
    );
  if (mailboxes !== undefined) {
    const reasons: Record<string, number> = {};
    for (const skipped of mailboxes.skipped) reasons[skipped.reason] = (reasons[skipped.reason] ?? 0) + 1;
    parts.push(
      fact(
        'Mailboxes',
        report.run.undoes !== undefined
          ? `${mailboxes.targets} that the run wrote to`
          : report.drift !== undefined
            ? `${report.drift.mailboxes} of ${mailboxes.targets} looked into`
            : `${mailboxes.targets} to fill of ${mailboxes.found}${mailboxes.leaving === 0 ? '' : `, ${mailboxes.leaving} leaving the policy`}${mailboxes.isComplete ? '' : ' (list incomplete)'}`,
        countedWords(reasons, SKIP_WORDS),
      ),
    );
  }
  if (report.drift === undefined) parts.push(fact('Planned', plannedWords(report.planned)));
  else parts.push(fact('Drift', driftSummary(report.drift), leftText(report.drift)));
  if (report.writes !== undefined) parts.push(fact('Written', writesWords(report.writes, report.run.kind)));
  else if (report.run.kind !== 'test' && report.drift === undefined)
    parts.push(fact('Written', appliedWords(report.applied)));
  const { times } = report;
  if (times?.took !== undefined) {
    const foretold = times.foretold === undefined ? '' : `forecast ${rangeText(times.foretold)}`;
    const waited = waitsText(times);
    parts.push(
      fact(
        'Took',
        durationText(times.took),
        [foretold, waited === undefined ? '' : `waited ${waited}`].filter((text) => text !== '').join('; '),
      ),
    );
  }
  return parts.join('\n');
}

function written(mailbox: MailboxReportView): string {
  return [contactsWritten(mailbox), photosWords(mailbox)].filter((text) => text !== '').join('; ');
}

function contactsWritten({ applied, writes }: MailboxReportView): string {
  if (writes !== undefined && writes.written + writes.unknown > 0) return writesWords(writes);
  return applied === undefined ? '' : appliedWords(applied);
}

function mailboxRows(report: ReportView): string {
  return report.perMailbox
    .map((mailbox) => {
      const leaving = mailbox.purpose === 'empty' ? ['leaves the policy; our contacts are removed'] : [];
      const found = (mailbox.drift?.findings ?? []).map(
        (finding) => `${finding.isLeft ? 'left as it is: ' : ''}${findingText(finding)}`,
      );
      const remarks = [
        ...leaving,
        ...found,
        ...mailbox.notices.map(noticeText),
        ...mailbox.failures.map(failureLine),
      ];
      return `<tr><td>${html(mailbox.primarySmtpAddress)}</td><td class="${mailboxMood(mailbox, report)}">${html(mailboxStateText(mailbox, report))}</td><td>${mailbox.planned === undefined ? '' : html(plannedWords(mailbox.planned))}</td><td>${html(written(mailbox))}</td><td>${remarks.map(html).join('<br>')}</td></tr>`;
    })
    .join('\n');
}

export function reportHtml(report: ReportView): string {
  const { run } = report;
  const state = word(RUN_STATE_WORDS, run.state);
  const title = `${run.policyName}: ${runKindText(run)}, ${state}`;
  const brake =
    report.brake === undefined
      ? ''
      : `<h2>Brake</h2><ul class="warn">${report.brake.reasons.map((reason) => `<li>${html(brakeReasonText(reason, report.source === undefined))}</li>`).join('')}</ul><p class="soft">Digest ${html(report.brake.digest)}</p>`;
  const failures =
    report.failures.length === 0
      ? ''
      : `<h2>Failures</h2><div class="scroll"><table><tr><th>Times</th><th>Failure</th><th>What to do</th></tr>${report.failures
          .map(
            ({ failure, count }) =>
              `<tr><td>${count}</td><td>${html(failureLine(failure))}</td><td>${html(failure.remedy)}</td></tr>`,
          )
          .join('')}</table></div>`;
  const skipped =
    report.mailboxes === undefined || report.mailboxes.skipped.length === 0
      ? ''
      : `<h2>Skipped mailboxes</h2><div class="scroll"><table><tr><th>Mailbox</th><th>Reason</th></tr>${report.mailboxes.skipped
          .map(
            (mailbox) =>
              `<tr><td>${html(mailbox.primarySmtpAddress)}</td><td>${html(word(SKIP_WORDS, mailbox.reason))}</td></tr>`,
          )
          .join('')}</table></div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${html(run.policyName)}</h1>
<p>${html(runKindText(run))}, <span class="${stateClass(run.state)}">${html(state)}</span>
<span class="soft">· revision ${run.policyRevision} · started ${time(run.startedAt)}${run.endedAt === undefined ? '' : ` · ended ${time(run.endedAt)}`} · run ${html(run.id)}</span></p>
<div class="facts">
${facts(report)}
</div>
${brake}
${failures}
<h2>Mailboxes</h2>
<div class="scroll"><table>
<tr><th>Mailbox</th><th>State</th><th>Planned</th><th>Written</th><th>Remarks</th></tr>
${mailboxRows(report)}
</table></div>
${skipped}
</main>
</body>
</html>
`;
}
