// The contact folders of a mailbox as a source, through EWS.

import { Failure } from '../../model/failure.ts';
import type { TargetMailbox } from '../../model/mailbox.ts';
import type { ContactFolders, OpenContactFolders, SourceFolder } from '../../ports/contact-folders.ts';
import type { Log } from '../../ports/log.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { sourceFolder } from '../contact-folder/source-folder.ts';
import { readPictures } from './contact-pictures.ts';
import type { EwsClient } from './ews-client.ts';
import { foldersBelowContacts, readFolder } from './folder-tree.ts';
import { type MailboxSession, type SessionOptions, sessionOf } from './mailbox-session.ts';
import { readFolderItems } from './read-folder-items.ts';

export interface EwsContactFoldersOptions extends Omit<SessionOptions, 'client' | 'log'> {
  readonly client: EwsClient;
  readonly markCodec: MarkCodec;
  readonly log: Log;
}

export function openEwsContactFolders(options: EwsContactFoldersOptions): OpenContactFolders {
  return (mailbox: TargetMailbox): ContactFolders => {
    const session = sessionOf(mailbox, options);
    return {
      list: (signal) => listFolders(session, options.markCodec, signal),
      read: (folder, signal) => readFolderItems(session, options.markCodec, folder, signal),
      readPictures: (_, itemIds, signal) => readPictures(session, itemIds, signal),
    };
  };
}

async function listFolders(
  session: MailboxSession,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<readonly SourceFolder[]> {
  signal.throwIfAborted();
  const contacts = await readFolder(session, codec, session.contacts, signal);
  if (contacts === undefined)
    throw new Failure('unexpectedAnswer', { details: { code: 'noContactsFolder' } });
  const below = await foldersBelowContacts(session, codec, signal);
  return [{ ...sourceFolder(contacts), parentId: undefined }, ...below.map(sourceFolder)];
}
