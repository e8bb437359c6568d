#!/usr/bin/env node
// Entry point of the command line. What was compiled once is kept in the data directory, which halves the time to
// start; nowhere else, because a directory that others may write to would let them bring code of their own.

import { randomUUID } from 'node:crypto';
import { enableCompileCache } from 'node:module';
import { dataDirectory } from './store/data-directory.ts';
import { compileCacheDirectory } from './store/directory-access.ts';

const args = process.argv.slice(2);

/** Before the command line is parsed: parsing it already loads much of the product. */
function namedDataDirectory(): string | undefined {
  const index = args.indexOf('--data-dir');
  return index >= 0 ? args[index + 1] : args.find((arg) => arg.startsWith('--data-dir='))?.slice(11);
}

const cache = compileCacheDirectory(dataDirectory(namedDataDirectory()), process.getuid?.());
if (cache !== undefined) enableCompileCache(cache);

const { runCommandLine } = await import('./cli/command-line.ts');
const { processTerminal } = await import('./cli/process-terminal.ts');
const { describeFailure, findDemo, openOperations, recordDefect, version } = await import('./main.ts');

process.exitCode = await runCommandLine({
  args,
  env: process.env,
  terminal: processTerminal(),
  version,
  now: () => Date.now(),
  newId: () => randomUUID(),
  open: openOperations,
  describeFailure,
  recordDefect,
  demo: findDemo(),
});
