// docs/performance.md: what was measured, on what, with which result, and what no emulator can tell.

import { HEAP_LIMIT, type PlannerFigures } from './planner-scale.ts';
import { STEPS, type StepFigures } from './scenario.ts';
import { LATENCY } from './tenant.ts';

export interface BenchFigures {
  readonly date: string;
  readonly machine: string;
  readonly product: readonly (readonly StepFigures[])[];
  readonly naive: readonly (readonly StepFigures[])[];
  readonly planner: PlannerFigures;
}

export function performanceDocument(figures: BenchFigures): string {
  const { date, machine, product, naive, planner } = figures;
  return `# Performance

<!-- Written by npm run bench. -->

Measured on ${date}, on ${machine}. The service was the emulator, a process of its own on the same machine: it answers
every Graph request after ${LATENCY} ms, runs the parts of a \`$batch\` four at a time and enforces the published limits
(4 requests at once and 10,000 in ten minutes per mailbox, and the rest). Requests and memory are properties of the
product. Times are not: product, emulator and whatever else ran shared the machine's cores, so times compare within
this page and promise nothing elsewhere.

Every run was checked: the product's own counts, and the number of items in the first and the last mailbox.

## A policy's life at three sizes

One run in a process of its own each, from reading the directory to the last entry in the database. Requests are
counted by the emulator: a \`$batch\` is one HTTP call, each of its parts a request. *Source* are the HTTP calls that
read people and mailboxes, sign-in included; everything else is requests to mailboxes. Processor time is that of the
run; starting the process took ${mean(product.flat().map((one) => one.startCpuSeconds)).toFixed(1)} s more.

${STEPS.map((step) => lifeTable(step, product)).join('\n\n')}

- *First fill*: every contact is one request, twenty in a call.
- *Run after it*: nothing has changed, but the service tells once more what the first fill wrote, 200 items a page.
- *Unchanged*: the questions to all mailboxes travel together; the ledger spares the contents.
- *1 % changed*: only the changed contacts are written, after they were read in full.
- *Ledger forgotten*: the mailboxes are read in full; the marks in them replace what was lost, and nothing is written.

## Compared with the straightforward way

The measure is a small client of our own, \`tools/bench/naive.ts\`: for every mailbox it reads all contacts with all
properties in the largest pages, compares, and sends one request per contact, four at once per mailbox, 16 mailboxes at
once (the product: 40). It keeps no journal, no ledger and no before-images, knows no marks, and is given the people
instead of reading them: the time of the product holds all of that. Same bench, same size, a tenant of its own. The ratios are naive to product: above 1 the
product does better.

${naive.map((steps) => comparison(steps, product)).join('\n\n')}

The service allows four requests at once per mailbox whether they come in a batch or alone, so that no way of writing
fills one mailbox faster than another; batches save calls, not the service's time.

## Planning without a service

One run over mailboxes in which nothing has changed, 40 at a time, with the product's database; the mailboxes and their
ledger records are made when they are asked for, so that only the product's own memory counts. The time for making them
is taken off. Every size in a process of its own.

${plannerTable(planner)}

- Peak memory at ${whole(planner.large.mailboxes)} mailboxes against ${whole(planner.small.mailboxes)}: **${planner.limitedRatio.toFixed(2)} times** with a heap limit of ${HEAP_LIMIT} MB
  (\`--max-old-space-size\`), ${planner.memoryRatio.toFixed(2)} times without; the target is at most 1.2. What is alive does not grow with the
  mailboxes, as the last column shows. Without a limit Node lets garbage pile up to hundreds of megabytes before it
  collects, so that the peak tells how long a run was and differs from one measurement to the next.
- With the ledger's records in \`ledger.db\` instead, reading, checking and writing them included: ${planner.database.microsecondsPerContact.toFixed(1)} microseconds per contact.

## What is not measured

A real tenant. How long Exchange Online takes for a request, how it runs the parts of a batch, when it throttles beyond
what is published, and how long a mailbox needs to show a write are not known from here; \`docs/protocols/\` says what is
documented and what is assumed. Neither are networks, proxies, PostgreSQL, Windows, contact photos, and mailboxes that
their users edit during the run.

\`npm run bench\` measures again and rewrites this page; \`npm run bench -- --quick\` prints a small version of it.
`;
}

