import { expect, it } from 'vitest';
import { documentName } from './document-name.ts';

it('is one line, whatever the language', () => {
  for (const name of ['All staff', 'Änne 山田 👩‍👩‍👧', ' trimmed\n'])
    expect(documentName.safeParse(name).success).toBe(true);
  for (const name of [
    'two\nlines',
    'two\r\nlines',
    'a\u2028b',
    'a\u001b[31m',
    'a\u0085b',
    ' ',
    'x'.repeat(121),
  ])
    expect(documentName.safeParse(name).success).toBe(false);
});
