// From the begin of a run to its end in front of a person: progress, Ctrl-C, report, exit code.

import type { MailboxPlanView, Operations, ReportView, RunView } from '@contactsync/contract';
import type { CliContext } from './context.ts';
import { EXIT, exitCodeOfRun } from './exit-codes.ts';
import { planLines, SHORT_PLAN, WHOLE_PLAN } from './plan-text.ts';
import { Progress } from './progress.ts';
import { endLines, reportLines, runTitle, totalsLines } from './report-text.ts';

export const SHORT_LIST = 10;

/**
 * Follows a run to its end and shows the report; for a test run the plan too. Ctrl-C cancels the run cleanly, a
 * second one ends the process (the terminal does that once the handler is gone).
 */
export async function followAndShow(
  context: CliContext,
  run: RunView,
  options: { readonly all?: boolean },
): Promise<ReportView> {
  const shown = await followTo(context, run, options);
  if (context.isJson) context.printJson(shown);
  return shown.report;
}

export interface ShownRun {
  readonly run: RunView;
  readonly report: ReportView;
  readonly plans?: readonly MailboxPlanView[];
}

/** The same without printing JSON, for commands that begin several runs. */
export async function followTo(
  context: CliContext,
  run: RunView,
  options: { readonly all?: boolean; readonly isDriftFine?: boolean },
): Promise<ShownRun> {
  const operations = await context.operations();
  const report = await follow(context, operations, run);
  const exitCode = exitCodeOfRun(report);
  if (exitCode !== EXIT.drift || options.isDriftFine !== true) context.end(exitCode);
  const isTest = report.run.kind === 'test';
  if (context.isJson) {
    const plans = isTest ? { plans: await collect(operations.runs.plan(run.id)) } : {};
    return { run: report.run, report, ...plans };
  }
  const shown = { run: report.run, report };
  const { paint } = context;
  if (!isTest) {
    context.print(
      '',
      ...reportLines(report, options.all === true ? Number.POSITIVE_INFINITY : SHORT_LIST, paint),
    );
    return shown;
  }
  context.print('', runTitle(report.run, paint), ...totalsLines(report, paint), '');
  for await (const line of planLines(
    operations.runs.plan(run.id),
    options.all === true ? WHOLE_PLAN : SHORT_PLAN,
    paint,
  ))
    context.print(line);
  context.print('', ...endLines(report, paint));
  return shown;
}

async function follow(context: CliContext, operations: Operations, run: RunView): Promise<ReportView> {
  const { terminal } = context;
  const progress = context.isJson
    ? undefined
    : new Progress(
        {
          isTerminal: terminal.isOutputTerminal,
          width: terminal.width,
          write: (text) => terminal.out(text),
        },
        context.line.now,
      );
  let cancelling: Promise<unknown> | undefined;
  const stopListening = terminal.onInterrupt(() => {
    stopListening();
    terminal.error(
      '\nStopping: nothing more is begun. The next run looks up what was being written. Press Ctrl-C again to leave at once.\n',
    );
    cancelling = operations.runs.cancel(run.id);
  });
  try {
    for await (const event of operations.runs.events(run.id)) progress?.add(event);
    await cancelling;
  } finally {
    stopListening();
    progress?.end();
  }
  return operations.runs.report(run.id);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
