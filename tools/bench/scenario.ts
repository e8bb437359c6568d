// One tenant of a given size, taken through the life of a policy: first fill, the
// run after it, nothing changed, 1 % changed, ledger lost.
// Both ways go through the same, each with a tenant of its own. What the runs claim is checked, so that no figure
// stands for work that was not done.

import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Measured, runJob } from './job.ts';
import type { NaiveJob, NaiveResult } from './naive.ts';
import { benchPerson } from './people.ts';
import type { ProductJob, ProductResult } from './product.ts';
import { type RequestCounts, Tenant, type TenantSize } from './tenant.ts';

export const STEPS = ['first fill', 'run after it', 'unchanged', '1 % changed', 'ledger forgotten'] as const;
/** Without a ledger there is nothing to forget, and no second run differs from the first. */
const NAIVE_STEPS: readonly Step[] = ['first fill', 'unchanged', '1 % changed'];
export type Step = (typeof STEPS)[number];

export interface StepFigures extends Omit<Measured<unknown>, 'result'> {
  readonly step: Step;
  readonly size: TenantSize;
  readonly requests: RequestCounts;
}

type Way = (tenant: Tenant, step: Step, changed: number) => Promise<Omit<StepFigures, 'step' | 'size'>>;

export function measureProduct(directory: string, size: TenantSize): Promise<StepFigures[]> {
  const dataDirectory = join(directory, 'data');
  return measure(directory, size, STEPS, async (tenant, step, changed) => {
    const { entry } = tenant;
    const job: ProductJob = { entry, dataDirectory, forgetLedger: step === 'ledger forgotten' };
    const { value, requests } = await tenant.counting(() =>
      runJob<ProductResult>(join(import.meta.dirname, 'product.ts'), job),
    );
    const { result, ...measured } = value;
    const { created, updated, deleted } = result.counts;
    expectSame(step, { ...expectedIn(step, size, changed), deleted: 0 }, { created, updated, deleted });
    if (result.state !== 'finished' || result.problems.length > 0)
      throw new Error(`${step}: ${result.state}, ${result.problems.slice(0, 3).join(', ')}`);
    return { ...measured, requests };
  });
}

export function measureNaive(directory: string, size: TenantSize): Promise<StepFigures[]> {
  return measure(directory, size, NAIVE_STEPS, async (tenant, step, changed) => {
    const { entry } = tenant;
    const job: NaiveJob = { entry, mailboxIds: await tenant.mailboxIds(), people: peopleOf(size, changed) };
    const { value, requests } = await tenant.counting(() =>
      runJob<NaiveResult>(join(import.meta.dirname, 'naive.ts'), job),
    );
    const { result, ...measured } = value;
    const { created, updated } = result;
    expectSame(step, expectedIn(step, size, changed), { created, updated });
    return { ...measured, requests };
  });
}

async function measure(
  directory: string,
  size: TenantSize,
  steps: readonly Step[],
  way: Way,
): Promise<StepFigures[]> {
  const tenant = await Tenant.start(directory, size);
  const figures: StepFigures[] = [];
  let changed = 0;
  try {
    for (const step of steps) {
      // As in life, nobody runs a policy within seconds of the last change; see src/connectors/graph/folder-stamp.ts.
      if (step === 'run after it') await setTimeout(11_000);
      if (step === '1 % changed') {
        changed = Math.ceil(size.contacts / 100);
        await tenant.change(peopleOf(size, changed).slice(0, changed));
      }
      figures.push({ step, size, ...(await way(tenant, step, changed)) });
      for (const number of [1, size.mailboxes])
        expectSame(step, { items: size.contacts }, { items: await tenant.itemsIn(number) });
    }
    return figures;
  } finally {
    await tenant.stop();
  }
}

function peopleOf(size: TenantSize, changed: number) {
  return Array.from({ length: size.contacts }, (_, index) => benchPerson(index + 1, index < changed));
}

function expectedIn(step: Step, { mailboxes, contacts }: TenantSize, changed: number) {
  return {
    created: step === 'first fill' ? mailboxes * contacts : 0,
    updated: step === '1 % changed' ? mailboxes * changed : 0,
  };
}

function expectSame(step: Step, expected: object, actual: object): void {
  const [wanted, found] = [JSON.stringify(sorted(expected)), JSON.stringify(sorted(actual))];
  if (wanted !== found) throw new Error(`${step}: expected ${wanted}, found ${found}`);
}

const sorted = (value: object) => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
