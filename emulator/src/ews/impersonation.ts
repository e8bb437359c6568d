// Whom a request acts as: the user named in ExchangeImpersonation, where the account may do that, else the user whose
// account it is.

import { mayImpersonate, sidOf } from '../organization/on-premises.ts';
import type { Recipient } from '../organization/state.ts';
import type { EmulatorContext, EmulatorRequest } from '../server/exchange.ts';
import type { Principal } from '../server/sign-in/sign-in.ts';
import { findByAddress, isServedHere } from './call.ts';
import { EwsFault, value } from './errors.ts';
import type { Element } from './xml/reader.ts';

export function actingUser(
  principal: Principal,
  impersonation: Element | undefined,
  context: EmulatorContext,
): Recipient | undefined {
  if (impersonation === undefined) return ownUser(principal, context);
  const target = connectingUser(impersonation, context);
  const { organization } = context;
  const isAllowed =
    principal.kind === 'app'
      ? principal.roles.includes('full_access_as_app')
      : principal.account.ownerId === target.id || mayImpersonate(organization, principal.account, target);
  if (!isAllowed) {
    throw new EwsFault(
      'ErrorImpersonateUserDenied',
      'The account does not have permission to impersonate the requested user.',
    );
  }
  return target;
}

function ownUser(principal: Principal, context: EmulatorContext): Recipient | undefined {
  if (principal.kind === 'app') {
    throw new EwsFault(
      'ErrorInvalidRequest',
      'ExchangeImpersonation SOAP header must be present for this type of OAuth token.',
    );
  }
  const { ownerId } = principal.account;
  const owner = ownerId === undefined ? undefined : context.organization.recipients.get(ownerId);
  return owner !== undefined && isServedHere(owner.mailbox) ? owner : undefined;
}

function connectingUser(impersonation: Element, context: EmulatorContext): Recipient {
  const who = impersonation.children[0]?.children[0];
  if (who === undefined) throw new Error('the schema lets no empty ConnectingSID through');
  const target = findTarget(who, context);
  if (target === undefined || !isServedHere(target.mailbox)) {
    throw new EwsFault(
      'ErrorNonExistentMailbox',
      'The SMTP address has no mailbox associated with it.',
      value('SmtpAddress', who.text.trim()),
    );
  }
  if (
    who.name === 't:PrimarySmtpAddress' &&
    target.primarySmtpAddress.toLowerCase() !== who.text.trim().toLowerCase()
  ) {
    throw new EwsFault(
      'ErrorNonPrimarySmtpAddress',
      'The primary SMTP address must be specified when referencing a mailbox.',
      value('Primary', target.primarySmtpAddress),
    );
  }
  return target;
}

function findTarget(who: Element, { organization, onPremises }: EmulatorContext): Recipient | undefined {
  const text = who.text.trim().toLowerCase();
  const all = [...organization.recipients.values()];
  switch (who.name) {
    case 't:PrincipalName':
      return all.find((one) => one.userPrincipalName?.toLowerCase() === text);
    case 't:SID':
      return all.find(
        (one) =>
          one.mailbox !== undefined &&
          (sidOf(one.alias).toLowerCase() === text || onPremises.accountOf(one).sid.toLowerCase() === text),
      );
    default:
      return findByAddress(organization, text);
  }
}

/** X-AnchorMailbox: who leaves it out or gets it wrong is served all the same, a little slower; it is counted. */
export function noteAnchor(request: EmulatorRequest, context: EmulatorContext, target: Recipient): void {
  const anchor = request.headers['x-anchormailbox'];
  const isRight = anchor !== undefined && findByAddress(context.organization, anchor) === target;
  context.ews.usage.noteAnchor(anchor, isRight);
}
