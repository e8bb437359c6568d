// What is kept of ended runs, and for how long. Runs under way or waiting for an approval are never touched, nor is what
// a rollback under way needs; and of each policy the newest runs stay, since later ones learn from them.

/** ISO 8601; what ended before goes, mails about runs as old as runs with it. No limit of before-images or plans is earlier than that of runs. */
export interface RetentionLimits {
  readonly runs: string;
  readonly plans: string;
  readonly beforeImages: string;
}

export interface PrunedRecords {
  readonly runs: number;
  /** Plans of mailboxes. */
  readonly plans: number;
  readonly beforeImages: number;
}

/** Of each policy, with events, plans and contacts; their before-images go by age alone. */
export const NEWEST_RUNS_KEPT = 10;

export interface Retention {
  /** What would go; changes nothing. */
  count(limits: RetentionLimits): Promise<PrunedRecords>;
  /**
   * Removes one small portion; undefined: nothing is left to remove. Before the first before-image of a run goes, the
   * run says so (`imagesPrunedAt`), so that no rollback finds half of them; likewise its plans (`plansPrunedAt`).
   */
  prunePortion(limits: RetentionLimits, at: string): Promise<PrunedRecords | undefined>;
}
