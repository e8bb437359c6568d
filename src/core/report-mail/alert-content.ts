// The mails without a run: that a policy has not succeeded for days, and that a run of it could not begin.

import type { Block, MailContent } from './mail-content.ts';
import { phrasesFor } from './phrases.ts';
import type { AlertMailInput, NotBegunMailInput } from './report-mail.ts';
import { plainLine } from './safe-text.ts';

export function alertContent({
  environment,
  policy,
  settings,
  days,
  lastSuccess,
  lastRun,
}: AlertMailInput): MailContent {
  const { words, time, failure } = phrasesFor(environment, settings.detail);
  const { alert, labels } = words;
  const name = plainLine(policy.name);
  const [first] = lastRun?.report.failures ?? [];
  const problem = first === undefined ? undefined : failure(first.failure, false);
  const blocks: Block[] = [
    {
      kind: 'facts',
      facts: [
        { label: labels.lastSuccess, value: lastSuccess === undefined ? alert.never : time(lastSuccess) },
        {
          label: labels.lastRun,
          value:
            lastRun === undefined
              ? alert.noRun
              : `${time(lastRun.run.startedAt)}, ${words.states[lastRun.run.state]}`,
        },
      ],
    },
    ...(problem === undefined
      ? []
      : [
          {
            kind: 'problems',
            title: words.titles.problems,
            problems: [{ tone: 'bad', ...problem }],
          } as const,
        ]),
    {
      kind: 'notice',
      tone: 'warn',
      title: alert.remedyTitle,
      lines: [alert.remedy],
      commands: ['contactsync runs', 'contactsync run show last'],
    },
  ];
  return {
    language: environment.language,
    subject: words.subject(name, alert.headline(days)),
    title: name,
    badge: { tone: 'bad', text: alert.headline(days) },
    summary: alert.summary(days, name),
    blocks,
    footer: alert.footer(plainLine(environment.name)),
  };
}

export function notBegunContent({
  environment,
  policy,
  settings,
  reason,
  at,
  lastSuccess,
}: NotBegunMailInput): MailContent {
  const { words, time, failure } = phrasesFor(environment, settings.detail);
  const { notBegun, alert, labels, titles } = words;
  const name = plainLine(policy.name);
  return {
    language: environment.language,
    subject: words.subject(name, notBegun.headline),
    title: name,
    badge: { tone: 'bad', text: notBegun.headline },
    summary: notBegun.summary(name),
    blocks: [
      { kind: 'problems', title: titles.problems, problems: [{ tone: 'bad', ...failure(reason, false) }] },
      {
        kind: 'facts',
        facts: [
          { label: labels.tried, value: time(at) },
          { label: labels.lastSuccess, value: lastSuccess === undefined ? alert.never : time(lastSuccess) },
        ],
      },
    ],
    footer: notBegun.footer(plainLine(environment.name)),
  };
}
