// Work that is measured runs in a process of its own, so that its processor time and memory are its alone. The job comes
// in as JSON on standard input and what was measured goes out as one line of JSON.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

export interface Measured<Result> {
  readonly result: Result;
  readonly elapsedSeconds: number;
  /** User and system, all threads, without the start of the process. */
  readonly cpuSeconds: number;
  readonly startCpuSeconds: number;
  readonly peakMegabytes: number;
}

export async function runJob<Result>(
  script: string,
  job: object,
  nodeOptions: readonly string[] = [],
): Promise<Measured<Result>> {
  const child = spawn(process.execPath, [...nodeOptions, script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(job));
  const closed = new Promise<number>((resolve, reject) =>
    child.on('error', reject).on('close', (code) => resolve(code ?? 70)),
  );
  const [code, output] = await Promise.all([closed, text(child.stdout)]);
  if (code !== 0) throw new Error(`${script} ended with code ${code}`);
  return JSON.parse(output) as Measured<Result>;
}

export async function answerJob<Job, Result>(work: (job: Job) => Promise<Result>): Promise<void> {
  const job = JSON.parse(await text(process.stdin)) as Job;
  const start = process.cpuUsage();
  const startedAt = performance.now();
  const result = await work(job);
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(start);
  const measured: Measured<Result> = {
    result,
    elapsedSeconds,
    cpuSeconds: (user + system) / 1e6,
    startCpuSeconds: (start.user + start.system) / 1e6,
    peakMegabytes: peakMegabytes(),
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

function peakMegabytes(): number {
  // Linux hands a parent's peak on to the child in getrusage; the status file tells the peak of this program.
  const peak = process.platform === 'linux' ? /VmHWM:\s+(\d+) kB/.exec(readStatus())?.[1] : undefined;
  return (peak === undefined ? process.resourceUsage().maxRSS : Number(peak)) / 1024;
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
