// Life in the public folders: folders, contacts in them, and who may see them. Folders go by the names on their path.

import { z } from 'zod';
import { createItem, purgeItem, updateItem } from '../organization/mailbox-store.ts';
import { findPublicFolder, makePublicFolder, requirePublicFolders } from '../organization/public-folders.ts';
import type { ContactFolder } from '../organization/state.ts';
import type { EmulatorContext } from '../server/exchange.ts';
import { normalized } from './mailbox-operations.ts';
import { ControlError, type Operations, operation } from './operation.ts';
import { folderView, itemView } from './views.ts';

const path = z.array(z.string().min(1)).min(1);
const properties = z.record(z.string(), z.unknown());
const extendedProperties = z.record(z.string(), z.string()).default({});

export const publicFolderOperations: Operations = {
  'public-folders/create': operation(
    z.strictObject({
      path,
      folderClass: z.string().default('IPF.Contact'),
      /** Which of the public folder mailboxes holds its items: 0 is the one with the hierarchy. */
      mailbox: z.int().min(0).max(1).default(0),
    }),
    ({ path, ...choice }, { organization, clock }) => {
      const folder = makePublicFolder(organization, path, clock.now(), choice);
      return folderView(requirePublicFolders(organization).store, folder);
    },
  ),
  /** read, visible (its name alone) or hidden. */
  'public-folders/set-rights': operation(
    z.strictObject({ path, rights: z.enum(['read', 'visible', 'hidden']) }),
    ({ path, rights }, context) => {
      const { id } = requireFolder(context, path);
      const all = requirePublicFolders(context.organization).rights;
      if (rights === 'read') all.delete(id);
      else all.set(id, rights);
      return { path, rights };
    },
  ),
  /** Where a hybrid organization has them. */
  'public-folders/set-hosting': operation(
    z.strictObject({ hosting: z.enum(['both', 'onPremises', 'online']) }),
    ({ hosting }, { organization }) => {
      const folders = requirePublicFolders(organization);
      if (hosting === 'both') delete folders.hosting;
      else folders.hosting = hosting;
      return { hosting };
    },
  ),
  'public-folders/create-contact': operation(
    z.strictObject({
      path,
      properties,
      extendedProperties,
      itemClass: z.string().default('IPM.Contact'),
    }),
    ({ path, properties, extendedProperties, itemClass }, context) => {
      const opened = open(context);
      const item = createItem(opened, requireFolder(context, path).id, {
        properties,
        extendedProperties: normalized(extendedProperties),
        itemClass,
        madeByHand: true,
      });
      return itemView(opened.mailbox, item);
    },
  ),
  'public-folders/edit-contact': operation(
    z.strictObject({ id: z.string(), properties: properties.default({}), extendedProperties }),
    ({ id, properties, extendedProperties }, context) => {
      const opened = open(context);
      const changes = { properties, extendedProperties: normalized(extendedProperties) };
      return itemView(opened.mailbox, updateItem(opened, id, changes));
    },
  ),
  'public-folders/delete-contact': operation(z.strictObject({ id: z.string() }), ({ id }, context) => {
    purgeItem(open(context), id);
    return {};
  }),
};

function open({ organization, clock }: EmulatorContext) {
  return { organization, mailbox: requirePublicFolders(organization).store, now: clock.now() };
}

function requireFolder({ organization }: EmulatorContext, path: readonly string[]): ContactFolder {
  const folder = findPublicFolder(requirePublicFolders(organization), path);
  if (folder === undefined)
    throw new ControlError(404, 'FolderNotFound', `There is no public folder '${path.join(' > ')}'.`);
  return folder;
}
