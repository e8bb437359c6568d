// run, approve, cancel, rollback, runs.

import type { RunStateView, RunView } from '@contactsync/contract';
import type { Command } from 'commander';
import { type CliContext, isFileName } from '../context.ts';
import { durationText, rangeText } from '../duration-text.ts';
import { examples } from '../examples.ts';
import { followAndShow, SHORT_LIST } from '../follow-run.ts';
import { jsonText } from '../json-text.ts';
import { reportCsv } from '../report-csv.ts';
import { reportHtml } from '../report-html.ts';
import { reportLines } from '../report-text.ts';
import { table } from '../table.ts';
import { RUN_STATE_WORDS, runKindText, word } from '../words.ts';
import { resolveRun, wholeNumber, writeFileTo } from './options.ts';

/** What "rollback last" means: neither a test, which wrote nothing, nor the rollback just made. */
const isReversible = ({ kind }: RunView) => kind === 'run' || kind === 'cleanup';

interface ShowOptions {
  readonly csv?: boolean;
  readonly html?: boolean;
  readonly output?: string;
  readonly all?: boolean;
}

/** Also what one that was cut off found can be repaired. */
const VERIFIED: readonly RunStateView[] = ['finished', 'finishedWithErrors', 'cancelled', 'interrupted'];

async function lastVerifyRun(context: CliContext, policy: string): Promise<string> {
  const { runs } = await context.operations();
  const [last] = await runs.list({ policy, kinds: ['verify'], states: VERIFIED, limit: 1 });
  return (
    last?.id ??
    context.fail('usage', { reason: '--repair needs a verify run: contactsync verify POLICY comes first' })
  );
}

