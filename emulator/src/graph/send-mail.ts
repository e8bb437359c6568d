// sendMail: accepts a message with 202, keeps it with the sender for inspection and puts it into the mailboxes of
// recipients of this tenant.
import type { Organization, Recipient, SentMessage } from '../organization/state.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { isObject, type Json, jsonBody } from './call.ts';
import { unknownProperty, wrongType } from './contact-properties.ts';
import { badRequest, GraphError, notEmulated } from './graph-error.ts';
import type { MailboxCall } from './mailbox-gate.ts';

const emulated = [
  'subject',
  'body',
  'toRecipients',
  'ccRecipients',
  'from',
  'attachments',
  'internetMessageHeaders',
];
const alsoInGraph = [
  'bccRecipients',
  'replyTo',
  'sender',
  'importance',
  'categories',
  'flag',
  'singleValueExtendedProperties',
];

export function sendMail({ call, owner, mailbox, organization, now }: MailboxCall): EmulatorResponse {
  if (/^text\/plain/i.test(call.request.headers['content-type'] ?? ''))
    throw notEmulated('sendMail with a MIME body');
  const body = jsonBody(call);
  for (const name of Object.keys(body))
    if (name !== 'message' && name !== 'saveToSentItems')
      throw badRequest(
        `The parameter '${name}' in the request payload is not a valid parameter for the operation 'sendMail'.`,
      );
  const message = readMessage(body.message, owner, now);
  mailbox.sentMessages.push(message);
  for (const recipient of recipientsOf(organization, [...message.to, ...message.cc]))
    recipient.mailbox?.receivedMessages.push(message);
  return { status: 202 };
}

function readMessage(value: unknown, sender: Recipient, now: Date): SentMessage {
  if (!isObject(value)) throw wrongType('message', 'an object');
  for (const name of Object.keys(value)) {
    if (alsoInGraph.includes(name)) throw notEmulated(`'${name}' of a message`);
    if (!emulated.includes(name)) throw unknownProperty(name, 'Message');
  }
  requireOwnAddress(value.from, sender);
  const to = addresses('toRecipients', value.toRecipients);
  const cc = addresses('ccRecipients', value.ccRecipients);
  if (to.length + cc.length === 0)
    throw new GraphError(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.');
  const body = value.body === undefined ? {} : object('body', value.body);
  return {
    from: sender.primarySmtpAddress,
    to,
    cc,
    subject: text('subject', value.subject ?? ''),
    contentType: text('contentType', body.contentType ?? 'text').toLowerCase(),
    body: text('content', body.content ?? ''),
    headers: Object.fromEntries(list('internetMessageHeaders', value.internetMessageHeaders).map(header)),
    attachments: list('attachments', value.attachments).map(attachment),
    at: now,
  };
}

function requireOwnAddress(from: unknown, sender: Recipient): void {
  if (from === undefined || from === null) return;
  const [address = ''] = addresses('from', [from]);
  const own = sender.emailAddresses.map((proxy) => proxy.replace(/^smtp:/i, '').toLowerCase());
  if (!own.includes(address.toLowerCase()))
    throw new GraphError(
      403,
      'ErrorSendAsDenied',
      'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.',
    );
}

function addresses(name: string, value: unknown): string[] {
  return list(name, value).map((entry) => {
    const address = object('emailAddress', entry.emailAddress).address;
    if (typeof address !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(address))
      throw new GraphError(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.');
    return address;
  });
}

function header(entry: Json): [string, string] {
  const name = text('name', entry.name);
  if (!/^x-/i.test(name))
    throw new GraphError(
      400,
      'InvalidInternetMessageHeader',
      `The internet message header name '${name}' should start with 'x-' or 'X-'.`,
    );
  return [name, text('value', entry.value)];
}

function attachment(entry: Json): SentMessage['attachments'][number] {
  if (entry['@odata.type'] !== '#microsoft.graph.fileAttachment')
    throw notEmulated(`attachments of type '${String(entry['@odata.type'])}'`);
  return {
    name: text('name', entry.name),
    contentType: text('contentType', entry.contentType ?? 'application/octet-stream'),
    contentBytes: text('contentBytes', entry.contentBytes),
  };
}

function list(name: string, value: unknown): Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongType(name, 'an array');
  return value.map((entry) => object(name, entry));
}

function object(name: string, value: unknown): Json {
  if (!isObject(value)) throw wrongType(name, 'an object');
  return value;
}

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, 'a string');
  return value;
}

function recipientsOf(organization: Organization, wanted: readonly string[]): readonly Recipient[] {
  const proxies = new Set(wanted.map((address) => `smtp:${address.toLowerCase()}`));
  return [...organization.recipients.values()].filter((recipient) =>
    recipient.emailAddresses.some((proxy) => proxies.has(proxy.toLowerCase())),
  );
}
