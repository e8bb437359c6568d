// The examples in our Markdown: commands that readers type, and files that they copy.

export interface TypedCommand {
  readonly line: string;
  /** Words before the first option, without the program. */
  readonly words: readonly string[];
  readonly options: readonly string[];
}

/** Fenced blocks of these languages, with their contents. */
export function fencedBlocks(page: string, languages: readonly string[]): readonly string[] {
  // A block inside a list is indented with it.
  return [...page.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```/gm)].flatMap(
    ([, indent = '', language = '', text = '']) =>
      languages.includes(language) ? [text.replaceAll(new RegExp(`^${indent}`, 'gm'), '')] : [],
  );
}

/** Every contactsync command in shell blocks and in code within text. */
export function typedCommands(page: string): readonly TypedCommand[] {
  const inBlocks = fencedBlocks(page, ['sh', 'text']).flatMap((block) => block.split('\n'));
  const inText = [...page.replace(/^( *)```[\s\S]*?^\1```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, text = '']) => text,
  );
  return [...inBlocks, ...inText].flatMap((line) => {
    const [, rest] = /^(?: {2})?(?:\$ )?(?:npx )?contactsync ([a-z-].*)$/.exec(line) ?? [];
    if (rest === undefined) return [];
    const parts = rest.match(/"[^"]*"|\S+/g) ?? [];
    const firstOption = parts.findIndex((part) => part.startsWith('--'));
    return [
      {
        line,
        words: firstOption < 0 ? parts : parts.slice(0, firstOption),
        options: parts.filter((part) => /^--[a-z]/.test(part)),
      },
    ];
  });
}

/** npm scripts that the page names. */
export function namedScripts(page: string): readonly string[] {
  return [...page.matchAll(/npm run (?:--silent |-s )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
}
