import { describe, expect, it } from 'vitest';
import { cells, cutTo, padEnd, visible } from './terminal-text.ts';

describe('visible', () => {
  it('writes out what could move the cursor, recolor or reorder', () => {
    expect(visible('Eve\u001b[31m\u0007\r\nAdmin')).toBe('Eve\\u{001b}[31m\\u{0007}\\r\\nAdmin');
    expect(visible('invoice\u202Etxt.exe')).toBe('invoice\\u{202e}txt.exe');
    expect(visible('a\u009b31mb\u200bc\ud800d\u2066e')).toBe('a\\u{009b}31mb\\u{200b}c\\u{d800}d\\u{2066}e');
  });

  it('leaves names of all languages alone', () => {
    for (const name of [
      'Änne Žižková',
      '山田 太郎',
      'محمد الأحمد',
      'O’Neil-Smith',
      '👩‍👩‍👧 family',
      'می‌خواهم',
    ])
      expect(visible(name)).toBe(name);
  });
});

describe('width', () => {
  it('counts cells, not code units', () => {
    expect(cells('abc')).toBe(3);
    expect(cells('山田')).toBe(4);
    expect(cells('e\u0301')).toBe(1);
    expect(cells('👩‍👩‍👧')).toBe(2);
  });

  it('pads and cuts by cells', () => {
    expect(padEnd('山', 4)).toBe('山  ');
    expect(cutTo('山田太郎', 5)).toBe('山田…');
    expect(cutTo('abc', 3)).toBe('abc');
    expect(cutTo('abcd', 3)).toBe('ab…');
  });
});
