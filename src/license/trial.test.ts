import { expect, test } from 'vitest';
import type { Settings } from '../ports/settings.ts';
import { createTrial } from './trial.ts';

function settingsInMemory(): Settings {
  const values = new Map<string, string>();
  return {
    read: async (key) => values.get(key),
    write: async (key, value) => void values.set(key, value),
    writeIfAbsent: async (key, value) => {
      const standing = values.get(key) ?? value;
      values.set(key, standing);
      return standing;
    },
    remove: async (key) => void values.delete(key),
  };
}

const start = Date.parse('2026-11-02T08:00:00.000Z');
const day = (number: number) => new Date(start + number * 24 * 60 * 60 * 1000);

test('before the first run nothing counts, however long that lasts', async () => {
  const trial = createTrial(settingsInMemory());
  for (const number of [0, 400]) {
    expect(await trial.current(day(number))).toEqual({
      kind: 'trial',
      maxMailboxes: 20,
      mayWrite: true,
      endsAt: undefined,
    });
  }
});

test('21 days from the first run, to the millisecond', async () => {
  const trial = createTrial(settingsInMemory());
  await trial.recordRun(day(0));
  await trial.recordRun(day(5));
  const endsAt = day(21).toISOString();
  expect(await trial.current(day(20))).toMatchObject({ mayWrite: true, endsAt });
  expect(await trial.current(new Date(day(21).getTime() - 1))).toMatchObject({ mayWrite: true });
  expect(await trial.current(day(21))).toEqual({ kind: 'trial', maxMailboxes: 20, mayWrite: false, endsAt });
});

test('setting the clock back does not bring the trial back', async () => {
  const settings = settingsInMemory();
  await createTrial(settings).recordRun(day(0));
  await createTrial(settings).recordRun(day(22));
  const restarted = createTrial(settings);
  await restarted.recordRun(day(1));
  expect(await restarted.current(day(1))).toMatchObject({ mayWrite: false });
});

test('looking with a wrong clock ends nothing', async () => {
  const trial = createTrial(settingsInMemory());
  await trial.recordRun(day(0));
  expect(await trial.current(day(9_000))).toMatchObject({ mayWrite: false });
  expect(await trial.current(day(1))).toMatchObject({ mayWrite: true });
});
