// Contacts in Exchange Online mailboxes through Microsoft Graph: what the composition root may use.

export { type GraphContactFoldersOptions, openGraphContactFolders } from './contact-folders.ts';
export { createGraphTargets, type GraphTargetsOptions } from './graph-mailbox-target.ts';
export { createGraphMailSender, type GraphMailOptions } from './send-mail.ts';
