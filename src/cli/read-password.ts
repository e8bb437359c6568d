// How a password reaches the command line: typed without echo, from a file, or from an environment variable; never as an
// argument, which every process of the machine could read.

import type { CliContext } from './context.ts';

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
  if (file !== undefined) return (await context.readBytes(file)).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
  const fromEnvironment = context.line.env[variable];
  if (fromEnvironment !== undefined) return fromEnvironment;
  if (!context.terminal.isInputTerminal) return context.fail('usage', { reason: otherwise });
  return context.terminal.ask(prompt, { isSecret: true });
}
