// What attaches a file to an item: the picture of a contact, or any other file.

import type { ItemId } from '../../model/ids.ts';
import type { FileContent } from '../../ports/further-data.ts';
import { element, type Xml } from './xml-writer.ts';

interface AttachedContent extends FileContent {
  readonly isContactPhoto?: true;
}

/** The order of the elements is that of the schema. */
export function createAttachment(itemId: ItemId, file: AttachedContent): Xml {
  const { name, contentType, contentId, isInline, isContactPhoto, bytes } = file;
  return element(
    'm:CreateAttachment',
    {},
    element('m:ParentItemId', { Id: itemId }),
    element(
      'm:Attachments',
      {},
      element(
        't:FileAttachment',
        {},
        element('t:Name', {}, name),
        contentType === '' ? undefined : element('t:ContentType', {}, contentType),
        contentId === '' ? undefined : element('t:ContentId', {}, contentId),
        element('t:IsInline', {}, isInline ? 'true' : 'false'),
        isContactPhoto === true ? element('t:IsContactPhoto', {}, 'true') : undefined,
        element('t:Content', {}, Buffer.from(bytes).toString('base64')),
      ),
    ),
  );
}
