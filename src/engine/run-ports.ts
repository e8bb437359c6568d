// What a run needs from outside, and what it is asked to do.

import type { MailboxId, RunId } from '../model/ids.ts';
import type { Policy, PolicyRevision } from '../model/policy.ts';
import type { RunEvent } from '../model/run.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContactSource } from '../ports/contact-source.ts';
import type { DirectoryCache } from '../ports/directory-cache.ts';
import type { Journal } from '../ports/journal.ts';
import type { Leases } from '../ports/leases.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { LicenseLimit } from '../ports/license.ts';
import type { Log } from '../ports/log.ts';
import type { MailboxDirectory } from '../ports/mailbox-directory.ts';
import type { MailboxTargets } from '../ports/mailbox-target.ts';
import type { PhotoSource, PreparePhoto } from '../ports/photos.ts';
import type { PolicyMemory } from '../ports/policy-memory.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { Traffic } from '../ports/traffic.ts';
import type { WithheldPeople } from '../ports/withheld-people.ts';

export interface RunPorts {
  readonly source: ContactSource;
  readonly directory: MailboxDirectory;
  readonly targets: MailboxTargets;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly runs: RunStore;
  readonly memory: PolicyMemory;
  readonly withheld: Pick<WithheldPeople, 'ids'>;
  /** The other policies that fill the folder of this one together with it; absent: there are none. */
  readonly companionsOf?: (policy: Policy) => Promise<readonly Policy[]>;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: Log;
  /** Without it nobody can say why a run waits. */
  readonly traffic?: Traffic;
  /** Absent where there are no photos. */
  readonly photos?: PhotoParts;
}

export interface PhotoParts {
  readonly source: PhotoSource;
  readonly prepare: PreparePhoto;
  /** Photos once read and made fit. */
  readonly cache: DirectoryCache;
  /** What the photos belong to: the environment. */
  readonly owner: string;
}

export interface RunRequest {
  readonly runId: RunId;
  readonly revision: PolicyRevision;
  readonly mode: 'run' | 'test';
  /** Process and host, shown to whoever is told "already running". */
  readonly holder: string;
  readonly limit: LicenseLimit;
  /** Country of people without one, from the environment; the policy's own default comes first. */
  readonly defaultCountry: string | undefined;
  /** Mailboxes worked on at the same time. */
  readonly concurrency?: number;
  /** Whatever the ledger says of these, they are read in full and every contact is compared. */
  readonly repaired?: ReadonlySet<MailboxId>;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Two $batch calls of 20 mailboxes each while unchanged ones are checked. */
export const DEFAULT_CONCURRENCY = 40;