export function addRunCommands(program: Command, context: CliContext): void {
  const run = program
    .command('run')
    .description('Run a policy, or show a run ("run show").')
    .argument(
      '<policy>',
      'name or id of a policy, or a policy file (*.yaml, *.json); a file is stored first, except with --test. A policy called "show" goes by its id.',
    )
    .option('--test', 'write nothing: show what a run would do')
    .option('--repair', 'read the mailboxes in full in which the last verify run found something to repair')
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText(
      'after',
      examples(
        'run "All staff" --test',
        'run "All staff"',
        'run all-staff.yaml --test --all',
        'run show 3f2a9c',
      ),
    )
    .action(async (policy: string, options: { test?: boolean; repair?: boolean; all?: boolean }) => {
      const isFile = isFileName(policy);
      if (isFile && options.repair === true)
        context.fail('usage', { reason: '--repair needs the name of a policy, not a file' });
      const source = isFile ? await context.readDocument(policy) : policy;
      const operations = await context.operations();
      const repairs = options.repair === true ? await lastVerifyRun(context, policy) : undefined;
      const started = await operations.runs.start({
        policy: source,
        mode: options.test === true ? 'test' : 'run',
        ...(repairs === undefined ? {} : { repairs }),
      });
      await followAndShow(context, started, options);
    });

  run
    .command('show')
    .description('Show the report of a run.')
    .argument('<run>', 'id of the run or its beginning; "last" is the newest')
    .option('--csv', 'one row per mailbox, for spreadsheets')
    .option('--html', 'one file that can be mailed or printed')
    .option('--output <file>', 'write to a file')
    .option('--all', 'list every mailbox')
    .addHelpText('after', examples('run show last', 'run show 3f2a9c --html --output report.html'))
    .action(async (id: string, _own: unknown, command: Command) => {
      // "--all" is an option of "run" as well, which takes it wherever it stands.
      const options = command.optsWithGlobals<ShowOptions>();
      const operations = await context.operations();
      const report = await operations.runs.report(await resolveRun(context, id));
      const lines = () =>
        reportLines(report, options.all === true ? Number.POSITIVE_INFINITY : SHORT_LIST, context.paint);
      const text = options.csv
        ? reportCsv(report)
        : options.html
          ? reportHtml(report)
          : context.isJson
            ? jsonText(report)
            : `${lines().join('\n')}\n`;
      if (options.output === undefined) context.terminal.out(text);
      else await writeFileTo(context, options.output, text);
    });

  program
    .command('approve')
    .description('Release the plan of a run that waits at the brake.')
    .argument('<run>', 'id of the run or its beginning')
    .requiredOption('--digest <digest>', 'the digest that "plan show" printed: it names the plan you saw')
    .option('--all', 'list every mailbox')
    .addHelpText('after', examples('plan show 3f2a9c', 'approve 3f2a9c --digest 8c1d…'))
    .action(async (id: string, options: { digest: string; all?: boolean }) => {
      const operations = await context.operations();
      const started = await operations.runs.approve(await resolveRun(context, id), options.digest);
      await followAndShow(context, started, options);
    });

  program
    .command('cancel')
    .description(
      'End a run that is under way, in whatever process, or discard the plan of one that waits at the brake.',
    )
    .argument('<run>', 'id of the run or its beginning')
    .addHelpText('after', examples('cancel 3f2a9c'))
    .action(async (id: string) => {
      const operations = await context.operations();
      const run = await operations.runs.get(await resolveRun(context, id));
      // To cancel twice is no mistake; to believe that a run that wrote was stopped would be one.
      if (run.endedAt !== undefined && run.state !== 'cancelled')
        context.fail('runEnded', { run: run.id, state: word(RUN_STATE_WORDS, run.state) });
      const cancelled = await operations.runs.cancel(run.id);
      context.show({ run: cancelled }, () =>
        cancelled.endedAt === undefined
          ? [
              'The run was asked to end. It does within half a minute, between two contacts; what it wrote so far stays.',
              'To see when it has, and what it wrote:',
              `  contactsync run show ${cancelled.id.slice(0, 8)}`,
            ]
          : [`The run is ${word(RUN_STATE_WORDS, cancelled.state)}.`],
      );
    });

  program
    .command('rollback')
    .description('Write back what a run changed, except what users changed since.')
    .argument('<run>', 'id of the run or its beginning; "last" is the newest that is no test and no rollback')
    .option('--mailbox <address...>', 'only these mailboxes')
    .option('--test', 'write nothing: show what would be written back')
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText(
      'after',
      examples('rollback 3f2a9c --test', 'rollback 3f2a9c', 'rollback 3f2a9c --mailbox anna@contoso.example'),
    )
    .action(async (id: string, options: { mailbox?: string[]; test?: boolean; all?: boolean }) => {
      const operations = await context.operations();
      const started = await operations.runs.rollback({
        run: await resolveRun(context, id, isReversible),
        mailboxes: options.mailbox ?? [],
        mode: options.test === true ? 'test' : 'run',
      });
      await followAndShow(context, started, options);
    });

  program
    .command('runs')
    .description('List runs, newest first.')
    .option('--policy <name>', 'only of this policy')
    .option('--state <state...>', 'only in these states, such as awaitingApproval')
    .option('--limit <number>', 'at most this many', '20')
    .addHelpText(
      'after',
      examples('runs', 'runs --policy "All staff" --limit 5', 'runs --state awaitingApproval'),
    )
    .action(async (options: { policy?: string; state?: string[]; limit: string }) => {
      const operations = await context.operations();
      const states = options.state?.map((state) => {
        if (Object.hasOwn(RUN_STATE_WORDS, state)) return state as RunStateView;
        return context.fail('usage', {
          reason: `"${state}" is not a state; the states are ${Object.keys(RUN_STATE_WORDS).join(', ')}`,
        });
      });
      const runs = await operations.runs.list({
        ...(options.policy === undefined ? {} : { policy: options.policy }),
        ...(states === undefined ? {} : { states }),
        limit: wholeNumber(context, '--limit', options.limit),
        withTimes: true,
      });
      context.show({ runs }, () =>
        runs.length === 0
          ? ['No run yet.']
          : table(
              runs,
              [
                { title: 'RUN', value: ({ id }) => id.slice(0, 8) },
                { title: 'STARTED', value: ({ startedAt }) => startedAt.slice(0, 19).replace('T', ' ') },
                { title: 'KIND', value: runKindText },
                { title: 'POLICY', value: ({ policyName }) => policyName, maxWidth: 40 },
                { title: 'REV', value: ({ policyRevision }) => String(policyRevision), align: 'right' },
                {
                  title: 'TOOK',
                  value: ({ times }) => (times?.took === undefined ? '' : durationText(times.took)),
                  align: 'right',
                },
                {
                  title: 'FORECAST',
                  value: ({ times }) => (times?.foretold === undefined ? '' : rangeText(times.foretold)),
                },
                { title: 'STATE', value: ({ state }) => word(RUN_STATE_WORDS, state) },
              ],
              context.paint,
            ),
      );
    });
}
