// The contact folders of a mailbox as a source, through EWS.

import { Failure } from '../../model/failure.ts';
import type { FolderId } from '../../model/ids.ts';
import type { TargetMailbox } from '../../model/mailbox.ts';
import type { ContactFolders, OpenContactFolders } from '../../ports/contact-folders.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { memoryKey, readSourceItems, type SourceProtocol } from '../contact-folder/read-source-items.ts';
import { type RememberedItem, rememberedItems } from '../contact-folder/remembered-items.ts';
import { sourceFolder } from '../contact-folder/source-folder.ts';
import { readPictures } from './contact-pictures.ts';
import { SOURCE_ROW_SHAPE } from './contact-reader.ts';
import type { EwsClient } from './ews-client.ts';
import { type FoundFolder, foldersBelowContacts, readFolder } from './folder-tree.ts';
import { type RowReader, readAllRows, readRowsSince } from './item-rows.ts';
import { type MailboxSession, type SessionOptions, sessionOf } from './mailbox-session.ts';
import { STAMP_RULES } from './read-folder.ts';
import { knownContacts, openContacts, SOURCE_FORMAT, sourceRowOf, tryFolder } from './read-folder-items.ts';

export interface EwsContactFoldersOptions extends Omit<SessionOptions, 'client' | 'log'> {
  readonly client: EwsClient;
  readonly markCodec: MarkCodec;
  /** What was read of a folder, for the next run. */
  readonly cache: DirectoryCache;
  readonly log: Log;
}

export function openEwsContactFolders(options: EwsContactFoldersOptions): OpenContactFolders {
  return (mailbox: TargetMailbox): ContactFolders => {
    const { markCodec, cache, log } = options;
    const session = sessionOf(mailbox, options);
    const protocol = protocolOf(session, markCodec);
    const listed = new Map<FolderId, FoundFolder>();
    return {
      async list(signal) {
        const [contacts, ...below] = await listFolders(session, markCodec, signal);
        for (const folder of [contacts, ...below]) listed.set(folder.folderId, folder);
        return [{ ...sourceFolder(contacts), parentId: undefined }, ...below.map(sourceFolder)];
      },
      read({ folderId }, signal) {
        const folder = listed.get(folderId);
        if (folder === undefined)
          throw new Failure('unexpectedAnswer', { details: { code: 'folderNotListed' } });
        const memory = rememberedItems(cache, memoryKey(mailbox.id, folderId), SOURCE_FORMAT, log);
        return readSourceItems(protocol, folder, memory, signal);
      },
      tryOpen: ({ folderId }, signal) => tryFolder(session, folderId, signal),
      readPictures: (_, itemIds, signal) => readPictures(session, itemIds, signal),
    };
  };
}

const UNOPENED = { kind: 'contact', properties: {} } as const;

function protocolOf(session: MailboxSession, codec: MarkCodec): SourceProtocol<FoundFolder, RememberedItem> {
  const rows: RowReader<RememberedItem> = {
    shape: SOURCE_ROW_SHAPE,
    decode: (item) => sourceRowOf(item, codec),
  };
  return {
    clock: session.clock,
    log: session.log,
    stampRules: STAMP_RULES,
    showsContactLists: true,
    // A full reading opens the same contacts, and lists all the others besides.
    mostChanges: () => Number.POSITIVE_INFINITY,
    async readAll({ folderId }, known, signal) {
      const { changed, position } = await readAllRows(session, rows, folderId, signal);
      const opened = await openContacts(session, [...changed.values()], signal, knownContacts(known));
      // A round tells everything that was there before it.
      return { ...opened, position, hasSeveralPages: false };
    },
    changesSince: ({ folderId }, position, signal) =>
      readRowsSince(session, rows, folderId, position, signal),
    open(_, changed, again, __, signal) {
      const retried = again.map((item) => ({ version: '', pictureStamp: '', ...item, ...UNOPENED }));
      return openContacts(session, [...changed.values(), ...retried], signal);
    },
  };
}

async function listFolders(
  session: MailboxSession,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<readonly [FoundFolder, ...FoundFolder[]]> {
  signal.throwIfAborted();
  const contacts = await readFolder(session, codec, session.contacts, signal);
  if (contacts === undefined)
    throw new Failure('unexpectedAnswer', { details: { code: 'noContactsFolder' } });
  return [contacts, ...(await foldersBelowContacts(session, codec, signal))];
}
