// What the demo prints: short headings, few lines per step, colors only on a terminal.

import { styleText } from 'node:util';

const isColored = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';

function paint(style: 'bold' | 'dim' | 'green' | 'red' | 'cyan', text: string): string {
  return isColored ? styleText(style, text, { validateStream: false }) : text;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

let step = 0;

export function heading(text: string): void {
  step += 1;
  print('');
  print(paint('bold', `${step}. ${text}`));
}

export const say = (text: string): void => print(`   ${text}`);
export const command = (args: readonly string[]): void =>
  print(paint('cyan', `   $ contactsync ${args.map(quoted).join(' ')}`));
export const proven = (text: string): void => print(`   ${paint('green', '✓')} ${text}`);
export const failed = (text: string): void => print(`   ${paint('red', '✗')} ${text}`);
export const done = (text: string): void => print(paint('green', text));

export const quoted = (text: string) => (/^[\w./@:<>-]+$/.test(text) ? text : `"${text}"`);

/** Output of the product, shortened in the middle. */
export function output(text: string, longest = 24): void {
  const lines = text.replace(/\n+$/, '').split('\n');
  const isLong = lines.length > longest;
  const head = isLong ? lines.slice(0, longest - 5) : lines;
  const tail = isLong ? lines.slice(-4) : [];
  for (const line of head) print(paint('dim', '   │ ') + line);
  if (isLong) print(paint('dim', `   │ … ${lines.length - head.length - tail.length} more lines`));
  for (const line of tail) print(paint('dim', '   │ ') + line);
}
