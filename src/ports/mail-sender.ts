// Sends mail from the environment's own mailbox: run reports, alerts, the test mail.

import { Failure } from '../model/failure.ts';

export interface OutgoingMail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: {
    readonly kind: 'text' | 'html';
    readonly content: string;
    /** The same as plain text, for a sender that writes the mail itself; Exchange makes it from the HTML. */
    readonly text?: string;
  };
  /** About three megabytes in all: Microsoft Graph takes no more (`mailTooLarge`). */
  readonly attachments?: readonly OutgoingAttachment[];
}

export interface OutgoingAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

export interface SendOptions {
  /** In the sent items of the sender. */
  readonly keepsCopy: boolean;
  /** Told before `send` resolves, with `recipientsRefused`: the service took the mail for the other recipients. */
  readonly onPartlyRefused?: (failure: Failure) => void;
}

export interface MailSender {
  /** SMTP address of the mailbox that sends; undefined: the environment names none, and `send` throws `senderMissing`. */
  readonly sender: string | undefined;
  /**
   * Why the password was refused when it was last tried, by whomever, while no other was stored since: trying it again
   * counts towards locking the account, and is left to a person. undefined or absent: nothing is known against a try.
   */
  standingRefusal?(): Promise<Failure | undefined>;
  /**
   * Resolves when the service has accepted the mail, which is not yet its arrival. Throws Failures. `mailPerhapsSent`: the
   * answer was lost or does not tell; such a mail is never sent again by itself. After every other failure it was
   * certainly not sent: `mailRefused`, `mailTooLarge`, `sendingNotAllowed`, `senderMissing`, and what concerns connection,
   * sign-in and mailbox.
   */
  send(mail: OutgoingMail, options: SendOptions, signal: AbortSignal): Promise<void>;
}

/** What `send` throws when nobody knows whether the mail went out. */
export function mailPerhapsSent(cause: Failure): Failure {
  return new Failure('mailPerhapsSent', {
    details: { ...cause.details, reason: cause.number },
    ...(cause.requestId === undefined ? {} : { requestId: cause.requestId }),
    cause,
  });
}
