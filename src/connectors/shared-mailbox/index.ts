// Contacts of a shared mailbox, and of public folders, as a source: what the composition root may use.

export { createItemPhotos, type ItemPhotos } from './item-photos.ts';
export { createOriginalContacts } from './original-contacts.ts';
export {
  createPublicFolderReader,
  type PublicFolderOptions,
  type PublicFolderReader,
} from './public-folder-source.ts';
export {
  createSharedMailboxReader,
  type SharedMailboxOptions,
  type SharedMailboxReader,
} from './shared-mailbox-source.ts';
export { createPublicFolderTrial, createSharedMailboxTrial, type FolderTrial } from './try-folders.ts';
