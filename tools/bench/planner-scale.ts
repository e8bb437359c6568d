// The planner at several sizes, each in a process of its own, and how its memory grows with the mailboxes.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runJob } from './job.ts';
import type { PlannerJob, PlannerResult } from './planner.ts';

export interface PlannerRun {
  readonly mailboxes: number;
  readonly contacts: number;
  readonly ledger: PlannerJob['ledger'];
  readonly microsecondsPerContact: number;
  readonly peakMegabytes: number;
  readonly liveMegabytes: number;
}

export interface PlannerFigures {
  readonly runs: readonly PlannerRun[];
  readonly small: PlannerRun;
  readonly large: PlannerRun;
  readonly database: PlannerRun;
  readonly memoryRatio: number;
  readonly liveRatio: number;
}

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
  const planned = async (mailboxes: number, ledger: PlannerJob['ledger']): Promise<PlannerRun> => {
    const dataDirectory = mkdtempSync(join(directory, 'planner-'));
    const job: PlannerJob = { dataDirectory, mailboxes, contacts, ledger };
    const { result, peakMegabytes } = await runJob<PlannerResult>(
      join(import.meta.dirname, 'planner.ts'),
      job,
    );
    const { cpuSeconds, makingSeconds, kept, liveMegabytes } = result;
    const microsecondsPerContact = ((cpuSeconds - makingSeconds) / kept) * 1e6;
    const run = { mailboxes, contacts, ledger, microsecondsPerContact, peakMegabytes, liveMegabytes };
    said(run);
    return run;
  };
  const first = await planned(fewer / 10, 'generated');
  const small = await planned(fewer, 'generated');
  const large = await planned(more, 'generated');
  const database = await planned(fewer / 2, 'database');
  return {
    runs: [first, small, large, database],
    ...{ small, large, database },
    memoryRatio: large.peakMegabytes / small.peakMegabytes,
    liveRatio: large.liveMegabytes / small.liveMegabytes,
  };
}
