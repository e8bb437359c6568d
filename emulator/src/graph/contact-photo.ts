// The photo of a contact: one size, replaceable, never deletable (capability annotations of the metadata). That of a user
// can only be read, and comes as it was set whatever the size asked for. Photos are kept beside the organization's state,
// where EWS finds them, too.
import { createHash } from 'node:crypto';
import { type ContactPhoto, contactPhoto, keepContactPhoto } from '../organization/contact-photos.ts';
import { changeKeyOf } from '../organization/ids.ts';
import { touchItem } from '../organization/mailbox-store.ts';
import type { ContactItem } from '../organization/state.ts';
import { type UserPhoto, userPhoto } from '../organization/user-photos.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { type GraphCall, ok, parameter } from './call.ts';
import { contactOf } from './contacts.ts';
import { GraphError, itemNotFound, resourceNotFound } from './graph-error.ts';
import { findByIdOrUpn, hasUserObject, type MailboxCall } from './mailbox-gate.ts';

function photoOf(opened: MailboxCall): ContactPhoto {
  const item = contactOf(opened);
  const photo = contactPhoto(opened.mailbox, item);
  if (photo === undefined) throw itemNotFound();
  return photo;
}

export function getContactPhoto(opened: MailboxCall): EmulatorResponse {
  const { call, mailbox } = opened;
  const photo = photoOf(opened);
  const user = encodeURIComponent(parameter(call, 'user'));
  return ok({
    '@odata.context': `${call.root}/$metadata#users('${user}')/contacts('${parameter(call, 'contact')}')/photo/$entity`,
    '@odata.mediaContentType': photo.contentType,
    '@odata.mediaEtag': `W/"${changeKeyOf(mailbox.exchangeGuid, photo.changeNumber)}"`,
    id: `${photo.width}X${photo.height}`,
    width: photo.width,
    height: photo.height,
  });
}

export function getContactPhotoValue(opened: MailboxCall): EmulatorResponse {
  const photo = photoOf(opened);
  return { status: 200, headers: { 'Content-Type': photo.contentType }, body: photo.bytes };
}

export function putContactPhoto(opened: MailboxCall): EmulatorResponse {
  const { call, mailbox } = opened;
  const item: ContactItem = contactOf(opened);
  const contentType = call.request.headers['content-type'] ?? '';
  const bytes = call.request.body;
  const size = pictureSize(bytes);
  if (!/^image\/(jpeg|png)$/.test(contentType) || size === undefined)
    throw new GraphError(
      400,
      'ErrorInvalidImage',
      `The photo must be a JPEG or PNG picture, not '${contentType}'.`,
    );
  // PidLidHasPicture: the store notes that the item has one.
  item.extendedProperties.set('Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015', 'true');
  const { changeNumber } = touchItem(opened, item.id);
  keepContactPhoto(mailbox, item, { contentType, bytes: Buffer.from(bytes), ...size, changeNumber });
  return { status: 200 };
}

export function refusePhotoSizes(): EmulatorResponse {
  throw new GraphError(400, 'RequestBroker--ParseUri', "Resource not found for the segment 'photos'.");
}

export function getUserPhoto(call: GraphCall): EmulatorResponse {
  const { contentType, bytes, width, height } = photoOfUser(call);
  const user = encodeURIComponent(parameter(call, 'user'));
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 32).toUpperCase();
  return ok({
    '@odata.context': `${call.root}/$metadata#users('${user}')/photo/$entity`,
    '@odata.mediaContentType': contentType,
    '@odata.mediaEtag': `"${etag}"`,
    id: `${width}x${height}`,
    width,
    height,
  });
}

export function getUserPhotoValue(call: GraphCall): EmulatorResponse {
  const { contentType, bytes } = photoOfUser(call);
  return { status: 200, headers: { 'Content-Type': contentType }, body: bytes };
}

function photoOfUser(call: GraphCall): UserPhoto {
  const key = parameter(call, 'user');
  const user = findByIdOrUpn(call.context.organization, key);
  if (user === undefined || !hasUserObject(user)) throw resourceNotFound(key);
  const photo = userPhoto(user);
  if (photo !== undefined) return photo;
  throw new GraphError(
    404,
    'ImageNotFound',
    "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
  );
}

const userPhotoSizes = [
  '48x48',
  '64x64',
  '96x96',
  '120x120',
  '240x240',
  '360x360',
  '432x432',
  '504x504',
  '648x648',
];

function requireUserPhotoSize(call: GraphCall): void {
  const size = parameter(call, 'size');
  if (!userPhotoSizes.includes(size.toLowerCase()))
    throw new GraphError(400, 'ErrorInvalidImageId', `The photo size '${size}' is not valid.`);
}

export function getUserPhotoOfSize(call: GraphCall): EmulatorResponse {
  requireUserPhotoSize(call);
  return getUserPhoto(call);
}

export function getUserPhotoValueOfSize(call: GraphCall): EmulatorResponse {
  requireUserPhotoSize(call);
  return getUserPhotoValue(call);
}

/** Width and height from a PNG's IHDR or a JPEG's frame header; undefined for anything else. */
export function pictureSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
