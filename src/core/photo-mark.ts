// The mark that a photo of ours carries within itself: a JPEG comment with the digest of the photo it was made from. It
// tells our picture from one that the user set, also when everything else was lost, and takes no named property.
// JPEG: ITU-T T.81, B.1.1.4 (segments) and B.2.4.5 (comments).

const PREFIX = 'contactSync photo ';
const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const START_OF_SCAN = 0xda;
const COMMENT = 0xfe;
const LENGTH_BYTES = 2;

/** `digest`: ASCII. */
export function withPhotoMark(jpeg: Uint8Array, digest: string): Uint8Array {
  if (!isJpeg(jpeg)) throw new TypeError('only a JPEG takes the mark');
  const text = new TextEncoder().encode(`${PREFIX}${digest}`);
  const length = text.length + LENGTH_BYTES;
  const start = [MARKER, START_OF_IMAGE, MARKER, COMMENT, length >> 8, length & 0xff];
  const marked = new Uint8Array(start.length + text.length + jpeg.length - 2);
  marked.set(start);
  marked.set(text, start.length);
  marked.set(jpeg.subarray(2), start.length + text.length);
  return marked;
}

/** The digest in our mark; undefined: not our picture. */
export function photoMarkIn(picture: Uint8Array): string | undefined {
  if (!isJpeg(picture)) return undefined;
  const decoder = new TextDecoder('latin1');
  for (let at = 2; at + 4 <= picture.length && picture[at] === MARKER; ) {
    const kind = picture[at + 1];
    if (kind === START_OF_SCAN) return undefined;
    const length = ((picture[at + 2] ?? 0) << 8) | (picture[at + 3] ?? 0);
    if (length < LENGTH_BYTES) return undefined;
    const text = kind === COMMENT ? decoder.decode(picture.subarray(at + 4, at + 2 + length)) : '';
    if (text.startsWith(PREFIX)) return text.slice(PREFIX.length);
    at += 2 + length;
  }
  return undefined;
}

const isJpeg = (bytes: Uint8Array) => bytes[0] === MARKER && bytes[1] === START_OF_IMAGE;
