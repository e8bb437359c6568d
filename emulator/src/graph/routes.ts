// The table of what the Graph face answers: method, path, the app roles of which one is needed, and the query
// options, preferences and headers that mean something there.
import type { TokenNeed } from '../server/exchange.ts';
import {
  changeContactFolder,
  createChildFolder,
  createContactFolder,
  deleteContactFolder,
  folderListOptions,
  getContactFolder,
  listChildFolders,
  listContactFolders,
  permanentlyDeleteContactFolder,
} from './contact-folders.ts';
import {
  getContactPhoto,
  getContactPhotoValue,
  getUserPhoto,
  getUserPhotoOfSize,
  getUserPhotoValue,
  getUserPhotoValueOfSize,
  putContactPhoto,
  refusePhotoSizes,
} from './contact-photo.ts';
import {
  changeContact,
  createContact,
  deleteContact,
  entityOptions,
  getContact,
  listContacts,
  listOptions,
  permanentlyDeleteContact,
} from './contacts.ts';
import { contactsDelta, deltaOptions, foldersDelta } from './delta.ts';
import { directoryRoutes } from './directory-routes.ts';
import { inMailbox, type MailboxHandler } from './mailbox-gate.ts';
import type { PreferenceName } from './request-headers.ts';
import type { Route } from './route.ts';
import { sendMail } from './send-mail.ts';

const readContacts: TokenNeed = { anyOf: ['Contacts.Read', 'Contacts.ReadWrite'], part: 'outlook' };
const writeContacts: TokenNeed = { anyOf: ['Contacts.ReadWrite'], part: 'outlook' };
const readPhotos: TokenNeed = {
  anyOf: ['ProfilePhoto.Read.All', 'ProfilePhoto.ReadWrite.All', 'User.Read.All', 'User.ReadWrite.All'],
  part: 'directory',
};

function contactRoute(
  method: string,
  path: string,
  handler: MailboxHandler,
  allowed: {
    options?: readonly string[];
    preferences?: readonly PreferenceName[];
    headers?: readonly string[];
  } = {},
): Route {
  return {
    method,
    path,
    need: method === 'GET' ? readContacts : writeContacts,
    options: allowed.options ?? [],
    preferences: ['IdType', ...(allowed.preferences ?? [])],
    headers: allowed.headers ?? [],
    handle: inMailbox(handler),
  };
}

function contactsBelow(path: string): readonly Route[] {
  const one = `${path}/{contact}`;
  const conditional = { headers: ['if-match'] };
  return [
    contactRoute('GET', `${path}/delta`, contactsDelta, {
      options: deltaOptions,
      preferences: ['odata.maxpagesize'],
    }),
    contactRoute('GET', path, listContacts, { options: listOptions }),
    contactRoute('POST', path, createContact),
    contactRoute('GET', one, getContact, { options: entityOptions }),
    contactRoute('PATCH', one, changeContact, { options: entityOptions, ...conditional }),
    contactRoute('DELETE', one, deleteContact, conditional),
    contactRoute('POST', `${one}/permanentDelete`, permanentlyDeleteContact, conditional),
    contactRoute('GET', `${one}/photo`, getContactPhoto),
    contactRoute('GET', `${one}/photo/$value`, getContactPhotoValue),
    contactRoute('PUT', `${one}/photo/$value`, putContactPhoto),
    contactRoute('PATCH', `${one}/photo/$value`, putContactPhoto),
    contactRoute('GET', `${one}/photos/{size}`, refusePhotoSizes),
    contactRoute('GET', `${one}/photos/{size}/$value`, refusePhotoSizes),
  ];
}

const folders = 'users/{user}/contactFolders';
const folder = `${folders}/{folder}`;

function userPhotoRoute(path: string, handle: Route['handle']): Route {
  return { method: 'GET', path, need: readPhotos, options: [], preferences: [], headers: [], handle };
}

export const routes: readonly Route[] = [
  contactRoute('GET', `${folders}/delta`, foldersDelta, {
    options: deltaOptions,
    preferences: ['odata.maxpagesize'],
  }),
  contactRoute('GET', folders, listContactFolders, { options: folderListOptions }),
  contactRoute('POST', folders, createContactFolder),
  contactRoute('GET', folder, getContactFolder, { options: entityOptions }),
  contactRoute('PATCH', folder, changeContactFolder),
  contactRoute('DELETE', folder, deleteContactFolder),
  contactRoute('POST', `${folder}/permanentDelete`, permanentlyDeleteContactFolder),
  contactRoute('GET', `${folder}/childFolders`, listChildFolders, { options: folderListOptions }),
  contactRoute('POST', `${folder}/childFolders`, createChildFolder),
  ...contactsBelow(`${folder}/contacts`),
  ...contactsBelow('users/{user}/contacts'),
  {
    method: 'POST',
    path: 'users/{user}/sendMail',
    need: { anyOf: ['Mail.Send'], part: 'outlook' },
    options: [],
    preferences: [],
    headers: [],
    handle: inMailbox(sendMail),
  },
  userPhotoRoute('users/{user}/photo', getUserPhoto),
  userPhotoRoute('users/{user}/photo/$value', getUserPhotoValue),
  userPhotoRoute('users/{user}/photos/{size}', getUserPhotoOfSize),
  userPhotoRoute('users/{user}/photos/{size}/$value', getUserPhotoValueOfSize),
  ...directoryRoutes,
];

export interface FoundRoute {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

const patterns = routes.map((route) => ({ route, pattern: route.path.split('/') }));

/** All routes whose path fits; the one with the most literal segments first. */
export function routesFor(segments: readonly string[]): readonly FoundRoute[] {
  const found: FoundRoute[] = [];
  for (const { route, pattern } of patterns) {
    const parameters = parametersOf(pattern, segments);
    if (parameters !== undefined) found.push({ route, parameters });
  }
  const fewest = Math.min(...found.map((one) => Object.keys(one.parameters).length));
  return found.filter((one) => Object.keys(one.parameters).length === fewest);
}

function parametersOf(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    // `/users/$count` is a resource of its own, not a user of that name.
    if (part.startsWith('{') && !segment.startsWith('$')) parameters[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return parameters;
}
