// A reader that goes away must not end the process: a run under way would stay open and keep its lease.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { processTerminal } from './process-terminal.ts';

/** Takes so many writes, then fails each with the code. */
function failing(code: string, accepted: number) {
  const written: string[] = [];
  const stream = new Writable({
    autoDestroy: false,
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done(written.length > accepted ? Object.assign(new Error(code), { code }) : null);
    },
  });
  return { written, stream };
}

async function writeThree(code: string) {
  const { stream, written } = failing(code, 1);
  const losses: string[] = [];
  const { stdin, stderr } = process;
  const terminal = processTerminal({ stdin, stderr, stdout: stream }, () => void losses.push(code));
  for (const line of ['1', '2', '3']) {
    terminal.out(line);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { written, losses };
}

describe('the terminal of a process', () => {
  it('goes on without a word when the reader has gone', async () => {
    for (const code of ['EPIPE', 'EOF'])
      expect(await writeThree(code)).toEqual({ written: ['1', '2'], losses: [] });
  });

  it('tells once of output that could not be written', async () => {
    expect(await writeThree('ENOSPC')).toEqual({ written: ['1', '2'], losses: ['ENOSPC'] });
  });

  it('keeps the exit code of what was under way, in a real process', async () => {
    const module = JSON.stringify(join(import.meta.dirname, 'process-terminal.ts'));
    const script = `
      const { processTerminal } = await import(${module});
      const terminal = processTerminal();
      for (let line = 0; line < 50; line += 1) {
        terminal.out('line\\n');
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      terminal.error('done');
      process.exitCode = 3;`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    child.stdout.once('data', () => child.stdout.destroy());
    const ended = new Promise((resolve) => child.on('close', resolve));
    expect(await text(child.stderr)).toBe('done');
    expect(await ended).toBe(3);
  });
});
