// What XML 1.0 cannot carry: control characters, half surrogate pairs, U+FFFE and U+FFFF. One of them in a request makes
// the server refuse it as a whole. Answers contain them all the same, such as the vertical tab of Outlook's notes, as
// references or as they are, and a strict reader would give up the whole answer. Left out both ways.

const REFERENCE = /&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));/g;
/** The longest reference, `&#4294967295;`, may be cut by the end of a piece. */
const LONGEST_REFERENCE = 13;
// Built from code points: the characters themselves would make this file unreadable.
const ILLEGAL_RAW = new RegExp(
  `[${['0-8', 'b-c', 'e-1f', 'fffe-ffff']
    .map((range) =>
      range
        .split('-')
        .map((hex) => `\\u{${hex}}`)
        .join('-'),
    )
    .join('')}]`,
  'gu',
);

/** Half a surrogate pair becomes U+FFFD, everything else illegal goes. */
export function withoutIllegalCharacters(text: string): string {
  return text.toWellFormed().replace(ILLEGAL_RAW, '');
}

export interface LegalCharacters {
  /** The piece without what is illegal; a reference that may go on in the next piece waits for it. */
  next(piece: string): string;
  rest(): string;
}

export function keepLegalCharacters(): LegalCharacters {
  let held = '';
  return {
    next(piece) {
      const text = held + piece;
      const at = text.lastIndexOf('&');
      const isOpen = at >= 0 && text.length - at < LONGEST_REFERENCE && !text.includes(';', at);
      held = isOpen ? text.slice(at) : '';
      return clean(isOpen ? text.slice(0, at) : text);
    },
    rest() {
      const text = held;
      held = '';
      return clean(text);
    },
  };
}

function clean(text: string): string {
  const raw = text.replace(ILLEGAL_RAW, '');
  if (!raw.includes('&#')) return raw;
  return raw.replace(REFERENCE, (reference, hex: string | undefined, decimal: string | undefined) =>
    isLegal(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) ? reference : '',
  );
}

function isLegal(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