function lifeTable(step: string, product: readonly (readonly StepFigures[])[]): string {
  const rows = product.flatMap((steps) => steps.filter((one) => one.step === step)).map(lifeRow);
  return `### ${step[0]?.toUpperCase()}${step.slice(1)}

${table(
  [
    'Mailboxes × contacts',
    'Source calls',
    'HTTP calls',
    'Requests',
    'Requests per mailbox',
    'Requests per call',
    'Writes',
    'Contacts per second',
    'CPU s per 1,000 contacts',
    'Peak memory MB',
  ],
  rows,
)}`;
}

function lifeRow({ size, requests, elapsedSeconds, cpuSeconds, peakMegabytes }: StepFigures): string[] {
  const contacts = size.mailboxes * size.contacts;
  return [
    `${whole(size.mailboxes)} × ${whole(size.contacts)}`,
    whole(requests.sourceCalls),
    whole(requests.mailboxCalls),
    whole(requests.mailboxRequests),
    (requests.mailboxRequests / size.mailboxes).toFixed(1),
    (requests.mailboxRequests / requests.mailboxCalls).toFixed(1),
    whole(requests.writes),
    whole(contacts / elapsedSeconds),
    ((cpuSeconds / contacts) * 1000).toFixed(3),
    whole(peakMegabytes),
  ];
}

function comparison(naive: readonly StepFigures[], product: readonly (readonly StepFigures[])[]): string {
  const size = naive[0]?.size;
  const own = product.find((steps) => steps[0]?.size.mailboxes === size?.mailboxes) ?? [];
  const rows = own.flatMap((ours) => {
    const theirs =
      naive.find(({ step }) => step === ours.step) ?? naive.find(({ step }) => step === 'unchanged');
    if (theirs === undefined) return [];
    const pair = (of: (one: StepFigures) => number, digits = 0): string[] => [
      of(theirs).toFixed(digits),
      of(ours).toFixed(digits),
      (of(theirs) / of(ours)).toFixed(1),
    ];
    return [
      [
        ours.step,
        ...pair((one) => one.requests.mailboxRequests),
        ...pair((one) => one.requests.mailboxCalls),
        ...pair((one) => one.elapsedSeconds, 1),
      ],
    ];
  });
  return `### ${whole(size?.mailboxes ?? 0)} mailboxes × ${whole(size?.contacts ?? 0)} contacts

${table(
  [
    '',
    ...['Requests: naive', 'product', 'ratio'],
    ...['HTTP calls: naive', 'product', 'ratio'],
    ...['Seconds: naive', 'product', 'ratio'],
  ],
  rows,
)}

The naive way has neither ledger nor echo; its unchanged run stands beside those runs of the product.`;
}

function plannerTable({ runs }: PlannerFigures): string {
  return table(
    [
      'Mailboxes × contacts',
      'Ledger',
      'Heap limit MB',
      'Microseconds per unchanged contact',
      'Peak memory MB',
      'Alive at the end MB',
    ],
    runs.map((one) => [
      `${whole(one.mailboxes)} × ${whole(one.contacts)}`,
      one.ledger === 'database' ? 'ledger.db' : 'generated',
      one.heapLimit === undefined ? 'none' : whole(one.heapLimit),
      one.microsecondsPerContact.toFixed(1),
      whole(one.peakMegabytes),
      whole(one.liveMegabytes),
    ]),
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join(
    '\n',
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const whole = (value: number) => Math.round(value).toLocaleString('en-US');
