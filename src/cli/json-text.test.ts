import { expect, it } from 'vitest';
import { jsonText } from './json-text.ts';

it('escapes what a terminal would obey, and means the same', () => {
  const value = { name: 'a\u0085b\u009b31m\u202efdp.exe\u2066c\u2069\u007f', plain: 'Änne 山田 👩‍👩‍👧' };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toContain(String.raw`a\u0085b\u009b31m\u202efdp.exe\u2066c\u2069\u007f`);
  expect(text).toContain('Änne 山田 👩‍👩‍👧');
});
