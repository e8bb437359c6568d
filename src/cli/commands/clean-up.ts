// clean-up: what a policy wrote goes from its mailboxes; clean-up scan: whose marks lie in which mailboxes; clean-up
// leftovers: what other tools left.

import type { ScannedPolicyView, ScanView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { EXIT } from '../exit-codes.ts';
import { failureLine } from '../failure-text.ts';
import { followAndShow, SHORT_LIST } from '../follow-run.ts';
import { count, type Paint, visible } from '../terminal-text.ts';

interface CleanUpOptions {
  readonly policyId?: string;
  readonly environment?: string;
  readonly mailbox?: string[];
  readonly inContacts?: boolean;
  readonly test?: boolean;
  readonly all?: boolean;
}

export function addCleanUpCommands(program: Command, context: CliContext): void {
  const cleanUp = program
    .command('clean-up')
    .description(
      'Remove what a policy wrote, or what policies ("clean-up scan") and other tools ("clean-up leftovers") left.',
    )
    .argument(
      '[policy]',
      'name or id; of a removed policy its id. A policy called "scan" or "leftovers" goes by its id.',
    )
    .option(
      '--policy-id <id>',
      'look for the marks of this policy in the mailboxes, whatever is remembered here',
    )
    .option('--environment <name>', 'whose mailboxes; needed where nothing is remembered of the policy')
    .option('--mailbox <address...>', 'only these mailboxes')
    .option(
      '--in-contacts',
      'what it wrote into Contacts itself; users drag contacts there, too: look at the plan',
    )
    .option('--test', 'write nothing: show what would be removed')
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText(
      'after',
      examples(
        'clean-up "All staff" --test',
        'clean-up "All staff" --mailbox anna@contoso.example',
        'clean-up scan --environment contoso',
        'clean-up --policy-id 6f2c7a52-0d5e-4c0c-9f3c-2a1b7a0f6a11 --environment contoso',
      ),
    )
    .action(async (name: string | undefined, options: CleanUpOptions) => {
      const policy = name ?? options.policyId;
      if (policy === undefined || (name !== undefined && options.policyId !== undefined))
        return context.fail('usage', { reason: 'say either the policy or --policy-id ID' });
      const { runs, policies } = await context.operations();
      const started = await runs.cleanUp({
        policy,
        ...(options.environment === undefined ? {} : { environment: options.environment }),
        ...(options.mailbox === undefined ? {} : { mailboxes: options.mailbox }),
        isSearching: options.policyId !== undefined,
        inContacts: options.inContacts === true,
        mode: options.test === true ? 'test' : 'run',
      });
      await followAndShow(context, started, options);
      const stored = (await policies.list()).find((one) => one.policy.id === started.policyId);
      if (stored?.policy.enabled === true && !context.isJson)
        context.print(
          `The policy is enabled: its next run fills the mailboxes again. To keep it from that: contactsync policy disable ${JSON.stringify(stored.policy.name)}`,
        );
    });

  cleanUp
    .command('scan')
    .description('Look into mailboxes for what carries our mark, of whatever policy. Writes nothing.')
    .option('--environment <name>', 'whose mailboxes')
    .option('--mailbox <address...>', 'only these mailboxes')
    .option('--all', 'list every mailbox')
    .addHelpText(
      'after',
      examples(
        'clean-up scan --environment contoso',
        'clean-up scan --environment contoso --mailbox anna@contoso.example --all',
      ),
    )
    .action(async (_own: unknown, command: Command) => {
      // An option that both commands have is taken by the outer one, wherever it stands.
      const options = command.optsWithGlobals<CleanUpOptions>();
      const { environment, mailbox: mailboxes = [] } = options;
      if (environment === undefined)
        return context.fail('usage', { reason: 'a scan needs --environment NAME' });
      const { runs } = await context.operations();
      const scan = await runs.scan(environment, undefined, { mailboxes });
      if (!scan.isComplete) context.end(EXIT.finishedWithErrors);
      context.show(scan, () => scanLines(scan, environment, options.all === true, context.paint));
    });

  addLeftovers(cleanUp, context);
}

interface LeftoverOptions extends CleanUpOptions {
  readonly category?: string[];
  readonly fileAs?: string[];
  readonly folder?: string[];
}

function addLeftovers(cleanUp: Command, context: CliContext): void {
  cleanUp
    .command('leftovers')
    .description(
      'Move what other tools left to Deleted Items, as far as your rules recognize it. What carries our mark stays.',
    )
    .option('--environment <name>', 'whose mailboxes')
    .option('--category <name...>', 'items with one of these categories')
    .option('--file-as <pattern...>', 'items whose whole file-as fits: * is any text, {guid} any GUID')
    .option(
      '--folder <path...>',
      'everything in these folders below Contacts, such as Imported or Imported/Old',
    )
    .option('--mailbox <address...>', 'only these mailboxes')
    .option('--test', 'write nothing: show what would be moved, and why')
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText(
      'after',
      examples(
        'clean-up leftovers --environment contoso --category "Imported by Sync" --test --all',
        'clean-up leftovers --environment contoso --file-as "{guid}" --folder "GAL Contacts"',
      ),
    )
    .action(async (_own: unknown, command: Command) => {
      // An option that both commands have is taken by the outer one, wherever it stands.
      const options = command.optsWithGlobals<LeftoverOptions>();
      const { environment, category: categories = [], fileAs = [], folder: folders = [] } = options;
      const rules = { categories, fileAs, folders };
      if (environment === undefined)
        return context.fail('usage', { reason: 'a search for leftovers needs --environment NAME' });
      const { runs } = await context.operations();
      const started = await runs.cleanUpLeftovers({
        environment,
        ...(options.mailbox === undefined ? {} : { mailboxes: options.mailbox }),
        rules,
        mode: options.test === true ? 'test' : 'run',
      });
      await followAndShow(context, started, options);
    });
}

const STATE_WORDS = {
  stored: 'a policy of this data directory',
  removed: 'was removed from this data directory',
  unknown: 'unknown here: of a lost database, or of another installation that may be at work',
} as const satisfies Record<ScannedPolicyView['state'], string>;

function scanLines(scan: ScanView, environment: string, isAll: boolean, paint: Paint): string[] {
  const leftover = scan.policies.find(({ state }) => state !== 'stored');
  return [
    `${count(scan.mailboxes, 'mailbox', 'mailboxes')} looked into, ${count(scan.folders.length, 'folder')} with marks of ${count(scan.policies.length, 'policy', 'policies')}.`,
    ...scan.policies.flatMap((policy) => policyLines(policy, scan, isAll, paint)),
    ...scan.failures.map(({ primarySmtpAddress, failure }) =>
      paint('red', `  ${visible(primarySmtpAddress)}: ${failureLine(failure)}`),
    ),
    ...(leftover === undefined
      ? []
      : [
          'To see what the removal of one policy would do:',
          `  contactsync clean-up --policy-id ${leftover.policyId} --environment ${JSON.stringify(environment)} --test`,
        ]),
  ];
}

function policyLines(policy: ScannedPolicyView, scan: ScanView, isAll: boolean, paint: Paint): string[] {
  const { policyId, name, state, lastRunAt, lastChangedAt } = policy;
  const title = `${policyId}${name === undefined ? '' : `  "${visible(name)}"`}`;
  const day = (at: string) => at.slice(0, 16).replace('T', ' ');
  const found = scan.folders.filter((folder) => folder.policyId === policyId);
  const shown = isAll ? found : found.slice(0, SHORT_LIST);
  return [
    `  ${paint(state === 'stored' ? 'bold' : 'yellow', title)}  ${STATE_WORDS[state]}`,
    `    ${count(policy.mailboxes, 'mailbox', 'mailboxes')}, ${count(policy.items, 'item')}${lastRunAt === undefined ? '' : `; last run here ${day(lastRunAt)}`}${lastChangedAt === undefined ? '' : `; last change in a folder ${day(lastChangedAt)}`}`,
    ...shown.map(
      ({ primarySmtpAddress, folder, items, isContacts }) =>
        `    ${visible(primarySmtpAddress)}  ${isContacts === true ? 'in Contacts itself' : `"${visible(folder)}"`}  ${count(items, 'item')}`,
    ),
    ...(found.length > shown.length
      ? [paint('dim', `    … and ${count(found.length - shown.length, 'more folder')} (--all)`)]
      : []),
  ];
}
