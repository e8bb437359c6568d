// Text from a directory that many people edit, on its way into a mail. The command line has the same rule for terminals;
// neither may import the other.

// C0, DEL and C1 controls, line and paragraph separators, bidirectional embeddings, overrides, isolates and marks,
// zero-width characters that hide, tag characters, lone surrogates.
const DANGEROUS =
  // oxlint-disable-next-line no-control-regex -- they are what it looks for.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** On one line; what is not visible is left out, so that no name can break a header, reorder a line or hide. */
export function plainLine(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replace(DANGEROUS, '');
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
