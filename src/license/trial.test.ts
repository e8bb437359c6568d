import { expect, test } from 'vitest';
import { settingsInMemory } from '../connectors/memory/stores/settings-in-memory.ts';
import { createTrial } from './trial.ts';

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

test('a clock set back again and again still lets the days pass', async () => {
  const settings = settingsInMemory();
  const trial = createTrial(settings);
  await trial.recordRun(day(0));
  await trial.recordRun(day(20));
  await trial.recordRun(day(3));
  expect(await trial.current(day(3.5))).toMatchObject({ mayWrite: true, endsAt: day(4).toISOString() });
  await trial.recordRun(day(3.6));
  await trial.recordRun(day(2));
  expect(await trial.current(day(2.3))).toMatchObject({ mayWrite: true });
  expect(await trial.current(day(2.5))).toMatchObject({ mayWrite: false });
});

test('a clock that was behind and is put right again loses nothing', async () => {
  const trial = createTrial(settingsInMemory());
  await trial.recordRun(day(0));
  await trial.recordRun(day(5));
  await trial.recordRun(day(-300));
  await trial.recordRun(day(6));
  expect(await trial.current(day(20))).toMatchObject({ mayWrite: true, endsAt: day(21).toISOString() });
});

test('looking with a wrong clock ends nothing', async () => {
  const trial = createTrial(settingsInMemory());
  await trial.recordRun(day(0));
  expect(await trial.current(day(9_000))).toMatchObject({ mayWrite: false });
  expect(await trial.current(day(1))).toMatchObject({ mayWrite: true });
});
