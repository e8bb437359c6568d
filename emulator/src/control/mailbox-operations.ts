// Acting as the user of a mailbox: with Outlook, a phone, whatever; and looking at everything in it.

import { z } from 'zod';
import { contactPhoto, keepContactPhoto } from '../organization/contact-photos.ts';
import { normalizeExtendedPropertyId } from '../organization/extended-property-id.ts';
import {
  childFolders,
  createFolder,
  deleteFolder,
  emptyDeletedItems,
  moveFolder,
  purgeFolder,
  requireFolder,
  updateFolder,
} from '../organization/folder-store.ts';
import {
  copyItem,
  createItem,
  deleteItem,
  moveItem,
  type OpenMailbox,
  purgeItem,
  touchItem,
  updateItem,
} from '../organization/mailbox-store.ts';
import type { Mailbox } from '../organization/state.ts';
import type { EmulatorContext } from '../server/exchange.ts';
import { ControlError, type Operations, operation, requireRecipient } from './operation.ts';
import { pictureFrom } from './picture.ts';
import { folderView, itemView, mailboxView } from './views.ts';

const mailbox = z.string();
/** An id, or a path of names such as `Contacts`, `Contacts/Company`, `Deleted Items`. */
const folder = z.string();
const properties = z.record(z.string(), z.unknown());
/** By id, such as `String 0x3a24` or `String {guid} Name Anything`. */
const extendedProperties = z.record(z.string(), z.string()).default({});

/** PidLidHasPicture. */
const hasPicture = 'Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015';

