// A cache of the marks in the mailboxes. It may be lost at any moment: nothing is lost and nothing is duplicated.

import type { MailboxId, PolicyId } from '../model/ids.ts';
import type { LedgerRecord } from '../model/ledger-record.ts';

export interface Ledger {
  /** undefined when there is none, or when it cannot be understood (older format, damaged): never throws for that. */
  read(policyId: PolicyId, mailboxId: MailboxId): Promise<LedgerRecord | undefined>;
  /** Replaces the record; durable when it returns. */
  write(record: LedgerRecord): Promise<void>;
  /** Durable before the first write into the mailbox; also where no record exists yet. */
  markDirty(policyId: PolicyId, mailboxId: MailboxId): Promise<void>;
  /** All records of the policy, of the mailbox in it, or everything. Returns how many. */
  forget(policyId?: PolicyId, mailboxId?: MailboxId): Promise<number>;
}
