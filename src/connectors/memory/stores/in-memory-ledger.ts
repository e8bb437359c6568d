// Ledger in memory. Records go in and out as copies, as they would through a database.

import type { MailboxId, PolicyId } from '../../../model/ids.ts';
import type { LedgerRecord } from '../../../model/ledger-record.ts';
import type { Ledger } from '../../../ports/ledger.ts';

export class InMemoryLedger implements Ledger {
  readonly #records = new Map<string, LedgerRecord>();

  async read(policyId: PolicyId, mailboxId: MailboxId): Promise<LedgerRecord | undefined> {
    return structuredClone(this.#records.get(keyOf(policyId, mailboxId)));
  }

  async write(record: LedgerRecord): Promise<void> {
    this.#records.set(keyOf(record.policyId, record.mailboxId), structuredClone(record));
  }

  async markDirty(policyId: PolicyId, mailboxId: MailboxId): Promise<void> {
    const record = this.#records.get(keyOf(policyId, mailboxId)) ?? {
      policyId,
      mailboxId,
      rulesDigest: '',
      folders: [],
      entries: [],
      foreignCount: 0,
    };
    this.#records.set(keyOf(policyId, mailboxId), { ...record, isDirty: true });
  }

  async forget(policyId?: PolicyId, mailboxId?: MailboxId): Promise<number> {
    const forgotten = [...this.#records].filter(
      ([, record]) =>
        (policyId === undefined || record.policyId === policyId) &&
        (mailboxId === undefined || record.mailboxId === mailboxId),
    );
    for (const [key] of forgotten) this.#records.delete(key);
    return forgotten.length;
  }
}

const keyOf = (policyId: PolicyId, mailboxId: MailboxId): string => `${policyId} ${mailboxId}`;
