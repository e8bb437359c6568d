// Reads who may receive: mailboxes, the attributes that may hold internal marks, and where each mailbox lives.

import type { Failure } from '../model/failure.ts';
import type { DirectoryMailbox, TargetMailbox } from '../model/mailbox.ts';
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
  /**
   * Of mailboxes filled before, which a complete reading of the scope does not name: those that may not have left it, marked
   * `isBetweenSides` or `isPerhapsMoved`. Absent where the side that is asked knows every mailbox at any time.
   */
  readPerhapsMoved?(
    missing: readonly TargetMailbox[],
    scope: MailboxesPart,
    signal: AbortSignal,
  ): Promise<readonly DirectoryMailbox[]>;
}
