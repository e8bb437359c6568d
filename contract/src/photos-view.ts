// What became of the photos of contacts in a run.

import type { FailureView } from './operation-error.ts';

/** The photos of contacts, which are written when everything else is. */
export interface PhotosView {
  /** Who has one, of those selected. */
  readonly people: number;
  readonly written: number;
  /** Withdrawn at the source, and taken off. */
  readonly removed: number;
  /** The user set a picture of their own. */
  readonly kept: number;
  /** Withdrawn at the source, and Exchange does not let it be taken off. */
  readonly left: number;
  /** More than is written into a mailbox in one run: the next one goes on. */
  readonly postponed: number;
  readonly failed: number;
  /** One of each number. */
  readonly failures: readonly FailureView[];
}
