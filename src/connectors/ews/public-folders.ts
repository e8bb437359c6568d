// Public folders as a source, through EWS. Who lies in whom is asked of the mailbox with the hierarchy, one level at a time,
// and what lies in a folder of the mailbox that holds its contents: nothing else is possible there (ews.md, section 5).
// https://learn.microsoft.com/exchange/client-developer/exchange-web-services/public-folder-access-with-ews-in-exchange

import { createHash } from 'node:crypto';
import { Failure } from '../../model/failure.ts';
import { folderId as asFolderId, type FolderId } from '../../model/ids.ts';
import type { ContactFolders, FolderItems, SourceFolder, WantedFolder } from '../../ports/contact-folders.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { Stamped } from '../contact-folder/folder-stamp.ts';
import { readSourceItems, type SourceProtocol } from '../contact-folder/read-source-items.ts';
import { type RememberedItem, rememberedItems } from '../contact-folder/remembered-items.ts';
import { sourceFolder } from '../contact-folder/source-folder.ts';
import { readPictures } from './contact-pictures.ts';
import type { PublicFolderRoute } from './ews-client.ts';
import { findPublicFoldersIn, REPLICAS } from './folder-operations.ts';
import { decodeFolder, listFolders, readFolderById } from './folder-tree.ts';

import { readFile, readFormattedNotes } from './further-data.ts';
import {
  folderIdElement,
  type MailboxSession,
  publicFolderSession,
  type SessionOptions,
} from './mailbox-session.ts';
import { extendedIn } from './mapi-property.ts';
import { STAMP_RULES } from './read-folder.ts';
import {
  type KnownContacts,
  knownContacts,
  type OpenedAs,
  readFolderItems,
  SOURCE_FORMAT,
  tryFolder,
} from './read-folder-items.ts';
import type { XmlElement } from './xml-element.ts';

/** Throws `publicFoldersNotFound`, and whatever the way there throws. */
export interface PublicFolderRoutes {
  /** To who lies in whom. */
  hierarchy(signal: AbortSignal): Promise<PublicFolderRoute>;
  /** To what lies in a folder. `mailboxGuid`: of the public folder mailbox that holds it. */
  contents(mailboxGuid: string, signal: AbortSignal): Promise<PublicFolderRoute>;
}

export interface EwsPublicFoldersOptions extends Omit<SessionOptions, 'impersonate'> {
  /** Address of the mailbox that reads: its permissions count. */
  readonly reader: string;
  /** Found out anew for each reading: folders move from one public folder mailbox to another. */
  readonly findRoutes: () => PublicFolderRoutes;
  readonly markCodec: MarkCodec;
  /** Where contacts are remembered until the next reading; absent: every contact is opened, as an original. */
  readonly cache?: DirectoryCache;
}

/** A public folder with where it stands. */
interface Listed extends SourceFolder {
  readonly path: readonly string[];
  /** undefined: the server does not tell, as of the top. */
  readonly mailboxGuid: string | undefined;
  /** As the mailbox with its contents tells; absent where it was not asked. */
  readonly stamped?: Stamped;
}

/** There is nowhere to go on from: a folder in which something happened is listed anew. */
const NO_POSITION = '-';

const TOP: Listed = {
  folderId: asFolderId('publicfoldersroot'),
  parentId: undefined,
  name: '',
  holdsContacts: false,
  isMarked: false,
  stamp: undefined,
  path: [],
  mailboxGuid: undefined,
};

