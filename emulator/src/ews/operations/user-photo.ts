// GetUserPhoto: the one operation whose answer is the response message itself, and in which the status of HTTP says
// something. 404: there is no photo; 500 without anything in it: nobody has the address (the page of the operation and the
// Managed API, which takes a 404 for an answer). https://learn.microsoft.com/exchange/client-developer/web-service-reference/getuserphoto-operation

import { createHash } from 'node:crypto';
import { mailboxPhotos } from '../../organization/mailbox-photos.ts';
import type { UserPhoto } from '../../organization/user-photos.ts';
import type { EmulatorResponse } from '../../server/exchange.ts';
import { type EwsCall, findByAddress, isServedHere } from '../call.ts';
import { responseEnvelope } from '../envelope.ts';
import { EwsError, serverBusy } from '../errors.ts';
import { requireChild } from '../xml/reader.ts';
import { element, textElement } from '../xml/writer.ts';

export function answerUserPhoto(call: EwsCall): EmulatorResponse {
  const { operation, organization, request, fault } = call;
  if (fault?.kind === 'server-busy') return refusal(call, serverBusy(fault.backOffMilliseconds));
  const recipient = findByAddress(organization, requireChild(operation, 'm:Email').text);
  if (recipient === undefined) return { status: 500 };
  const { mailbox } = recipient;
  const sizes = isServedHere(mailbox) ? mailboxPhotos(mailbox) : [];
  const photo = photoOfSize(sizes, requireChild(operation, 'm:SizeRequested').text.trim());
  if (photo === undefined)
    return { ...refusal(call, new EwsError('ErrorItemNotFound', 'The photo was not found.')), status: 404 };
  const etag = etagOf(sizes);
  const hasChanged = request.headers['if-none-match'] !== etag;
  const inner =
    textElement('m:ResponseCode', 'NoError') +
    textElement('m:HasChanged', String(hasChanged)) +
    (hasChanged ? textElement('m:PictureData', photo.bytes.toString('base64')) : '');
  const response = answer(call, 'Success', inner);
  return { ...response, headers: { ...response.headers, ETag: etag } };
}

function answer(
  { operation, context }: EwsCall,
  ResponseClass: 'Success' | 'Error',
  inner: string,
): EmulatorResponse {
  return responseEnvelope(operation, { ResponseClass }, inner, context.ews.settings);
}

function refusal(call: EwsCall, error: EwsError): EmulatorResponse {
  const inner =
    textElement('m:MessageText', error.message) +
    textElement('m:ResponseCode', error.code) +
    textElement('m:DescriptiveLinkKey', 0) +
    (error.details === undefined ? '' : element('m:MessageXml', {}, error.details)) +
    textElement('m:HasChanged', 'false');
  return answer(call, 'Error', inner);
}

/** Where the size is not there, the largest one. */
function photoOfSize(sizes: readonly UserPhoto[], requested: string): UserPhoto | undefined {
  const side = Number(/^HR(\d+)x/.exec(requested)?.[1]);
  return sizes.find(({ width, height }) => width === side && height === side) ?? sizes[0];
}

/** The same for every size: it stands for the photo. */
function etagOf(sizes: readonly UserPhoto[]): string {
  const hash = createHash('sha256');
  for (const { bytes } of sizes) hash.update(bytes);
  return `"${hash.digest('hex').slice(0, 16).toUpperCase()}"`;
}
