import { describe, expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { InMemoryRunQueue } from '../connectors/memory/stores/in-memory-run-queue.ts';
import { Failure } from '../model/failure.ts';
import type { PolicyId } from '../model/ids.ts';
import { type Log, silentLog } from '../ports/log.ts';
import type { ScheduledPolicy } from './scheduler.ts';
import { idOf, MINUTE, settle, TestService } from './testing/test-service.ts';

const hourly = { cron: '15 * * * *' };

describe('the scheduler', () => {
  it('runs a policy in the minute it is due, and not before', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.start();
    await service.pass(14);
    expect(service.running).toEqual([]);
    await service.pass(1);
    expect(service.running).toEqual(['policy 1 at 08:15']);
    service.begun[0]?.end('ended');
    await service.pass(59);
    expect(service.begun).toHaveLength(1);
    await service.pass(1);
    expect(service.running.at(-1)).toBe('policy 1 at 09:15');
    service.begun[1]?.end('ended');
    await service.stop();
  });

  it('runs one policy at a time per environment, in the order they were queued, and other environments meanwhile', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.add(2, hourly);
    service.add(3, hourly, { environment: 'fabrikam' });
    service.start();
    await service.pass(16);
    expect(service.running).toEqual(['policy 1 at 08:15', 'policy 3 at 08:15']);
    service.begun[0]?.end('ended');
    await settle();
    expect(service.running.at(-1)).toBe('policy 2 at 08:16');
    for (const { end } of service.begun) end('ended');
    await settle();
    expect(await service.queue.list()).toEqual([]);
    await service.stop();
  });

  it('runs one policy at a time in all where the settings say so, from the next turn on', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.add(2, hourly, { environment: 'fabrikam' });
    service.add(3, hourly, { environment: 'fabrikam' });
    service.oneAtATime = 'all';
    service.start();
    await service.pass(15);
    expect(service.running).toEqual(['policy 1 at 08:15']);
    service.begun[0]?.end('ended');
    await settle();
    expect(service.running.at(-1)).toBe('policy 2 at 08:15');
    service.begun[1]?.end('ended');
    await settle();
    service.begun[2]?.end('ended');
    await service.stop();
    expect(service.begun).toHaveLength(3);
  });

  it('does not queue a policy again that still runs when it is due', async () => {
    const service = new TestService();
    service.add(1, { interval: { minutes: 5 } });
    service.start();
    await service.pass(30);
    expect(service.running).toEqual(['policy 1 at 08:05']);
    service.begun[0]?.end('ended');
    await service.pass(5);
    expect(service.begun).toHaveLength(2);
    service.begun[1]?.end('ended');
    await service.stop();
  });

  it('makes up for many missed moments with one run, or with none where the policy says so', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.add(2, { ...hourly, missed: 'skip' }, { environment: 'fabrikam' });
    service.start();
    await service.pass(1);
    await service.stop();
    service.clock.advance(5 * 60 * MINUTE);
    service.start();
    await settle();
    expect(service.running).toEqual(['policy 1 at 13:01']);
    expect(await service.queue.list()).toMatchObject([{ reason: 'missed', isRunning: true }]);
    service.begun[0]?.end('ended');
    await service.pass(15);
    expect(service.running.slice(1)).toEqual(['policy 1 at 13:15', 'policy 2 at 13:15']);
    for (const { end } of service.begun) end('ended');
    await service.stop();
  });

  it('a schedule that is new owes nothing for the time before', async () => {
    const service = new TestService();
    service.start();
    await service.pass(120);
    service.add(1, hourly);
    await service.pass(5);
    expect(service.begun).toEqual([]);
    await service.stop();
  });

  it('tries again every minute where somebody else runs the policy', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.start();
    await service.pass(15);
    service.begun[0]?.end('busy');
    await settle();
    expect(service.begun).toHaveLength(1);
    await service.pass(1);
    expect(service.running).toEqual(['policy 1 at 08:15', 'policy 1 at 08:16']);
    service.begun[1]?.end('ended');
    await settle();
    expect(await service.queue.list()).toEqual([]);
    await service.stop();
  });

  it('ends a run that takes too long, and takes the policy from the queue', async () => {
    const service = new TestService();
    service.add(1, { ...hourly, maximumMinutes: 10 });
    service.start();
    await service.pass(24);
    expect(service.begun[0]?.signal.aborted).toBe(false);
    await service.pass(1);
    expect(service.begun[0]?.signal.reason).toMatchObject({
      code: 'cancelled',
      details: { maximumMinutes: 10 },
    });
    service.begun[0]?.end('stopped');
    await settle();
    expect(await service.queue.list()).toEqual([]);
    await service.stop();
  });

  it('a run that fails leaves the queue and the others their turn', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.add(2, hourly);
    service.start();
    await service.pass(15);
    service.begun[0]?.fail();
    await settle();
    expect(service.running).toEqual(['policy 1 at 08:15', 'policy 2 at 08:15']);
    service.begun[1]?.end('ended');
    await service.stop();
  });

  it('a policy that is disabled or removed while it waits does not run', async () => {
    const service = new TestService();
    for (const n of [1, 2, 3]) service.add(n, hourly);
    service.start();
    await service.pass(15);
    service.policies = service.policies.flatMap((policy) => {
      if (policy.id === idOf(2)) return [{ ...policy, timetable: undefined }];
      return policy.id === idOf(3) ? [] : [policy];
    });
    service.begun[0]?.end('ended');
    await service.pass(1);
    expect(service.begun).toHaveLength(1);
    expect(await service.queue.list()).toEqual([]);
    await service.stop();
  });
});

