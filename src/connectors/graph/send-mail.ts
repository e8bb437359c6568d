// Sends one mail from a mailbox through Microsoft Graph, for reports. It is handed over once, whatever the answer. Where
// the answer does not tell what became of it, it was perhaps sent. 429 and 503 tell that it was not; now and then a 429
// comes after the work was done, and a report that comes twice is better than one that never comes.
// https://learn.microsoft.com/graph/api/user-sendmail · limits and errors: graph-exo 8

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import { type MailSender, mailPerhapsSent, type OutgoingMail } from '../../ports/mail-sender.ts';
import {
  errorOf,
  type GraphAnswer,
  type GraphClient,
  graphFailure,
  isForeignPage,
  isSuccess,
} from '../graph-client/index.ts';
import { mailboxFailure } from './failures.ts';

export interface GraphMailOptions {
  readonly client: GraphClient;
  /** SMTP address; undefined: the environment names none. */
  readonly sender: string | undefined;
  readonly now: () => Date;
}

/** Of the whole request, everything inside being base64 already. */
const LARGEST_REQUEST = 4 * 1000 * 1000;

export function createGraphMailSender({ client, sender, now }: GraphMailOptions): MailSender {
  return {
    sender,
    async send(mail, { keepsCopy }, signal) {
      if (sender === undefined) throw new Failure('senderMissing');
      const body = encodeMail(mail, keepsCopy);
      if (Buffer.byteLength(JSON.stringify(body)) > LARGEST_REQUEST) throw new Failure('mailTooLarge');
      const path = `/users/${encodeURIComponent(sender)}/sendMail`;
      const options = { mailboxKey: sender.toLowerCase(), isSafeToRepeat: false };
      const answer = await client.post(path, body, options, signal).catch((thrown: unknown) => {
        throw thrown instanceof Failure && thrown.code === 'answerLost' ? mailPerhapsSent(thrown) : thrown;
      });
      if (!isSuccess(answer)) throw refusal(answer, now());
    },
  };
}

function encodeMail(mail: OutgoingMail, keepsCopy: boolean): object {
  const attachments = (mail.attachments ?? []).map(({ name, contentType, content }) => ({
    '@odata.type': '#microsoft.graph.fileAttachment',
    name,
    contentType,
    contentBytes: Buffer.from(content).toString('base64'),
  }));
  return {
    message: {
      subject: mail.subject,
      body: { contentType: mail.body.kind === 'html' ? 'HTML' : 'Text', content: mail.body.content },
      toRecipients: mail.to.map((address) => ({ emailAddress: { address } })),
      ...(attachments.length === 0 ? {} : { attachments }),
    },
    saveToSentItems: keepsCopy,
  };
}

const MAIL_FAILURES: Readonly<Record<string, FailureCode>> = {
  ErrorSendAsDenied: 'sendingNotAllowed',
  ErrorAccessDenied: 'sendingNotAllowed',
  ErrorInvalidRecipients: 'mailRefused',
  ErrorMessageSubmissionBlocked: 'mailRefused',
  ErrorExceededMessageLimit: 'mailRefused',
  ErrorMessageSizeExceeded: 'mailTooLarge',
};

function refusal(answer: GraphAnswer, now: Date): Failure {
  const { status } = answer;
  const { code } = errorOf(answer);
  if (status === 429 || status === 503) return graphFailure(answer);
  // 2xx with the page of a proxy; what a gateway says may come after the work was done.
  if (status < 300 || status >= 500) return mailPerhapsSent(graphFailure(answer));
  const own = isForeignPage(answer) ? undefined : ownFailure(status, code);
  const failure = mailboxFailure(answer, now);
  if (own === undefined && failure.facts.scope !== 'contact') return failure;
  const { requestId } = failure;
  return new Failure(own ?? 'mailRefused', {
    details: failure.details,
    ...(requestId === undefined ? {} : { requestId }),
    cause: failure,
  });
}

function ownFailure(status: number, code: string): FailureCode | undefined {
  if (status === 413) return 'mailTooLarge';
  return MAIL_FAILURES[code] ?? (status === 403 ? 'sendingNotAllowed' : undefined);
}
