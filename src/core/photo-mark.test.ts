import { describe, expect, it } from 'vitest';
import { photoMarkIn, withPhotoMark } from './photo-mark.ts';

/** Start, an APP0 segment, then the scan. */
const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 9, 9, 0xff, 0xd9]);
const DIGEST = 'Zm9vYmFyYmF6cXV4Zm9vYg';

describe('the mark within a photo', () => {
  it('comes back, and leaves the picture as it is', () => {
    const marked = withPhotoMark(JPEG, DIGEST);
    expect(photoMarkIn(marked)).toBe(DIGEST);
    expect([...marked.slice(0, 2)]).toEqual([0xff, 0xd8]);
    expect([...marked.slice(marked.length - JPEG.length + 2)]).toEqual([...JPEG.slice(2)]);
  });

  it('is found behind other segments', () => {
    const [start, rest] = [JPEG.slice(0, 8), JPEG.slice(8)];
    const comment = withPhotoMark(JPEG, DIGEST).slice(2, -(JPEG.length - 2));
    expect(photoMarkIn(Uint8Array.from([...start, ...comment, ...rest]))).toBe(DIGEST);
  });

  it.each([
    ['a picture without it', JPEG],
    ['a comment of others', Uint8Array.from([0xff, 0xd8, 0xff, 0xfe, 0, 4, 65, 66, 0xff, 0xda])],
    ['a PNG', Uint8Array.from([0x89, 0x50, 0x4e, 0x47])],
    ['nothing', new Uint8Array()],
    ['a file that is cut', withPhotoMark(JPEG, DIGEST).slice(0, 5)],
    ['a segment without length', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0])],
    ['text in the scan', Uint8Array.from([0xff, 0xd8, 0xff, 0xda, ...withPhotoMark(JPEG, DIGEST).slice(2)])],
  ])('is not seen in %s', (_what, picture) => {
    expect(photoMarkIn(picture)).toBeUndefined();
  });
});
