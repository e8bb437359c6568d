// The product as a person at a command line uses it: every step is a child process.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const SCRIPT = join(import.meta.dirname, '..', '..', 'src', 'bin.ts');

export interface Answer {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

export class Product {
  readonly dataDirectory: string;

  constructor(dataDirectory: string) {
    this.dataDirectory = dataDirectory;
  }

  async run(args: readonly string[], input = ''): Promise<Answer> {
    const child = spawn(process.execPath, [SCRIPT, ...args, '--data-dir', this.dataDirectory], {
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

  /** The command must succeed. */
  async json<Value>(args: readonly string[], input = ''): Promise<Value> {
    const { exitCode, output, errors } = await this.run([...args, '--json'], input);
    if (exitCode !== 0)
      throw new Error(`contactsync ${args.join(' ')} ended with ${exitCode}\n${errors}${output}`);
    return JSON.parse(output) as Value;
  }
}
