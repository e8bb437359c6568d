// npm run bench: measures the product against the emulator and the straightforward way, and the planner at scale; writes
// docs/performance.md. With --quick small sizes, printed and not written. --date YYYY-MM-DD: what stands as date.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { performanceDocument } from './document.ts';
import { measurePlanner } from './planner-scale.ts';
import { measureNaive, measureProduct, type StepFigures } from './scenario.ts';
import type { TenantSize } from './tenant.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    output: { type: 'string' },
  },
});
const ROOT = join(import.meta.dirname, '..', '..');
const FULL = { contacts: 500, mailboxes: [2, 20, 200], compared: 20, planner: [2_000, 200, 2_000] } as const;
const QUICK = { contacts: 50, mailboxes: [2, 20], compared: 20, planner: [500, 40, 400] } as const;
const startedAt = performance.now();
const say = (text: string): void => {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
};

const directory = mkdtempSync(join(tmpdir(), 'contactsync-bench-'));
try {
  const sizes = values.quick ? QUICK : FULL;
  const { contacts } = sizes;
  const product: StepFigures[][] = [];
  const naive: StepFigures[][] = [];
  for (const mailboxes of sizes.mailboxes) {
    product.push(await told('product', { mailboxes, contacts }, measureProduct));
    // Right after the product: what else the machine does should weigh on both alike.
    if (mailboxes === sizes.compared) naive.push(await told('naive', { mailboxes, contacts }, measureNaive));
  }
  const [perMailbox, small, large] = sizes.planner;
  const planner = await measurePlanner(directory, { contacts: perMailbox, small, large }, (run) =>
    say(
      `planner  ${run.mailboxes} × ${run.contacts}  ${run.ledger}${run.heapLimit === undefined ? '' : `, heap ${run.heapLimit} MB`}: ${run.microsecondsPerContact.toFixed(1)} µs per contact, ${run.peakMegabytes.toFixed(0)} MB`,
    ),
  );
  const text = performanceDocument({ date: values.date, machine: machine(), product, naive, planner });
  const output = values.output ?? (values.quick ? undefined : join(ROOT, 'docs', 'performance.md'));
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(output, text);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
// Measures and adds its own section, by the same options.
await import('./ews.ts');

async function told(
  name: string,
  size: TenantSize,
  measure: (directory: string, size: TenantSize) => Promise<StepFigures[]>,
): Promise<StepFigures[]> {
  const figures = await measure(mkdtempSync(join(directory, `${name}-`)), size);
  for (const { step, requests, elapsedSeconds, peakMegabytes } of figures)
    say(
      `${name}  ${size.mailboxes} × ${size.contacts}  ${step}: ${requests.mailboxRequests} requests in ${requests.mailboxCalls} calls, ${elapsedSeconds.toFixed(1)} s, ${peakMegabytes.toFixed(0)} MB`,
    );
  return figures;
}

function machine(): string {
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `a machine with ${availableParallelism()} cores and ${memory} GB of memory (${process.platform} ${process.arch}, Node ${process.versions.node})`;
}
