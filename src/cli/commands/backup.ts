// backup, restore: the data directory as one file, and back.

import type { RestoreView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { momentText } from '../duration-text.ts';
import { examples } from '../examples.ts';
import { readPassword } from '../read-password.ts';
import { visible } from '../terminal-text.ts';

const VARIABLE = 'CONTACTSYNC_BACKUP_PASSPHRASE';

interface RestoreOptions {
  readonly replace?: boolean;
  readonly withoutKey?: boolean;
  readonly passphraseFile?: string;
}

export function addBackupCommands(program: Command, context: CliContext): void {
  program
    .command('backup')
    .description(
      'Write the data directory into one file, also while the service runs. Without the ledger, a cache.',
    )
    .argument(
      '<target>',
      'file to make (.tar), or a folder that exists: one is made in it that is named after the time',
    )
    .option('--with-key', 'with the key of everything encrypted, under a passphrase')
    .option('--passphrase-file <file>', 'file whose first line is the passphrase')
    .addHelpText(
      'after',
      `${examples('backup /backup', 'backup before-update.tar', 'backup /backup --with-key')}
The passphrase is asked for without echo, or read from --passphrase-file or ${VARIABLE}; it is never an argument.`,
    )
    .action(async (target: string, options: { withKey?: boolean; passphraseFile?: string }) => {
      if (options.withKey !== true && options.passphraseFile !== undefined)
        context.fail('usage', { reason: '--passphrase-file belongs to --with-key' });
      const passphrase = options.withKey === true ? await newPassphrase(context, options) : undefined;
      const made = await context
        .backups()
        .backUp({ target, ...(passphrase === undefined ? {} : { passphrase }) });
      context.show(made, () => [
        `Backup written to ${visible(made.file)} (${made.bytes} bytes).`,
        made.hasKey
          ? 'The key is in it, under the passphrase: without the passphrase it cannot be read.'
          : 'The key is not in it. Keep a copy of the key elsewhere: without it, certificates and passwords of the backup cannot be used.',
      ]);
    });

  program
    .command('restore')
    .description('Fill the data directory from a backup. Stop the service first.')
    .argument('<file>', 'file that "backup" made')
    .option('--replace', 'set aside what the data directory holds; without it only an empty one is filled')
    .option('--without-key', 'leave the key in the backup alone and put the key file back by hand')
    .option('--passphrase-file <file>', 'file whose first line is the passphrase')
    .addHelpText(
      'after',
      `${examples('restore contactsync.tar', 'restore contactsync.tar --replace')}
The passphrase is asked for without echo, or read from --passphrase-file or ${VARIABLE}; it is never an argument.`,
    )
    .action(async (file: string, options: RestoreOptions) => {
      const backups = context.backups();
      const withoutKey = options.withoutKey === true;
      const { hasKey } = await backups.inspect(file);
      const passphrase =
        hasKey && !withoutKey
          ? await readPassword(context, { ...question(options), prompt: 'Passphrase of the backup: ' })
          : undefined;
      const restored = await backups.restore({
        file,
        replace: options.replace === true,
        withoutKey,
        ...(passphrase === undefined ? {} : { passphrase }),
      });
      context.show(restored, () => restoredLines(restored));
    });
}

const question = ({ passphraseFile }: { readonly passphraseFile?: string }) => ({
  file: passphraseFile,
  variable: VARIABLE,
  otherwise: `the key is under a passphrase: use --passphrase-file or ${VARIABLE}`,
});

/** Typed twice: a passphrase with a slip in it would be found out when it is needed. */
async function newPassphrase(
  context: CliContext,
  options: { readonly passphraseFile?: string },
): Promise<string> {
  const first = await readPassword(context, { ...question(options), prompt: 'Passphrase for the key: ' });
  const isTyped = options.passphraseFile === undefined && context.line.env[VARIABLE] === undefined;
  if (isTyped && (await context.terminal.ask('Once more: ', { isSecret: true })) !== first)
    context.fail('usage', { reason: 'the two passphrases differ' });
  return first;
}

const KEY_LINES: Readonly<Record<RestoreView['key'], readonly string[]>> = {
  restored: ['The key was restored with it.'],
  inPlace: ['The key that is there fits.'],
  notNeeded: [],
  missing: [
    'The key that fits is not there. Put the file "key" back into the data directory, with mode 0600, or name it with CONTACTSYNC_KEY_FILE.',
    'Until then contactSync cannot sign in, send mail, roll back, or tell who is withheld.',
  ],
};

function restoredLines({ madeAt, madeBy, dataDirectory, setAside, key }: RestoreView): string[] {
  return [
    `Restored into ${visible(dataDirectory)}: the backup of ${momentText(madeAt)}, made by version ${visible(madeBy)}.`,
    ...(setAside === undefined ? [] : [`What was there before stands in ${visible(setAside)}.`]),
    ...KEY_LINES[key],
    'The next run of each policy reads its mailboxes in full. Look first, with: contactsync run NAME --test',
  ];
}
