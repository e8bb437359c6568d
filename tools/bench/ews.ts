// node tools/bench/ews.ts: the product over EWS against the emulator, and its section of docs/performance.md. Options as
// for run.ts, which calls it: with --quick small and printed only.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EwsEntry } from '../../test/ews-targets.ts';
import { table, whole } from './document.ts';
import { runJob } from './job.ts';
import { benchPerson } from './people.ts';
import type { ProductJob, ProductResult } from './product.ts';
import { Tenant } from './tenant.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    output: { type: 'string' },
  },
});
const STEPS = ['first fill', 'run after it', 'unchanged', '1 % changed'] as const;
type Step = (typeof STEPS)[number];
const SIZE = values.quick ? { mailboxes: 5, contacts: 120 } : { mailboxes: 100, contacts: 500 };
/** A folder's last change is not relied upon while it is fresher than five minutes; the bench need not wait for that. */
const BETWEEN_RUNS_MS = 10 * 60 * 1_000;

const HEAD = '## On-premises: Exchange Web Services\n';
const NEXT = '## What is not measured\n';

interface Usage {
  readonly requests: number;
  readonly byOperation: Readonly<Record<string, number>>;
}

interface Figures extends Usage {
  readonly step: Step;
  readonly written: number;
  readonly elapsedSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

const directory = mkdtempSync(join(tmpdir(), 'contactsync-bench-ews-'));
try {
  const figures = await measure();
  process.stdout.write(section(figures));
  const usual = values.quick ? undefined : join(import.meta.dirname, '..', '..', 'docs', 'performance.md');
  const output = values.output ?? usual;
  if (output !== undefined)
    writeFileSync(output, withSection(readFileSync(output, 'utf8'), section(figures)));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measure(): Promise<readonly Figures[]> {
  const tenant = await Tenant.start(directory, SIZE);
  const figures: Figures[] = [];
  try {
    const ews = await entryOf(tenant);
    const changed = Math.ceil(SIZE.contacts / 100);
    for (const [index, step] of STEPS.entries()) {
      if (step === '1 % changed')
        await tenant.change(Array.from({ length: changed }, (_, number) => benchPerson(number + 1, true)));
      const before = await tenant.control<Usage>('ews/usage');
      const job: ProductJob = {
        entry: { ...tenant.entry, ews },
        dataDirectory: join(directory, 'data'),
        forgetLedger: false,
        aheadMs: index * BETWEEN_RUNS_MS,
      };
      const measured = await runJob<ProductResult>(join(import.meta.dirname, 'product.ts'), job);
      const after = await tenant.control<Usage>('ews/usage');
      figures.push({
        step,
        ...difference(before, after),
        ...checked(step, measured.result, changed),
        ...measured,
      });
      for (const number of [1, SIZE.mailboxes])
        if ((await tenant.itemsIn(number)) !== SIZE.contacts) throw new Error(`${step}: mailbox ${number}`);
    }
    return figures;
  } finally {
    await tenant.stop();
  }
}

async function entryOf(tenant: Tenant): Promise<EwsEntry> {
  const [account] = await tenant.control<{ userName: string; password: string }[]>('accounts/list');
  if (account === undefined) throw new Error('the emulator has a service account');
  const { url, caFile } = tenant.entry;
  return {
    url: `${url}/EWS/Exchange.asmx`,
    caPem: readFileSync(caFile, 'utf8'),
    account: account.userName,
    password: account.password,
  };
}

function difference(before: Usage, after: Usage): Usage {
  const byOperation = Object.entries(after.byOperation).map(
    ([name, times]) => [name, times - (before.byOperation[name] ?? 0)] as const,
  );
  return {
    requests: after.requests - before.requests,
    byOperation: Object.fromEntries(byOperation.filter(([, times]) => times > 0)),
  };
}

/** No figure stands for work that was not done. */
function checked(
  step: Step,
  { state, counts, problems }: ProductResult,
  changed: number,
): { written: number } {
  const created = step === 'first fill' ? SIZE.mailboxes * SIZE.contacts : 0;
  const updated = step === '1 % changed' ? SIZE.mailboxes * changed : 0;
  if (state !== 'finished' || problems.length > 0) throw new Error(`${step}: ${state}, ${problems[0]}`);
  if (counts.created !== created || counts.updated !== updated || counts.deleted !== 0)
    throw new Error(`${step}: ${JSON.stringify(counts)}`);
  return { written: created + updated };
}

function section(figures: readonly Figures[]): string {
  const fill = figures.find(({ step }) => step === 'first fill');
  const perCreate = (fill?.written ?? 0) / (fill?.byOperation.CreateItem ?? 1);
  const rows = figures.map(
    ({ step, requests, byOperation, written, elapsedSeconds, cpuSeconds, peakMegabytes }) => [
      step,
      whole(requests),
      (requests / SIZE.mailboxes).toFixed(1),
      whole(written),
      whole(byOperation.CreateItem ?? 0),
      whole(byOperation.UpdateItem ?? 0),
      elapsedSeconds.toFixed(1),
      ((cpuSeconds / (SIZE.mailboxes * SIZE.contacts)) * 1000).toFixed(3),
      whole(peakMegabytes),
    ],
  );
  return `## On-premises: Exchange Web Services

Measured on ${values.date}: ${whole(SIZE.mailboxes)} mailboxes × ${whole(SIZE.contacts)} contacts over the emulator's EWS, signed in by NTLM. Requests are those that
the emulator answered, without the messages of the sign-in. People and mailboxes were read from the emulated tenant, so that processor time holds
that too. A \`CreateItem\` held **${perCreate.toFixed(0)} contacts** on average.

${table(
  [
    '',
    'Requests',
    'Per mailbox',
    'Written',
    'CreateItem',
    'UpdateItem',
    'Seconds',
    'CPU s per 1,000 contacts',
    'Peak memory MB',
  ],
  rows,
)}

`;
}

/** Before the last section, in the place of an earlier one. */
function withSection(document: string, text: string): string {
  const end = document.indexOf(NEXT);
  if (end < 0) throw new Error(`docs/performance.md has no section "${NEXT.trim()}"`);
  const earlier = document.indexOf(HEAD);
  return document.slice(0, earlier < 0 ? end : earlier) + text + document.slice(end);
}
