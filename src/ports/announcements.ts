// What other programs are still to be told of runs. Each is told at least once: whoever gets the same id twice knows it.

import type { FailureRecord } from '../model/failure.ts';
import type { EnvironmentId, RunId } from '../model/ids.ts';

export type ListenerKind = 'webhook' | 'syslog' | 'file';

export interface NewAnnouncement {
  readonly environmentId: EnvironmentId;
  readonly listener: ListenerKind;
  readonly runId: RunId;
  readonly event: 'run.started' | 'run.awaitingApproval' | 'run.ended';
  /** ISO 8601, as all times here: when it happened. */
  readonly at: string;
}

export interface PendingAnnouncement extends NewAnnouncement {
  readonly id: number;
  /** Failed ones. */
  readonly tries: number;
  /** Not before then. */
  readonly dueAt: string;
  /** Why the last try failed. */
  readonly failure: FailureRecord | undefined;
}

export interface Announcements {
  /** Durable when it returns. The same event of a run is added once for each listener. */
  add(announcement: NewAnnouncement): Promise<void>;
  /** In the order in which they were added. */
  list(): Promise<readonly PendingAnnouncement[]>;
  /** After a try that failed. */
  postpone(id: number, dueAt: string, failure: FailureRecord): Promise<void>;
  /** Told, or given up. */
  remove(id: number): Promise<void>;
}

/** Text of one line, and what is worth knowing to whoever carries it. */
export interface OutgoingAnnouncement {
  readonly id: string;
  /** `test`: of no run. */
  readonly event: NewAnnouncement['event'] | 'test';
  readonly at: Date;
  readonly severity: 'error' | 'warning' | 'info';
  /** JSON. */
  readonly text: string;
}

/** What a listener said to it. */
export interface Told {
  /** Of HTTP; absent where nobody answers. */
  readonly status?: number;
}

export interface Listener {
  /** Throws Failures: `webhookRefused`, `listenerUnreachable`, `announcementFile`, `cancelled`. */
  tell(announcement: OutgoingAnnouncement, signal: AbortSignal): Promise<Told>;
}
