// environment test, test-announcement and search: whether everything is in reach, who hears of runs, and where Exchange is.

import type { EnvironmentOperations } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { EXIT, exitCodeOfFailure } from '../exit-codes.ts';
import { exchangeSearchLines, logLines, probeLines, stepLines } from '../probe-text.ts';
import { wrapped } from '../wrapped.ts';

interface TestOptions {
  readonly sendTestMail?: string;
  readonly policy?: string;
  readonly log?: boolean;
}

export function addEnvironmentTestCommands(
  environment: Command,
  context: CliContext,
  environments: () => Promise<Pick<EnvironmentOperations, 'probe' | 'search' | 'testAnnouncement'>>,
): void {
  environment
    .command('test')
    .description(
      'Sign in, try every right, and open the folders that policies copy from; says what is missing.',
    )
    .argument('<name>', 'name or id of the environment')
    .option('--send-test-mail <address>', 'also send a mail to this address; the address is not stored')
    .option('--policy <name>', 'of policies that copy from a folder, open the folders of this one only')
    .option('--log', 'show every HTTP request of the test with its id; LDAP is not shown')
    .addHelpText(
      'after',
      examples(
        'environment test contoso',
        'environment test contoso --send-test-mail admin@contoso.example',
        'environment test contoso --policy Customers',
        'environment test contoso --log',
      ),
    )
    .action(async (name: string, options: TestOptions) => {
      const { sendTestMail, policy, log: showsLog = false } = options;
      const operations = await environments();
      const probe = await operations.probe(name, undefined, {
        ...(sendTestMail === undefined ? {} : { testMailTo: sendTestMail }),
        ...(policy === undefined ? {} : { policy }),
      });
      const failed = probe.steps.find((step) => !step.ok);
      if (failed !== undefined)
        context.end(failed.failure === undefined ? EXIT.configuration : exitCodeOfFailure(failed.failure));
      const { log = [], ...rest } = probe;
      context.show(showsLog ? probe : rest, () => {
        const { paint } = context;
        const hint = [
          'To see every request of the test:',
          `  contactsync environment test ${JSON.stringify(name)} --log`,
        ];
        const more = showsLog ? ['', ...logLines(log, paint)] : probe.ok ? [] : hint;
        return wrapped([...probeLines(probe, paint), ...more], context.terminal);
      });
    });

  environment
    .command('test-announcement')
    .description('Send a test announcement to the webhook, the syslog server and the file of an environment.')
    .argument('<name>', 'name or id of the environment')
    .addHelpText('after', examples('environment test-announcement contoso'))
    .action(async (name: string) => {
      const probe = await (await environments()).testAnnouncement(name);
      const failed = probe.steps.find((step) => !step.ok);
      if (failed?.failure !== undefined) context.end(exitCodeOfFailure(failed.failure));
      context.show(probe, () => wrapped(stepLines(probe.steps, context.paint), context.terminal));
    });

  environment
    .command('search')
    .description('On-premises: let Autodiscover find Exchange; shows whom it asked. Changes nothing.')
    .argument('<name>', 'name or id of the environment')
    .option('--save', 'write the address found into the environment')
    .addHelpText('after', examples('environment search head-office', 'environment search head-office --save'))
    .action(async (name: string, { save = false }: { save?: boolean }) => {
      const search = await (await environments()).search(name, { save });
      if (search.failure !== undefined) context.end(exitCodeOfFailure(search.failure));
      context.show(search, () => wrapped(exchangeSearchLines(search, context.paint), context.terminal));
    });
}