export const mailboxOperations: Operations = {
  'mailbox/show': operation(z.strictObject({ mailbox }), (input, context) =>
    mailboxView(open(context, input.mailbox).mailbox),
  ),
  'mailbox/sent': operation(
    z.strictObject({ mailbox }),
    (input, context) => open(context, input.mailbox).mailbox.sentMessages,
  ),
  'mailbox/received': operation(
    z.strictObject({ mailbox }),
    (input, context) => open(context, input.mailbox).mailbox.receivedMessages,
  ),

  'contacts/create': operation(
    z.strictObject({
      mailbox,
      folder: folder.default('Contacts'),
      properties,
      extendedProperties,
      itemClass: z.string().default('IPM.Contact'),
    }),
    (input, context) => {
      const opened = open(context, input.mailbox);
      const item = createItem(opened, folderIdOf(opened.mailbox, input.folder), {
        properties: input.properties,
        extendedProperties: normalized(input.extendedProperties),
        itemClass: input.itemClass,
        madeByHand: true,
      });
      return itemView(opened.mailbox, item);
    },
  ),
  'contacts/edit': operation(
    z.strictObject({ mailbox, id: z.string(), properties: properties.default({}), extendedProperties }),
    (input, context) => {
      const opened = open(context, input.mailbox);
      const item = updateItem(opened, input.id, {
        properties: input.properties,
        extendedProperties: normalized(input.extendedProperties),
      });
      return itemView(opened.mailbox, item);
    },
  ),
  /** The picture of a contact, as the user sets it in Outlook. */
  'contacts/set-photo': operation(
    z.strictObject({ mailbox, id: z.string(), picture: z.string() }),
    (input, context) => {
      const opened = open(context, input.mailbox);
      const item = updateItem(opened, input.id, {
        properties: {},
        extendedProperties: new Map([[hasPicture, 'true']]),
      });
      const { changeNumber } = opened.mailbox;
      keepContactPhoto(opened.mailbox, item, { ...pictureFrom(input.picture), changeNumber });
      return itemView(opened.mailbox, item);
    },
  ),
  'contacts/photo': operation(z.strictObject({ mailbox, id: z.string() }), (input, context) => {
    const opened = open(context, input.mailbox);
    const item = opened.mailbox.items.get(input.id);
    const photo = item === undefined ? undefined : contactPhoto(opened.mailbox, item);
    return { picture: photo?.bytes.toString('base64') ?? null };
  }),
  'contacts/touch': operation(z.strictObject({ mailbox, id: z.string() }), (input, context) => {
    const opened = open(context, input.mailbox);
    return itemView(opened.mailbox, touchItem(opened, input.id));
  }),
  'contacts/delete': operation(z.strictObject({ mailbox, id: z.string() }), (input, context) => {
    deleteItem(open(context, input.mailbox), input.id);
    return {};
  }),
  'contacts/purge': operation(z.strictObject({ mailbox, id: z.string() }), (input, context) => {
    purgeItem(open(context, input.mailbox), input.id);
    return {};
  }),
  'contacts/move': operation(z.strictObject({ mailbox, id: z.string(), folder }), (input, context) => {
    const opened = open(context, input.mailbox);
    return itemView(opened.mailbox, moveItem(opened, input.id, folderIdOf(opened.mailbox, input.folder)));
  }),
  'contacts/copy': operation(z.strictObject({ mailbox, id: z.string(), folder }), (input, context) => {
    const opened = open(context, input.mailbox);
    return itemView(opened.mailbox, copyItem(opened, input.id, folderIdOf(opened.mailbox, input.folder)));
  }),

  'folders/create': operation(
    z.strictObject({
      mailbox,
      parent: folder.default('Contacts'),
      displayName: z.string().min(1),
      extendedProperties,
    }),
    (input, context) => {
      const opened = open(context, input.mailbox);
      const parentId = folderIdOf(opened.mailbox, input.parent);
      const made = createFolder(opened, parentId, input.displayName, normalized(input.extendedProperties));
      return folderView(opened.mailbox, made);
    },
  ),
  'folders/rename': operation(
    z.strictObject({ mailbox, folder, displayName: z.string().min(1) }),
    (input, context) => {
      const opened = open(context, input.mailbox);
      const id = folderIdOf(opened.mailbox, input.folder);
      return folderView(opened.mailbox, updateFolder(opened, id, { displayName: input.displayName }));
    },
  ),
  'folders/move': operation(z.strictObject({ mailbox, folder, parent: folder }), (input, context) => {
    const opened = open(context, input.mailbox);
    const id = folderIdOf(opened.mailbox, input.folder);
    return folderView(opened.mailbox, moveFolder(opened, id, folderIdOf(opened.mailbox, input.parent)));
  }),
  'folders/delete': operation(z.strictObject({ mailbox, folder }), (input, context) => {
    const opened = open(context, input.mailbox);
    deleteFolder(opened, folderIdOf(opened.mailbox, input.folder));
    return {};
  }),
  'folders/purge': operation(z.strictObject({ mailbox, folder }), (input, context) => {
    const opened = open(context, input.mailbox);
    purgeFolder(opened, folderIdOf(opened.mailbox, input.folder));
    return {};
  }),
  'folders/empty-deleted-items': operation(z.strictObject({ mailbox }), (input, context) => {
    emptyDeletedItems(open(context, input.mailbox));
    return {};
  }),
};

function open(context: EmulatorContext, who: string): OpenMailbox {
  const recipient = requireRecipient(context, who);
  if (recipient.mailbox === undefined) {
    throw new ControlError(409, 'NoMailbox', `'${recipient.displayName}' has no mailbox.`);
  }
  return { organization: context.organization, mailbox: recipient.mailbox, now: context.clock.now() };
}

function folderIdOf(box: Mailbox, text: string): string {
  if (text === '' || box.folders.has(text)) return text === '' ? box.rootFolderId : text;
  let parentId = box.rootFolderId;
  for (const name of text.split('/')) {
    const child = childFolders(box, parentId).find(
      (one) => one.displayName.toLowerCase() === name.toLowerCase(),
    );
    if (child === undefined) throw new ControlError(404, 'FolderNotFound', `There is no folder '${text}'.`);
    parentId = child.id;
  }
  return requireFolder(box, parentId).id;
}

export function normalized(given: Readonly<Record<string, string>>): Map<string, string> {
  const result = new Map<string, string>();
  for (const [id, value] of Object.entries(given)) {
    const key = normalizeExtendedPropertyId(id);
    if (key === undefined)
      throw new ControlError(400, 'InvalidRequest', `'${id}' is no extended property id.`);
    result.set(key, value);
  }
  return result;
}
