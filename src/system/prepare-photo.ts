// Makes a photo fit for a contact: upright, a square of 240 pixels at most, JPEG, a few kilobytes, and without what
// cameras write into pictures, such as the place. Outlook and phones show nothing larger.

import { createHash } from 'node:crypto';
import { Failure } from '../model/failure.ts';
import type { PreparedPhoto, PreparePhoto } from '../ports/photos.ts';

const SIDE = 240;
const MOST_BYTES = 40_000;
const QUALITIES = [80, 60, 40] as const;
/** A file of a few kilobytes may claim to be a picture of gigabytes. */
const MOST_PIXELS = 100_000_000;
/** Part of the digest: another recipe makes other pictures of the same photo. */
const RECIPE = 'square 240 jpeg 1';
const DIGEST_BYTES = 16;

export type Sharp = typeof import('sharp')['default'];
/** Throws where it is not there or does not run. */
export type LoadSharp = () => Promise<Sharp>;

// Loaded with the first photo: it is native code, which is not there on every system, and all else works without it.
export const preparePhoto = photoPreparer(async () => (await import('sharp')).default);

export function photoPreparer(loadSharp: LoadSharp): PreparePhoto {
  return async (original) => {
    let sharp: Sharp;
    try {
      sharp = await loadSharp();
    } catch (cause) {
      throw new Failure('photosUnavailable', { details: { reason: 'resizing' }, cause });
    }
    return prepare(original, sharp);
  };
}

async function prepare(original: Uint8Array, sharp: Sharp): Promise<PreparedPhoto> {
  const digest = createHash('sha256')
    .update(RECIPE)
    .update(original)
    .digest()
    .subarray(0, DIGEST_BYTES)
    .toString('base64url');
  try {
    const square = await sharp(original, { limitInputPixels: MOST_PIXELS })
      .rotate()
      .resize(SIDE, SIDE, { fit: 'cover', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColorspace('srgb')
      .png()
      .toBuffer();
    let jpeg = new Uint8Array();
    for (const quality of QUALITIES) {
      jpeg = new Uint8Array(await sharp(square).jpeg({ quality }).toBuffer());
      if (jpeg.length <= MOST_BYTES) break;
    }
    return { digest, jpeg };
  } catch (cause) {
    throw new Failure('photoUnreadable', { details: { bytes: original.length }, cause });
  }
}
