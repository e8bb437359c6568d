// Further properties, formatted notes and attachments of single items. What EWS does not show is a property with a name that
// nobody knows: it tells the values of properties that it is asked for, never which ones there are.

import { Failure } from '../../model/failure.ts';
import type { ItemId } from '../../model/ids.ts';
import type { FileContent, FurtherData, StoredFurther } from '../../ports/further-data.ts';
import { cancellable } from '../contact-folder/cancellable.ts';
import type { SeenItems } from '../contact-folder/seen-items.ts';
import { fieldPath } from './contact-writer.ts';
import { createAttachment } from './create-attachment.ts';
import { isGone } from './failures.ts';
import { FURTHER_PATHS, furtherIn } from './further-fields.ts';
import { type MailboxSession, requireDone } from './mailbox-session.ts';
import { CARRIED_PROPERTY, extendedIn, pathOf } from './mapi-property.ts';
import { readItems } from './read-items.ts';
import { booleanOf, descend, textOf, type XmlElement } from './xml-element.ts';
import { element, type Xml } from './xml-writer.ts';

const FURTHER_SHAPE: Xml = element(
  'm:ItemShape',
  {},
  element('t:BaseShape', {}, 'IdOnly'),
  element(
    't:AdditionalProperties',
    {},
    fieldPath('item:Attachments'),
    fieldPath('contacts:ImAddresses'),
    pathOf(CARRIED_PROPERTY),
    ...FURTHER_PATHS,
  ),
);

const FORMATTED_SHAPE: Xml = element(
  'm:ItemShape',
  {},
  element('t:BaseShape', {}, 'IdOnly'),
  element('t:BodyType', {}, 'HTML'),
  element('t:AdditionalProperties', {}, fieldPath('item:Body')),
);

export function furtherData(session: MailboxSession, seen: SeenItems): FurtherData {
  const requireOurs = (itemId: ItemId): void => {
    if (!seen.isKnown(itemId)) throw new Failure('notOurs');
  };
  return {
    carriesFiles: true,
    carriesFormat: true,
    read: (itemIds, signal) =>
      cancellable(signal, () => readItems(session, itemIds, FURTHER_SHAPE, storedFurther, signal)),
    readFile: (id, signal) => cancellable(signal, () => readFile(session, id, signal)),
    addFile: (itemId, file, signal) =>
      cancellable(signal, async () => {
        requireOurs(itemId);
        const answer = await session.write(createAttachment(itemId, file), 1, signal);
        if (answer.kind === 'refused') throw answer.refusal.failure;
        const [message] = answer.messages;
        if (message !== undefined) requireDone(message);
        else throw answer.kind === 'lost' ? answer.failure : new Failure('answerLost');
      }),
    removeFile: (itemId, id, signal) =>
      cancellable(signal, async () => {
        requireOurs(itemId);
        const message = await session.ask(element('m:DeleteAttachment', {}, attachmentId(id)), signal);
        // Gone is as good as deleted.
        if (message.refusal !== undefined && message.code !== 'ErrorAttachmentNotFound') requireDone(message);
      }),
  };
}

function storedFurther(item: XmlElement): StoredFurther {
  const { properties, files } = furtherIn(item);
  return { properties, files, carried: extendedIn(item).get(CARRIED_PROPERTY.key) ?? '' };
}

/** In input order; '' where there are none, undefined where the item is gone. */
export function readFormattedNotes(
  session: MailboxSession,
  itemIds: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (string | undefined)[]> {
  return readItems(session, itemIds, FORMATTED_SHAPE, (item) => textOf(item, 'Body'), signal);
}

/** undefined: gone. */
export async function readFile(
  session: MailboxSession,
  id: string,
  signal: AbortSignal,
): Promise<FileContent | undefined> {
  const message = await session.ask(element('m:GetAttachment', {}, attachmentId(id)), signal);
  if (message.refusal !== undefined && (message.code === 'ErrorAttachmentNotFound' || isGone(message.code)))
    return undefined;
  const file = descend(requireDone(message), 'Attachments', 'FileAttachment');
  if (file === undefined) throw new Failure('unexpectedAnswer', { details: { code: 'fileExpected' } });
  return {
    name: textOf(file, 'Name'),
    contentType: textOf(file, 'ContentType'),
    contentId: textOf(file, 'ContentId'),
    isInline: booleanOf(textOf(file, 'IsInline')) === true,
    bytes: new Uint8Array(Buffer.from(textOf(file, 'Content'), 'base64')),
  };
}

const attachmentId = (id: string): Xml =>
  element('m:AttachmentIds', {}, element('t:AttachmentId', { Id: id }));
