// A picture as the control API takes it.

import { pictureSize } from '../graph/contact-photo.ts';
import type { UserPhoto } from '../organization/user-photos.ts';
import { ControlError } from './operation.ts';

export function pictureFrom(base64: string): UserPhoto {
  const bytes = Buffer.from(base64, 'base64');
  const size = pictureSize(bytes);
  if (size === undefined) throw new ControlError(400, 'InvalidPicture', 'A picture is a JPEG or PNG.');
  return { contentType: bytes[0] === 0xff ? 'image/jpeg' : 'image/png', bytes, ...size };
}
