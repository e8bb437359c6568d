// Requests for public folders, told by the header X-PublicFolderMailbox: which of the public folder mailboxes they reach,
// and what is possible there at all. As strict as the protocol: with the headers of another mailbox a folder or item is
// not found.

import { shareContactPhotos } from '../organization/contact-photos.ts';
import { contentsView, findPublicFolderMailbox, hierarchyView } from '../organization/public-folders.ts';
import type { ContactFolder, Mailbox, Organization } from '../organization/state.ts';
import type { EmulatorRequest } from '../server/exchange.ts';
import { accessDenied, EwsError } from './errors.ts';
import type { Element } from './xml/reader.ts';

const hierarchical = ['m:FindFolder'];
const ofContents = ['m:GetFolder', 'm:FindItem', 'm:GetItem', 'm:GetAttachment'];

export function isForPublicFolders({ headers }: EmulatorRequest): boolean {
  return headers['x-publicfoldermailbox'] !== undefined;
}

// A request of many items looks at the same folders for each of them.
const views = new WeakMap<EmulatorRequest, Mailbox>();

/** What the request sees; throws where it went to the wrong place or wants what public folders do not have. */
export function publicFolderView(
  organization: Organization,
  request: EmulatorRequest,
  operation: Element,
): Mailbox {
  const view = views.get(request) ?? makeView(organization, request, operation);
  views.set(request, view);
  return view;
}

function makeView(organization: Organization, { headers }: EmulatorRequest, operation: Element): Mailbox {
  const { publicFolders } = organization;
  const anchor = headers['x-anchormailbox'] ?? '';
  const named = headers['x-publicfoldermailbox'] ?? '';
  const place = findPublicFolderMailbox(organization, named);
  if (publicFolders === undefined || place === undefined)
    throw new EwsError('ErrorNoPublicFolderServerAvailable', 'No public folder mailbox was found.');
  if (hierarchical.includes(operation.name)) {
    const [hierarchy] = publicFolders.mailboxes;
    const isRight =
      place === hierarchy && !named.startsWith(place.alias) && anchor === place.primarySmtpAddress;
    if (!isRight)
      throw new EwsError('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
    if (operation.attributes.get('Traversal') !== 'Shallow')
      throw new EwsError('ErrorInvalidOperation', 'Only a shallow traversal of public folders is possible.');
    return hierarchyView(publicFolders);
  }
  if (!ofContents.includes(operation.name))
    throw new EwsError('ErrorInvalidOperation', 'The operation is not supported for public folders.');
  const isRight = named === place.primarySmtpAddress && anchor === place.primarySmtpAddress;
  const nowhere = { alias: '', displayName: '', primarySmtpAddress: '', exchangeGuid: '' };
  const view = contentsView(publicFolders, isRight ? place : nowhere);
  shareContactPhotos(publicFolders.store, view);
  return view;
}

/** Looking at what is in a folder, sub-folders or items, needs more than seeing it. */
export function requireReadable(organization: Organization, operation: Element, folder: ContactFolder): void {
  const right = organization.publicFolders?.rights.get(folder.id);
  if (right !== undefined && operation.name !== 'm:GetFolder') throw accessDenied();
}
