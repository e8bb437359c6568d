import { expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import type { MailboxId } from '../model/ids.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import { nextTry } from './mailbox-tries.ts';
import { boxId, World } from './testing/world.ts';

type Call = 'readFolder' | 'applyChanges';

/** The service wants one mailbox to be left alone for `milliseconds` from the first `call` on, as often as `times`. */
function throttle(world: World, box: MailboxId, call: Call, milliseconds: number, times = 1): void {
  const { targets } = world.ports;
  let left = times;
  let until = 0;
  const refuse = (made: Call): void => {
    const now = world.clock.now().getTime();
    if (made === call && left > 0 && now >= until) {
      left -= 1;
      until = now + milliseconds;
    }
    if (now < until) throw new Failure('throttledTooLong', { retryAfterMs: until - now });
  };
  const throttled = (target: MailboxTarget): MailboxTarget => ({
    async readFolder(options, signal) {
      refuse('readFolder');
      return target.readFolder(options, signal);
    },
    readContacts: (itemIds, signal) => target.readContacts(itemIds, signal),
    readUnmarked: (itemIds, signal) => target.readUnmarked(itemIds, signal),
    readElsewhere: (signal) => target.readElsewhere(signal),
    applyFolder: (action, signal) => target.applyFolder(action, signal),
    async applyChanges(changes, signal) {
      refuse('applyChanges');
      return target.applyChanges(changes, signal);
    },
  });
  Object.assign(world.ports, {
    targets: {
      capabilities: targets.capabilities,
      open: (...of: Parameters<typeof targets.open>) =>
        of[0].id === box ? throttled(targets.open(...of)) : targets.open(...of),
      scan: targets.scan.bind(targets),
    },
  });
}

const minutesSince = (world: World, start: number): number => (world.clock.now().getTime() - start) / 60_000;

it.each<Call>(['readFolder', 'applyChanges'])(
  'a mailbox that the service wants to be left alone for six minutes at %s is waited for',
  async (call) => {
    const world = new World(5, 3);
    throttle(world, boxId(2), call, 360_000);
    const start = world.clock.now().getTime();
    const run = await world.run();

    expect(run.state).toBe('finished');
    expect([1, 2, 3].map((box) => world.managed(box).size)).toEqual([5, 5, 5]);
    expect(minutesSince(world, start)).toBeGreaterThanOrEqual(6);
    expect(minutesSince(world, start)).toBeLessThan(7);
    expect(world.eventsOf('run.throttled')).toEqual([
      { type: 'run.throttled', waitingUntil: '2026-11-02T08:06:01.000Z', mailboxesWaiting: 1 },
    ]);
    expect(world.eventsOf('run.resumed')).toHaveLength(1);
  },
);

it('a wait that whoever knows the traffic does not know of is told all the same, and once', async () => {
  const world = new World(5, 2);
  const idle = {
    underWay: 0,
    limit: 4,
    waitingUntil: undefined,
    mailboxesWaiting: 0,
    refusals: 0,
    waitedMs: 0,
  };
  Object.assign(world.ports, { traffic: { state: () => idle } });
  throttle(world, boxId(2), 'applyChanges', 360_000);
  // Time passes a second at a time while the run waits, so that the watch sees it wait.
  const { clock } = world;
  const patient = {
    now: () => clock.now(),
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      const end = clock.now().getTime() + milliseconds;
      do {
        await new Promise((resolve) => setImmediate(resolve));
        if (milliseconds > 1_000) await clock.sleep(500, signal);
      } while (milliseconds > 1_000 && clock.now().getTime() < end);
    },
  };
  Object.assign(world.ports, { clock: patient });
  const run = await world.run();

  expect(run.state).toBe('finished');
  expect(world.eventsOf('run.throttled')).toMatchObject([{ mailboxesWaiting: 1 }]);
  expect(world.eventsOf('run.resumed')).toHaveLength(1);
});

it('a service that asks for an hour is reported at once', async () => {
  const world = new World(5, 2);
  throttle(world, boxId(2), 'applyChanges', 3_600_000);
  const start = world.clock.now().getTime();
  const run = await world.run();

  expect(run.state).toBe('finishedWithErrors');
  expect(world.eventsOf('mailbox.failed')).toMatchObject([{ failure: { code: 'throttledTooLong' } }]);
  expect(minutesSince(world, start)).toBeLessThan(1);
});

it('a service that asks again and again is given up after a quarter of an hour', async () => {
  const world = new World(5, 2);
  throttle(world, boxId(2), 'applyChanges', 360_000, 10);
  const start = world.clock.now().getTime();
  const run = await world.run();

  expect(run.state).toBe('finishedWithErrors');
  expect(world.eventsOf('mailbox.failed')).toHaveLength(1);
  expect(minutesSince(world, start)).toBeLessThanOrEqual(15);
});

it('contacts that the service puts off are written later and are no failures, also in a rollback', async () => {
  const world = new World(5, 2);
  for (const nth of [2, 4]) world.box(2).trouble.atWrite(nth, { kind: 'fail', code: 'throttledTooLong' });
  const run = await world.run();

  expect(run.state).toBe('finished');
  expect(world.managed(2).size).toBe(5);
  expect(world.eventsOf('contact.failed')).toEqual([]);
  expect(world.eventsOf('run.throttled')).toHaveLength(1);

  world.box(2).trouble.atWrite(3, { kind: 'fail', code: 'throttledTooLong' });
  const undone = await world.rollback(run.id);
  expect(undone.state).toBe('finished');
  expect(world.managed(2).size).toBe(0);
  expect(world.eventsOf('run.throttled')).toHaveLength(1);
});

it('a run that is cancelled while it waits ends there', async () => {
  const world = new World(5, 2);
  throttle(world, boxId(2), 'applyChanges', 360_000);
  const controller = new AbortController();
  const { clock } = world;
  const cancelling = {
    now: () => clock.now(),
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      if (milliseconds > 300_000) controller.abort();
      await clock.sleep(milliseconds, signal);
    },
  };
  Object.assign(world.ports, { clock: cancelling });
  const run = await world.run('run', controller.signal);

  expect(run.state).toBe('cancelled');
  expect(world.managed(1).size).toBe(5);
});

it('patience ends for every kind of trouble', () => {
  const triesOf = (code: 'throttledTooLong' | 'mailboxBusy' | 'serviceUnavailable' | 'contactRefused') => {
    let tries = 0;
    let patience = { busy: 0, throttled: 0, throttledMs: 0, other: 0 };
    for (;;) {
      const next = nextTry(new Failure(code, { retryAfterMs: 1_000 }), patience);
      if (next === undefined) return tries;
      tries += 1;
      patience = next.patience;
    }
  };
  expect(triesOf('throttledTooLong')).toBe(5);
  expect(triesOf('mailboxBusy')).toBe(8);
  expect(triesOf('serviceUnavailable')).toBe(1);
  expect(triesOf('contactRefused')).toBe(0);
});
