// The terminal of this process.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Terminal } from './context.ts';
import { EXIT } from './exit-codes.ts';

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  // "contactsync runs | head": the reader has gone, which is no error.
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.ok);
      throw error;
    });
  return {
    isOutputTerminal: stdout.isTTY === true,
    isInputTerminal: stdin.isTTY === true,
    width: stdout.columns || 100,
    out: (output) => void stdout.write(output),
    error: (output) => void stderr.write(output),
    readInput: () => text(stdin),

    async ask(question, { isSecret = false } = {}) {
      // readline echoes into its output: for a secret that is nowhere.
      const output = isSecret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr;
      const lines = createInterface({ input: stdin, output, terminal: stdin.isTTY === true });
      try {
        if (isSecret) stderr.write(question);
        return await lines.question(isSecret ? '' : question);
      } finally {
        lines.close();
        if (isSecret) stderr.write('\n');
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
