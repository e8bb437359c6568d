// The places of a run over EWS, where one path serves every request and the operation says which it is.

import type { EwsFault, Fault } from '@contactsync/emulator';
import type { LoggedRequest } from '../../emulator/src/server/request-log.ts';
import type { StageName } from './stages.ts';

export const EWS_OPERATIONS = {
  'folder look-up': 'FindFolder',
  'folder by id': 'GetFolder',
  sync: 'SyncFolderItems',
  list: 'FindItem',
  get: 'GetItem',
  'folder creation': 'CreateFolder',
  'folder rename': 'UpdateFolder',
  create: 'CreateItem',
  update: 'UpdateItem',
  delete: 'DeleteItem',
  'folder removal': 'DeleteFolder',
} as const;

/** `sign-in` are the messages of NTLM, before an operation is told. */
export type EwsPlace = 'sign-in' | keyof typeof EWS_OPERATIONS;

export const OPERATION_PLACES = Object.keys(EWS_OPERATIONS) as readonly (keyof typeof EWS_OPERATIONS)[];
export const EWS_PLACE_NAMES: readonly EwsPlace[] = ['sign-in', ...OPERATION_PLACES];

/** Where each stage comes by; a test compares it with the emulator's log. */
export const EWS_PLACES_OF: Readonly<Record<StageName, readonly EwsPlace[]>> = {
  'first fill': ['sign-in', 'folder look-up', 'folder creation', 'sync', 'create'],
  changes: [
    'sign-in',
    'folder look-up',
    'sync',
    'list',
    'get',
    'create',
    'update',
    'delete',
    'folder removal',
  ],
  unchanged: ['sign-in', 'folder look-up', 'sync'],
  'folder renamed': ['sign-in', 'folder look-up', 'folder by id', 'sync', 'folder rename'],
  'ledger forgotten': ['sign-in', 'folder look-up', 'sync', 'get'],
  rollback: [
    ...(['sign-in', 'folder look-up', 'sync', 'get', 'folder creation'] as const),
    ...(['create', 'update', 'delete'] as const),
  ],
  'clean-up': ['sign-in', 'folder look-up', 'sync', 'list', 'get', 'update', 'delete', 'folder removal'],
};

/** Trouble that only EWS makes, or what can happen to any request on its way. */
export type EwsTrouble =
  | { readonly of: 'ews'; readonly action: EwsFault['action'] }
  | { readonly of: 'way'; readonly action: Fault['action'] };

export const wayTo = (place: EwsPlace): Pick<Fault, 'face' | 'bodyText'> => ({
  face: 'ews',
  bodyText: place === 'sign-in' ? '^$' : `<m:${EWS_OPERATIONS[place]}\\b`,
});

export function comesByEws(requests: readonly LoggedRequest[], place: EwsPlace): boolean {
  const ews = requests.filter(({ face }) => face === 'ews');
  return place === 'sign-in'
    ? ews.some(({ operation, status }) => operation === undefined && status === 401)
    : ews.some(({ operation }) => operation === EWS_OPERATIONS[place]);
}
