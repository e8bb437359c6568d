// The plain text part of a mail: the same blocks in the same order, at most 78 characters wide where words allow it.

import type { Block, MailContent } from './mail-content.ts';
import { lengthOf } from './safe-text.ts';

const WIDTH = 78;

export function renderText({ title, badge, summary, blocks, footer }: MailContent): string {
  const parts = [
    [...wrap(`${title}: ${badge.text}`), '='.repeat(Math.min(WIDTH, lengthOf(`${title}: ${badge.text}`)))],
    wrap(summary),
    ...blocks.map(blockLines),
    ['--', ...footer.flatMap((line) => wrap(line))],
  ];
  return `${parts.map((lines) => lines.join('\r\n')).join('\r\n\r\n')}\r\n`;
}

function blockLines(block: Block): string[] {
  switch (block.kind) {
    case 'facts': {
      const width = Math.max(...block.facts.map(({ label }) => lengthOf(label)));
      return [
        ...heading(block.title),
        ...block.facts.flatMap(({ label, value, note }) =>
          wrap(
            `${label.padEnd(width)}  ${value}${note === undefined ? '' : ` (${note})`}`,
            ' '.repeat(width + 2),
          ),
        ),
      ];
    }
    case 'notice':
      return [
        ...heading(block.title),
        ...block.lines.flatMap((line) => wrap(line)),
        // Unbroken: they are copied.
        ...(block.commands ?? []).map((command) => `    ${command}`),
        ...(block.after === undefined ? [] : wrap(block.after)),
      ];
    case 'problems':
      return [
        ...heading(block.title),
        ...block.problems.flatMap(({ text, remedy }) => [
          ...wrap(`* ${text}`, '  '),
          ...(remedy === undefined ? [] : wrap(`  -> ${remedy}`, '     ')),
        ]),
      ];
    case 'table':
      return [
        ...heading(block.title),
        ...block.rows.flatMap(({ who, where, what, more }) =>
          wrap(`* ${[who, where, what, more].filter((part) => part !== undefined).join(' | ')}`, '  '),
        ),
        ...(block.rest === undefined ? [] : [block.rest]),
      ];
  }
}

const heading = (title: string | undefined): string[] =>
  title === undefined ? [] : [title, '-'.repeat(Math.min(WIDTH, lengthOf(title)))];

function wrap(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(/(?<=\S) (?=\S)/)) {
    if (line !== '' && line.length + 1 + piece.length > WIDTH) {
      lines.push(line);
      line = `${indent}${piece}`;
    } else line = line === '' ? piece : `${line} ${piece}`;
  }
  return [...lines, line];
}
