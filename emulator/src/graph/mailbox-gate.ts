// The one place through which every request to a mailbox passes, single or part of a batch: finds the mailbox,
// says why it cannot be opened, and words what the store refuses. Limits per mailbox: see admission.ts.

import { type OpenMailbox, StoreError } from '../organization/mailbox-store.ts';
import type { Organization, Recipient } from '../organization/state.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { type GraphCall, parameter } from './call.ts';
import { GraphError } from './graph-error.ts';
import { graphSettings } from './settings.ts';

export interface MailboxCall extends OpenMailbox {
  readonly call: GraphCall;
  readonly owner: Recipient;
}

export type MailboxHandler = (mailbox: MailboxCall) => EmulatorResponse | Promise<EmulatorResponse>;

export function inMailbox(work: MailboxHandler): (call: GraphCall) => Promise<EmulatorResponse> {
  return async (call) => {
    const { organization, clock } = call.context;
    const key = parameter(call, 'user');
    const owner = findByIdOrUpn(organization, key);
    if (owner === undefined || !hasUserObject(owner))
      throw new GraphError(404, 'ErrorInvalidUser', `The requested user '${key}' is invalid.`);
    const { mailbox } = owner;
    if (mailbox === undefined || !mailbox.isEnabledForRest)
      throw new GraphError(
        404,
        'MailboxNotEnabledForRESTAPI',
        'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
      );
    call.request.trace.mailbox = owner.primarySmtpAddress;
    try {
      return await work({ call, organization, owner, mailbox, now: clock.now() });
    } catch (error) {
      if (error instanceof StoreError) throw asGraphError(error, call);
      throw error;
    }
  };
}

export function findByIdOrUpn(organization: Organization, key: string): Recipient | undefined {
  const lower = key.toLowerCase();
  const byId = organization.recipients.get(lower);
  if (byId !== undefined) return byId;
  for (const recipient of organization.recipients.values())
    if (recipient.userPrincipalName?.toLowerCase() === lower) return recipient;
  return undefined;
}

const userKinds = [
  'UserMailbox',
  'SharedMailbox',
  'RoomMailbox',
  'EquipmentMailbox',
  'MailUser',
  'GuestMailUser',
];

export function hasUserObject(recipient: Recipient): boolean {
  return userKinds.includes(recipient.recipientTypeDetails);
}

function asGraphError(error: StoreError, call: GraphCall): GraphError {
  switch (error.code) {
    case 'ErrorItemNotFound':
    case 'ErrorFolderNotFound':
      return new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
    case 'ErrorFolderExists':
      return new GraphError(graphSettings(call.context).folderExistsStatus, error.code, error.message);
    case 'ErrorIrresolvableConflict':
      return new GraphError(412, error.code, error.message);
    default:
      return new GraphError(400, error.code, error.message);
  }
}
