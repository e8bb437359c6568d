// The commands that policies and environments share: validate, apply, export, diff, history, rename.

import type { ApplyView, DiffView, DocumentChange, DocumentText, RevisionView } from '@contactsync/contract';
import type { Command } from 'commander';
import { type CliContext, isFileName } from '../context.ts';
import { examples } from '../examples.ts';
import { table } from '../table.ts';
import { count, type Paint, visible } from '../terminal-text.ts';
import { wholeNumber, writeFileTo } from './options.ts';

/** What `contract` promises of both. */
interface Documents {
  validate(document: DocumentText): Promise<DiffView & { readonly warnings: readonly string[] }>;
  apply(document: DocumentText): Promise<ApplyView>;
  export(name: string, revision?: number): Promise<string>;
  diff(name: string, from?: number, to?: number): Promise<DiffView>;
  diffWith(document: DocumentText): Promise<DiffView>;
  history(name: string): Promise<readonly RevisionView[]>;
  rename(name: string, newName: string): Promise<unknown>;
}

export function addDocumentCommands(
  parent: Command,
  context: CliContext,
  noun: 'policy' | 'environment',
  documents: () => Promise<Documents>,
): void {
  const sample = noun === 'policy' ? '"All staff"' : 'contoso';
  const newName = noun === 'policy' ? '"Everybody"' : 'contoso-production';
  const file = noun === 'policy' ? 'all-staff.yaml' : 'contoso.yaml';

  const reading = (name: string, description: string) => {
    const command = parent
      .command(name)
      .description(description)
      .argument('<file...>', 'YAML or JSON files, or - for standard input');
    return noun === 'policy'
      ? command.option('--environment <name>', 'for files that name none: the environment they get')
      : command;
  };
  const readOf = async (name: string, { environment }: { readonly environment?: string }) => ({
    ...(await context.readDocument(name)),
    ...(environment === undefined ? {} : { environment }),
  });

  reading('validate', `Check ${noun} files; nothing is stored.`)
    .addHelpText('after', examples(`${noun} validate ${file}`))
    .action(async (files: string[], options: { environment?: string }) => {
      const results: Awaited<ReturnType<Documents['validate']>>[] = [];
      for (const name of files) results.push(await (await documents()).validate(await readOf(name, options)));
      context.show({ results }, () =>
        results.flatMap((result) => [
          `"${visible(result.name)}" is valid.`,
          ...warningLines(result.warnings, context.paint),
        ]),
      );
    });

  reading('apply', `Store ${noun} files; each becomes a new revision if it differs.`)
    .addHelpText(
      'after',
      examples(
        `${noun} apply ${file}`,
        ...(noun === 'policy' ? ['policy apply from-elsewhere.yaml --environment contoso'] : []),
      ),
    )
    .action(async (files: string[], options: { environment?: string }) => {
      const results: ApplyView[] = [];
      for (const name of files) results.push(await (await documents()).apply(await readOf(name, options)));
      context.show({ results }, () => results.flatMap((result) => applyLines(noun, result, context.paint)));
    });

  parent
    .command('export')
    .description(`Write the ${noun} as a YAML file.`)
    .argument('<name>', `name or id of the ${noun}`)
    .option('--revision <number>', 'an earlier revision')
    .option('--output <file>', 'write to a file')
    .addHelpText('after', examples(`${noun} export ${sample} --output ${file}`))
    .action(async (name: string, options: { revision?: string; output?: string }) => {
      const revision =
        options.revision === undefined ? undefined : wholeNumber(context, '--revision', options.revision);
      const text = await (await documents()).export(name, revision);
      if (options.output !== undefined) await writeFileTo(context, options.output, text);
      else if (context.isJson) context.printJson({ text });
      else context.terminal.out(text);
    });

  parent
    .command('diff')
    .description('Show what changed between two revisions, or what a file would change.')
    .argument('<name|file>', `name or id of the ${noun}, or a file (*.yaml, *.json)`)
    .option('--from <revision>', 'otherwise the one before')
    .option('--to <revision>', 'otherwise the newest')
    .addHelpText(
      'after',
      examples(`${noun} diff ${sample}`, `${noun} diff ${sample} --from 2 --to 5`, `${noun} diff ${file}`),
    )
    .action(async (name: string, options: { from?: string; to?: string }) => {
      const number = (option: 'from' | 'to') =>
        options[option] === undefined ? undefined : wholeNumber(context, `--${option}`, options[option]);
      const diff = isFileName(name)
        ? await (await documents()).diffWith(await context.readDocument(name))
        : await (await documents()).diff(name, number('from'), number('to'));
      context.show(diff, () => {
        const side = (revision: number | undefined, none: string) =>
          revision === undefined ? none : `revision ${revision}`;
        const title = `"${visible(diff.name)}": ${side(diff.from, 'nothing')} -> ${side(diff.to, diff.from === undefined && !isFileName(name) ? 'nothing' : 'this file')}`;
        return diff.changes.length === 0
          ? [title, '  no difference']
          : [title, ...changeLines(diff.changes, context.paint)];
      });
    });

  parent
    .command('history')
    .description('List the revisions, newest first.')
    .argument('<name>', `name or id of the ${noun}`)
    .addHelpText('after', examples(`${noun} history ${sample}`))
    .action(async (name: string) => {
      const revisions = await (await documents()).history(name);
      context.show({ revisions }, () =>
        table(
          revisions,
          [
            { title: 'REVISION', value: ({ revision }) => String(revision), align: 'right' },
            { title: 'SAVED', value: ({ savedAt }) => savedAt.slice(0, 19).replace('T', ' ') },
            { title: 'BY', value: ({ savedBy }) => savedBy },
          ],
          context.paint,
        ),
      );
    });

  parent
    .command('rename')
    .description(`Give the ${noun} another name.`)
    .argument('<name>', `name or id of the ${noun}`)
    .argument('<new-name>')
    .addHelpText('after', examples(`${noun} rename ${sample} ${newName}`))
    .action(async (name: string, newName: string) => {
      await (await documents()).rename(name, newName);
      context.show({ name: newName }, () => [`It is now called "${visible(newName)}".`]);
    });
}

function applyLines(noun: string, result: ApplyView, paint: Paint): string[] {
  const what = noun === 'policy' ? 'Policy' : 'Environment';
  const head = `${what} "${visible(result.name)}" ${result.result}`;
  const revision = paint('dim', ` (revision ${result.revision})`);
  return [
    `${head}${revision}`,
    ...changeLines(result.changes, paint),
    ...warningLines(result.warnings, paint),
  ];
}

const text = (value: unknown): string =>
  value === undefined ? '(not set)' : visible(typeof value === 'string' ? value : JSON.stringify(value));

export function changeLines(changes: readonly DocumentChange[], paint: Paint): string[] {
  const shown = changes.slice(0, 40).map(({ path, from, to }) => {
    if (from === undefined) return `  ${paint('green', `+ ${path}: ${text(to)}`)}`;
    if (to === undefined) return `  ${paint('red', `- ${path}: ${text(from)}`)}`;
    return `  ${paint('yellow', `~ ${path}:`)} ${paint('red', text(from))} -> ${paint('green', text(to))}`;
  });
  return changes.length > 40 ? [...shown, `  … and ${count(changes.length - 40, 'more change')}`] : shown;
}

function warningLines(warnings: readonly string[], paint: Paint): string[] {
  return warnings.map((warning) => paint('yellow', `  Note: ${visible(warning)}`));
}
