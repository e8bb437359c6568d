import type { RunTimesView } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import {
  aboutText,
  durationText,
  expectedPhotosText,
  momentText,
  rangeText,
  timeText,
  waitsText,
  waitText,
} from './duration-text.ts';

describe('a duration', () => {
  it.each([
    [0, '1 s'],
    [0.4, '1 s'],
    [42.4, '42 s'],
    [119.4, '119 s'],
    [120, '2 min'],
    [5_399, '90 min'],
    [5_400, '1.5 h'],
    [7_200, '2 h'],
    [19_531, '5.4 h'],
    [86_400, '24 h'],
    [200_000, '2.3 days'],
  ])('of %d s reads well', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it('is given as a range, in one unit where both ends have it', () => {
    expect(rangeText({ low: 180, expected: 240, high: 360 })).toBe('3 to 6 min');
    expect(rangeText({ low: 3_000, expected: 5_000, high: 7_600 })).toBe('50 min to 2.1 h');
    expect(rangeText({ low: 0, expected: 0, high: 0.5 })).toBe('1 s');
    expect(rangeText({ low: 118, expected: 240, high: 480 })).toBe('2 to 8 min');
    expect(rangeText({ low: 40, expected: 240, high: 480 })).toBe('40 s to 8 min');
    expect(rangeText({ low: 3, expected: 4, high: 4.2 })).toBe('3 to 4 s');
    expect(rangeText({ low: 0.2, expected: 60, high: 300 })).toBe('up to 5 min');
    expect(aboutText({ low: 180, expected: 240, high: 360 })).toBe('about 4 min (3 to 6 min)');
  });

  it('is given without a range that says nothing more', () => {
    expect(aboutText({ low: 2, expected: 2.1, high: 2.2 })).toBe('about 2 s');
    expect(aboutText({ low: 0.8, expected: 2.1, high: 2.2 })).toBe('about 2 s');
    expect(aboutText({ low: 100, expected: 110, high: 121 })).toBe('about 110 s');
    expect(aboutText({ low: 0.8, expected: 2.1, high: 4.2 })).toBe('about 2 s (up to 4 s)');
  });
});

describe('a wait', () => {
  it('is told in the time of the reader', () => {
    expect(timeText('2026-11-22T13:03:20.000Z', 'Europe/Berlin')).toBe('14:03:20');
    expect(timeText('soon')).toBe('soon');
    expect(waitText('2026-11-22T13:03:20.000Z', 1)).toMatch(
      /^Exchange asks us to wait until \d\d:\d\d:\d\d \(1 mailbox\)$/,
    );
  });

  it('names day and time where the reader is', () => {
    expect(momentText('2026-11-02T23:30:00.000Z', 'Europe/Berlin')).toBe('Tue 2026-11-03 00:30');
    expect(momentText('never')).toBe('never');
  });

  it('is a remark, and none where there was none', () => {
    const times: RunTimesView = {
      took: 300,
      foretold: undefined,
      forecast: undefined,
      waits: 0,
      waited: 0,
      waitingUntil: undefined,
      mailboxesWaiting: 0,
    };
    expect(waitsText(times)).toBeUndefined();
    expect(waitsText({ ...times, waits: 1, waited: 14 })).toBe('once at the wish of Exchange, 14 s in all');
    expect(waitsText({ ...times, waits: 3, waited: 125 })).toBe(
      '3 times at the wish of Exchange, 2 min in all',
    );
  });
});

describe('photos of a forecast', () => {
  const range = { low: 0, expected: 1, high: 2 };
  const forecast = {
    basis: 'limits' as const,
    reading: undefined,
    planning: undefined,
    writing: range,
    total: range,
    requests: 0,
    writes: 0,
  };
  const photos = (pictures: number) => ({ pictures, requests: 0, bytes: pictures * 10_000, writing: range });

  it.each([
    [1, '1 photo (0.1 MB)'],
    [40, '40 photos (0.4 MB)'],
    [250_000, '250,000 photos (2,500 MB)'],
  ])('%i: %s', (pictures, text) => {
    expect(expectedPhotosText({ ...forecast, photos: photos(pictures) })).toEqual([text]);
  });

  it('are not mentioned where none are expected', () => {
    expect(expectedPhotosText(forecast)).toEqual([]);
  });
});
