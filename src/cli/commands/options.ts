// Option values that several commands read alike.

import { writeFile } from 'node:fs/promises';
import type { RunView } from '@contactsync/contract';
import type { CliContext } from '../context.ts';
import { visible } from '../terminal-text.ts';

/** How far back "last" looks for a run of the wished kind. */
const LOOK_BACK = 500;

/** The id as typed; "last": the newest run, or the newest that fits. */
export async function resolveRun(
  context: CliContext,
  id: string,
  fits?: (run: RunView) => boolean,
): Promise<string> {
  if (id !== 'last') return id;
  const operations = await context.operations();
  const runs = await operations.runs.list({ limit: fits === undefined ? 1 : LOOK_BACK });
  const newest = fits === undefined ? runs[0] : runs.find(fits);
  return newest?.id ?? context.fail('notFound', { run: 'last' });
}

export function wholeNumber(
  context: CliContext,
  option: string,
  text: string,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0 && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? 'above 0' : `from 1 to ${most}`;
  return context.fail('usage', { reason: `${option} needs a whole number ${range}, not "${text}"` });
}

export async function writeFileTo(
  context: CliContext,
  path: string,
  text: string | Uint8Array,
  flag: 'w' | 'wx' = 'w',
): Promise<void> {
  try {
    await writeFile(path, text, { flag });
  } catch (thrown) {
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    if (reason === 'EEXIST') context.fail('fileExists', { file: path });
    context.fail('unwritableFile', { file: path, reason });
  }
  context.show({ file: path }, () => [`Written to ${visible(path)}`]);
}

/** A file of that name may be edited already; what is exported can be exported again. */
export async function showNewDocument(
  context: CliContext,
  text: string,
  { output, force }: { readonly output?: string; readonly force?: boolean },
): Promise<void> {
  if (output !== undefined) await writeFileTo(context, output, text, force === true ? 'w' : 'wx');
  else if (context.isJson) context.printJson({ text });
  else context.terminal.out(text);
}
