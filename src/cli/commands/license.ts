// license …: what is allowed and used, add a license file, remove it.

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { licenseLines } from '../license-text.ts';

export function addLicenseCommands(program: Command, context: CliContext): void {
  const license = program
    .command('license')
    .description('The license or trial: how many mailboxes may be filled, and until when.')
    .addHelpText('after', examples('license show', 'license add contoso.license'));
  const licenses = async () => (await context.operations()).licenses;

  license
    .command('show')
    .description('Show the license or trial, and how many mailboxes are filled, in all and per policy.')
    .addHelpText('after', examples('license show', 'license show --json'))
    .action(async () => {
      const view = await (await licenses()).show();
      context.show(view, () => licenseLines(view, context.paint));
    });

  license
    .command('add')
    .description(
      'Add a license file; it takes the place of the one in force. Nobody is asked over the network.',
    )
    .argument('<file>', 'the file as you got it; - reads standard input')
    .addHelpText('after', examples('license add contoso.license'))
    .action(async (file: string) => {
      const document = await context.readDocument(file);
      const view = await (await licenses()).add(document);
      context.show(view, () => licenseLines(view, context.paint));
    });

  license
    .command('remove')
    .description('Remove the license: back to the trial, as far as it has come. No contact is removed.')
    .addHelpText('after', examples('license remove'))
    .action(async () => {
      const answer = await (await licenses()).remove();
      context.show(answer, () => [
        answer.removed ? 'The license is removed.' : 'There was no license.',
        ...licenseLines(answer.license, context.paint),
      ]);
    });
}
