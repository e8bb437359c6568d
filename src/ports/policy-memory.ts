// What a policy must remember between runs and what no mailbox can tell: truth of its own, saved by a backup.

import type { MailboxId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { Offer } from '../model/offer.ts';

export interface LastSelection {
  readonly completedAt: string;
  readonly sourceObjectIds: ReadonlySet<SourceObjectId>;
  readonly mailboxIds: ReadonlySet<MailboxId>;
}

export interface PolicyMemory {
  /** Selection and target list of the last completed run (brake a and b); undefined before the first. */
  readLastSelection(policyId: PolicyId): Promise<LastSelection | undefined>;
  saveLastSelection(policyId: PolicyId, selection: LastSelection): Promise<void>;

  /** Objects that left the selection and have not come back, with the time (ISO) they were first missed. */
  readDepartures(policyId: PolicyId): Promise<ReadonlyMap<SourceObjectId, string>>;
  saveDepartures(policyId: PolicyId, departures: ReadonlyMap<SourceObjectId, string>): Promise<void>;

  /** Mailboxes the policy wrote to and has not emptied since. */
  readWrittenMailboxes(policyId: PolicyId): Promise<readonly TargetMailbox[]>;
  /** Policies with such mailboxes, also those that are stored no more. */
  writtenPolicies(): Promise<readonly PolicyId[]>;
  /** Durable before the first write into the mailbox. */
  addWrittenMailbox(policyId: PolicyId, mailbox: TargetMailbox): Promise<void>;
  removeWrittenMailbox(policyId: PolicyId, mailboxId: MailboxId): Promise<void>;

  /** Contacts whose deletion by the user is respected. */
  readRespectedDeletions(policyId: PolicyId, mailboxId: MailboxId): Promise<ReadonlySet<SourceObjectId>>;
  addRespectedDeletions(
    policyId: PolicyId,
    mailboxId: MailboxId,
    ids: readonly SourceObjectId[],
  ): Promise<void>;

  /** What the policy told the others of its folder; undefined before its first completed run. */
  readOffer(policyId: PolicyId): Promise<Offer | undefined>;
  /** Replaces it as a whole. */
  saveOffer(policyId: PolicyId, offer: Offer): Promise<void>;
  /** No failure where there is none. */
  removeOffer(policyId: PolicyId): Promise<void>;
  /** Takes the person out of the offers of all policies. */
  removeFromOffers(person: SourceObjectId): Promise<void>;

  /** Forgets everything about the policy. */
  forget(policyId: PolicyId): Promise<void>;
}
