// How a password reaches the command line: typed without echo, from a file, or from an environment variable; never as an
// argument, which every process of the machine could read.

import type { CliContext } from './context.ts';

/** Nobody types more. */
const MOST_BYTES = 64 * 1024;

export interface PasswordQuestion {
  readonly prompt: string;
  /** File whose first line is the password. */
  readonly file: string | undefined;
  readonly variable: string;
  /** What to say where nobody can be asked. */
  readonly otherwise: string;
}

export async function readPassword(context: CliContext, question: PasswordQuestion): Promise<string> {
  const { file, variable, prompt, otherwise } = question;
  if (file !== undefined) return firstLine(await context.readBytes(file, MOST_BYTES), file, context);
  const fromEnvironment = context.line.env[variable];
  if (fromEnvironment !== undefined) return fromEnvironment;
  if (!context.terminal.isInputTerminal) return context.fail('usage', { reason: otherwise });
  return context.terminal.ask(prompt, { isSecret: true });
}

/** As it would be typed: Windows writes a mark before the text, and some of its programs UTF-16, which is refused. */
function firstLine(bytes: Buffer, file: string, context: CliContext): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) throw new Error('UTF-16 without a mark');
    return text.split(/\r?\n/, 1)[0] ?? '';
  } catch {
    return context.fail('unreadableFile', { file, reason: 'it is not UTF-8' });
  }
}
