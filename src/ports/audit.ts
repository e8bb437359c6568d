// Who changed what, when. Append-only.

import type { FailureDetails } from '../model/failure.ts';

export interface AuditEntry {
  /** ISO 8601. */
  readonly at: string;
  /** The account of the operating system, or the signed-in person. */
  readonly who: string;
  /** Noun and verb, such as `policy.save`, `run.approve`, `certificate.remove`. */
  readonly action: string;
  /** Name of what was changed, as the person knows it. */
  readonly subject: string;
  /** No secrets. */
  readonly details: FailureDetails;
}

export interface AuditFilter {
  readonly action?: string;
  readonly limit?: number;
}

export interface Audit {
  /** The time is the store's. Saving and removing documents is recorded by the document stores themselves. */
  append(entry: Omit<AuditEntry, 'at'>): Promise<void>;
  /** Newest first. */
  list(filter?: AuditFilter): Promise<readonly AuditEntry[]>;
}
