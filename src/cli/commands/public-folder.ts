// public-folder copy: the contacts of a public folder into a folder of a shared mailbox.

import type {
  CopyEventView,
  CopyOutcomeView,
  CopyPlanView,
  UndoOutcomeView,
  UndoPlanView,
} from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { EXIT } from '../exit-codes.ts';
import { failureLines } from '../failure-text.ts';
import { count, type Paint, visible } from '../terminal-text.ts';

interface CopyOptions {
  readonly environment: string;
  readonly folder?: string;
  readonly mailbox: string;
  readonly targetFolder?: string;
  readonly withSubfolders?: boolean;
  readonly restoreDeleted?: boolean;
  readonly undo?: boolean;
  readonly test?: boolean;
}

interface Copied {
  readonly plan?: CopyPlanView;
  readonly outcome?: CopyOutcomeView;
}

interface Undone {
  readonly plan?: UndoPlanView;
  readonly outcome?: UndoOutcomeView;
}

export function addPublicFolderCommands(program: Command, context: CliContext): void {
  const publicFolder = program
    .command('public-folder')
    .description('Public folders: copies their contacts into a shared mailbox.');

  publicFolder
    .command('copy')
    .description(
      'Copy the contacts of a public folder into a contact folder of a shared mailbox. May be repeated: copies what is missing and what changed, leaves what users changed or deleted in the copies, deletes nothing.',
    )
    .requiredOption('--environment <name>', 'environment, by name or id')
    .option(
      '--folder <path>',
      'public folder to copy: names from the top of the public folders down with \\ between them, or as a JSON list',
    )
    .requiredOption('--mailbox <address>', 'shared mailbox that gets the copies')
    .option(
      '--target-folder <name>',
      'contact folder below Contacts (otherwise named like the public folder; needed with --undo)',
    )
    .option('--with-subfolders', 'also the contact folders below, each into a sub-folder')
    .option('--restore-deleted', 'also copy again what was deleted in the mailbox since')
    .option(
      '--undo',
      'take back everything that was copied into --target-folder: what nobody changed goes to Deleted Items',
    )
    .option('--test', 'write nothing: show what would be done')
    .addHelpText(
      'after',
      examples(
        "public-folder copy --environment head-office --folder '\\Customers' --mailbox customers@contoso.example --test",
        "public-folder copy --environment head-office --folder '\\Customers' --mailbox customers@contoso.example",
        'public-folder copy --undo --environment head-office --mailbox customers@contoso.example --target-folder Customers',
      ),
    )
    .action(async (options: CopyOptions) => {
      if (options.undo === true) return undo(options, context);
      const copied = await follow(options, context);
      const failed = (copied.plan?.gaps.length ?? 0) + (copied.outcome?.failures.length ?? 0);
      if (failed > 0 || (copied.outcome?.changedMeanwhile ?? 0) > 0) context.end(EXIT.finishedWithErrors);
      if (context.isJson) context.printJson(copied);
      return undefined;
    });
}

