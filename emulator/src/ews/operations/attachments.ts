// The picture of a contact: the one attachment an item of the emulator can have.

import { contactPhoto, dropContactPhoto, keepContactPhoto } from '../../organization/contact-photos.ts';
import { touchItem } from '../../organization/mailbox-store.ts';
import type { ContactItem, Mailbox } from '../../organization/state.ts';
import { answerEach } from '../batch.ts';
import { type EwsCall, requireMailbox } from '../call.ts';
import { EwsError, notEmulated } from '../errors.ts';
import { ewsChangeKey, ewsId, requireItemById } from '../ids.ts';
import { attachmentId } from '../properties/contact-view.ts';
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
      const bytes = contactPictureIn(given);
      const size = pictureSize(bytes);
      if (contactPhoto(open.mailbox, item) !== undefined)
        throw notEmulated('a second picture of a contact; delete the old one first');
      item.extendedProperties.set(hasPictureKey, 'true');
      const { changeNumber } = touchItem(open, item.id);
      keepContactPhoto(open.mailbox, item, { contentType: 'image/jpeg', bytes, ...size, changeNumber });
      const attachment = element('t:FileAttachment', {}, attachmentIdElement(open.mailbox, item));
      return element('m:Attachments', {}, attachment);
    },
    { whenFailed: '<m:Attachments />' },
  );
}

function contactPictureIn(given: Element): Buffer {
  if (child(given, 't:IsContactPhoto')?.text !== 'true')
    throw notEmulated('attachments that are no picture of the contact');
  if (child(given, 't:Name')?.text !== 'ContactPicture.jpg')
    throw notEmulated('another name of a picture than ContactPicture.jpg');
  const content = child(given, 't:Content')?.text ?? '';
  if (content === '') throw new EwsError('ErrorInvalidAttachmentType', 'The attachment has no content.');
  return Buffer.from(content, 'base64');
}

/** With the item's new change key: the next change of the item needs it. */
function attachmentIdElement(mailbox: Mailbox, item: ContactItem): string {
  return element('t:AttachmentId', {
    Id: attachmentId(item),
    RootItemId: ewsId(item.id),
    RootItemChangeKey: ewsChangeKey(mailbox, item),
  });
}

function ownerOfAttachment(mailbox: Mailbox, id: string): ContactItem {
  const bytes = Buffer.from(id, 'base64');
  const item = mailbox.items.get(
    bytes.subarray(0, -2).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  );
  if (item === undefined || contactPhoto(mailbox, item) === undefined)
    throw new EwsError('ErrorAttachmentNotFound', 'The specified attachment could not be found.');
  return item;
}

export function getAttachment(call: EwsCall): string {
  return answerEach(
    call,
    requireChild(call.operation, 'm:AttachmentIds').children,
    (id) => {
      const { mailbox } = requireMailbox(call);
      const item = ownerOfAttachment(mailbox, attribute(id, 'Id'));
      const photo = contactPhoto(mailbox, item);
      if (photo === undefined) throw new Error('the owner has a picture');
      return element(
        'm:Attachments',
        {},
        element(
          't:FileAttachment',
          {},
          element('t:AttachmentId', { Id: attachmentId(item) }),
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

export function deleteAttachment(call: EwsCall): string {
  return answerEach(call, requireChild(call.operation, 'm:AttachmentIds').children, (id) => {
    const open = requireMailbox(call);
    const item = ownerOfAttachment(open.mailbox, attribute(id, 'Id'));
    dropContactPhoto(open.mailbox, item);
    item.extendedProperties.delete(hasPictureKey);
    touchItem(open, item.id);
    return element('m:RootItemId', {
      RootItemId: ewsId(item.id),
      RootItemChangeKey: ewsChangeKey(open.mailbox, item),
    });
  });
}
