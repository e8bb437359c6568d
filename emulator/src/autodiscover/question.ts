// What is asked, in whichever form, and what is answered: the forms only write it differently.

import { findByAddress, isServedHere } from '../ews/call.ts';
import { findPublicFolderMailbox } from '../organization/public-folders.ts';
import type { Mailbox, Recipient } from '../organization/state.ts';
import type { EmulatorContext, EmulatorRequest } from '../server/exchange.ts';

export type Answer =
  | {
      readonly kind: 'settings';
      readonly owner: Described;
      readonly internalUrl: string | undefined;
      readonly externalUrl: string | undefined;
    }
  | { readonly kind: 'redirectAddress'; readonly address: string }
  | { readonly kind: 'redirectUrl'; readonly url: string }
  | { readonly kind: 'unknownAddress' }
  | { readonly kind: 'error'; readonly code: string };

/** Of a recipient, or of a mailbox that is none, such as one with public folders. */
export interface Described extends Pick<Recipient, 'displayName' | 'alias' | 'primarySmtpAddress'> {
  readonly exchangeGuid: string;
  readonly hosting?: Mailbox['hosting'];
}

/** legacyExchangeDN. */
export function legacyName({ alias }: Described): string {
  return `/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn=${alias}`;
}

export function answerFor(address: string, request: EmulatorRequest, context: EmulatorContext): Answer {
  const { organization, autodiscover } = context;
  const publicFolderMailbox = findPublicFolderMailbox(organization, address);
  const recipient = findByAddress(organization, address);
  const owner = publicFolderMailbox ?? describe(recipient);
  if (owner === undefined) return { kind: 'unknownAddress' };
  // A mailbox that was moved leaves a remote mailbox behind, whose target address is in the tenant.
  if (publicFolderMailbox === undefined && !isServedHere(recipient?.mailbox)) {
    return { kind: 'redirectAddress', address: `${owner.alias}@${organization.initialDomain}` };
  }
  const { internalUrl, externalUrl } = autodiscover.settings;
  const here = `${request.baseUrl}/EWS/Exchange.asmx`;
  const urlOf = (setting: string | null | undefined) =>
    setting === undefined ? here : (setting ?? undefined);
  return { kind: 'settings', owner, internalUrl: urlOf(internalUrl), externalUrl: urlOf(externalUrl) };
}

export function describe(recipient: Recipient | undefined): Described | undefined {
  if (recipient?.mailbox === undefined) return undefined;
  const { displayName, alias, primarySmtpAddress, mailbox } = recipient;
  const { exchangeGuid, hosting } = mailbox;
  return { displayName, alias, primarySmtpAddress, exchangeGuid, hosting };
}
