// The product as a person at a command line uses it: every step is a child process, unless a test calls the commands.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const SCRIPT = join(import.meta.dirname, '..', '..', 'src', 'bin.ts');

export interface Answer {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

export type RunCommand = (args: readonly string[], input: string) => Promise<Answer>;

export class Product {
  readonly dataDirectory: string;
  readonly #runCommand: RunCommand;

  constructor(dataDirectory: string, runCommand: RunCommand = spawned) {
    this.dataDirectory = dataDirectory;
    this.#runCommand = runCommand;
  }

  run(args: readonly string[], input = ''): Promise<Answer> {
    return this.#runCommand([...args, '--data-dir', this.dataDirectory], input);
  }

  /** The command must succeed. */
  async json<Value>(args: readonly string[], input = ''): Promise<Value> {
    const { exitCode, output, errors } = await this.run([...args, '--json'], input);
    if (exitCode !== 0)
      throw new Error(`contactsync ${args.join(' ')} ended with ${exitCode}\n${errors}${output}`);
    return JSON.parse(output) as Value;
  }
}

async function spawned(args: readonly string[], input: string): Promise<Answer> {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  child.stdin.end(input);
  const closed = new Promise<number>((resolve, reject) =>
    child.on('error', reject).on('close', (code) => resolve(code ?? 70)),
  );
  const [exitCode, output, errors] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { exitCode, output, errors };
}
