// Option values that several commands read alike.

import { writeFile } from 'node:fs/promises';
import type { CliContext } from '../context.ts';

/** "last" or the id as typed. */
export async function resolveRun(context: CliContext, id: string): Promise<string> {
  if (id !== 'last') return id;
  const operations = await context.operations();
  const [newest] = await operations.runs.list({ limit: 1 });
  return newest?.id ?? context.fail('notFound', { run: 'last' });
}

export function wholeNumber(context: CliContext, option: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  return context.fail('usage', { reason: `${option} needs a whole number above 0, not "${text}"` });
}

export async function writeFileTo(
  context: CliContext,
  path: string,
  text: string | Uint8Array,
): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (thrown) {
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    context.fail('unwritableFile', { file: path, reason });
  }
  context.show({ file: path }, () => [`Written to ${path}`]);
}
