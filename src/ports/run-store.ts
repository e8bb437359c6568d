// Runs with their events, mapped contacts and plans.

import type { MappedContact } from '../model/contact.ts';
import type { MailboxId, PolicyId, RunId, SourceObjectId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { ContactPlan } from '../model/plan.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { RecordedEvent, Run, RunEvent, RunKind, RunState } from '../model/run.ts';

export interface RunFilter {
  readonly policyId?: PolicyId;
  readonly states?: readonly RunState[];
  readonly kinds?: readonly RunKind[];
  readonly limit?: number;
}

/** Where a mailbox stands within a run. `applying` after a crash means: read it in full first. */
export type MailboxProgress = 'planned' | 'applying' | 'done' | 'failed';

export interface StoredPlan {
  readonly mailbox: TargetMailbox;
  readonly plan: ContactPlan;
  readonly progress: MailboxProgress;
}

/** What a waiting run needs to be applied later; stored when the brake engages. */
export interface PendingApproval {
  readonly digest: string;
  /** ISO 8601; the approval expires 7 days later. */
  readonly since: string;
}

export interface RunStore {
  create(run: Run, revision: PolicyRevision): Promise<void>;
  setState(id: RunId, state: RunState, endedAt?: string): Promise<void>;
  read(id: RunId): Promise<Run | undefined>;
  /** The revision of the policy that the run uses, also when the policy was edited or deleted since. */
  readRevision(id: RunId): Promise<PolicyRevision | undefined>;
  /** Newest first. */
  list(filter: RunFilter): Promise<readonly Run[]>;
  /** Runs whose id starts with the text. */
  findByPrefix(prefix: string): Promise<readonly Run[]>;

  append(id: RunId, events: readonly RunEvent[], at: string): Promise<void>;
  /** All, or those of these types; in the order in which they were appended. */
  readEvents(id: RunId, types?: readonly RunEvent['type'][]): Promise<readonly RecordedEvent[]>;

  saveContacts(id: RunId, contacts: readonly MappedContact[]): Promise<void>;
  readContacts(id: RunId): Promise<ReadonlyMap<SourceObjectId, MappedContact>>;

  savePlan(id: RunId, stored: StoredPlan): Promise<void>;
  setProgress(id: RunId, mailboxId: MailboxId, progress: MailboxProgress): Promise<void>;
  readPlan(id: RunId, mailboxId: MailboxId): Promise<StoredPlan | undefined>;
  /** In the order of planning; plans are read one by one, never all into memory. */
  readPlans(id: RunId): AsyncIterable<StoredPlan>;

  saveApproval(id: RunId, pending: PendingApproval): Promise<void>;
  readApproval(id: RunId): Promise<PendingApproval | undefined>;
}
