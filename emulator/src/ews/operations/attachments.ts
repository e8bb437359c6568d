// Attachments of contacts: the picture, of which there is one at most, and files. Items within items can be listed and
// deleted only.

import { contactPhoto, dropContactPhoto, keepContactPhoto } from '../../organization/contact-photos.ts';
import { type OpenMailbox, touchItem } from '../../organization/mailbox-store.ts';
import type { Attachment, ContactItem, Mailbox } from '../../organization/state.ts';
import { answerEach } from '../batch.ts';
import { type EwsCall, requireMailbox } from '../call.ts';
import { EwsError, notEmulated } from '../errors.ts';
import { ewsChangeKey, ewsId, requireItemById } from '../ids.ts';
import { attachmentId, optionalText, PICTURE_NUMBER } from '../properties/contact-view.ts';
import { hasPictureKey } from '../properties/mapi.ts';
import { attribute, child, type Element, requireChild } from '../xml/reader.ts';
import { element, textElement } from '../xml/writer.ts';
import { pictureSize } from './picture-size.ts';

export function createAttachment(call: EwsCall): string {
  const parent = requireChild(call.operation, 'm:ParentItemId');
  return answerEach(
    call,
    requireChild(call.operation, 'm:Attachments').children,
    (given) => {
      const open = requireMailbox(call);
      const item = requireItemById(open.mailbox, attribute(parent, 'Id'));
      if (child(given, 't:IsContactPhoto')?.text !== 'true') {
        const number = addFile(open, item, given);
        return element('m:Attachments', {}, createdFile(open.mailbox, item, number));
      }
      const bytes = contactPictureIn(given);
      const size = pictureSize(bytes);
      if (contactPhoto(open.mailbox, item) !== undefined)
        throw notEmulated('a second picture of a contact; delete the old one first');
      item.extendedProperties.set(hasPictureKey, 'true');
      const { changeNumber, modifiedAt } = touchItem(open, item.id);
      const photo = { contentType: 'image/jpeg', bytes, ...size, changeNumber, modifiedAt };
      keepContactPhoto(open.mailbox, item, photo);
      return element('m:Attachments', {}, createdFile(open.mailbox, item, PICTURE_NUMBER));
    },
    { whenFailed: '<m:Attachments />' },
  );
}

function contactPictureIn(given: Element): Buffer {
  if (child(given, 't:Name')?.text !== 'ContactPicture.jpg')
    throw notEmulated('another name of a picture than ContactPicture.jpg');
  const content = child(given, 't:Content')?.text ?? '';
  if (content === '') throw new EwsError('ErrorInvalidAttachmentType', 'The attachment has no content.');
  return Buffer.from(content, 'base64');
}

/** The number of the new attachment. */
function addFile(open: OpenMailbox, item: ContactItem, given: Element): number {
  const text = (name: string): string => child(given, name)?.text ?? '';
  const name = text('t:Name').trim();
  const content = child(given, 't:Content');
  if (name === '' || content === undefined)
    throw new EwsError('ErrorInvalidAttachmentType', 'The attachment has no name or no content.');
  item.attachments ??= [];
  const number = Math.max(PICTURE_NUMBER, ...item.attachments.map((one) => one.number)) + 1;
  const { modifiedAt } = touchItem(open, item.id);
  item.attachments.push({
    number,
    name,
    contentType: text('t:ContentType'),
    contentId: text('t:ContentId'),
    isInline: text('t:IsInline') === 'true',
    bytes: Buffer.from(content.text, 'base64'),
    modifiedAt,
  });
  return number;
}

/** With the item's new change key: the next change of the item needs it. */
function createdFile(mailbox: Mailbox, item: ContactItem, number: number): string {
  const id = element('t:AttachmentId', {
    Id: attachmentId(item, number),
    RootItemId: ewsId(item.id),
    RootItemChangeKey: ewsChangeKey(mailbox, item),
  });
  return element('t:FileAttachment', {}, id);
}

interface Found {
  readonly item: ContactItem;
  /** Absent: it is the picture. */
  readonly file?: Attachment;
}

function findAttachment(mailbox: Mailbox, id: string): Found {
  const bytes = Buffer.from(id, 'base64');
  const item = mailbox.items.get(
    bytes.subarray(0, -2).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  );
  const number = bytes.length < 2 ? 0 : bytes.readUInt16LE(bytes.length - 2);
  const file = item?.attachments?.find((one) => one.number === number);
  if (item !== undefined && file !== undefined) return { item, file };
  if (item === undefined || number !== PICTURE_NUMBER || contactPhoto(mailbox, item) === undefined)
    throw new EwsError('ErrorAttachmentNotFound', 'The specified attachment could not be found.');
  return { item };
}

export function getAttachment(call: EwsCall): string {
  return answerEach(
    call,
    requireChild(call.operation, 'm:AttachmentIds').children,
    (id) => {
      const { mailbox } = requireMailbox(call);
      const { item, file } = findAttachment(mailbox, attribute(id, 'Id'));
      if (file !== undefined) return element('m:Attachments', {}, openedFile(item, file));
      const photo = contactPhoto(mailbox, item);
      if (photo === undefined) throw new Error('the owner has a picture');
      return element(
        'm:Attachments',
        {},
        element(
          't:FileAttachment',
          {},
          element('t:AttachmentId', { Id: attachmentId(item, PICTURE_NUMBER) }),
          textElement('t:Name', 'ContactPicture.jpg'),
          textElement('t:ContentType', photo.contentType),
          textElement('t:IsInline', false),
          textElement('t:IsContactPhoto', true),
          textElement('t:Content', photo.bytes.toString('base64')),
        ),
      );
    },
    { whenFailed: '<m:Attachments />' },
  );
}

function openedFile(item: ContactItem, file: Attachment): string {
  if (file.bytes === undefined) throw notEmulated('opening an item within an item');
  return element(
    't:FileAttachment',
    {},
    element('t:AttachmentId', { Id: attachmentId(item, file.number) }),
    textElement('t:Name', file.name),
    ...optionalText('t:ContentType', file.contentType),
    ...optionalText('t:ContentId', file.contentId),
    textElement('t:IsInline', file.isInline),
    textElement('t:IsContactPhoto', false),
    textElement('t:Content', file.bytes.toString('base64')),
  );
}

export function deleteAttachment(call: EwsCall): string {
  return answerEach(call, requireChild(call.operation, 'm:AttachmentIds').children, (id) => {
    const open = requireMailbox(call);
    const { item, file } = findAttachment(open.mailbox, attribute(id, 'Id'));
    if (file !== undefined) item.attachments = item.attachments?.filter((one) => one !== file) ?? [];
    else {
      dropContactPhoto(open.mailbox, item);
      item.extendedProperties.delete(hasPictureKey);
    }
    touchItem(open, item.id);
    return element('m:RootItemId', {
      RootItemId: ewsId(item.id),
      RootItemChangeKey: ewsChangeKey(open.mailbox, item),
    });
  });
}
