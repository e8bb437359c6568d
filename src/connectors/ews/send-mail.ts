// Sends one mail as the account's own mailbox, for reports. Nobody gets a mail twice: it is sent again only where the
// server says that it did nothing.

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import { type MailSender, mailPerhapsSent, type OutgoingMail } from '../../ports/mail-sender.ts';
import { createEwsClient, type EwsClient, type EwsClientOptions, type EwsMailbox } from './ews-client.ts';
import type { Refusal } from './failures.ts';
import { element, type Xml } from './xml-writer.ts';

export interface EwsMailOptions extends EwsClientOptions {
  /** SMTP address of the account's own mailbox. */
  readonly sender: string;
}

export function createEwsMailSender(options: EwsMailOptions): MailSender {
  const { sender } = options;
  const client = createEwsClient(options);
  const mailbox = { key: `mail from ${sender}`, address: sender };
  return {
    sender,
    send: (mail, { keepsCopy }, signal) => sendMail(client, mailbox, mail, { keepsCopy }, signal),
  };
}

const MOST_TRIES = 3;

/** Of codes that mean something else for a mail than for a contact. */
const MAIL_FAILURES: Readonly<Record<string, FailureCode>> = {
  ErrorInvalidRecipients: 'mailRefused',
  ErrorSendAsDenied: 'sendingNotAllowed',
  ErrorSubmissionQuotaExceeded: 'mailRefused',
  ErrorMessageSizeExceeded: 'mailTooLarge',
  ErrorAttachmentSizeLimitExceeded: 'mailTooLarge',
  ErrorDataSizeLimitExceeded: 'mailTooLarge',
};

/** Throws the Failures of a MailSender. */
export async function sendMail(
  client: EwsClient,
  sender: EwsMailbox,
  mail: OutgoingMail,
  options: { readonly keepsCopy: boolean },
  signal: AbortSignal,
): Promise<void> {
  const operation = mailXml(mail, options.keepsCopy);
  for (let tries = 1; ; tries += 1) {
    const answer = await client.write(sender, operation, 1, signal);
    const [message] = answer.kind === 'refused' ? [] : answer.messages;
    const refusal = answer.kind === 'refused' ? answer.refusal : message?.refusal;
    if (refusal === undefined) {
      if (message !== undefined) return;
      throw answer.kind === 'lost'
        ? mailPerhapsSent(answer.failure)
        : mailPerhapsSent(new Failure('unexpectedAnswer', { details: { code: 'messageMissing' } }));
    }
    // The client waits as long as the server asked before it sends anything else.
    if (refusal.reaction !== 'busy' || tries >= MOST_TRIES) throw failureOf(refusal);
  }
}

function failureOf({ code, reaction, failure }: Refusal): Failure {
  const own = failure.details['status'] === 413 ? 'mailTooLarge' : MAIL_FAILURES[code];
  // Nobody knows what a code that is in no table leaves behind.
  if (reaction === 'transient' || (own === undefined && failure.code === 'unexpectedAnswer'))
    return mailPerhapsSent(failure);
  const isOfContacts = failure.facts.scope === 'contact';
  if (own === undefined && !isOfContacts) return failure;
  return new Failure(own ?? 'mailRefused', { details: failure.details, ...idOf(failure), cause: failure });
}

const idOf = ({ requestId }: Failure) => (requestId === undefined ? {} : { requestId });

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
