// policy …: the documents that say which contacts go into which mailboxes.

import { type EnvironmentView, OperationError, type RunStateView, type RunView } from '@contactsync/contract';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { newPolicyText, SOURCE_TYPES, type SourceType } from '../document-templates.ts';
import { examples } from '../examples.ts';
import { exitCodeOfRun } from '../exit-codes.ts';
import { unreadableLines } from '../failure-text.ts';
import { SHORT_LIST } from '../follow-run.ts';
import { reportLines } from '../report-text.ts';
import { table } from '../table.ts';
import { count, visible } from '../terminal-text.ts';
import { RUN_STATE_WORDS, runKindText, word } from '../words.ts';
import { addDocumentCommands } from './document.ts';
import { showNewDocument } from './options.ts';

type Scenario = EnvironmentView['environment']['scenario'];

export function addPolicyCommands(program: Command, context: CliContext): void {
  const policy = program
    .command('policy')
    .description('Policies: which contacts go into which mailboxes, and how.')
    .addHelpText(
      'after',
      examples(
        'policy new "All staff" --environment contoso > all-staff.yaml',
        'policy apply all-staff.yaml',
        'policy list',
      ),
    );
  const policies = async () => (await context.operations()).policies;

  policy
    .command('list')
    .description('List all policies.')
    .addHelpText('after', examples('policy list', 'policy list --json'))
    .action(async () => {
      const stored = await policies();
      const [list, unreadable] = [await stored.list(), await stored.unreadable()];
      const shown = { policies: list, ...(unreadable.length === 0 ? {} : { unreadable }) };
      context.show(shown, () => [
        ...(list.length + unreadable.length === 0
          ? ['No policy yet. Begin with: contactsync policy new NAME --environment NAME > policy.yaml']
          : table(
              list,
              [
                { title: 'NAME', value: (entry) => entry.policy.name, maxWidth: 50 },
                { title: 'ENVIRONMENT', value: (entry) => entry.policy.environment, maxWidth: 30 },
                { title: 'ENABLED', value: (entry) => (entry.policy.enabled ? 'yes' : 'no') },
                { title: 'FOLDER', value: (entry) => entry.policy.folder.name, maxWidth: 30 },
                { title: 'REV', value: (entry) => String(entry.revision), align: 'right' },
                { title: 'SAVED', value: (entry) => entry.savedAt.slice(0, 10) },
              ],
              context.paint,
            )),
        ...unreadableLines(unreadable, context.paint),
      ]);
    });

  policy
    .command('show')
    .description('Show a policy with every setting.')
    .argument('<name>', 'name or id of the policy')
    .addHelpText('after', examples('policy show "All staff"'))
    .action(async (name: string) => {
      const view = await (await policies()).get(name);
      const text = await (await policies()).export(name);
      context.show(view, () => [
        context.paint(
          'dim',
          `# revision ${view.revision}, saved ${view.savedAt} by ${visible(view.savedBy)}`,
        ),
        text.trimEnd(),
      ]);
    });

  policy
    .command('new')
    .description('Write a policy file with a new id, ready to be edited and applied. Nothing is stored.')
    .argument('<name>')
    .requiredOption('--environment <name>', 'environment it belongs to')
    .addOption(
      new Option(
        '--source <type>',
        'where contacts come from; otherwise the directory of the environment',
      ).choices(SOURCE_TYPES),
    )
    .option('--mailbox <address>', 'whose contacts a policy with the source sharedMailbox copies')
    .option('--output <file>', 'write to a file')
    .option('--force', 'replace the file if it exists')
    .addHelpText(
      'after',
      examples(
        'policy new "All staff" --environment contoso --output all-staff.yaml',
        'policy new "All staff" --environment head-office > all-staff.yaml',
        'policy new Customers --environment contoso --source sharedMailbox --mailbox customers@contoso.example',
      ),
    )
    .action(
      async (
        name: string,
        options: {
          environment: string;
          source?: SourceType;
          mailbox?: string;
          output?: string;
          force?: boolean;
        },
      ) => {
        const { environment, mailbox } = options;
        const source = options.source ?? (await directoryOf(context, environment));
        const text = newPolicyText({ id: context.line.newId(), name, environment, source, mailbox });
        await showNewDocument(context, text, options);
      },
    );

  addDocumentCommands(policy, context, 'policy', policies);

  policy
    .command('clone')
    .description('Copy a policy under a new name and id; the copy is disabled.')
    .argument('<name>', 'name or id of the policy')
    .argument('<new-name>')
    .addHelpText('after', examples('policy clone "All staff" "Sales only"'))
    .action(async (name: string, newName: string) => {
      const view = await (await policies()).clone(name, newName);
      context.show(view, () => [
        `Policy "${visible(view.policy.name)}" created and disabled. Give it a folder name of its own before you enable it.`,
      ]);
    });

  for (const enabled of [true, false])
    policy
      .command(enabled ? 'enable' : 'disable')
      .description(
        enabled ? 'Let the schedule run the policy.' : 'Keep the schedule from running the policy.',
      )
      .argument('<name>', 'name or id of the policy')
      .addHelpText('after', examples(`policy ${enabled ? 'enable' : 'disable'} "All staff"`))
      .action(async (name: string) => {
        const view = await (await policies()).setEnabled(name, enabled);
        const underWay = enabled ? [] : await runsUnderWay(context, view.policy.id);
        context.show({ ...view, ...(underWay.length === 0 ? {} : { underWay }) }, () => [
          `Policy "${visible(view.policy.name)}" is ${enabled ? 'enabled' : 'disabled'}.`,
          ...underWay.flatMap((run) => [
            `A ${runKindText(run)} of it is under way and goes on. To end it:`,
            `  contactsync cancel ${run.id.slice(0, 8)}`,
          ]),
        ]);
      });

  policy
    .command('remove')
    .description('Delete a policy, with or without the contacts it wrote.')
    .argument('<name>', 'name or id of the policy')
    .option(
      '--remove-contacts',
      'first remove the contacts it wrote from all mailboxes; the plan waits for an approval',
    )
    .option('--keep-contacts', 'leave the contacts where they are')
    .addHelpText('after', examples('policy remove "All staff" --remove-contacts'))
    .action(async (name: string, options: { removeContacts?: boolean; keepContacts?: boolean }) => {
      if (options.removeContacts === true && options.keepContacts === true)
        context.fail('usage', { reason: '--remove-contacts and --keep-contacts exclude each other' });
      const written = await (await policies()).writtenMailboxes(name);
      const removeContacts = await wantsContactsRemoved(context, options, written);
      const { removed, run } = await (await policies()).remove(name, { removeContacts });
      const report = run === undefined ? undefined : await (await context.operations()).runs.report(run.id);
      if (report !== undefined) context.end(exitCodeOfRun(report));
      context.show({ removed, run, ...(report === undefined ? {} : { report }) }, () => [
        ...(report === undefined ? [] : [...reportLines(report, SHORT_LIST, context.paint), '']),
        ...(removed ? removedLines(name, run) : keptLines(name, run)),
      ]);
    });
}

