// Pictures of contacts through Graph. They can be set and replaced but never deleted (graph-exo 1.8), and in a batch they
// travel as base64. https://learn.microsoft.com/graph/api/profilephoto-update

import { Failure } from '../../model/failure.ts';
import type { ItemId } from '../../model/ids.ts';
import type { ContactPictures } from '../../ports/photos.ts';
import { cancellable } from '../contact-folder/cancellable.ts';
import type { SeenItems } from '../contact-folder/seen-items.ts';
import { bytesIn, isSuccess } from '../graph-client/index.ts';
import type { MailboxRequests } from './mailbox-requests.ts';

const pathTo = (mailbox: MailboxRequests, id: ItemId): string =>
  mailbox.path('contacts', id, 'photo', '$value');

/** In input order; undefined where the item has none, or is gone. */
export async function readPictures(
  mailbox: MailboxRequests,
  itemIds: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (Uint8Array | undefined)[]> {
  const parts = itemIds.map((id) => ({
    method: 'GET' as const,
    path: pathTo(mailbox, id),
    isSafeToRepeat: true,
  }));
  return (await mailbox.batch(parts, signal)).map((answer) => {
    if (answer.kind === 'lost') throw answer.failure;
    if (mailbox.isGone(answer.answer)) return undefined;
    const picture = bytesIn(answer.answer);
    if (picture === undefined) throw mailbox.toFailure(answer.answer);
    return picture;
  });
}

export function contactPictures(mailbox: MailboxRequests, seen: SeenItems): ContactPictures {
  return {
    canRemove: false,

    read: (itemIds, signal) => cancellable(signal, () => readPictures(mailbox, itemIds, signal)),

    write: (changes, signal) =>
      cancellable(signal, async () => {
        const outcomes = changes.map(({ kind, itemId }) =>
          kind === 'set' && seen.isKnown(itemId) ? undefined : new Failure('notOurs'),
        );
        const ready = changes.flatMap((change, place) =>
          change.kind === 'set' && outcomes[place] === undefined ? [{ change, place }] : [],
        );
        const parts = ready.map(({ change }) => ({
          method: 'PUT' as const,
          path: pathTo(mailbox, change.itemId),
          headers: { 'Content-Type': 'image/jpeg' },
          body: Buffer.from(change.jpeg).toString('base64'),
          // The same picture twice is the same picture.
          isSafeToRepeat: true,
        }));
        const answers = await mailbox.batch(parts, signal);
        for (const [position, { place }] of ready.entries()) {
          const answer = answers[position] ?? { kind: 'lost', failure: new Failure('answerLost') };
          if (answer.kind === 'lost') outcomes[place] = answer.failure;
          else if (!isSuccess(answer.answer)) outcomes[place] = mailbox.toFailure(answer.answer);
        }
        return outcomes;
      }),
  };
}
