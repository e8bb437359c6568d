// public-folder copy: the contacts of a public folder into a folder of a shared mailbox.

import type { CopyEventView, CopyOutcomeView, CopyPlanView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { EXIT } from '../exit-codes.ts';
import { failureLines } from '../failure-text.ts';
import { count, type Paint, visible } from '../terminal-text.ts';

interface CopyOptions {
  readonly environment: string;
  readonly folder: string;
  readonly mailbox: string;
  readonly targetFolder?: string;
  readonly withSubfolders?: boolean;
  readonly test?: boolean;
}

interface Copied {
  readonly plan?: CopyPlanView;
  readonly outcome?: CopyOutcomeView;
}

export function addPublicFolderCommands(program: Command, context: CliContext): void {
  const publicFolder = program
    .command('public-folder')
    .description('Public folders: copies their contacts into a shared mailbox.');

  publicFolder
    .command('copy')
    .description(
      'Copy the contacts of a public folder into a contact folder of a shared mailbox. May be repeated: copies what is missing and what changed, leaves what users changed in the copies, deletes nothing.',
    )
    .requiredOption('--environment <name>', 'environment, by name or id')
    .requiredOption(
      '--folder <path>',
      'names from the top of the public folders down with \\ between them, or as a JSON list',
    )
    .requiredOption('--mailbox <address>', 'shared mailbox that gets the copies')
    .option(
      '--target-folder <name>',
      'contact folder below Contacts (otherwise named like the public folder)',
    )
    .option('--with-subfolders', 'also the contact folders below, each into a sub-folder')
    .option('--test', 'write nothing: show what would be copied')
    .addHelpText(
      'after',
      examples(
        "public-folder copy --environment head-office --folder '\\Customers' --mailbox customers@contoso.example --test",
        "public-folder copy --environment head-office --folder '\\Customers' --mailbox customers@contoso.example",
      ),
    )
    .action(async (options: CopyOptions) => {
      const copied = await follow(options, context);
      const failed = (copied.plan?.gaps.length ?? 0) + (copied.outcome?.failures.length ?? 0);
      if (failed > 0 || (copied.outcome?.changedMeanwhile ?? 0) > 0) context.end(EXIT.finishedWithErrors);
      if (context.isJson) context.printJson(copied);
    });
}

async function follow(options: CopyOptions, context: CliContext): Promise<Copied> {
  const { environment, folder, mailbox, targetFolder, withSubfolders = false, test = false } = options;
  const path = pathOf(folder);
  if (path === undefined) return context.fail('usage', { reason: '--folder names no folder' });
  const { publicFolders } = await context.operations();
  const stop = new AbortController();
  const stopListening = context.terminal.onInterrupt(() => {
    stopListening();
    context.terminal.error('\nStopping; press Ctrl-C again to leave at once.\n');
    stop.abort();
  });
  let copied: Copied = {};
  try {
    const request = {
      environment,
      path,
      includeSubfolders: withSubfolders,
      mailbox,
      ...(targetFolder === undefined ? {} : { targetFolder }),
      mode: test ? 'test' : 'run',
    } as const;
    for await (const event of publicFolders.copy(request, stop.signal)) {
      if (event.type === 'planned') copied = { ...copied, plan: event.plan };
      if (event.type === 'finished') copied = { ...copied, outcome: event.outcome };
      if (!context.isJson) showEvent(event, test, context);
    }
  } finally {
    stopListening();
  }
  return copied;
}

/** \Customers\North, as cmdlets write it; a name that holds the separator needs the other form. */
function pathOf(text: string): readonly string[] | undefined {
  const names = text.trim().startsWith('[') ? listIn(text) : text.split('\\').filter((name) => name !== '');
  return names === undefined || names.length === 0 ? undefined : names;
}

function listIn(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '');
    return isList ? value : undefined;
  } catch {
    return undefined;
  }
}

function showEvent(event: CopyEventView, isTest: boolean, context: CliContext): void {
  const { terminal, paint } = context;
  switch (event.type) {
    case 'planned':
      context.print(...planLines(event.plan, paint), ...(isTest ? ['', 'Test: nothing was written.'] : []));
      break;
    case 'progress':
      if (terminal.isOutputTerminal)
        terminal.out(`\r${event.done} of ${event.of}${event.done === event.of ? '\n' : ''}`);
      break;
    case 'finished':
      context.print(...outcomeLines(event.outcome, paint));
  }
}

function planLines(plan: CopyPlanView, paint: Paint): readonly string[] {
  const { contactLists, otherItems, ofPolicies, withAttachments, cut } = plan.notCarried;
  const notes: readonly (readonly [number, string])[] = [
    [plan.keptForUser, 'changed by a user too: the value of the user stays'],
    [plan.withoutOriginal, 'copies whose original was not read: they stay'],
    [contactLists, 'contact lists: not carried'],
    [otherItems, 'items that are no contacts: not carried'],
    [ofPolicies, 'contacts that a policy wrote: not carried'],
    [withAttachments, 'contacts with attachments: carried without them'],
    [cut, 'contacts with a value that is too long: cut'],
  ];
  return [
    `${paint('bold', visible(`\\${plan.path.join('\\')}`))} into the folder ${paint('bold', visible(plan.targetFolder))} of ${visible(plan.mailbox)}`,
    `  ${count(plan.contacts, 'contact')} read: ${plan.create} to copy, ${plan.update} to update, ${plan.unchanged} unchanged, ${count(plan.pictures, 'picture')} to copy`,
    ...notes.filter(([number]) => number > 0).map(([number, text]) => `  ${number} ${text}`),
    ...plan.gaps.flatMap((gap) => ['', ...failureLines(gap, paint)]),
  ];
}

function outcomeLines(outcome: CopyOutcomeView, paint: Paint): readonly string[] {
  const { created, updated, pictures, changedMeanwhile, failures } = outcome;
  return [
    '',
    `${created} copied, ${updated} updated, ${count(pictures, 'picture')} copied`,
    ...(changedMeanwhile === 0
      ? []
      : [`${changedMeanwhile} changed in the mailbox meanwhile: copy once more`]),
    ...failures.flatMap(({ failure, count: times }) => [
      '',
      `${count(times, 'contact')} not copied:`,
      ...failureLines(failure, paint),
    ]),
  ];
}
