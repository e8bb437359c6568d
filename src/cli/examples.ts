// The examples below each command's help.

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ contactsync ${line}`).join('\n')}`;
}