describe('a service that ends', () => {
  it('when stopped ends the run in hand and keeps its place in the queue', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.add(2, hourly);
    service.start();
    await service.pass(15);
    const stopped = service.stop();
    expect(service.begun[0]?.signal.aborted).toBe(true);
    service.begun[0]?.end('stopped');
    await stopped;
    expect(service.begun).toHaveLength(1);
    expect((await service.queue.list()).map((queued) => queued.isRunning)).toEqual([false, false]);
    service.start();
    await settle();
    expect(service.running.at(-1)).toBe('policy 1 at 08:15');
    for (const { end } of service.begun) end('ended');
    await settle();
    expect(service.running.at(-1)).toBe('policy 2 at 08:15');
    for (const { end } of service.begun) end('ended');
    await service.stop();
  });

  it('when killed loses nothing: the next one begins where it was', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.add(2, hourly);
    service.start();
    await service.pass(15);
    service.kill();
    expect((await service.queue.list()).map((queued) => queued.isRunning)).toEqual([true, false]);
    const revived = new TestService({ queue: service.queue });
    for (const n of [1, 2]) revived.add(n, hourly);
    revived.start();
    await settle();
    expect(revived.running).toEqual(['policy 1 at 08:00']);
    revived.begun[0]?.end('ended');
    await settle();
    expect(revived.begun.map(({ name }) => name)).toEqual(['policy 1', 'policy 2']);
    revived.begun[1]?.end('ended');
    await revived.stop();
  });
});

