// serve, queue, schedule: what runs by itself, and when.

import type { MonitoringView, QueuedView, TurnView, UpcomingView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { durationText, momentText, zoneHere } from '../duration-text.ts';
import { examples } from '../examples.ts';
import { failureLine } from '../failure-text.ts';
import { type Column, table } from '../table.ts';
import { count, type Paint, visible } from '../terminal-text.ts';
import { wholeNumber } from './options.ts';

const DEFAULT_DAYS = '7';
const MOST_DAYS = 31;
const MOST_SHOWN = 50;

const REASON_WORDS: Readonly<Record<QueuedView['reason'], string>> = {
  schedule: 'its schedule',
  missed: 'missed while no service ran',
  request: 'somebody asked for it',
};

interface ServeOptions {
  readonly metrics?: string;
  readonly metricsHost?: readonly string[];
}

export function addServiceCommands(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description(
      'Run enabled policies by their schedules until Ctrl-C or SIGTERM. One service works on a data directory.',
    )
    .option(
      '--metrics <address>',
      'answer /metrics, /healthz and /readyz there, such as 127.0.0.1:9464 (otherwise CONTACTSYNC_METRICS)',
    )
    .option('--metrics-host <names...>', 'names under which it may be asked, beside addresses and localhost')
    .addHelpText('after', examples('serve', 'serve --metrics 127.0.0.1:9464'))
    .action(async (options: ServeOptions) => {
      const address = options.metrics ?? context.line.env.CONTACTSYNC_METRICS ?? '';
      const monitoring = address === '' ? undefined : { address, hosts: options.metricsHost ?? [] };
      const { service } = await context.operations();
      const stop = new AbortController();
      const stopListening = context.terminal.onInterrupt(() => {
        stopListening();
        if (!context.isJson)
          context.print(
            'Stopping. The next run goes on where this one stops. Press Ctrl-C again to leave at once.',
          );
        stop.abort();
      });
      try {
        const isReady = (watched?: MonitoringView) => {
          if (!context.isJson)
            context.print(...monitoringLines(watched), 'The service runs. Stop it with Ctrl-C.');
        };
        await service.serve(stop.signal, isReady, monitoring);
      } finally {
        stopListening();
      }
      context.show({ stopped: true }, () => ['Stopped. What was queued stays queued for the next start.']);
    });

  program
    .command('queue')
    .description('List the policies that run or wait for their turn.')
    .addHelpText('after', examples('queue'))
    .action(async () => {
      const queue = await (await context.operations()).service.queue();
      context.show({ queue }, () =>
        queue.length === 0
          ? ['Nothing is queued.']
          : table(
              queue,
              [
                { title: 'POLICY', value: ({ policy }) => policy, maxWidth: 40 },
                { title: 'ENVIRONMENT', value: ({ environment }) => environment, maxWidth: 40 },
                { title: 'STATE', value: queuedStateText },
                { title: dueTitle(), value: ({ dueAt }) => momentText(dueAt) },
                { title: 'QUEUED BY', value: ({ reason }) => REASON_WORDS[reason] },
              ],
              context.paint,
            ),
      );
    });

  program
    .command('schedule')
    .description('List when the schedules of enabled policies run them next.')
    .option('--days <number>', `how far to look ahead, ${MOST_DAYS} at most`, DEFAULT_DAYS)
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText('after', examples('schedule', 'schedule --days 30'))
    .action(async (options: { days: string; all?: boolean }) => {
      const days = wholeNumber(context, '--days', options.days, MOST_DAYS);
      const upcoming = await (await context.operations()).service.upcoming(days);
      context.show(upcoming, () => upcomingLines(upcoming, days, options.all === true, context.paint));
    });
}

function queuedStateText({ isRunning, trouble }: QueuedView): string {
  if (trouble !== undefined) return `not before it is mended (${trouble.number})`;
  return isRunning ? 'running' : 'waiting';
}

function monitoringLines(watched: MonitoringView | undefined): readonly string[] {
  if (watched === undefined) return [];
  const { url, isForThisComputerOnly } = watched;
  return [
    `It answers at ${url}/metrics, /healthz and /readyz.`,
    ...(isForThisComputerOnly ? [] : ['Whoever reaches that address over the network may read them.']),
  ];
}

/** Schedules have time zones of their own; all times stand in that of this computer. */
const dueTitle = (): string => `DUE (${zoneHere()})`;

const TURN_COLUMNS: readonly Column<TurnView>[] = [
  { title: dueTitle(), value: ({ dueAt }) => momentText(dueAt) },
  { title: 'POLICY', value: ({ policy }) => policy, maxWidth: 40 },
  { title: 'ENVIRONMENT', value: ({ environment }) => environment, maxWidth: 40 },
  { title: 'TAKES', value: takesText },
  { title: 'TURN', value: turnText },
];

function takesText({ takes, verifies }: TurnView): string {
  return [...(takes === undefined ? [] : [durationText(takes)]), ...(verifies ? ['verifies'] : [])].join(
    ', ',
  );
}

function turnText({ dueAt, beginsAt }: TurnView): string {
  if (beginsAt === undefined) return 'not again: it still waits or runs then';
  const delay = (Date.parse(beginsAt) - Date.parse(dueAt)) / 1_000;
  return delay === 0 ? 'at once' : `${durationText(delay)} later, after others`;
}

function upcomingLines(
  { turns, troubled, tooOften, freeSlots, days }: UpcomingView,
  wanted: number,
  isWhole: boolean,
  paint: Paint,
): string[] {
  const left = troubled.flatMap(({ policy, failure }) => [
    paint('yellow', `"${visible(policy)}" is left out:`),
    `  ${failureLine(failure)}`,
  ]);
  if (turns.length === 0)
    return [
      `No policy runs by itself in the next ${count(days, 'day', 'days')}. A policy does when it is enabled and has a schedule.`,
      ...left,
    ];
  const shown = isWhole ? turns : turns.slice(0, MOST_SHOWN);
  const more = turns.length - shown.length;
  return [
    ...table(shown, TURN_COLUMNS, paint),
    ...(more === 0 ? [] : [`... and ${more} more (--all shows them)`]),
    ...(days === wanted
      ? []
      : [
          `Only the first ${count(days, 'day', 'days')}: policies are due ${count(turns.length, 'time', 'times')} in them.`,
        ]),
    ...left,
    ...tooOften.map(
      ({ policy, shortestPause, takes }) =>
        `Warning: "${visible(policy)}" is due every ${durationText(shortestPause)} and takes ${durationText(takes)}.`,
    ),
    ...(freeSlots.length === 0
      ? []
      : ['', 'Free on all of these days, where a policy would wait for nobody:']),
    ...freeSlots.map(
      ({ environment, timeZone, from, to }) => `  ${visible(environment)}: ${from} to ${to} (${timeZone})`,
    ),
  ];
}
