// By the pixels: what comes out is what went in, only smaller.

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { preparePhoto } from './prepare-photo.ts';

const halves = async (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: '#c83020' } })
    .composite([
      {
        input: {
          create: { width: Math.floor(width / 2), height, channels: 4, background: '#1440b4' },
        },
        gravity: 'east',
      },
    ])
    .png()
    .toBuffer();

async function colorAt(picture: Uint8Array, left: number) {
  const part = await sharp(picture).extract({ left, top: 40, width: 40, height: 40 }).png().toBuffer();
  const { channels } = await sharp(part).stats();
  return channels.map(({ mean }) => Math.round(mean));
}

describe('a photo made fit', () => {
  it('is a small square of the same colors at the same places', async () => {
    const { jpeg } = await preparePhoto(await halves(1200, 800));
    const { width, height, format } = await sharp(jpeg).metadata();
    expect({ width, height, format }).toEqual({ width: 240, height: 240, format: 'jpeg' });
    expect(jpeg.length).toBeLessThan(40_000);
    expect(await colorAt(jpeg, 20)).toEqual([200, 48, 32].map((value) => expect.closeTo(value, -1)));
    expect(await colorAt(jpeg, 180)).toEqual([20, 64, 180].map((value) => expect.closeTo(value, -1)));
  });

  it('keeps within the bytes also where every pixel differs', async () => {
    let state = 1;
    const noise = Buffer.from(
      Array.from({ length: 400 * 400 * 3 }, () => {
        state = (state * 48_271) % 2_147_483_647;
        return state & 0xff;
      }),
    );
    const original = await sharp(noise, { raw: { width: 400, height: 400, channels: 3 } })
      .png()
      .toBuffer();
    expect((await preparePhoto(original)).jpeg.length).toBeLessThan(40_000);
  });

  it('loses what cameras write into pictures', async () => {
    const original = await sharp(await halves(300, 300))
      .withExif({ IFD0: { Copyright: 'somebody' } })
      .jpeg()
      .toBuffer();
    expect((await sharp(original).metadata()).exif).toBeDefined();
    expect((await sharp((await preparePhoto(original)).jpeg).metadata()).exif).toBeUndefined();
  });

  it('has the digest of the photo it was made from', async () => {
    const [one, other] = [await halves(300, 300), await halves(301, 300)];
    expect((await preparePhoto(one)).digest).toBe((await preparePhoto(one)).digest);
    expect((await preparePhoto(one)).digest).not.toBe((await preparePhoto(other)).digest);
  });

  it('is refused where the file is no picture', async () => {
    await expect(preparePhoto(Buffer.from('no picture'))).rejects.toMatchObject({ code: 'photoUnreadable' });
  });
});