export function openEwsPublicFolders(options: EwsPublicFoldersOptions): ContactFolders {
  const listed = new Map<FolderId, { readonly folder: Listed; readonly routes: PublicFolderRoutes }>();
  const placeOf = async (folderId: FolderId, signal: AbortSignal) => {
    const known = listed.get(folderId);
    if (known === undefined) throw new Failure('unexpectedAnswer', { details: { code: 'folderNotListed' } });
    const { folder, routes } = known;
    return { folder, session: await contentsOf(options, routes, folder, signal) };
  };
  return {
    async list(signal, wanted = [{ path: [], includeSubfolders: true }]) {
      const routes = options.findRoutes();
      const found = await listWanted(options, routes, wanted, signal);
      for (const folder of found) listed.set(folder.folderId, { folder, routes });
      return found;
    },
    async read({ folderId }, signal) {
      const { folder, session } = await placeOf(folderId, signal);
      return readPublicFolder(options, session, folder, signal);
    },
    async tryOpen({ folderId }, signal) {
      const { folder, session } = await placeOf(folderId, signal);
      try {
        await tryFolder(session, folderId, signal);
      } catch (thrown) {
        if (signal.aborted || !isDenied(thrown)) throw thrown;
        throw denied(folder, options.reader, thrown);
      }
    },
    async readPictures({ folderId }, itemIds, signal) {
      const { session } = await placeOf(folderId, signal);
      return readPictures(session, itemIds, signal);
    },
    originals: {
      async readFormattedNotes({ folderId }, itemIds, signal) {
        const { session } = await placeOf(folderId, signal);
        return readFormattedNotes(session, itemIds, signal);
      },
      async readFile({ folderId }, fileId, signal) {
        const { session } = await placeOf(folderId, signal);
        return readFile(session, fileId, signal);
      },
    },
  };
}

async function listWanted(
  options: EwsPublicFoldersOptions,
  routes: PublicFolderRoutes,
  wanted: readonly WantedFolder[],
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  signal.throwIfAborted();
  const hierarchy = publicFolderSession(options.reader, await routes.hierarchy(signal), options);
  const found: Listed[] = [];
  const seen = new Set<FolderId>();
  const visit = async (folder: Listed, wants: readonly WantedFolder[]): Promise<void> => {
    if (seen.has(folder.folderId)) return;
    seen.add(folder.folderId);
    const isRead = folder.holdsContacts && wants.some(({ path }) => path.length === 0);
    const shown = isRead ? await withStamp(options, routes, folder, signal) : folder;
    const deeper = wants.filter(({ path, includeSubfolders }) => path.length > 0 || includeSubfolders);
    if (deeper.length === 0) {
      found.push(shown);
      return;
    }
    const children = await foldersIn(options, hierarchy, folder, signal);
    if (children instanceof Failure) {
      found.push({ ...shown, closed: children });
      return;
    }
    found.push(shown);
    for (const child of children) {
      const wantsOfChild = deeper.flatMap((want) => wantBelow(want, child));
      if (wantsOfChild.length > 0) await visit(child, wantsOfChild);
    }
  };
  await visit(TOP, wanted);
  return found;
}

/** What of a wish is left in a sub-folder of where it counts. */
function wantBelow(want: WantedFolder, child: Listed): readonly WantedFolder[] {
  const [name, ...path] = want.path;
  if (name === undefined) return child.holdsContacts && !child.isMarked ? [want] : [];
  return name.toLowerCase() === child.name.toLowerCase() ? [{ ...want, path }] : [];
}

/** A failure: closed to us. */
async function foldersIn(
  { markCodec, reader }: EwsPublicFoldersOptions,
  hierarchy: MailboxSession,
  parent: Listed,
  signal: AbortSignal,
): Promise<readonly Listed[] | Failure> {
  const reference = parent === TOP ? hierarchy.contacts : folderIdElement(parent.folderId);
  const decode = (element: XmlElement) => ({
    ...decodeFolder(element, markCodec),
    mailboxGuid: guidIn(extendedIn(element).get(REPLICAS.key) ?? ''),
  });
  try {
    const operation = (offset: number, rows: number) => findPublicFoldersIn(reference, offset, rows);
    const folders = await listFolders(hierarchy, operation, decode, signal);
    return folders.map((folder) => ({
      ...sourceFolder(folder),
      // The top answers under an id of its own.
      parentId: parent.folderId,
      // What the hierarchy says of contents that lie elsewhere is old.
      stamp: undefined,
      path: [...parent.path, folder.name],
      mailboxGuid: folder.mailboxGuid,
    }));
  } catch (thrown) {
    if (signal.aborted || !isDenied(thrown)) throw thrown;
    return denied(parent, reader, thrown);
  }
}

