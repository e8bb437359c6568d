// Names and values in views come from a directory that many people edit: whoever shows them on a terminal, in a page or
// in a spreadsheet must not let them do more than be read. These are the rules that all of those share.

/**
 * C0, DEL and C1 controls, line and paragraph separators, bidirectional embeddings, overrides, isolates and marks,
 * zero-width characters that hide, tag characters, lone surrogates.
 */
export const UNSEEN_CHARACTERS =
  // oxlint-disable-next-line no-control-regex -- they are what it looks for.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For the text and the quoted attributes of HTML. */
export const escapeMarkup = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

// Also the full-width signs, which some spreadsheets treat alike.
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r]/;

/**
 * A cell of RFC 4180, for either separator. What a spreadsheet would take for a formula gets a leading apostrophe.
 */
export function spreadsheetCell(text: string): string {
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return /["',;\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
