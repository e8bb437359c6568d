// settings service …: how the service carries out its queue.

import type { ServiceSettingsView } from '@contactsync/contract';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';

export function addServiceSettingsCommands(settings: Command, context: CliContext): void {
  const service = settings
    .command('service')
    .description('How the service carries out its queue.')
    .addHelpText('after', examples('settings service show', 'settings service set --one-at-a-time all'));
  const operations = async () => (await context.operations()).settings;

  service
    .command('show')
    .description('Show it.')
    .addHelpText('after', examples('settings service show'))
    .action(async () => {
      const view = await (await operations()).service();
      context.show(view, () => [settingsText(view)]);
    });

  service
    .command('set')
    .description('Set it. A service that runs heeds it within a minute.')
    .addOption(
      new Option('--one-at-a-time <which>', 'which policies run one after the other')
        .choices(['environment', 'all'])
        .makeOptionMandatory(),
    )
    .addHelpText('after', examples('settings service set --one-at-a-time all'))
    .action(async ({ oneAtATime }: ServiceSettingsView) => {
      const view = await (await operations()).setService({ oneAtATime });
      context.show(view, () => [settingsText(view)]);
    });
}

function settingsText({ oneAtATime }: ServiceSettingsView): string {
  return oneAtATime === 'all'
    ? 'One policy runs at a time in all.'
    : 'One policy runs at a time per environment; environments run side by side.';
}
