// Text from a directory that many people edit, on its way into a mail.

import { UNSEEN_CHARACTERS } from '@contactsync/contract';

/** On one line; what is not visible is left out, so that no name can break a header, reorder a line or hide. */
export function plainLine(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replace(UNSEEN_CHARACTERS, '');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

const charactersOf = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment);

export const lengthOf = (text: string): number => charactersOf(text).length;

/** Cut between characters, never within one. */
export function cutTo(text: string, length: number): string {
  const characters = charactersOf(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
