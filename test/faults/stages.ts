// The moments of a policy's life at which a fault may strike, each prepared once: a tenant, a data directory, the work
// that is done next, and what comes of it when nothing goes wrong.

import { afterAll, beforeAll } from 'vitest';
import type { LoggedRequest } from '../../emulator/src/server/request-log.ts';
import { DataDirectory, type Work, work } from './product.ts';
import { type Mailboxes, type Moment, Tenant, type Wire } from './tenant.ts';

export const STAGES = [
  'first fill',
  'changes',
  'unchanged',
  'folder renamed',
  'ledger forgotten',
  'rollback',
  'clean-up',
] as const;
export type StageName = (typeof STAGES)[number];

export interface Stage {
  readonly name: StageName;
  readonly moment: Moment;
  readonly directory: DataDirectory;
  readonly work: Work;
  /** The same work without a fault: after it, and after one more run. */
  readonly reference: { readonly next: Mailboxes; readonly end: Mailboxes };
  readonly requests: readonly LoggedRequest[];
}

type Stages = Readonly<Record<StageName, Stage>>;

/** What follows once the trouble is over. */
export function workAfter(first: Work): Work {
  return first.kind === 'run' ? { ...first, forgetLedger: false } : first;
}

async function prepareStages(tenant: Tenant): Promise<Stages> {
  const directory = new DataDirectory();
  const well = async (where: DataDirectory, what: Work): Promise<void> => {
    const { run, report } = await work(tenant, where, what);
    if (run.state === 'finished') return;
    throw new Error(`without a fault it ends as ${run.state}: ${JSON.stringify(report.failures)}`);
  };
  const prepare = async (name: StageName, next: Work): Promise<Stage> => {
    const moment = tenant.moment();
    const start = directory.copy();
    const trial = directory.copy();
    tenant.returnTo(moment);
    await well(trial, next);
    const requests = tenant.emulator.context.log.entries.filter(({ face }) => face !== 'control');
    const after = await tenant.mailboxes();
    await well(trial, workAfter(next));
    const reference = { next: after, end: await tenant.mailboxes() };
    trial.remove();
    tenant.returnTo(moment);
    return { name, moment, directory: start, work: next, reference, requests };
  };
  const first = await prepare('first fill', { kind: 'run' });
  await well(directory, { kind: 'run' });
  const unchanged = await prepare('unchanged', { kind: 'run' });
  const renamed = await prepare('folder renamed', { kind: 'run', folderName: 'Colleagues' });
  const forgotten = await prepare('ledger forgotten', { kind: 'run', forgetLedger: true });
  await tenant.live();
  const changes = await prepare('changes', { kind: 'run' });
  const cleanUp = await prepare('clean-up', { kind: 'cleanup' });
  await well(directory, { kind: 'run' });
  const rollback = await prepare('rollback', { kind: 'rollback' });
  directory.remove();
  return {
    'first fill': first,
    changes,
    unchanged,
    'folder renamed': renamed,
    'ledger forgotten': forgotten,
    rollback,
    'clean-up': cleanUp,
  };
}

/** For a test file: a tenant of its own with every stage prepared, from when its tests begin until they end. */
export function useStages(wire?: Wire): { readonly tenant: Tenant; readonly stages: Stages } {
  let tenant: Tenant | undefined;
  let stages: Stages | undefined;
  beforeAll(async () => {
    tenant = await Tenant.start(wire);
    stages = await prepareStages(tenant);
  });
  afterAll(async () => {
    for (const { directory } of Object.values(stages ?? {})) directory.remove();
    await tenant?.close();
  });
  return {
    get tenant() {
      return known(tenant);
    },
    get stages() {
      return known(stages);
    },
  };
}

function known<Prepared>(thing: Prepared | undefined): Prepared {
  if (thing === undefined) throw new Error('the tests have not begun');
  return thing;
}
