// The command line called in this process: everything of it but the entry point (src/bin.ts), without the second and more
// that a process takes to begin. For the many commands of which only the answer counts.

import { randomUUID } from 'node:crypto';
import { runCommandLine } from '../../src/cli/command-line.ts';
import type { Terminal } from '../../src/cli/context.ts';
import { describeFailure, openBackups, openOperations, recordDefect, version } from '../../src/main.ts';

export interface Answer {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** `env`: what commands look up themselves; the rest of the product reads the variables of the process. */
export async function callCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  let output = '';
  let errors = '';
  const notThere = () => Promise.reject(new Error('nobody types here'));
  const terminal: Terminal = {
    isOutputTerminal: false,
    isInputTerminal: false,
    width: 100,
    out: (text) => {
      output += text;
    },
    error: (text) => {
      errors += text;
    },
    readInput: async () => '',
    ask: notThere,
    onInterrupt: () => () => {},
  };
  const exitCode = await runCommandLine({
    args,
    env: { ...process.env, ...env },
    terminal,
    version,
    now: () => Date.now(),
    newId: () => randomUUID(),
    open: (dataDirectory, logDirectory) => openOperations(dataDirectory, undefined, logDirectory),
    backups: openBackups,
    describeFailure,
    recordDefect,
    demo: undefined,
  });
  return { exitCode, output, errors };
}