const UNDER_WAY: readonly RunStateView[] = ['queued', 'reading', 'planning', 'applying'];

async function runsUnderWay(context: CliContext, policy: string): Promise<readonly RunView[]> {
  const { runs } = await context.operations();
  return runs.list({ policy, states: UNDER_WAY });
}

function removedLines(name: string, run: RunView | undefined): readonly string[] {
  return [
    `Policy "${visible(name)}" is removed.`,
    ...(run === undefined
      ? []
      : [`To write its contacts again as they were: contactsync rollback ${run.id.slice(0, 8)}`]),
  ];
}

/** Disabled, so that nothing fills again what is being emptied. */
function keptLines(name: string, run: RunView | undefined): readonly string[] {
  const again = `contactsync policy remove ${JSON.stringify(name)} --remove-contacts`;
  return run?.state === 'awaitingApproval'
    ? [
        'The policy is kept until then, and is disabled. When the plan is approved and carried out, remove it:',
        `  ${again}`,
      ]
    : [
        `The clean-up run is ${word(RUN_STATE_WORDS, run?.state ?? 'failed')}, so the policy was kept; it is disabled. Once the cause is gone:`,
        `  ${again}`,
      ];
}

const DIRECTORIES = {
  exchangeOnline: 'exchangeOnline',
  onPremises: 'activeDirectory',
  hybrid: 'activeDirectory',
} as const satisfies Record<Scenario, SourceType>;

/** Whoever begins with the policy is led to the environment first. */
async function directoryOf(context: CliContext, name: string): Promise<SourceType> {
  const { environments } = await context.operations();
  try {
    return DIRECTORIES[(await environments.get(name)).environment.scenario];
  } catch (thrown) {
    if (!(thrown instanceof OperationError) || thrown.failure.code !== 'notFound') throw thrown;
    return context.fail('environmentNeeded', thrown.failure.details);
  }
}

async function wantsContactsRemoved(
  context: CliContext,
  options: { readonly removeContacts?: boolean; readonly keepContacts?: boolean },
  written: number,
): Promise<boolean> {
  if (options.removeContacts === true) return true;
  if (options.keepContacts === true || written === 0) return false;
  const where = count(written, 'mailbox', 'mailboxes');
  if (!context.terminal.isInputTerminal || context.isJson)
    context.fail('usage', {
      reason: `the policy wrote to ${where}: say --remove-contacts or --keep-contacts`,
    });
  const answer = await context.terminal.ask(
    `The policy wrote to ${where}. Remove these contacts first? [yes/no] `,
  );
  if (/^y(es)?$/i.test(answer.trim())) return true;
  if (/^no?$/i.test(answer.trim())) return false;
  return context.fail('usage', { reason: 'the answer was neither yes nor no; nothing was done' });
}
