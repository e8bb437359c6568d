// People whom an administrator keeps out of every mailbox, whatever the policies select, until they are released.

import type { SourceObjectId } from '../model/ids.ts';

export interface WithheldPerson {
  readonly id: SourceObjectId;
  /** For whoever releases the person later; kept encrypted. */
  readonly label: string;
  /** ISO 8601. */
  readonly since: string;
  readonly by: string;
}

export interface WithheldPeople {
  ids(): Promise<ReadonlySet<SourceObjectId>>;
  /** Longest withheld first. */
  list(): Promise<readonly WithheldPerson[]>;
  /** Durable when it returns. Idempotent: who is withheld already keeps label and time. */
  withhold(person: WithheldPerson): Promise<void>;
  /** false: the person was not withheld. */
  release(id: SourceObjectId): Promise<boolean>;
}
