// The terminal of this process.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Terminal } from './context.ts';
import { EXIT } from './exit-codes.ts';

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What of the process a terminal needs. */
export interface ProcessStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Output;
  readonly stderr: Output;
}

/**
 * Writes until the reader has gone. `contactsync run X | head` must neither end the run at its next line nor change
 * its exit code: whatever is under way goes on without a word. Other errors (a full disk) lose output that somebody
 * wanted, which `lost` is told.
 */
function tolerantWriter(stream: Output, lost: () => void): (output: string) => void {
  let isGone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // EOF: what Windows says instead of EPIPE.
    if (!isGone && error.code !== 'EPIPE' && error.code !== 'EOF') lost();
    isGone = true;
  });
  return (output) => {
    if (!isGone) stream.write(output);
  };
}

/** At its end, so that nothing else is overwritten: success would be a lie when its answer could not be written. */
function endWithoutSuccess(): void {
  process.once('exit', (code) => {
    if (code === EXIT.ok) process.exitCode = EXIT.internal;
  });
}

export function processTerminal(
  { stdin, stdout, stderr }: ProcessStreams = process,
  lost: () => void = endWithoutSuccess,
): Terminal {
  const writeError = tolerantWriter(stderr, lost);
  return {
    isOutputTerminal: stdout.isTTY === true,
    isInputTerminal: stdin.isTTY === true,
    width: stdout.columns || 100,
    out: tolerantWriter(stdout, lost),
    error: writeError,
    readInput: () => text(stdin),

    async ask(question, { isSecret = false } = {}) {
      // readline echoes into its output: for a secret that is nowhere.
      const output = isSecret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr;
      const lines = createInterface({ input: stdin, output, terminal: stdin.isTTY === true });
      try {
        if (isSecret) writeError(question);
        return await lines.question(isSecret ? '' : question);
      } finally {
        lines.close();
        if (isSecret) writeError('\n');
      }
    },

    onInterrupt(handler) {
      // Task Scheduler and container runtimes end a process with SIGTERM. Without a handler Node ends at once.
      const signals = ['SIGINT', 'SIGTERM'] as const;
      for (const signal of signals) process.on(signal, handler);
      return () => {
        for (const signal of signals) process.off(signal, handler);
      };
    },
  };
}
