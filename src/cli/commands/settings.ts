// settings …: what holds for the whole installation.

import type { ExchangeDefaultsView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { exitCodeOfFailure } from '../exit-codes.ts';
import { exchangeSearchLines } from '../probe-text.ts';
import { visible } from '../terminal-text.ts';
import { wrapped } from '../wrapped.ts';
import { addRetentionCommands } from './retention.ts';
import { addServiceSettingsCommands } from './service-settings.ts';

export function addSettingsCommands(program: Command, context: CliContext): void {
  const all = program
    .command('settings')
    .description('Settings of the whole installation.')
    .addHelpText('after', examples('settings exchange show', 'settings retention show'));
  addRetentionCommands(all, context);
  addServiceSettingsCommands(all, context);
  const exchange = all
    .command('exchange')
    .description('What new environments on-premises begin with: Autodiscover, or an address.')
    .addHelpText(
      'after',
      examples(
        'settings exchange show',
        'settings exchange set --url https://mail.contoso.example/EWS/Exchange.asmx',
      ),
    );
  const settings = async () => (await context.operations()).settings;

  exchange
    .command('show')
    .description('Show what new environments on-premises begin with.')
    .addHelpText('after', examples('settings exchange show'))
    .action(async () => {
      const defaults = await (await settings()).exchangeDefaults();
      context.show(defaults, () => [defaultsText(defaults)]);
    });

  exchange
    .command('set')
    .description('Set it. Environments that exist keep what they have.')
    .option('--url <url>', 'address of Exchange Web Services')
    .option('--autodiscover', 'let Autodiscover find it')
    .addHelpText(
      'after',
      examples(
        'settings exchange set --url https://mail.contoso.example/EWS/Exchange.asmx',
        'settings exchange set --autodiscover',
      ),
    )
    .action(async ({ url, autodiscover = false }: { url?: string; autodiscover?: boolean }) => {
      if ((url === undefined) !== autodiscover)
        context.fail('usage', { reason: 'say either --url URL or --autodiscover' });
      const defaults = await (await settings()).setExchangeDefaults({ ewsUrl: url });
      context.show(defaults, () => [defaultsText(defaults)]);
    });

  exchange
    .command('search')
    .description('Let Autodiscover find the address, with the account of an environment on-premises.')
    .requiredOption('--environment <name>', 'whose account and mail domain to search with')
    .option('--save', 'let new environments begin with the address found')
    .addHelpText(
      'after',
      examples(
        'settings exchange search --environment head-office',
        'settings exchange search --environment head-office --save',
      ),
    )
    .action(async ({ environment, save = false }: { environment: string; save?: boolean }) => {
      const search = await (await context.operations()).environments.search(environment);
      const { ewsUrl } = search;
      if (search.failure !== undefined) context.end(exitCodeOfFailure(search.failure));
      const defaults =
        save && ewsUrl !== undefined
          ? await (await settings()).setExchangeDefaults({ ewsUrl })
          : await (await settings()).exchangeDefaults();
      context.show({ search, defaults }, () => {
        const lines = exchangeSearchLines(search, context.paint, { isForDefaults: true });
        return wrapped(
          ewsUrl === undefined ? lines : [...lines, defaultsText(defaults), ...hint(save, environment)],
          context.terminal,
        );
      });
    });
}

const hint = (isSaved: boolean, environment: string): readonly string[] =>
  isSaved
    ? []
    : [
        'To let them begin with the address found:',
        `  contactsync settings exchange search --environment ${JSON.stringify(environment)} --save`,
      ];

function defaultsText({ ewsUrl }: ExchangeDefaultsView): string {
  return `New environments on-premises begin with ${ewsUrl === undefined ? 'Autodiscover' : visible(ewsUrl)}.`;
}
