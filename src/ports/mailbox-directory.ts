// Reads who may receive: mailboxes, the attributes that may hold internal marks, and where each mailbox lives.

import type { Failure } from '../model/failure.ts';
import type { DirectoryMailbox } from '../model/mailbox.ts';
import type { MailboxesPart } from '../model/policy.ts';

export interface MailboxReading {
  /**
   * All mailboxes in the scope (groups, recipient filter, single addresses; nothing named: the organization), each
   * id once. Types, exclusions, marks and the license are NOT applied here but by core/target-mailboxes.ts.
   */
  readonly mailboxes: readonly DirectoryMailbox[];
  /** Addresses named in the policy, as targets, that the directory does not know. */
  readonly notFound: readonly string[];
  readonly isComplete: boolean;
  readonly gaps: readonly Failure[];
}

export interface MailboxDirectory {
  /** Same promise as ContactSource.read: half-read is never returned as complete. */
  readMailboxes(scope: MailboxesPart, signal: AbortSignal): Promise<MailboxReading>;
}
