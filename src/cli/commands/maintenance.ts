// ledger forget, cleanup, prune, status, demo.

import type { ScanView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { failureLine } from '../failure-text.ts';
import { followAndShow } from '../follow-run.ts';
import { licenseText } from '../license-text.ts';
import { liveRunLines } from '../live-run-text.ts';
import { mailLines } from '../mail-text.ts';
import { count, type Paint, visible } from '../terminal-text.ts';

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
    .command('cleanup')
    .description('Find and remove contacts that policies left behind.')
    .option('--scan', 'look into every mailbox for folders with our mark; writes nothing')
    .option('--environment <name>', 'whose mailboxes to look into')
    .option('--policy <name>', 'remove what this policy wrote; a forgotten one by the id that --scan shows')
    .option('--test', 'write nothing: show what would be removed')
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText(
      'after',
      examples(
        'cleanup --scan --environment contoso',
        'cleanup --environment contoso --policy 6f2c7a52-0d5e-4c0c-9f3c-2a1b7a0f6a11 --test',
        'cleanup --policy "All staff"',
      ),
    )
    .action(async (options: CleanUpOptions) => {
      const { environment, policy } = options;
      const { runs } = await context.operations();
      if (options.scan === true && policy === undefined) {
        if (environment === undefined)
          return context.fail('usage', { reason: '--scan needs --environment NAME' });
        const scan = await runs.scan(environment);
        if (!scan.isComplete) context.end(EXIT.finishedWithErrors);
        return context.show(scan, () => scanLines(scan, environment, context.paint));
      }
      if (policy === undefined || options.scan === true)
        return context.fail('usage', { reason: 'say either --scan or --policy NAME' });
      const started = await runs.cleanUp({
        ...(environment === undefined ? {} : { environment }),
        policy,
        mode: options.test === true ? 'test' : 'run',
      });
      await followAndShow(context, started, options);
    });

  program
    .command('prune')
    .description('Remove runs, plans and before-images that are older than the settings say.')
    .option('--test', 'remove nothing: count what would go')
    .addHelpText('after', examples('prune --test', 'prune'))
    .action(async ({ test: isTest = false }: { test?: boolean }) => {
      const pruned = await (await context.operations()).housekeeping.prune({ isTest });
      const parts = [
        count(pruned.runs, 'run'),
        count(pruned.plans, 'plan'),
        count(pruned.beforeImages, 'before-image'),
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
        ...(status.runs ?? []).flatMap((run) => liveRunLines(run, context.line.now())),
        ...mailLines(status.mails ?? [], context.paint),
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

interface CleanUpOptions {
  readonly scan?: boolean;
  readonly environment?: string;
  readonly policy?: string;
  readonly test?: boolean;
  readonly all?: boolean;
}

function scanLines(scan: ScanView, environment: string, paint: Paint): string[] {
  const byPolicy = Map.groupBy(scan.folders, (folder) => folder.policyId);
  const forgotten = scan.folders.find((folder) => folder.policyName === undefined);
  return [
    `${count(scan.mailboxes, 'mailbox', 'mailboxes')} looked into, ${count(scan.folders.length, 'folder')} with our mark.`,
    ...[...byPolicy].flatMap(([id, folders]) => {
      const items = folders.reduce((sum, folder) => sum + folder.items, 0);
      const name = folders[0]?.policyName;
      const title =
        name === undefined ? paint('yellow', `forgotten policy ${id}`) : `policy "${visible(name)}"`;
      return [`  ${title}: ${count(folders.length, 'folder')}, ${count(items, 'item')}`];
    }),
    ...scan.failures.map(({ primarySmtpAddress, failure }) =>
      paint('red', `  ${visible(primarySmtpAddress)}: ${failureLine(failure)}`),
    ),
    ...(forgotten === undefined
      ? []
      : [
          'To remove what a forgotten policy left:',
          `  contactsync cleanup --environment ${JSON.stringify(environment)} --policy ${forgotten.policyId} --test`,
        ]),
  ];
}