/** The first entry of the list: a GUID as text, closed by a zero byte. */
function guidIn(base64: string): string | undefined {
  const text = Buffer.from(base64, 'base64').toString('latin1').slice(0, 36);
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined;
}

async function contentsOf(
  options: EwsPublicFoldersOptions,
  routes: PublicFolderRoutes,
  { mailboxGuid, path }: Listed,
  signal: AbortSignal,
): Promise<MailboxSession> {
  if (mailboxGuid === undefined) {
    throw new Failure('publicFoldersNotFound', {
      details: { reason: 'noReplica', folder: identityOf(path) },
    });
  }
  return publicFolderSession(options.reader, await routes.contents(mailboxGuid, signal), options);
}

/** Only where the contents lie is it known when they changed. */
async function withStamp(
  options: EwsPublicFoldersOptions,
  routes: PublicFolderRoutes,
  folder: Listed,
  signal: AbortSignal,
): Promise<Listed> {
  const session = await contentsOf(options, routes, folder, signal);
  try {
    const found = await readFolderById(session, options.markCodec, folder.folderId, signal);
    if (found === undefined) return folder;
    const { lastCommit, itemCount } = found;
    return { ...folder, stamp: sourceFolder(found).stamp, stamped: { lastCommit, itemCount } };
  } catch (thrown) {
    // The reading will say so.
    if (signal.aborted || !isDenied(thrown)) throw thrown;
    return folder;
  }
}

async function readPublicFolder(
  options: EwsPublicFoldersOptions,
  session: MailboxSession,
  folder: Listed,
  signal: AbortSignal,
): Promise<FolderItems> {
  const { failure, ...reading } = await readContents(options, session, folder, signal);
  if (failure === undefined) return reading;
  return isDenied(failure)
    ? { ...reading, denied: denied(folder, options.reader, failure) }
    : { ...reading, failure };
}

async function readContents(
  { markCodec, cache, reader, log, clock }: EwsPublicFoldersOptions,
  session: MailboxSession,
  { folderId, stamped = { lastCommit: undefined, itemCount: undefined } }: Listed,
  signal: AbortSignal,
): Promise<FolderItems> {
  const read = (known?: KnownContacts, openedAs: OpenedAs = 'source') =>
    readFolderItems(session, markCodec, { folderId }, signal, known, openedAs);
  if (cache === undefined) {
    const reading = await read(undefined, 'originals');
    return { ...reading, unreadable: reading.damaged.length };
  }
  const protocol: SourceProtocol<Stamped, RememberedItem> = {
    clock,
    log,
    stampRules: STAMP_RULES,
    showsContactLists: true,
    mostChanges: () => 0,
    async readAll(_, known) {
      const reading = await read(knownContacts(known));
      return { ...reading, position: NO_POSITION };
    },
    open: () => Promise.reject(new Error('public folders tell no changes')),
  };
  const digest = createHash('sha256').update(JSON.stringify([reader.toLowerCase(), folderId]));
  const key = `public folder ${digest.digest('base64url')}`;
  return readSourceItems(protocol, stamped, rememberedItems(cache, key, SOURCE_FORMAT, log), signal);
}

function isDenied(thrown: unknown): thrown is Failure {
  return thrown instanceof Failure && thrown.details['code'] === 'ErrorAccessDenied';
}

function denied({ path }: Listed, reader: string, cause: Failure): Failure {
  const { requestId } = cause;
  const folder = identityOf(path);
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const cmdlet = `Add-PublicFolderClientPermission -Identity ${quoted(folder)} -User ${quoted(reader)} -AccessRights FolderVisible,ReadItems`;
  return new Failure('publicFolderAccessDenied', {
    details: { folder, mailbox: reader, cmdlet },
    ...(requestId === undefined ? {} : { requestId }),
    cause,
  });
}

/** As cmdlets name it. */
function identityOf(path: readonly string[]): string {
  return `\\${path.join('\\')}`;
}
