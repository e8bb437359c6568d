import { describe, expect, it } from 'vitest';
import { BatchSize } from './batch-size.ts';
import { LONGEST_WAIT_MS, Pace } from './pace.ts';

const signal = new AbortController().signal;

/** Time moves only where the test says so; whoever sleeps is woken by it. */
function handClock() {
  let now = Date.parse('2026-11-02T08:00:00Z');
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => new Date(now),
    sleep: (milliseconds: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ until: now + milliseconds, wake });
      }),
    async advance(milliseconds: number) {
      now += milliseconds;
      for (const sleeper of sleepers.splice(0)) {
        if (sleeper.until <= now) sleeper.wake();
        else sleepers.push(sleeper);
      }
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
  };
}

function opened() {
  const clock = handClock();
  const pace = new Pace(clock);
  const inside: string[] = [];
  const leaves: (() => void)[] = [];
  const enter = (key: string) =>
    pace.enter(key, 600_000, signal).then((leave) => {
      inside.push(key);
      leaves.push(leave);
    });
  return { clock, pace, inside, leaves, enter };
}

describe('the pace', () => {
  it('begins with one request and doubles with every good answer, up to ten', async () => {
    const { clock, pace, inside, leaves, enter } = opened();
    for (let number = 0; number < 30; number += 1) void enter(`${number}`);
    await clock.advance(0);
    expect(inside).toHaveLength(1);
    const widths: number[] = [];
    for (let answers = 0; answers < 6; answers += 1) {
      pace.answered();
      leaves.shift()?.();
      await clock.advance(0);
      widths.push(pace.state().underWay);
    }
    expect(widths).toEqual([2, 4, 8, 10, 10, 10]);
  });

  it('lets nobody in before the end of a pause, whichever mailbox, also who already stood in the queue', async () => {
    const { clock, pace, inside, leaves, enter } = opened();
    void enter('a');
    void enter('b');
    await clock.advance(0);
    expect(inside).toEqual(['a']);
    pace.pause(300_000);
    leaves.shift()?.();
    void enter('c');
    await clock.advance(299_999);
    expect(inside).toEqual(['a']);
    expect(pace.state()).toMatchObject({
      waitingUntil: '2026-11-02T08:05:00.000Z',
      mailboxesWaiting: 2,
      refusals: 1,
    });
    await clock.advance(1);
    expect(inside).toHaveLength(2);
    leaves.shift()?.();
    await clock.advance(0);
    expect(inside.toSorted()).toEqual(['a', 'b', 'c']);
    expect(pace.state()).toMatchObject({ waitingUntil: undefined, mailboxesWaiting: 0, waitedMs: 300_000 });
  });

  it('a shorter wish does not end a longer one, and waits that overlap are not added up', async () => {
    const { clock, pace } = opened();
    pace.pause(60_000);
    pace.pause(10_000);
    await clock.advance(30_000);
    pace.pause(60_000);
    await clock.advance(60_000);
    expect(pace.state()).toMatchObject({ waitedMs: 90_000, refusals: 3 });
  });

  it('halves at a refusal and comes back one by one', async () => {
    const { pace, clock } = opened();
    for (let count = 0; count < 5; count += 1) pace.answered();
    expect(pace.state().limit).toBe(10);
    pace.pause(0);
    expect(pace.state().limit).toBe(5);
    for (let count = 0; count < 20; count += 1) pace.answered();
    expect(pace.state().limit).toBe(6);
    await clock.advance(0);
  });

  it('says so when the server wants to be left alone for longer than anybody waits', async () => {
    const { pace } = opened();
    pace.pause(700_000);
    await expect(pace.enter('a', 600_000, signal)).rejects.toMatchObject({
      code: 'throttledTooLong',
      retryAfterMs: 700_000,
    });
  });

  it.each([Number.POSITIVE_INFINITY, 1e18, LONGEST_WAIT_MS + 1])(
    'ends a pause of %d at the longest',
    async (wish) => {
      const { clock, pace, inside, enter } = opened();
      pace.pause(wish);
      expect(pace.state().waitingUntil).toBe('2026-11-02T09:00:00.000Z');
      await expect(enter('a')).rejects.toMatchObject({ retryAfterMs: LONGEST_WAIT_MS });
      await clock.advance(LONGEST_WAIT_MS);
      await enter('b');
      expect(inside).toEqual(['b']);
    },
  );

  it.each([Number.NaN, -60_000, 0])('makes no pause of %d', async (wish) => {
    const { pace, inside, enter } = opened();
    pace.pause(wish);
    await enter('a');
    expect(inside).toEqual(['a']);
    expect(pace.state()).toMatchObject({ waitingUntil: undefined, waitedMs: 0 });
  });

  it('who gives up in the queue holds up nobody', async () => {
    const { clock, pace, inside, leaves, enter } = opened();
    await enter('a');
    const controller = new AbortController();
    const given = pace.enter('b', 1_000, controller.signal).catch((reason: unknown) => reason);
    void enter('c');
    controller.abort();
    expect(await given).toBe(controller.signal.reason);
    leaves.shift()?.();
    await clock.advance(0);
    expect(inside).toEqual(['a', 'c']);
  });
});

describe('the size of a batch', () => {
  it('begins with 50 and grows to 100 while the server is quick', () => {
    const size = new BatchSize();
    const sizes = [size.current];
    for (let count = 0; count < 8; count += 1) {
      size.passed(size.current, 1_000);
      sizes.push(size.current);
    }
    expect(sizes).toEqual([50, 50, 75, 75, 100, 100, 100, 100, 100]);
  });

  it('is halved when it is too much or takes too long, down to one', () => {
    const size = new BatchSize();
    size.passed(50, 30_000);
    expect(size.current).toBe(25);
    for (let count = 0; count < 9; count += 1) size.shrink(size.current);
    expect(size.current).toBe(1);
  });

  it('comes back slowly, below what was too much, and tries a little more after a while', () => {
    const size = new BatchSize();
    size.shrink(50);
    const sizes = Array.from({ length: 14 }, () => {
      size.passed(size.current, 1_000);
      return size.current;
    });
    expect(sizes).toEqual([25, 32, 32, 40, 40, 49, 49, 49, 49, 49, 49, 49, 49, 49]);
    for (let count = 0; count < 11; count += 1) size.passed(49, 1_000);
    expect(size.current).toBe(49);
    size.passed(49, 1_000);
    expect(size.current).toBe(50);
  });

  it('learns nothing from batches that were not full', () => {
    const size = new BatchSize();
    for (let count = 0; count < 9; count += 1) size.passed(10, 10);
    expect(size.current).toBe(50);
  });
});
