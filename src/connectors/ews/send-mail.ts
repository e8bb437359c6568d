// Sends one mail as the account's own mailbox, for reports.

import { Failure } from '../../model/failure.ts';
import type { EwsClient, EwsMailbox } from './ews-client.ts';
import { element, type Xml } from './xml-writer.ts';

export interface OutgoingMail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: { readonly kind: 'text' | 'html'; readonly content: string };
  readonly attachments?: readonly OutgoingAttachment[];
}

export interface OutgoingAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** Throws a Failure; `answerLost`: it may have been sent, and is never sent twice by itself. */
export async function sendMail(
  client: EwsClient,
  sender: EwsMailbox,
  mail: OutgoingMail,
  options: { readonly keepsCopy: boolean },
  signal: AbortSignal,
): Promise<void> {
  const answer = await client.write(sender, mailXml(mail, options.keepsCopy), 1, signal);
  if (answer.kind === 'refused') throw answer.refusal.failure;
  const [message] = answer.messages;
  if (message?.refusal !== undefined) throw message.refusal.failure;
  if (answer.kind === 'lost') throw answer.failure;
  if (message === undefined) throw new Failure('unexpectedAnswer', { details: { code: 'messageMissing' } });
}

/** The order of the elements is that of the schema. */
function mailXml(mail: OutgoingMail, keepsCopy: boolean): Xml {
  const attachments = (mail.attachments ?? []).map(({ name, contentType, content }) =>
    element(
      't:FileAttachment',
      {},
      element('t:Name', {}, name),
      element('t:ContentType', {}, contentType),
      element('t:Content', {}, Buffer.from(content).toString('base64')),
    ),
  );
  const recipients = mail.to.map((address) =>
    element('t:Mailbox', {}, element('t:EmailAddress', {}, address)),
  );
  const message = element(
    't:Message',
    {},
    element('t:Subject', {}, mail.subject),
    element('t:Body', { BodyType: mail.body.kind === 'html' ? 'HTML' : 'Text' }, mail.body.content),
    attachments.length === 0 ? undefined : element('t:Attachments', {}, ...attachments),
    element('t:ToRecipients', {}, ...recipients),
  );
  const folder = element('t:DistinguishedFolderId', { Id: 'sentitems' });
  return element(
    'm:CreateItem',
    { MessageDisposition: keepsCopy ? 'SendAndSaveCopy' : 'SendOnly' },
    keepsCopy ? element('m:SavedItemFolderId', {}, folder) : undefined,
    element('m:Items', {}, message),
  );
}
