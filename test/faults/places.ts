// The places of a run at which a fault may strike, as the wire shows them, in the order in which a run comes by.

import type { Fault } from '@contactsync/emulator';
import type { LoggedRequest } from '../../emulator/src/server/request-log.ts';

type Where = Pick<Fault, 'face' | 'method' | 'path' | 'bodyText' | 'batchPart'>;

const graph = (method: string, path: string, batchPart: boolean) =>
  ({ face: 'graph', method, path, batchPart }) as const;
const cmdlet = (name: string) =>
  ({ face: 'exchange-admin', bodyText: `"CmdletName":"${name}"`, path: 'InvokeCommand' }) as const;

export const PLACES = {
  'sign-in': { face: 'entra', path: '/oauth2/v2.0/token' },
  'recipient list': cmdlet('Get-Recipient'),
  'user list': cmdlet('Get-User'),
  'contact list': cmdlet('Get-Contact'),
  'people in Graph': graph('GET', '^/v1.0/users\\?', false),
  'mailbox list': cmdlet('Get-Mailbox'),
  batch: graph('POST', '/\\$batch$', false),
  'folder look-up': graph('GET', '/contactFolders\\?', true),
  'next delta': graph('GET', '/delta\\?.*deltatoken', true),
  'first delta': graph('GET', '/delta\\?\\$select', false),
  list: graph('GET', '/contacts\\?\\$top=999', false),
  'single contact': graph('GET', '/contacts/(?!delta)[^/?]+\\?', true),
  'folder creation': graph('POST', '/contactFolders$', false),
  'folder rename': graph('PATCH', '/contactFolders/[^/]+$', false),
  create: graph('POST', '/contactFolders/[^/]+/contacts$', true),
  update: graph('PATCH', '/contacts/[^/]+$', true),
  delete: graph('DELETE', '/contacts/[^/]+$', true),
  purge: graph('POST', '/permanentDelete$', true),
  'folder removal': graph('DELETE', '/contactFolders/[^/]+$', false),
} as const satisfies Readonly<Record<string, Where>>;

export type Place = keyof typeof PLACES;
export const PLACE_NAMES = Object.keys(PLACES) as readonly Place[];

/** Where the people and the list of mailboxes come from. */
export const SOURCE_PLACES: readonly Place[] = [
  'recipient list',
  'user list',
  'contact list',
  'people in Graph',
  'mailbox list',
];
/** What concerns one mailbox alone. */
export const MAILBOX_PLACES: readonly Place[] = PLACE_NAMES.slice(PLACE_NAMES.indexOf('folder look-up'));
/** Whether the work came by this place; cmdlets all have one path, and every reading asks all of them. */
export function comesBy(requests: readonly LoggedRequest[], place: Place): boolean {
  const { face, path, ...rest }: Where = PLACES[place];
  const pattern = new RegExp(path ?? '');
  return requests.some(
    (request) =>
      request.face === face &&
      pattern.test(request.path) &&
      (rest.method === undefined || request.method === rest.method) &&
      (rest.batchPart === undefined || request.isBatchPart === rest.batchPart),
  );
}
