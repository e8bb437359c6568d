// reports …: the mails about runs.

import type { ComposedReportView, ReportMailView } from '@contactsync/contract';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { EXIT } from '../exit-codes.ts';
import { mailLines, mailStateText } from '../mail-text.ts';
import { table } from '../table.ts';
import { count, visible } from '../terminal-text.ts';
import { resolveRun, wholeNumber, writeFileTo } from './options.ts';

interface ShowOptions {
  readonly html?: boolean;
  readonly csv?: boolean;
  readonly output?: string;
  readonly language?: 'en' | 'de';
  readonly detail?: 'numbers' | 'mailboxes' | 'contacts';
}

export function addReportsCommands(program: Command, context: CliContext): void {
  const reports = program
    .command('reports')
    .description('Mails about runs: who gets them stands in the policy (report).')
    .addHelpText('after', examples('reports list', 'reports show last', 'reports send'));
  const operations = async () => (await context.operations()).reports;

  reports
    .command('list')
    .description('List mails about runs, newest first: sent, still to be sent, or given up.')
    .option('--limit <number>', 'at most this many', '20')
    .addHelpText('after', examples('reports list', 'reports list --limit 100 --json'))
    .action(async (options: { limit: string }) => {
      const limit = wholeNumber(context, '--limit', options.limit);
      const mails = await (await operations()).list({ limit });
      context.show({ mails }, () =>
        mails.length === 0
          ? ['No mail about a run yet. Recipients stand in the policy: report.recipients']
          : table(
              mails,
              [
                { title: 'NOTED', value: ({ createdAt }) => createdAt.slice(0, 19).replace('T', ' ') },
                {
                  title: 'POLICY',
                  value: ({ policyName, policyId }) => policyName ?? policyId,
                  maxWidth: 40,
                },
                { title: 'ABOUT', value: aboutText },
                { title: 'TRIES', value: ({ tries }) => String(tries), align: 'right' },
                { title: 'STATE', value: mailStateText },
              ],
              context.paint,
            ),
      );
    });

  reports
    .command('show')
    .description('Show what the mail about a run says, whether it is wanted or not. Sends nothing.')
    .argument('<run>', 'id of the run or its beginning; "last" is the newest')
    .option('--html', 'the mail as most people see it')
    .option('--csv', 'the attached table of changes')
    .option('--output <file>', 'write to a file')
    .addOption(new Option('--language <language>', "otherwise the environment's").choices(['en', 'de']))
    .addOption(
      new Option('--detail <detail>', "otherwise the policy's").choices(['numbers', 'mailboxes', 'contacts']),
    )
    .addHelpText(
      'after',
      examples(
        'reports show last',
        'reports show 3f2a9c --html --output mail.html',
        'reports show last --language de',
      ),
    )
    .action(async (id: string, options: ShowOptions) => {
      const { language, detail } = options;
      const mail = await (await operations()).compose(await resolveRun(context, id), {
        ...(language === undefined ? {} : { language }),
        ...(detail === undefined ? {} : { detail }),
      });
      const text = partOf(mail, options, context);
      if (options.output === undefined) context.terminal.out(text);
      else await writeFileTo(context, options.output, text);
    });

  reports
    .command('send')
    .description('Send the mails that are due, also alerts. Runs do the same when they end.')
    .option('--now', 'also what waits for its next try, and what was given up')
    .addHelpText('after', examples('reports send', 'reports send --now'))
    .action(async (options: { now?: boolean }) => {
      const result = await (await operations()).send({ isForced: options.now === true });
      if (result.failed > 0) context.end(EXIT.finishedWithErrors);
      context.show(result, () => [
        `${count(result.sent, 'mail')} sent${result.failed === 0 ? '' : `, ${result.failed} not sent`}.`,
        ...mailLines(result.open, context.paint),
      ]);
    });
}

function aboutText({ occasion, runId }: ReportMailView): string {
  if (occasion === 'notBegun') return 'run could not begin';
  if (runId === undefined) return 'alert: no success for days';
  return `run ${runId.slice(0, 8)}${occasion === 'awaitingApproval' ? ' waits' : ''}`;
}

function partOf(mail: ComposedReportView, options: ShowOptions, context: CliContext): string {
  if (options.html === true) return mail.html;
  if (options.csv === true)
    return mail.csv?.content ?? context.fail('usage', { reason: 'this mail has no attached table' });
  if (context.isJson) return `${JSON.stringify(mail, undefined, 2)}\n`;
  const to = mail.recipients.length === 0 ? 'nobody: report.recipients is empty' : mail.recipients.join(', ');
  const head = [
    `To:       ${visible(to)}`,
    `Subject:  ${visible(mail.subject)}`,
    ...(mail.csv === undefined ? [] : [`Attached: ${mail.csv.name}`]),
    ...(mail.isWanted ? [] : ['Not sent: the policy wants no mail about such a run.']),
  ];
  return `${head.join('\n')}\n\n${mail.text.replaceAll('\r\n', '\n')}`;
}
