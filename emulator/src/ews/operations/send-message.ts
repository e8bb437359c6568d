// CreateItem of a message: sends it at once, as the acting user, into the mailboxes of this organization.

import type { SentMessage } from '../../organization/state.ts';
import { findByAddress, type OwnedMailbox } from '../call.ts';
import { EwsError, notEmulated } from '../errors.ts';
import { attribute, child, type Element } from '../xml/reader.ts';

const emulated = new Set([
  ...['t:ItemClass', 't:Subject', 't:Body', 't:Attachments', 't:Importance', 't:InternetMessageHeaders'],
  ...['t:ExtendedProperty', 't:ToRecipients', 't:CcRecipients', 't:From', 't:IsRead'],
]);

export function sendMessage(open: OwnedMailbox, given: Element, disposition: string | undefined): void {
  if (disposition === undefined)
    throw new EwsError(
      'ErrorMessageDispositionRequired',
      'Message disposition is required for message items.',
    );
  if (disposition === 'SaveOnly') throw notEmulated('drafts of messages');
  for (const one of given.children)
    if (!emulated.has(one.name)) throw notEmulated(`${one.name} of a message`);
  const { owner, now } = open;
  requireOwnAddress(open, child(given, 't:From'));
  const body = child(given, 't:Body');
  const message: SentMessage = {
    from: owner.primarySmtpAddress,
    to: addresses(child(given, 't:ToRecipients')),
    cc: addresses(child(given, 't:CcRecipients')),
    subject: child(given, 't:Subject')?.text ?? '',
    contentType: (body?.attributes.get('BodyType') ?? 'Text').toLowerCase(),
    body: body?.text ?? '',
    headers: headersOf(given),
    attachments: (child(given, 't:Attachments')?.children ?? []).map((one) => ({
      name: child(one, 't:Name')?.text ?? '',
      contentType: child(one, 't:ContentType')?.text ?? 'application/octet-stream',
      contentBytes: (child(one, 't:Content')?.text ?? '').replace(/\s/g, ''),
    })),
    at: now,
  };
  if (message.to.length + message.cc.length === 0)
    throw new EwsError('ErrorInvalidRecipients', 'At least one recipient isn\u2019t valid.');
  open.mailbox.sentMessages.push(message);
  for (const address of [...message.to, ...message.cc])
    findByAddress(open.organization, address)?.mailbox?.receivedMessages.push(message);
}

function requireOwnAddress({ owner, organization }: OwnedMailbox, from: Element | undefined): void {
  if (from === undefined) return;
  const [address = ''] = addresses(from);
  if (findByAddress(organization, address) !== owner) {
    throw new EwsError(
      'ErrorSendAsDenied',
      'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.',
    );
  }
}

function addresses(list: Element | undefined): string[] {
  return (list?.children ?? []).map((mailbox) => {
    const address = child(mailbox, 't:EmailAddress')?.text.trim() ?? '';
    if (!/^[^\s@]+@[^\s@]+$/.test(address))
      throw new EwsError('ErrorInvalidRecipients', 'At least one recipient isn\u2019t valid.');
    return address;
  });
}

// Headers of a message that is sent can only be written as properties of the set InternetHeaders.
function headersOf(given: Element): Record<string, string> {
  if (child(given, 't:InternetMessageHeaders') !== undefined)
    throw new EwsError('ErrorInvalidPropertySet', 'Set action is invalid for property.');
  const entries = given.children
    .filter((one) => one.name === 't:ExtendedProperty')
    .map((one): [string, string] => {
      const [uri, text] = one.children;
      const isHeader = uri?.attributes.get('DistinguishedPropertySetId') === 'InternetHeaders';
      if (uri === undefined || text === undefined || !isHeader)
        throw notEmulated('extended properties of a message that are no headers');
      return [attribute(uri, 'PropertyName'), text.text];
    });
  return Object.fromEntries(entries);
}
