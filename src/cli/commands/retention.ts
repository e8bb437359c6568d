// settings retention …: how long ended runs and what belongs to them are kept.

import type { RetentionView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { count } from '../terminal-text.ts';

interface RetentionOptions {
  readonly runs?: string;
  readonly plans?: string;
  readonly beforeImages?: string;
  readonly logs?: string;
}

export function addRetentionCommands(settings: Command, context: CliContext): void {
  const retention = settings
    .command('retention')
    .description('How long ended runs, their plans, their before-images and the log are kept.')
    .addHelpText(
      'after',
      examples('settings retention show', 'settings retention set --before-images 90 --plans 90'),
    );
  const housekeeping = async () => (await context.operations()).housekeeping;

  retention
    .command('show')
    .description('Show how long they are kept.')
    .addHelpText('after', examples('settings retention show'))
    .action(async () => {
      const view = await (await housekeeping()).retention();
      context.show(view, () => retentionLines(view));
    });

  retention
    .command('set')
    .description('Set it, in days. What is older goes at the end of a run, or with "prune".')
    .option('--runs <days>', 'runs with their events and reports')
    .option('--plans <days>', 'what each run planned, contact by contact')
    .option('--logs <days>', 'files of the log that are full')
    .option('--before-images <days>', 'items as they were: as long as a run can be rolled back')
    .addHelpText(
      'after',
      examples('settings retention set --runs 365', 'settings retention set --before-images 90 --plans 90'),
    )
    .action(async ({ runs, plans, beforeImages, logs }: RetentionOptions) => {
      if ([runs, plans, beforeImages, logs].every((days) => days === undefined))
        context.fail('usage', { reason: 'say at least one of --runs, --plans, --before-images and --logs' });
      const view = await (await housekeeping()).setRetention({
        ...(runs === undefined ? {} : { runsDays: Number(runs) }),
        ...(plans === undefined ? {} : { plansDays: Number(plans) }),
        ...(beforeImages === undefined ? {} : { beforeImagesDays: Number(beforeImages) }),
        ...(logs === undefined ? {} : { logsDays: Number(logs) }),
      });
      context.show(view, () => retentionLines(view));
    });
}

function retentionLines({ runsDays, plansDays, beforeImagesDays, logsDays }: RetentionView): string[] {
  return [
    `runs           ${count(runsDays, 'day')}`,
    `plans          ${count(plansDays, 'day')}`,
    `before-images  ${count(beforeImagesDays, 'day')}: as long as a run can be rolled back`,
    `logs           ${count(logsDays, 'day')}`,
  ];
}
