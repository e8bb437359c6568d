// Whom an answer concerns that tells us to slow down. Outlook limits an application per mailbox and says so
// (ApplicationThrottled, "… over its MailboxConcurrency limit"); Graph itself says TooManyRequests and means the
// application or the tenant (https://learn.microsoft.com/graph/throttling-limits).

/**
 * `mailbox`: a limit of one mailbox; others are not affected. `application`: everything we send to that service.
 * `unclear`: met in one mailbox, and nobody says whether others would meet it too.
 */
export type Reach = 'mailbox' | 'unclear' | 'application';

export interface Refusal {
  readonly reach: Reach;
  /** The mailbox that is to be left alone; undefined where none is known. */
  readonly mailboxKey: string | undefined;
  /** undefined: the service does not say. */
  readonly retryAfterMs: number | undefined;
}

export interface RefusingAnswer {
  readonly status: number;
  /** Of the error in the body; empty where there is none. */
  readonly code: string;
  readonly message: string;
  readonly mailboxKey: string | undefined;
}

/** undefined: the answer does not ask to slow down. */
export function reachOf({ status, code, message, mailboxKey }: RefusingAnswer): Reach | undefined {
  if (status === 429) {
    if (mailboxKey === undefined || code === 'TooManyRequests') return 'application';
    return code === 'ApplicationThrottled' || /\bMailbox[A-Z]/.test(message) ? 'mailbox' : 'unclear';
  }
  if (![503, 504, 509].includes(status)) return undefined;
  return mailboxKey === undefined ? 'application' : 'unclear';
}

export const STRENGTH: Readonly<Record<Reach, number>> = { mailbox: 1, unclear: 2, application: 3 };

/** Code and message of an error in Graph's shape; other services have neither or put them elsewhere. */
export function errorIn(body: Buffer): { readonly code: string; readonly message: string } {
  const none = { code: '', message: '' };
  try {
    const { error } = JSON.parse(body.toString('utf8')) as { error?: { code?: unknown; message?: unknown } };
    if (typeof error !== 'object' || error === null) return none;
    const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
    return { code: textOf(error.code), message: textOf(error.message) };
  } catch {
    return none;
  }
}
