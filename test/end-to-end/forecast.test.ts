// How long a run takes and what it waits for, as the command line tells it to somebody who reads along, and to somebody
// who asks from another window.

import { once } from 'node:events';
import type { RunView, StatusView } from '@contactsync/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type RunAnswer } from './installation.ts';

let box: Installation;

beforeAll(async () => {
  box = await Installation.start({ recipients: 60, mailboxes: 8 });
  await box.setUp();
  await box.control.setTraffic({ latency: { milliseconds: 20 }, limits: true });
});
afterAll(() => box.close());

const refuse = (retryAfterSeconds: number) =>
  box.control.addFault({ method: 'POST', batchPart: true, action: { kind: 'throttled', retryAfterSeconds } });

/** Resolves when the command has said this. */
async function said(child: ReturnType<Installation['spawn']>['child'], words: RegExp): Promise<void> {
  let output = '';
  while (!words.test(output)) {
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    output += chunk.toString('utf8');
  }
}

describe('before a run', () => {
  it('is told by the count and by the test run', async () => {
    const counted = await box.run(['count', 'All staff']);
    expect(counted.output).toMatch(
      /^Filling \d+ mailboxes for the first time takes about .* for every 1,000 contacts in each; from the published limits/m,
    );
    const test = await box.run(['run', 'All staff', '--test']);
    expect(test.output).toMatch(/^The real run takes about .*: [\d,]+ changes, [\d,]+ requests/m);
    const { report } = await box.json<RunAnswer>(['run', 'All staff', '--test']);
    const { create } = report.planned;
    expect(report.times?.forecast).toMatchObject({ writes: create });
    expect((await box.run(['count', 'All staff'])).output).toMatch(/^A run now takes about /m);
  });
});

describe('a run that Exchange asks to wait', () => {
  it('says so, also in another window', async () => {
    // Long enough for two more commands to start and look, however slow the computer.
    await refuse(280);
    const { child, answer } = box.spawn(['run', 'All staff']);
    child.stdin.end();
    await said(child, /Exchange asks us to wait until \d\d:\d\d:\d\d \(1 mailbox\)\n/);
    const status = await box.json<StatusView>(['status']);
    expect(status.runs).toMatchObject([{ run: { state: 'applying' }, times: { mailboxesWaiting: 1 } }]);
    const shown = await box.run(['status']);
    expect(shown.output).toMatch(/asks us to wait until .*\n {2}about .* left; /);
    child.kill('SIGINT');
    const { output } = await answer;
    expect(output).toMatch(/^forecast: about .* changes, .* requests$/m);
    expect(output).toContain('cancelled');
  });

  it('is finished all the same, and the wait stands in its report without a number', async () => {
    // Looked at once a second, and told while three seconds of it are left.
    await refuse(10);
    const { report } = await box.json<RunAnswer>(['run', 'All staff']);
    expect(report.run.state).toBe('finished');
    expect(report.times).toMatchObject({ waits: 1, mailboxesWaiting: 0 });
    expect(report.times?.waitingUntil).toBeUndefined();
    expect(report.failures).toEqual([]);
    const shown = await box.run(['run', 'show', 'last']);
    expect(shown.output).toMatch(/^ {2}waited {5}once at the wish of Exchange, /m);
    expect(shown.output).toMatch(/^finished after .* \(forecast .*\)$/m);
    const { runs } = await box.json<{ runs: RunView[] }>(['runs', '--limit', '1']);
    expect(runs[0]?.times?.foretold?.high).toBeGreaterThan(0);
  });
});
