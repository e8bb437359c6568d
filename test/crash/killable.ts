// The product as a process that ends itself with SIGKILL at the ordered point: nothing is closed, released or flushed.
// The order is its only argument, as JSON.

import type { Journal } from '../../src/ports/journal.ts';
import { carryOut, type Order, type Survived } from './orders.ts';
import { overEws } from './over-ews.ts';
import { hearSystem } from './system-steps.ts';
import { hearRequests, type Moment, watch } from './watched-calls.ts';

const order = JSON.parse(process.argv[2] ?? '') as Order;
const { death } = order;
const steps: string[] = [];
const heardOf = new Map<string, number>();
let calls = 0;

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const keepsNothing: Journal = {
  intend: async (_run, _mailbox, intents) => intents.map((_, index) => index + 1),
  record: async () => {},
  readRun: async function* () {},
  hasWrites: async () => false,
  handedOver: async () => [],
};

function heard(name: string, moment: Moment): void {
  calls += 1;
  const key = `${moment} ${name}`;
  const nth = (heardOf.get(key) ?? 0) + 1;
  heardOf.set(key, nth);
  if (death?.at === 'anyCall' && calls === death.n) die();
  if (death?.at === 'call' && death.name === name && death.moment === moment && death.nth === nth) die();
}

const { openOperations } = await import('../../src/main.ts');
hearRequests(heard);
hearSystem((step) => {
  steps.push(step);
  if (death?.at === 'system' && steps.length === death.n) die();
});
const operations = await openOperations(order.dataDirectory, (dependencies) =>
  watch(
    {
      ...overEws(dependencies, order.ews),
      ...(order.hasNoJournal === true ? { journal: keepsNothing } : {}),
    },
    heard,
  ),
);
const run = await carryOut(operations, order.work);
await operations.close();
process.stdout.write(JSON.stringify({ run, calls, steps } satisfies Survived));
