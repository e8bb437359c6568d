// Pictures of contacts through EWS: an attachment that says of itself that it is the picture. Replacing is deleting and
// making anew. https://learn.microsoft.com/exchange/client-developer/web-service-reference/iscontactphoto

import { Failure } from '../../model/failure.ts';
import type { ItemId } from '../../model/ids.ts';
import type { ContactPictures, PictureChange } from '../../ports/photos.ts';
import { cancellable } from '../contact-folder/cancellable.ts';
import type { SeenItems } from '../contact-folder/seen-items.ts';
import { createAttachment } from './create-attachment.ts';
import { isGone } from './failures.ts';
import { getItems } from './item-operations.ts';
import { type MailboxSession, requireDone } from './mailbox-session.ts';
import { booleanOf, childOf, childrenOf, descend, textOf, type XmlElement } from './xml-element.ts';
import { element, type Xml } from './xml-writer.ts';

/** The name by which Outlook knows it (MS-OXOCNTC 2.2.1.8.3). */
const NAME = 'ContactPicture.jpg';

const ATTACHMENTS_SHAPE: Xml = element(
  'm:ItemShape',
  {},
  element('t:BaseShape', {}, 'IdOnly'),
  element('t:AdditionalProperties', {}, element('t:FieldURI', { FieldURI: 'item:Attachments' })),
);

/** Ids of the attachments that are the picture; undefined for an item that is gone. */
function findPictures(
  session: MailboxSession,
  itemIds: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (readonly string[] | undefined)[]> {
  return session.askEach(
    itemIds,
    (portion) => getItems(ATTACHMENTS_SHAPE, portion),
    (message) => {
      if (message.refusal !== undefined && isGone(message.code)) return undefined;
      const [item] = childOf(requireDone(message), 'Items')?.children ?? [];
      return picturesIn(item);
    },
    signal,
  );
}

/** In input order; undefined where the item has none, or is gone. */
export async function readPictures(
  session: MailboxSession,
  itemIds: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (Uint8Array | undefined)[]> {
  const found = await findPictures(session, itemIds, signal);
  const ids = found.map((pictures) => pictures?.[0]);
  const asked = ids.filter((id) => id !== undefined);
  const contents = await session.askEach(
    asked,
    (portion) => element('m:GetAttachment', {}, attachmentIds(portion)),
    (message) => {
      if (message.code === 'ErrorAttachmentNotFound') return undefined;
      const content = textOf(descend(requireDone(message), 'Attachments', 'FileAttachment'), 'Content');
      return new Uint8Array(Buffer.from(content, 'base64'));
    },
    signal,
  );
  const byId = new Map(asked.map((id, place) => [id, contents[place]]));
  return ids.map((id) => (id === undefined ? undefined : byId.get(id)));
}

export function contactPictures(session: MailboxSession, seen: SeenItems): ContactPictures {
  async function write(change: PictureChange, old: readonly string[], signal: AbortSignal): Promise<void> {
    for (const id of old) {
      const message = await session.ask(element('m:DeleteAttachment', {}, attachmentIds([id])), signal);
      // Gone is as good as deleted.
      if (message.refusal !== undefined && message.code !== 'ErrorAttachmentNotFound') requireDone(message);
    }
    if (change.kind === 'remove') return;
    const answer = await session.write(createPicture(change.itemId, change.jpeg), 1, signal);
    if (answer.kind === 'refused') throw answer.refusal.failure;
    const [message] = answer.messages;
    if (message !== undefined) requireDone(message);
    else throw answer.kind === 'lost' ? answer.failure : new Failure('answerLost');
  }

  return {
    canRemove: true,

    read: (itemIds, signal) => cancellable(signal, () => readPictures(session, itemIds, signal)),

    write: (changes, signal) =>
      cancellable(signal, async () => {
        const outcomes = changes.map(({ itemId }) =>
          seen.isKnown(itemId) ? undefined : new Failure('notOurs'),
        );
        const ready = changes.filter((_, place) => outcomes[place] === undefined);
        const found = await findPictures(
          session,
          ready.map(({ itemId }) => itemId),
          signal,
        );
        for (const [position, change] of ready.entries()) {
          signal.throwIfAborted();
          try {
            const old = found[position];
            if (old !== undefined) await write(change, old, signal);
          } catch (thrown) {
            if (!(thrown instanceof Failure) || thrown.facts.scope === 'run') throw thrown;
            outcomes[changes.indexOf(change)] = thrown;
          }
        }
        return outcomes;
      }),
  };
}

function picturesIn(item: XmlElement | undefined): readonly string[] {
  return childrenOf(childOf(item, 'Attachments'), 'FileAttachment')
    .filter((one) => booleanOf(textOf(one, 'IsContactPhoto')) === true)
    .map((one) => childOf(one, 'AttachmentId')?.attributes['Id'] ?? '')
    .filter((id) => id !== '');
}

const attachmentIds = (ids: readonly string[]): Xml =>
  element('m:AttachmentIds', {}, ...ids.map((id) => element('t:AttachmentId', { Id: id })));

const createPicture = (itemId: ItemId, bytes: Uint8Array): Xml =>
  createAttachment(itemId, {
    ...{ name: NAME, contentType: 'image/jpeg', contentId: '', isInline: false },
    ...{ isContactPhoto: true, bytes },
  });
