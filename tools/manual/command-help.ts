// The help of every command, asked from the command line itself.

import { runCommandLine } from '../../src/cli/command-line.ts';
import type { Terminal } from '../../src/cli/context.ts';
import { EXIT_HELP } from '../../src/cli/exit-codes.ts';

const WIDTH = 100;

export async function helpOf(command: readonly string[]): Promise<string> {
  let printed = '';
  const notAsked = () => Promise.reject(new Error('help opens nothing and asks nothing'));
  const terminal: Terminal = {
    isOutputTerminal: false,
    isInputTerminal: false,
    width: WIDTH,
    out: (text) => {
      printed += text;
    },
    error: (text) => {
      throw new Error(`contactsync ${command.join(' ')} --help: ${text}`);
    },
    readInput: notAsked,
    ask: notAsked,
    onInterrupt: () => () => {},
  };
  const exitCode = await runCommandLine({
    args: [...command, '--help'],
    env: {},
    terminal,
    version: '0.0.0',
    now: () => 0,
    newId: () => '00000000-0000-4000-8000-000000000000',
    open: notAsked,
    backups: () => ({ backUp: notAsked, inspect: notAsked, restore: notAsked }),
    describeFailure: (code, details) => {
      throw new Error(`contactsync ${command.join(' ')}: ${code} ${JSON.stringify(details)}`);
    },
    recordDefect: (thrown) => {
      throw thrown;
    },
    demo: () => Promise.resolve(0),
  });
  if (exitCode !== 0) throw new Error(`contactsync ${command.join(' ')} --help ended with ${exitCode}`);
  return printed.trim();
}

export interface CommandHelp {
  readonly command: readonly string[];
  readonly text: string;
}

/** The command and everything below it, in the order of the help. */
export async function helpBelow(command: readonly string[] = []): Promise<readonly CommandHelp[]> {
  const text = await helpOf(command);
  const found: CommandHelp[] = [{ command, text }];
  for (const name of subcommandsIn(text)) found.push(...(await helpBelow([...command, name])));
  return found;
}

/** Names in the list under "Commands:"; continued descriptions are indented further. */
export function subcommandsIn(help: string): readonly string[] {
  const [, list] = /^Commands:\n((?: {2}.*\n?)+)/m.exec(help) ?? [];
  if (list === undefined) return [];
  return list
    .split('\n')
    .flatMap((line) => /^ {2}([a-z][\w-]*)/.exec(line)?.[1] ?? [])
    .filter((name) => name !== 'help');
}

export async function commandChapters(): Promise<string> {
  const [, ...commands] = await helpBelow();
  return commands
    .map(({ command, text }) => {
      const level = '#'.repeat(Math.min(2 + command.length, 4));
      return `${level} contactsync ${command.join(' ')}\n\n\`\`\`text\n${text}\n\`\`\``;
    })
    .join('\n\n');
}

/** The table of exit codes as the command line prints it. */
export function exitCodes(): string {
  return `\`\`\`text\n${EXIT_HELP}\n\`\`\``;
}
