// Run or alert -> subject, HTML, plain text and table.

import { alertContent, notBegunContent } from './alert-content.ts';
import { changesCsv } from './csv.ts';
import type { MailContent } from './mail-content.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import type { AlertMailInput, ComposedMail, NotBegunMailInput, ReportMailInput } from './report-mail.ts';
import { runContent } from './run-content.ts';
import { cutTo, plainLine } from './safe-text.ts';
import { wordsOf } from './words.ts';

/** Longer ones are cut in every list of mails. */
const LONGEST_SUBJECT = 160;

export function composeReport(input: ReportMailInput): ComposedMail {
  const { settings, changes, changesInAll, environment, run } = input;
  const words = wordsOf(environment.language);
  if (!settings.csv || changes.length === 0)
    return { ...rendered(runContent(input, 'none')), csv: undefined };
  const { content, rest } = changesCsv(changes, changesInAll, words);
  return {
    ...rendered(runContent(input, rest > 0 ? 'cut' : 'whole')),
    csv: { name: `${words.csv.fileName}-${run.id.slice(0, 8)}.csv`, content },
  };
}

export const composeAlert = (input: AlertMailInput): ComposedMail => ({
  ...rendered(alertContent(input)),
  csv: undefined,
});

export const composeNotBegun = (input: NotBegunMailInput): ComposedMail => ({
  ...rendered(notBegunContent(input)),
  csv: undefined,
});

function rendered(content: MailContent): Omit<ComposedMail, 'csv'> {
  const subject = cutTo(plainLine(content.subject), LONGEST_SUBJECT);
  return { subject, html: renderHtml({ ...content, subject }), text: renderText(content) };
}
