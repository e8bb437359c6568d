// What an operation gets: the request's element, who acts, and the mailbox it acts on.

import type { OpenMailbox } from '../organization/mailbox-store.ts';
import type { Mailbox, Organization, Recipient } from '../organization/state.ts';
import type { EmulatorContext, EmulatorRequest } from '../server/exchange.ts';
import type { Principal } from '../server/sign-in/sign-in.ts';
import { EwsError } from './errors.ts';
import type { EwsFaultAction } from './fault-kinds.ts';
import { isForPublicFolders, publicFolderView } from './public-folders.ts';
import type { Element } from './xml/reader.ts';

export interface EwsCall {
  readonly request: EmulatorRequest;
  readonly context: EmulatorContext;
  readonly organization: Organization;
  readonly principal: Principal;
  /** The impersonated user, else the user of the account; undefined: an account without a mailbox. */
  readonly owner: Recipient | undefined;
  readonly operation: Element;
  readonly now: Date;
  /** Trouble that is for the operation itself to make. */
  readonly fault: EwsFaultAction | undefined;
}

export type Operation = (call: EwsCall) => string;

export interface OwnedMailbox extends OpenMailbox {
  readonly owner: Recipient;
}

export function requireMailbox({ owner, organization, now, request, operation }: EwsCall): OwnedMailbox {
  if (owner?.mailbox === undefined) {
    throw new EwsError(
      'ErrorMissingEmailAddress',
      'When making a request as an account that does not have a mailbox, you must specify the mailbox primary SMTP address for any distinguished folder Ids.',
    );
  }
  const mailbox = isForPublicFolders(request)
    ? publicFolderView(organization, request, operation)
    : owner.mailbox;
  return { organization, mailbox, now, owner };
}

export function isServedHere(mailbox: Mailbox | undefined): mailbox is Mailbox {
  return mailbox !== undefined && mailbox.hosting !== 'online';
}

export function findByAddress(organization: Organization, address: string): Recipient | undefined {
  const wanted = `smtp:${address.trim().toLowerCase()}`;
  for (const recipient of organization.recipients.values())
    if (recipient.emailAddresses.some((proxy) => proxy.toLowerCase() === wanted)) return recipient;
  return undefined;
}
