// ledger forget, prune, status, demo.

import type { StatusView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { momentText } from '../duration-text.ts';
import { examples } from '../examples.ts';
import type { ExitCode } from '../exit-codes.ts';
import { unreadableLines } from '../failure-text.ts';
import { licenseText } from '../license-text.ts';
import { liveRunLines } from '../live-run-text.ts';
import { mailLines, untoldLines } from '../mail-text.ts';
import { count, visible } from '../terminal-text.ts';

export function addMaintenanceCommands(program: Command, context: CliContext): void {
  program
    .command('ledger')
    .description('The ledger: a cache of what stands in the mailboxes.')
    .addHelpText('after', examples('ledger forget', 'ledger forget --policy "All staff"'))
    .command('forget')
    .description('Forget the cache. Nothing is lost: the next run reads the mailboxes again.')
    .option('--policy <name>', 'only of this policy')
    .option('--mailbox <address>', 'only of this mailbox (with --policy)')
    .addHelpText(
      'after',
      examples('ledger forget', 'ledger forget --policy "All staff" --mailbox anna@contoso.example'),
    )
    .action(async (options: { policy?: string; mailbox?: string }) => {
      if (options.mailbox !== undefined && options.policy === undefined)
        context.fail('usage', { reason: '--mailbox needs --policy' });
      const forgotten = await (await context.operations()).forgetLedger(options.policy, options.mailbox);
      context.show({ forgotten }, () => [
        `${count(forgotten, 'record')} forgotten. The next run reads these mailboxes again.`,
      ]);
    });

  program
    .command('prune')
    .description('Remove runs, plans, before-images and logs that are older than the settings say.')
    .option('--test', 'remove nothing: count what would go')
    .addHelpText('after', examples('prune --test', 'prune'))
    .action(async ({ test: isTest = false }: { test?: boolean }) => {
      const pruned = await (await context.operations()).housekeeping.prune({ isTest });
      const parts = [
        count(pruned.runs, 'run'),
        count(pruned.plans, 'plan'),
        count(pruned.beforeImages, 'before-image'),
        count(pruned.logFiles, 'log file'),
      ].join(', ');
      context.show(pruned, () => [isTest ? `Would be removed: ${parts}.` : `Removed: ${parts}.`]);
    });

  program
    .command('status')
    .description('Version, data directory, license, and the runs under way.')
    .addHelpText('after', examples('status'))
    .action(async () => {
      const status = await (await context.operations()).status();
      context.show(status, () => [
        `contactSync     ${status.version}`,
        `data directory  ${status.dataDirectory}`,
        `log file        ${status.logFile}`,
        `license         ${licenseText(status.license)}`,
        `service         ${serviceText(status)}`,
        ...(status.runs ?? []).flatMap((run) => liveRunLines(run, context.line.now())),
        ...mailLines(status.mails ?? [], context.paint),
        ...untoldLines(status.untold ?? [], context.paint),
        ...unreadableLines(status.unreadable ?? [], context.paint),
      ]);
    });

  program
    .command('demo')
    .description('Show the product on an emulated tenant: nothing real is touched. Needs a checkout.')
    .option('--once', 'end after the last step instead of staying up')
    .addHelpText('after', examples('demo --once'))
    .action(async (options: { once?: boolean }) => {
      const { demo } = context.line;
      if (demo === undefined)
        return context.fail('usage', {
          reason: 'the demo is part of a checkout of the repository, not of a package',
        });
      context.end((await demo(options.once === true ? ['--once'] : [])) as ExitCode);
    });
}

function serviceText({ service }: StatusView): string {
  if (service === undefined) return 'not running: schedules wait for "contactsync serve"';
  return `runs since ${momentText(service.since)}, ${visible(service.holder)}`;
}
