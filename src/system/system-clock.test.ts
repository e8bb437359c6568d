import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock } from './system-clock.ts';

it('a wait longer than a timer can be does not end at once', async () => {
  const stop = new AbortController();
  const waiting = systemClock.sleep(2 ** 40, stop.signal);
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  await systemClock.sleep(2);
  const reason = new Error('stopped');
  stop.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});
