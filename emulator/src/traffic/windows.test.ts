// The arithmetic of windows and buckets, with times of our own.

import { expect, test } from 'vitest';
import { SlidingWindow, TokenBucket } from './windows.ts';

const limit = { most: 3, seconds: 10 };

test('a window slides: what is older than its length no longer counts', () => {
  const window = new SlidingWindow();
  for (const time of [0, 4_000, 8_000]) {
    expect(window.waitFor(time, 1, limit)).toBe(0);
    window.add(time, 1);
  }
  expect(window.waitFor(9_000, 1, limit)).toBe(1_000);
  expect(window.waitFor(9_000, 2, limit)).toBe(5_000);
  expect(window.waitFor(10_000, 1, limit)).toBe(0);
  window.add(10_000, 1);
  expect(window.waitFor(13_000, 1, limit)).toBe(1_000);
  expect(window.waitFor(30_000, 3, limit)).toBe(0);
});

test('more than the limit in one piece never fits', () => {
  expect(new SlidingWindow().waitFor(0, 4, limit)).toBe(10_000);
});

test('a long life forgets what is past and stays exact', () => {
  const window = new SlidingWindow();
  for (let time = 0; time < 5_000_000; time += 1_000) window.add(time, 1);
  expect(window.waitFor(5_000_000, 1, { most: 10, seconds: 10 })).toBe(0);
  expect(window.waitFor(5_000_000, 1, { most: 9, seconds: 10 })).toBe(1_000);
});

test('a bucket is full at first and fills evenly, never beyond its rim', () => {
  const bucket = new TokenBucket(0, limit);
  expect([1, 1, 1].map((amount) => bucket.take(0, amount, limit))).toEqual([0, 0, 0]);
  expect(bucket.usedShare(limit)).toBe(1);
  expect(bucket.take(0, 1, limit)).toBeCloseTo(10_000 / 3);
  expect(bucket.take(5_000, 1, limit)).toBe(0);
  expect(bucket.usedShare(limit)).toBeCloseTo(1 - 0.5 / 3);
  expect(bucket.take(1_000_000, 4, limit)).toBeGreaterThan(0);
  expect(bucket.take(1_000_000, 3, limit)).toBe(0);
});
