#!/usr/bin/env node
// Entry point of the command line.

import { randomUUID } from 'node:crypto';
import { runCommandLine } from './cli/command-line.ts';
import { processTerminal } from './cli/process-terminal.ts';
import { describeFailure, findDemo, openOperations, recordDefect, version } from './main.ts';

process.exitCode = await runCommandLine({
  args: process.argv.slice(2),
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