describe('a service in trouble', () => {
  /** Says no to everything while it is locked. */
  class LockedQueue extends InMemoryRunQueue {
    isLocked = false;
    asked = 0;
    override async consideredUntil(id: PolicyId) {
      this.#ask();
      return super.consideredUntil(id);
    }
    override async remove(id: PolicyId) {
      this.#ask();
      return super.remove(id);
    }
    #ask() {
      this.asked += 1;
      if (this.isLocked) throw new Failure('databaseBusy');
    }
  }

  it('that finds its database locked asks once a minute, says so once, and goes on where it was', async () => {
    const queue = new LockedQueue();
    const lines: string[] = [];
    const hear: Log['info'] = (message) => lines.push(message);
    const service = new TestService({ queue, log: { ...silentLog, error: hear, info: hear } });
    service.add(1, hourly);
    service.add(2, hourly);
    service.start();
    await service.pass(15);
    queue.isLocked = true;
    service.begun[0]?.end('ended');
    await settle();
    queue.asked = 0;
    await service.pass(30);
    expect(queue.asked).toBe(30);
    expect(service.begun).toHaveLength(1);
    queue.isLocked = false;
    await service.pass(1);
    expect(service.running.at(-1)).toBe('policy 2 at 08:46');
    expect(lines.slice(2)).toEqual(['scheduler turn failed', 'scheduler works again']);
    service.begun[1]?.end('ended');
    await service.stop();
    expect(await queue.list()).toEqual([]);
  });

  it('that finds its database locked when it begins waits, and begins where the earlier one was', async () => {
    const queue = new LockedQueue();
    const service = new TestService({ queue, endedRuns: async () => ['2026-11-02T08:00:00.000Z'] });
    await queue.consider(idOf(1), '2026-11-02T08:00:00.000Z', {
      ...{ dueAt: '2026-11-02T08:00:00.000Z', reason: 'schedule' },
    });
    await queue.setRunning(idOf(1), true);
    service.add(1, hourly);
    queue.isLocked = true;
    service.start();
    await service.pass(3);
    expect((await queue.list()).map(({ isRunning }) => isRunning)).toEqual([true]);
    queue.isLocked = false;
    await service.pass(1);
    expect(await queue.list()).toEqual([]);
    await service.stop();
  });

  it('tries a run again that the database kept from beginning, and no other', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.add(2, hourly, { environment: 'fabrikam' });
    service.start();
    await service.pass(15);
    service.begun[0]?.fail(new Failure('databaseBusy'));
    service.begun[1]?.fail(new Failure('notFound'));
    await service.pass(3);
    expect(service.running).toEqual(['policy 1 at 08:15', 'policy 2 at 08:15', 'policy 1 at 08:16']);
    service.begun[2]?.end('ended');
    await service.stop();
  });

  it('leaves a policy alone that is not fit to run, and keeps its place', async () => {
    const service = new TestService();
    service.add(1, hourly);
    service.add(2, hourly);
    service.start();
    await service.pass(15);
    const [, second] = service.policies;
    if (second === undefined) throw new Error('no second policy');
    service.policies[1] = { ...second, timetable: undefined, trouble: new Failure('invalidDocument') };
    service.begun[0]?.end('ended');
    await service.pass(90);
    service.begun[1]?.end('ended');
    expect(service.running).toEqual(['policy 1 at 08:15', 'policy 1 at 09:15']);
    service.policies[1] = second;
    await service.pass(1);
    expect(service.running.at(-1)).toBe('policy 2 at 09:45');
    service.begun[2]?.end('ended');
    await service.stop();
  });

  it('leaves a policy out whose schedule cannot be asked, says so once an hour, and runs the others', async () => {
    const said: unknown[] = [];
    const service = new TestService({ log: { ...silentLog, error: (text) => void said.push(text) } });
    const ask = () => {
      throw new Error('no such year');
    };
    service.add(1, hourly, { timetable: { momentsBetween: ask } as unknown as ScheduledPolicy['timetable'] });
    service.add(2, hourly);
    service.start();
    await service.pass(70);
    expect(service.running).toEqual(['policy 2 at 08:15']);
    expect(said).toEqual(Array.from({ length: 2 }, () => 'policy cannot be run as it is stored'));
    service.begun[0]?.end('ended');
    await service.stop();
  });

  it('whose clock is set back a little repeats nothing; set back by more it believes the new time', async () => {
    const service = new TestService();
    service.add(1, { cron: '15,45 * * * *' });
    service.start();
    await service.pass(20);
    service.begun[0]?.end('ended');
    service.clock.set(-2 * 60 * MINUTE);
    await service.pass(119);
    expect(service.begun).toHaveLength(1);
    await service.pass(26);
    expect(service.running.at(-1)).toBe('policy 1 at 08:45');
    service.begun[1]?.end('ended');
    service.clock.set(-4 * 60 * MINUTE);
    await service.pass(40);
    expect(service.running.at(-1)).toBe('policy 1 at 05:15');
    service.begun[2]?.end('ended');
    await service.stop();
  });

  it('whose clock is set ahead by years makes up for them once, and at once', async () => {
    const service = new TestService();
    service.add(1, { cron: '* * * * *' });
    service.start();
    await settle();
    service.clock.set(20 * 365 * 24 * 60 * MINUTE);
    await service.pass(1);
    expect(service.begun).toHaveLength(1);
    service.begun[0]?.end('ended');
    await service.stop();
  });

  it('does not repeat a run that was over when its service died', async () => {
    const first = new TestService();
    first.add(1, hourly);
    first.add(2, hourly);
    first.start();
    await first.pass(15);
    first.kill();
    const next = new TestService({
      queue: first.queue,
      endedRuns: async (id) => (id === idOf(1) ? ['2026-11-02T08:15:31.000Z'] : []),
      clock: new FakeClock('2026-11-02T08:16:30.000Z', { sleepsAtOnce: false }),
    });
    next.add(1, hourly);
    next.add(2, hourly);
    next.start();
    await settle();
    expect(next.running).toEqual(['policy 2 at 08:16']);
    next.begun[0]?.end('ended');
    await next.stop();
  });
});
