// Journal in memory.

import type { MailboxId, RunId, SourceObjectId } from '../../../model/ids.ts';
import type { JournalEntry, JournalIntent } from '../../../model/ledger-record.ts';
import type { ChangeOutcome } from '../../../model/plan.ts';
import type { Journal } from '../../../ports/journal.ts';

/** The write happened, or nobody knows. */
const MAY_HAVE_WRITTEN: ReadonlySet<JournalEntry['outcome']> = new Set(['applied', 'unknown', undefined]);

export class InMemoryJournal implements Journal {
  readonly #entries: JournalEntry[] = [];

  async intend(
    runId: RunId,
    mailbox: { readonly id: MailboxId; readonly primarySmtpAddress: string },
    intents: readonly JournalIntent[],
  ): Promise<readonly number[]> {
    return intents.map((intent) => {
      const id = this.#entries.length + 1;
      this.#entries.push({
        ...structuredClone(intent),
        id,
        runId,
        mailboxId: mailbox.id,
        primarySmtpAddress: mailbox.primarySmtpAddress,
        outcome: undefined,
        newItemId: undefined,
        newVersion: undefined,
      });
      return id;
    });
  }

  async record(ids: readonly number[], outcomes: readonly ChangeOutcome[]): Promise<void> {
    if (ids.length !== outcomes.length) throw new RangeError('one outcome for each id');
    outcomes.forEach((outcome, position) => {
      const index = (ids[position] ?? 0) - 1;
      const entry = this.#entries[index];
      if (entry === undefined) throw new RangeError(`no journal entry ${index + 1}`);
      this.#entries[index] = {
        ...entry,
        outcome: outcome.status,
        newItemId: outcome.status === 'applied' ? outcome.itemId : undefined,
        newVersion: outcome.status === 'applied' ? outcome.version : undefined,
      };
    });
  }

  async *readRun(runId: RunId, mailboxId?: MailboxId): AsyncIterable<JournalEntry> {
    for (const entry of [...this.#entries]) {
      if (entry.runId !== runId) continue;
      if (mailboxId !== undefined && entry.mailboxId !== mailboxId) continue;
      yield structuredClone(entry);
    }
  }

  async hasWrites(runId: RunId): Promise<boolean> {
    return this.#entries.some((entry) => entry.runId === runId && MAY_HAVE_WRITTEN.has(entry.outcome));
  }

  async handedOver(person: SourceObjectId): Promise<readonly string[]> {
    const addresses = this.#entries
      .filter(({ change, outcome }) => change === 'handOver' && outcome === 'applied')
      .filter(({ sourceObjectId }) => sourceObjectId === person)
      .map(({ primarySmtpAddress }) => primarySmtpAddress);
    return [...new Set(addresses)].sort();
  }
}
