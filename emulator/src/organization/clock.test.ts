// The clock at its speeds: what sleeping means, and that a jump overtakes nobody who is at work.

import { expect, test } from 'vitest';
import { EmulatorClock, realSpeed } from './clock.ts';

const skipping = { factor: 1, skipWaitingAfterMilliseconds: 5 };

test('at its usual speed the clock is the real one', () => {
  const clock = new EmulatorClock();
  const before = Date.now();
  const shown = clock.now().getTime();
  expect(shown).toBeGreaterThanOrEqual(before);
  expect(shown).toBeLessThanOrEqual(Date.now());
});

test('a factor makes emulated time pass faster, from where the clock stood', async () => {
  const clock = new EmulatorClock();
  const start = clock.milliseconds();
  clock.setSpeed({ ...realSpeed, factor: 1000 });
  expect(clock.milliseconds()).toBeGreaterThanOrEqual(start);
  const realStart = performance.now();
  await clock.sleep(10_000);
  expect(clock.milliseconds() - start).toBeGreaterThanOrEqual(10_000);
  // The twin at real speed would need ten seconds.
  expect(performance.now() - realStart).toBeLessThan(9_000);
  const fast = clock.milliseconds();
  clock.setSpeed(realSpeed);
  expect(clock.milliseconds()).toBeGreaterThanOrEqual(Math.floor(fast));
});

test('skipped waiting: sleepers wake in the order of their hours, at their hours, however long', async () => {
  const clock = new EmulatorClock(skipping);
  const start = clock.milliseconds();
  const woken: [string, number][] = [];
  const sleep = async (name: string, hours: number) => {
    await clock.sleep(hours * 3_600_000);
    woken.push([name, Math.floor((clock.milliseconds() - start) / 3_600_000)]);
  };
  await Promise.all([sleep('c', 5), sleep('a', 1), sleep('b', 2)]);
  expect(woken).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 5],
  ]);
});

test('skipped waiting does not overtake who is at work, nor count work as waiting', async () => {
  const clock = new EmulatorClock(skipping);
  const start = clock.milliseconds();
  const sleeping = clock.sleep(60_000).then(() => 'slept');
  // Work of 60 real milliseconds with sockets in between, each a sign of life within the 5 milliseconds.
  const until = performance.now() + 60;
  let isAwake = false;
  void sleeping.then(() => {
    isAwake = true;
  });
  while (performance.now() < until) {
    clock.noteActivity();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(isAwake).toBe(false);
  expect(clock.milliseconds() - start).toBeLessThan(60_000);
  expect(await sleeping).toBe('slept');
  expect(clock.milliseconds() - start).toBeGreaterThanOrEqual(60_000);
});

test('skipped waiting hears what arrives in the very turn in which the quiet ends', async () => {
  const clock = new EmulatorClock({ factor: 1, skipWaitingAfterMilliseconds: 50 });
  let isAwake = false;
  // What it has heard comes after the timers of its turn, as from a socket.
  const heard = new Promise((resolve) => {
    setTimeout(() => {
      setImmediate(() => {
        clock.noteActivity();
        setImmediate(resolve);
      });
    }, 45);
  });
  const sleeping = clock.sleep(60_000).then(() => {
    isAwake = true;
  });
  // Holds the loop until the clock's own timer is due as well, so that both fire in one turn, that one first.
  const armedAt = performance.now();
  while (performance.now() < armedAt + 53);
  await heard;
  expect(isAwake).toBe(false);
  await sleeping;
});

test('moving the clock wakes those whose hour has passed, and only those', async () => {
  const clock = new EmulatorClock();
  const stop = new AbortController();
  const short = clock.sleep(60_000).then(() => 'short');
  const long = clock.sleep(7_200_000, stop.signal);
  clock.advance(3_600_000);
  expect(await Promise.race([short, long])).toBe('short');
  stop.abort(new Error('enough'));
  await expect(long).rejects.toThrow('enough');
});

test('an aborted sleeper is not jumped to', async () => {
  const clock = new EmulatorClock(skipping);
  const start = clock.milliseconds();
  const stop = new AbortController();
  const long = clock.sleep(3_600_000, stop.signal);
  stop.abort(new Error('enough'));
  await expect(long).rejects.toThrow('enough');
  await expect(clock.sleep(1, stop.signal)).rejects.toThrow('enough');
  await clock.sleep(1_000);
  expect(clock.milliseconds() - start).toBeLessThan(3_600_000);
});

test('a reset brings back real time and wakes everybody', async () => {
  const clock = new EmulatorClock();
  clock.advance(86_400_000);
  const sleeping = clock.sleep(86_400_000);
  clock.reset();
  await sleeping;
  expect(Math.abs(clock.milliseconds() - Date.now())).toBeLessThan(3_600_000);
  expect(() => clock.setSpeed({ ...realSpeed, factor: 0 })).toThrow(RangeError);
  expect(() => clock.advance(-1)).toThrow(RangeError);
});