async function follow(options: CopyOptions, context: CliContext): Promise<Copied> {
  const { environment, mailbox, targetFolder, withSubfolders = false, test = false } = options;
  const path = requirePath(options, context);
  const { publicFolders } = await context.operations();
  const { stop, stopListening } = stopOnInterrupt(context);
  let copied: Copied = {};
  try {
    const request = {
      environment,
      path,
      includeSubfolders: withSubfolders,
      mailbox,
      ...(targetFolder === undefined ? {} : { targetFolder }),
      ...(options.restoreDeleted === true ? { restoreDeleted: true } : {}),
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

async function undo(options: CopyOptions, context: CliContext): Promise<void> {
  const { environment, mailbox, test = false } = options;
  const targetFolder = requireTarget(options, context);
  const { publicFolders } = await context.operations();
  const { stop, stopListening } = stopOnInterrupt(context);
  let undone: Undone = {};
  try {
    const request = { environment, mailbox, targetFolder, mode: test ? 'test' : 'run' } as const;
    for await (const event of publicFolders.undoCopy(request, stop.signal)) {
      if (event.type === 'progress') showProgress(event, context);
      else if (event.type === 'planned') {
        undone = { ...undone, plan: event.plan };
        if (!context.isJson) context.print(...undoPlanLines(event.plan, context.paint), ...testLines(test));
      } else {
        undone = { ...undone, outcome: event.outcome };
        const isThere = undone.plan?.folder === 'copied';
        if (!context.isJson && isThere) context.print(...undoOutcomeLines(event.outcome, context.paint));
      }
    }
  } finally {
    stopListening();
  }
  const { failures = [], changedMeanwhile = 0 } = undone.outcome ?? {};
  if (failures.length > 0 || changedMeanwhile > 0) context.end(EXIT.finishedWithErrors);
  if (context.isJson) context.printJson(undone);
}

/** A copy does not say which public folder it came from, so that none may be chosen. */
function requireTarget(options: CopyOptions, context: CliContext): string {
  const { folder, targetFolder, withSubfolders, restoreDeleted } = options;
  if (targetFolder === undefined)
    context.fail('usage', { reason: '--undo needs --target-folder, the folder of the mailbox' });
  if (folder !== undefined)
    context.fail('usage', {
      reason: '--undo takes back whatever was copied into --target-folder; leave out --folder',
    });
  if (withSubfolders === true || restoreDeleted === true)
    context.fail('usage', { reason: '--undo goes with neither --with-subfolders nor --restore-deleted' });
  return targetFolder;
}

function requirePath({ folder }: CopyOptions, context: CliContext): readonly string[] {
  if (folder === undefined)
    return context.fail('usage', { reason: 'say which public folder: --folder PATH' });
  return pathOf(folder) ?? context.fail('usage', { reason: '--folder names no folder' });
}

function stopOnInterrupt(context: CliContext) {
  const stop = new AbortController();
  const stopListening = context.terminal.onInterrupt(() => {
    stopListening();
    context.terminal.error('\nStopping; press Ctrl-C again to leave at once.\n');
    stop.abort();
  });
  return { stop, stopListening };
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
  const { paint } = context;
  switch (event.type) {
    case 'planned':
      context.print(...planLines(event.plan, paint), ...testLines(isTest));
      break;
    case 'progress':
      showProgress(event, context);
      break;
    case 'finished':
      context.print(...outcomeLines(event.outcome, paint));
  }
}

function testLines(isTest: boolean): readonly string[] {
  return isTest ? ['', 'Test: nothing was written.'] : [];
}

function showProgress(
  { done, of }: { readonly done: number; readonly of: number },
  { terminal, isJson }: CliContext,
): void {
  if (terminal.isOutputTerminal && !isJson) terminal.out(`\r${done} of ${of}${done === of ? '\n' : ''}`);
}

function planLines(plan: CopyPlanView, paint: Paint): readonly string[] {
  const { contactLists, otherItems, ofPolicies, withAttachments, cut } = plan.notCarried;
  const contacts = (number: number, text: string) => [number, `${count(number, 'contact')} ${text}`] as const;
  const notes: readonly (readonly [number, string])[] = [
    contacts(plan.keptForUser, 'changed by a user too: the value of the user stays'),
    contacts(plan.leftDeleted, 'deleted in the mailbox: not copied again, unless --restore-deleted is given'),
    [
      plan.withoutOriginal,
      `${copies(plan.withoutOriginal)} without an original that was read: left as it is`,
    ],
    [contactLists, `${count(contactLists, 'contact list')}: not carried`],
    [otherItems, `${count(otherItems, 'item')} other than contacts: not carried`],
    contacts(ofPolicies, 'written by a policy: not carried'),
    contacts(plan.withFiles, 'with attachments to copy'),
    contacts(withAttachments, 'with attachments that cannot be carried'),
    contacts(cut, 'with a value that is too long: cut'),
  ];
  return [
    `${paint('bold', visible(`\\${plan.path.join('\\')}`))} into the folder ${paint('bold', visible(plan.targetFolder))} of ${visible(plan.mailbox)}`,
    `  ${count(plan.contacts, 'contact')} read: ${plan.create} to copy, ${plan.update} to update, ${plan.unchanged} unchanged, ${count(plan.pictures, 'picture')} to compare`,
    ...notes.filter(([number]) => number > 0).map(([, text]) => `  ${text}`),
    ...plan.gaps.flatMap((gap) => ['', ...failureLines(gap, paint)]),
  ];
}

function outcomeLines(outcome: CopyOutcomeView, paint: Paint): readonly string[] {
  const { created, updated, pictures, files, withoutFormat, changedMeanwhile, failures } = outcome;
  return [
    '',
    `${created} copied, ${updated} updated, ${count(pictures, 'picture')} and ${count(files, 'attachment')} copied`,
    ...(withoutFormat === 0 ? [] : [`${withoutFormat} with notes that were carried as plain text`]),
    ...(changedMeanwhile === 0
      ? []
      : [`${copies(changedMeanwhile)} changed in the mailbox meanwhile: copy once more`]),
    ...failuresOf(failures, 'not copied', paint),
  ];
}

const copies = (number: number) => count(number, 'copy', 'copies');

const UNDO_NOTHING = {
  missing: 'There is no such folder below Contacts of this mailbox: nothing to take back.',
  notCopied: 'Nothing was copied into this folder: nothing to take back.',
} as const;

function undoPlanLines(
  { targetFolder, mailbox, folder, readBy, remove, edited }: UndoPlanView,
  paint: Paint,
): readonly string[] {
  const title = `The copies in the folder ${paint('bold', visible(targetFolder))} of ${visible(mailbox)}`;
  if (folder !== 'copied') return [title, `  ${UNDO_NOTHING[folder]}`];
  const readers = readBy.map((name) => `"${visible(name)}"`).join(', ');
  return [
    title,
    `  ${count(remove, 'contact')} to Deleted Items`,
    ...(edited === 0 ? [] : [`  ${copies(edited)} changed by a user: not touched`]),
    ...(readBy.length === 0 || remove === 0
      ? []
      : [
          paint(
            'yellow',
            `  ${count(readBy.length, 'policy copies', 'policies copy')} from this folder, and the next run finds these contacts gone: ${readers}`,
          ),
        ]),
  ];
}

function undoOutcomeLines(outcome: UndoOutcomeView, paint: Paint): readonly string[] {
  const { removed, folders, changedMeanwhile, failures } = outcome;
  return [
    '',
    `${count(removed, 'contact')} and ${count(folders, 'folder')} removed`,
    ...(changedMeanwhile === 0
      ? []
      : [`${copies(changedMeanwhile)} changed in the mailbox meanwhile: not touched`]),
    ...failuresOf(failures, 'not removed', paint),
  ];
}

function failuresOf(failures: CopyOutcomeView['failures'], what: string, paint: Paint): readonly string[] {
  return failures.flatMap(({ failure, count: times }) => [
    '',
    `${count(times, 'contact')} ${what}:`,
    ...failureLines(failure, paint),
  ]);
}
