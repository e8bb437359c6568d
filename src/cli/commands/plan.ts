// plan show, explain, count: what would happen, and why.

import type { CountForecastView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { aboutText, basisText } from '../duration-text.ts';
import { examples } from '../examples.ts';
import { collect } from '../follow-run.ts';
import { allowedText } from '../license-text.ts';
import { planLines, SHORT_PLAN, WHOLE_PLAN } from '../plan-text.ts';
import { endLines, runTitle, totalsLines } from '../report-text.ts';
import { count, padEnd, visible } from '../terminal-text.ts';
import { SKIP_WORDS, word } from '../words.ts';
import { resolveRun } from './options.ts';

function countForecastText({ mailboxes, contacts, isContactsKnown, forecast }: CountForecastView): string {
  const first = `Filling ${count(mailboxes, 'mailbox', 'mailboxes')} for the first time`;
  if (mailboxes === 0)
    return `A run that finds nothing to write takes ${aboutText(forecast.total)}; ${basisText(forecast)}.`;
  if (!isContactsKnown && forecast.writing !== undefined)
    return `${first} takes ${aboutText(forecast.writing)} for every ${count(contacts, 'contact')} in each; ${basisText(forecast)}. A test run says it exactly.`;
  return `A run now takes ${aboutText(forecast.total)}: ${first.toLowerCase()} with ${count(contacts, 'contact')} each, ${count(forecast.requests, 'request')}; ${basisText(forecast)}.`;
}

export function addPlanCommands(program: Command, context: CliContext): void {
  program
    .command('plan')
    .description('Look at the stored plan of a run.')
    .addHelpText('after', examples('plan show last', 'plan show 3f2a9c --mailbox anna@contoso.example --all'))
    .command('show')
    .description('Show what a run plans to do, or planned: mailboxes, people, fields old -> new.')
    .argument('<run>', 'id of the run or its beginning; "last" is the newest')
    .option('--mailbox <address>', 'only this mailbox')
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText('after', examples('plan show last', 'plan show 3f2a9c --mailbox anna@contoso.example --all'))
    .action(async (id: string, options: { mailbox?: string; all?: boolean }) => {
      const operations = await context.operations();
      const run = await resolveRun(context, id);
      const report = await operations.runs.report(run);
      const plans = operations.runs.plan(run, options.mailbox);
      if (context.isJson) {
        context.printJson({ run: report.run, brake: report.brake, plans: await collect(plans) });
        return;
      }
      const { paint } = context;
      context.print(runTitle(report.run, paint), ...totalsLines(report, paint), '');
      for await (const line of planLines(plans, options.all === true ? WHOLE_PLAN : SHORT_PLAN, paint))
        context.print(line);
      context.print('', ...endLines(report, paint));
    });

  program
    .command('explain')
    .description('Say why a contact is, or is not, in a mailbox.')
    .argument('<policy>', 'name or id of the policy')
    .requiredOption('--mailbox <address>', 'the mailbox')
    .requiredOption('--contact <name>', 'name, mail address or id of the contact')
    .addHelpText(
      'after',
      examples('explain "All staff" --mailbox anna@contoso.example --contact "Jan Novák"'),
    )
    .action(async (policy: string, options: { mailbox: string; contact: string }) => {
      const operations = await context.operations();
      const answer = await operations.policies.explain(policy, options);
      const { paint } = context;
      context.show(answer, () => {
        const width = Math.max(0, ...answer.fields.map(({ property }) => property.length));
        return [
          paint('bold', visible(answer.answer)),
          ...answer.steps.map(
            (step) =>
              `  ${step.ok ? paint('green', '✓') : paint('red', '✗')} ${visible(step.name)}: ${visible(step.text)}`,
          ),
          ...answer.fields.map(
            ({ property, from, to }) =>
              `      ${paint('dim', padEnd(property, width))}  ${from === '' ? '' : `${paint('red', visible(from))} -> `}${paint('green', visible(to))}`,
          ),
        ];
      });
    });

  program
    .command('count')
    .description('Count the mailboxes a policy would fill now, and those the license allows.')
    .argument('<policy>', 'name or id of the policy')
    .option('--all', 'list every mailbox')
    .addHelpText('after', examples('count "All staff"', 'count "All staff" --all'))
    .action(async (policy: string, options: { all?: boolean }) => {
      const operations = await context.operations();
      const answer = await operations.policies.count(policy);
      const { paint } = context;
      context.show(answer, () => {
        const limit = options.all === true ? Number.POSITIVE_INFINITY : 0;
        const reasons = new Map<string, string[]>();
        for (const { reason, primarySmtpAddress } of answer.skipped)
          reasons.set(reason, [...(reasons.get(reason) ?? []), primarySmtpAddress]);
        const names = (addresses: readonly string[]) =>
          addresses.slice(0, limit).map((address) => `    ${visible(address)}`);
        return [
          `${paint('bold', count(answer.targets.length, 'mailbox', 'mailboxes'))} would be filled.`,
          ...names(answer.targets.map(({ primarySmtpAddress }) => primarySmtpAddress)),
          ...[...reasons].flatMap(([reason, addresses]) => [
            `  skipped: ${addresses.length} ${word(SKIP_WORDS, reason)}`,
            ...names(addresses),
          ]),
          allowedText(answer.license),
          ...(answer.isComplete
            ? []
            : [paint('yellow', 'The list of mailboxes could not be read completely.')]),
          ...(answer.forecast === undefined ? [] : [countForecastText(answer.forecast)]),
        ];
      });
    });
}
