// The command line: parses, hands over to the commands, and turns whatever is thrown into a message and an exit code.

import { OperationError } from '@contactsync/contract';
import { Command, CommanderError } from 'commander';
import { addBackupCommands } from './commands/backup.ts';
import { addCertificateCommands } from './commands/certificate.ts';
import { addCleanUpCommands } from './commands/clean-up.ts';
import { addEnvironmentCommands } from './commands/environment.ts';
import { addLicenseCommands } from './commands/license.ts';
import { addMaintenanceCommands } from './commands/maintenance.ts';
import { addPeopleCommands } from './commands/people.ts';
import { addPlanCommands } from './commands/plan.ts';
import { addPolicyCommands } from './commands/policy.ts';
import { addPublicFolderCommands } from './commands/public-folder.ts';
import { addReportsCommands } from './commands/reports.ts';
import { addRunCommands } from './commands/run.ts';
import { addServiceCommands } from './commands/service.ts';
import { addSettingsCommands } from './commands/settings.ts';
import { addVerifyCommands } from './commands/verify.ts';
import { CliContext, type CommandLine, type GlobalOptions } from './context.ts';
import { EXIT, EXIT_HELP, exitCodeOfFailure } from './exit-codes.ts';
import { failureLines } from './failure-text.ts';
import { jsonText } from './json-text.ts';

export async function runCommandLine(line: CommandLine): Promise<number> {
  const context = new CliContext(line);
  try {
    await buildProgram(context).parseAsync(line.args, { from: 'user' });
    return context.exitCode;
  } catch (thrown) {
    return reportThrown(thrown, context);
  } finally {
    await context.close();
  }
}

/** A defect that no command waited for; the process ends with it. */
export function reportCrash(
  thrown: unknown,
  line: CommandLine,
  { dataDir, logDir }: { readonly dataDir: string | undefined; readonly logDir: string | undefined },
): number {
  const context = new CliContext(line);
  context.useOptions({ json: line.args.includes('--json'), color: !line.args.includes('--no-color') });
  return reportFailure(line.recordDefect(thrown, dataDir, logDir), context);
}

function reportThrown(thrown: unknown, context: CliContext): number {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return EXIT.ok;
    // Help was asked for by typing nothing: it is already on the screen.
    if (thrown.code === 'commander.help') return EXIT.configuration;
    const reason = thrown.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
    return reportFailure(context.line.describeFailure('usage', { reason }), context);
  }
  if (thrown instanceof OperationError) return reportFailure(thrown.failure, context);
  const { dataDirectory, logDirectory } = context;
  return reportFailure(context.line.recordDefect(thrown, dataDirectory, logDirectory), context);
}

function reportFailure(failure: OperationError['failure'], context: CliContext): number {
  if (context.isJson) context.terminal.error(jsonText({ error: failure }));
  else context.terminal.error(`${failureLines(failure, context.paint).join('\n')}\n`);
  return exitCodeOfFailure(failure);
}

function buildProgram(context: CliContext): Command {
  const { terminal } = context;
  const program = new Command('contactsync')
    .description(
      'Copies chosen contacts of an Exchange organization into a contact folder of every chosen mailbox and keeps them up to date.',
    )
    .version(context.line.version)
    .option(
      '--data-dir <path>',
      'where configuration, secrets, databases and logs are (otherwise CONTACTSYNC_DATA_DIR)',
    )
    .option(
      '--log-dir <path>',
      'where the log is (otherwise CONTACTSYNC_LOG_DIR, or logs in the data directory)',
    )
    .option('--json', 'answer as one JSON object; errors as JSON on standard error')
    .option('--no-color', 'no colors (NO_COLOR is honored too)')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.error(text),
      // The failure with its number is printed instead.
      outputError: () => {},
      getOutHelpWidth: () => Math.min(terminal.width, 110),
      getErrHelpWidth: () => Math.min(terminal.width, 110),
    })
    .hook('preAction', (_program, action) => {
      context.useOptions(action.optsWithGlobals<GlobalOptions>());
    })
    .on('option:json', () => context.useOptions({ ...program.opts<GlobalOptions>(), json: true }))
    .addHelpText(
      'after',
      `
First steps:
  $ contactsync environment new contoso --organization contoso.onmicrosoft.com --application-id ID > contoso.yaml
  $ contactsync environment apply contoso.yaml
  $ contactsync certificate create --environment contoso
  $ contactsync environment test contoso
  $ contactsync policy new "All staff" --environment contoso > all-staff.yaml
  $ contactsync policy apply all-staff.yaml
  $ contactsync run "All staff" --test
  $ contactsync run "All staff"

${EXIT_HELP}`,
    );
  addRunCommands(program, context);
  addVerifyCommands(program, context);
  addPlanCommands(program, context);
  addPolicyCommands(program, context);
  addEnvironmentCommands(program, context);
  addCertificateCommands(program, context);
  addSettingsCommands(program, context);
  addPeopleCommands(program, context);
  addPublicFolderCommands(program, context);
  addReportsCommands(program, context);
  addServiceCommands(program, context);
  addLicenseCommands(program, context);
  addCleanUpCommands(program, context);
  addBackupCommands(program, context);
  addMaintenanceCommands(program, context);
  return program;
}
