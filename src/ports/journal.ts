// Append-only: before a write the intended change with the item's before-image, after it the outcome.

import type { MailboxId, RunId, SourceObjectId } from '../model/ids.ts';
import type { JournalEntry, JournalIntent } from '../model/ledger-record.ts';
import type { ChangeOutcome } from '../model/plan.ts';

export interface Journal {
  /** Durable when it returns; ids in input order. Before-images are stored encrypted. */
  intend(
    runId: RunId,
    mailbox: { readonly id: MailboxId; readonly primarySmtpAddress: string },
    intents: readonly JournalIntent[],
  ): Promise<readonly number[]>;
  /** In the order of the ids. For `applied` item id and version are kept. */
  record(ids: readonly number[], outcomes: readonly ChangeOutcome[]): Promise<void>;
  /** In the order of writing. */
  readRun(runId: RunId, mailboxId?: MailboxId): AsyncIterable<JournalEntry>;
  /** true for changes that were applied, are unknown, or whose outcome was never recorded. */
  hasWrites(runId: RunId): Promise<boolean>;
  /** Addresses of the mailboxes in which a contact of this person was handed over to the user; each once. */
  handedOver(person: SourceObjectId): Promise<readonly string[]>;
}
