#!/usr/bin/env node
// Entry point of the command line. What was compiled once is kept in the data directory, which halves the time to
// start; nowhere else, because a directory that others may write to would let them bring code of their own.

import { randomUUID } from 'node:crypto';
import { enableCompileCache } from 'node:module';
import type { CommandLine } from './cli/context.ts';
import { dataDirectory } from './store/data-directory.ts';
import { codeDirectory } from './store/directory-access.ts';

const args = process.argv.slice(2);

/** Before the command line is parsed: parsing it already loads much of the product. */
function named(option: '--data-dir' | '--log-dir'): string | undefined {
  const index = args.indexOf(option);
  const start = `${option}=`;
  return index >= 0 ? args[index + 1] : args.find((arg) => arg.startsWith(start))?.slice(start.length);
}

const cache = codeDirectory(dataDirectory(named('--data-dir')), process.getuid?.());
if (cache !== undefined) enableCompileCache(cache);

async function start(): Promise<number> {
  const { reportCrash, runCommandLine } = await import('./cli/command-line.ts');
  const { processTerminal } = await import('./cli/process-terminal.ts');
  const { describeFailure, findDemo, openBackups, openOperations, recordDefect, version } = await import(
    './main.ts'
  );

  const line: CommandLine = {
    args,
    env: process.env,
    terminal: processTerminal(),
    version,
    now: () => Date.now(),
    newId: () => randomUUID(),
    open: (dataDirectory, logDirectory) => openOperations(dataDirectory, undefined, logDirectory),
    backups: openBackups,
    describeFailure,
    recordDefect,
    demo: findDemo(),
  };

  // What nobody waits for: Node would print it as it is, with whatever its message holds.
  process.on('uncaughtException', (thrown) => {
    process.exit(reportCrash(thrown, line, { dataDir: named('--data-dir'), logDir: named('--log-dir') }));
  });

  return runCommandLine(line);
}

// Waited for without a top-level await, which the single executable cannot have. This is the code with which Node ends
// where such an await never ends.
process.exitCode = 13;
void start().then((exitCode) => {
  process.exitCode = exitCode;
});
