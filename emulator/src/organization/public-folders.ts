// The public folders of the organization: made with the first folder; and what a public folder mailbox shows of them.

import { childFolders, createFolder, createMailbox } from './folder-store.ts';
import { namedGuid } from './ids.ts';
import type { ContactFolder, Mailbox, Organization, PublicFolderMailbox, PublicFolders } from './state.ts';

/** PR_REPLICA_LIST. */
const replicasKey = 'Binary 0x6698';

export function requirePublicFolders(organization: Organization): PublicFolders {
  organization.publicFolders ??= makePublicFolders(organization.domains[0] ?? 'contoso.example');
  return organization.publicFolders;
}

function makePublicFolders(domain: string): PublicFolders {
  const store = createMailbox('public folders');
  store.folders.clear();
  const mailboxes = [1, 2].map((number) => ({
    alias: `public-folders-${number}`,
    displayName: `Public Folders ${number}`,
    primarySmtpAddress: `public-folders-${number}@${domain}`,
    exchangeGuid: namedGuid(`mailbox:public folders ${number}`),
  }));
  return { mailboxes, store, placeOf: new Map(), rights: new Map() };
}

/** The last one of the path, made with those above it that are not there yet. */
export function makePublicFolder(
  organization: Organization,
  path: readonly string[],
  now: Date,
  choice: { readonly folderClass: string; readonly mailbox: number },
): ContactFolder {
  const { store, placeOf, mailboxes } = requirePublicFolders(organization);
  const place = mailboxes[choice.mailbox];
  if (place === undefined) throw new Error(`there is no public folder mailbox ${choice.mailbox}`);
  let parentId = store.rootFolderId;
  let folder: ContactFolder | undefined;
  for (const name of path) {
    folder = childFolders(store, parentId).find((one) => one.displayName === name);
    if (folder === undefined) {
      const properties = new Map([
        ['String 0x3613', choice.folderClass],
        [replicasKey, Buffer.from(`${place.exchangeGuid}\0`, 'ascii').toString('base64')],
      ]);
      folder = createFolder({ organization, mailbox: store, now }, parentId, name, properties);
      placeOf.set(folder.id, place);
    }
    parentId = folder.id;
  }
  if (folder === undefined) throw new Error('a path has at least one name');
  return folder;
}

export function findPublicFolder(
  { store }: PublicFolders,
  path: readonly string[],
): ContactFolder | undefined {
  let parentId = store.rootFolderId;
  let folder: ContactFolder | undefined;
  for (const name of path) {
    folder = childFolders(store, parentId).find((one) => one.displayName === name);
    if (folder === undefined) return undefined;
    parentId = folder.id;
  }
  return folder;
}

/** By address, or by GUID@domain as Autodiscover is asked for it. */
export function findPublicFolderMailbox(
  organization: Organization,
  address: string,
): PublicFolderMailbox | undefined {
  const wanted = address.trim().toLowerCase();
  return organization.publicFolders?.mailboxes.find(
    ({ primarySmtpAddress, exchangeGuid }) =>
      primarySmtpAddress === wanted ||
      organization.domains.some((domain) => `${exchangeGuid}@${domain}` === wanted),
  );
}

/** Every folder that is not hidden, and nothing in it: the hierarchy. */
export function hierarchyView({ store, rights }: PublicFolders): Mailbox {
  const shown = [...store.folders].filter(([id]) => rights.get(id) !== 'hidden');
  return { ...store, folders: new Map(shown), items: new Map() };
}

/** The folders whose items lie in the mailbox, with them. */
export function contentsView({ store, placeOf, rights }: PublicFolders, place: PublicFolderMailbox): Mailbox {
  const folders = [...store.folders].filter(
    ([id]) => placeOf.get(id) === place && rights.get(id) !== 'hidden',
  );
  const ids = new Set(folders.map(([id]) => id));
  const items = [...store.items].filter(([, { parentFolderId }]) => ids.has(parentFolderId));
  return { ...store, folders: new Map(folders), items: new Map(items) };
}
