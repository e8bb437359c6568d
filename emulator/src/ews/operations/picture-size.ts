// The size of a picture from its bytes.

import { EwsError } from '../errors.ts';

/** Width and height from a JPEG's frame header or a PNG's IHDR; Exchange takes nothing else for a contact. */
export function pictureSize(bytes: Buffer): { readonly width: number; readonly height: number } {
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  let at = bytes.length >= 4 && bytes.readUInt16BE(0) === 0xffd8 ? 2 : bytes.length;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw new EwsError('ErrorInvalidAttachmentType', 'The picture of a contact is a JPEG or PNG.');
}
