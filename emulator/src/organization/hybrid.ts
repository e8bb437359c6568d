// A hybrid organization: some user mailboxes are held by servers in the building, the others online. To the tenant the
// owner of a mailbox in the building is a mail user; to the servers in the building an online mailbox is none of theirs.

import { addressListsOf } from './recipients.ts';
import type { Organization, Recipient } from './state.ts';

/** The last so many user mailboxes move into the building. */
export function makeHybrid(organization: Organization, onPremises: number): void {
  const users = [...organization.recipients.values()].filter(
    (one) => one.recipientTypeDetails === 'UserMailbox',
  );
  if (onPremises > users.length)
    throw new RangeError('there cannot be more mailboxes in the building than user mailboxes');
  const inside = new Set(users.slice(users.length - onPremises));
  for (const recipient of organization.recipients.values()) {
    if (recipient.mailbox === undefined) continue;
    if (inside.has(recipient)) moveInside(recipient);
    else recipient.mailbox.hosting = 'online';
  }
}

function moveInside(recipient: Recipient): void {
  if (recipient.mailbox === undefined) return;
  recipient.mailbox.hosting = 'onPremises';
  recipient.mailbox.isEnabledForRest = false;
  recipient.recipientTypeDetails = 'MailUser';
  recipient.externalEmailAddress = recipient.primarySmtpAddress;
  recipient.addressListMembership = addressListsOf(recipient);
}
