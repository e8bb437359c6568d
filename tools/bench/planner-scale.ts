// The planner at several sizes, each in a process of its own, and how its memory grows with the mailboxes.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runJob } from './job.ts';
import type { PlannerJob, PlannerResult } from './planner.ts';

export interface PlannerRun {
  readonly mailboxes: number;
  readonly contacts: number;
  readonly ledger: PlannerJob['ledger'];
  /** undefined: as much as Node takes on this machine. */
  readonly heapLimit: number | undefined;
  readonly microsecondsPerContact: number;
  readonly peakMegabytes: number;
  readonly liveMegabytes: number;
}

export interface PlannerFigures {
  readonly runs: readonly PlannerRun[];
  readonly small: PlannerRun;
  readonly large: PlannerRun;
  readonly database: PlannerRun;
  /** Peak memory, large to small; Node collects when it likes. */
  readonly memoryRatio: number;
  /** The same with a heap limit, which leaves no room for garbage to grow with the length of the run. */
  readonly limitedRatio: number;
}

/** Megabytes, several times of what is alive at any moment. */
export const HEAP_LIMIT = 256;

export interface PlannerSizes {
  readonly contacts: number;
  readonly small: number;
  readonly large: number;
}

export async function measurePlanner(
  directory: string,
  { contacts, small: fewer, large: more }: PlannerSizes,
  said: (run: PlannerRun) => void,
): Promise<PlannerFigures> {
  const planned = async (
    mailboxes: number,
    ledger: PlannerJob['ledger'],
    heapLimit?: number,
  ): Promise<PlannerRun> => {
    const dataDirectory = mkdtempSync(join(directory, 'planner-'));
    const job: PlannerJob = { dataDirectory, mailboxes, contacts, ledger };
    const { result, peakMegabytes } = await runJob<PlannerResult>(
      join(import.meta.dirname, 'planner.ts'),
      job,
      heapLimit === undefined ? [] : [`--max-old-space-size=${heapLimit}`],
    );
    const { cpuSeconds, makingSeconds, kept, liveMegabytes } = result;
    const microsecondsPerContact = ((cpuSeconds - makingSeconds) / kept) * 1e6;
    const run = {
      mailboxes,
      contacts,
      ledger,
      heapLimit,
      microsecondsPerContact,
      peakMegabytes,
      liveMegabytes,
    };
    said(run);
    return run;
  };
  const first = await planned(fewer / 10, 'generated');
  const small = await planned(fewer, 'generated');
  const large = await planned(more, 'generated');
  const limitedSmall = await planned(fewer, 'generated', HEAP_LIMIT);
  const limitedLarge = await planned(more, 'generated', HEAP_LIMIT);
  const database = await planned(fewer / 2, 'database');
  return {
    runs: [first, small, large, limitedSmall, limitedLarge, database],
    ...{ small, large, database },
    memoryRatio: large.peakMegabytes / small.peakMegabytes,
    limitedRatio: limitedLarge.peakMegabytes / limitedSmall.peakMegabytes,
  };
}
