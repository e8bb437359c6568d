// Contacts in mailboxes on-premises through Exchange Web Services: what the composition root may use.

export { type EwsContactFoldersOptions, openEwsContactFolders } from './contact-folders.ts';
export {
  createEwsClient,
  type EwsClient,
  type EwsClientOptions,
  type EwsMailbox,
  type PublicFolderRoute,
} from './ews-client.ts';
export { createEwsTargets, type EwsTargets, type EwsTargetsOptions } from './ews-mailbox-target.ts';
export {
  createMailboxPhotos,
  type MailboxPhotos,
  type MailboxPhotosOptions,
} from './mailbox-photos.ts';
export {
  type EwsPublicFoldersOptions,
  openEwsPublicFolders,
  type PublicFolderRoutes,
} from './public-folders.ts';
export { createEwsMailSender, type EwsMailOptions, sendMail } from './send-mail.ts';
