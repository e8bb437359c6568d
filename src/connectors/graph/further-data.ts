// Further properties of single contacts through Graph. They are many, and each is named in the address of the request: they
// are asked for in portions.

import { Failure } from '../../model/failure.ts';
import type { FurtherData } from '../../ports/further-data.ts';
import { cancellable } from '../contact-folder/cancellable.ts';
import { decodeExtended, isSetIn } from './codec.ts';
import { FURTHER_LIST_IDS, FURTHER_SINGLE_IDS, furtherIn } from './further-fields.ts';
import type { MailboxRequests } from './mailbox-requests.ts';
import { CARRIED_PROPERTY } from './ownership-properties.ts';
import { expandOf, HAS_ATTACHMENTS, normalizedId } from './schema.ts';

const IDS_PER_REQUEST = 20;

const EXPANDS: readonly string[] = portions([CARRIED_PROPERTY, HAS_ATTACHMENTS, ...FURTHER_SINGLE_IDS]).map(
  (ids, place) => (place === 0 ? expandOf(ids, FURTHER_LIST_IDS) : expandOf(ids)),
);

function portions(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_REQUEST) }, (_, place) =>
    ids.slice(place * IDS_PER_REQUEST, (place + 1) * IDS_PER_REQUEST),
  );
}

export function furtherData(mailbox: MailboxRequests): FurtherData {
  const noFiles = () =>
    Promise.reject(new Failure('unexpectedAnswer', { details: { code: 'noAttachments' } }));
  return {
    carriesFiles: false,
    carriesFormat: false,
    read: (itemIds, signal) =>
      cancellable(signal, async () => {
        const paths = itemIds.flatMap((id) =>
          EXPANDS.map((expand) => `${mailbox.path('contacts', id)}?${expand}`),
        );
        const rows = await mailbox.getMany(paths, signal);
        return itemIds.map((_, place) => {
          const all = rows.slice(place * EXPANDS.length, (place + 1) * EXPANDS.length);
          const parts = all.filter((row) => row !== undefined);
          const [first] = parts;
          if (first === undefined || parts.length < all.length) return undefined;
          const extended = decodeExtended(first);
          const carried = extended.get(normalizedId(CARRIED_PROPERTY)) ?? '';
          const unread = isSetIn(extended, HAS_ATTACHMENTS) ? { hasUnreadFiles: true as const } : {};
          return { properties: furtherIn(parts), carried, files: [], ...unread };
        });
      }),
    readFile: noFiles,
    addFile: noFiles,
    removeFile: noFiles,
  };
}
