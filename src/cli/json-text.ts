// Answers as JSON. Names come from a directory that many people edit, and JSON is read on terminals too: what could
// move the cursor or reorder a line is written as an escape, which every reader of JSON turns back.

const OBEYED_BY_TERMINALS = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export function jsonText(value: unknown): string {
  // Outside of strings JSON has ASCII alone, so that a replacement never meets anything but a string.
  const text = JSON.stringify(value, undefined, 2).replace(
    OBEYED_BY_TERMINALS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
