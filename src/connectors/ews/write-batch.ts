// The changes handed over at once, while they are carried out: where each stands and what became of it so far.

import type { TargetChange } from '../../model/plan.ts';
import type { Outcomes } from '../contact-folder/settle-writes.ts';
import type { BatchSize } from './batch-size.ts';
import type { ChangeTools } from './settle-writes.ts';

/** A change with its place among those handed over. */
export interface Placed<Change extends TargetChange> {
  readonly change: Change;
  readonly index: number;
}

export interface Batch {
  readonly tools: ChangeTools;
  readonly size: BatchSize;
  readonly outcomes: Outcomes;
  /** false until anything was carried out: before that, what refuses the mailbox as a whole is thrown. */
  hasWritten: boolean;
}
