// verify.

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { followTo } from '../follow-run.ts';

interface VerifyOptions {
  readonly mailbox?: readonly string[];
  readonly repair?: boolean;
  readonly all?: boolean;
}

export function addVerifyCommands(program: Command, context: CliContext): void {
  program
    .command('verify')
    .description('Read mailboxes in full and tell where they differ from what was written. Writes nothing.')
    .argument('<policy>', 'name or id of a policy')
    .option('--mailbox <address...>', 'only these mailboxes')
    .option('--repair', 'afterwards run the policy and set right what differs')
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText(
      'after',
      examples(
        'verify "All staff"',
        'verify "All staff" --mailbox anna@contoso.example --all',
        'verify "All staff" --repair',
      ),
    )
    .action(async (policy: string, options: VerifyOptions) => {
      const { runs } = await context.operations();
      const begun = await runs.verify({ policy, mailboxes: options.mailbox ?? [] });
      const isRepairing = options.repair === true;
      // What is repaired differs no more: how the repair ends is the answer then.
      const verified = await followTo(context, begun, { ...options, isDriftFine: isRepairing });
      const { run, report } = verified;
      if (!isRepairing || (report.drift?.mailboxesDiffering ?? 0) === 0) {
        if (context.isJson) context.printJson(verified);
        return;
      }
      if (!context.isJson) context.print('');
      const repair = await runs.start({ policy: run.policyId, mode: 'run', repairs: run.id });
      const repaired = await followTo(context, repair, options);
      if (context.isJson) context.printJson({ ...verified, repair: repaired });
    });
}
