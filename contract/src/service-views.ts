// What the service does and will do.

import type { FailureView } from './operation-error.ts';

export interface QueuedView {
  readonly policy: string;
  readonly environment: string;
  /** ISO, when it was due. */
  readonly dueAt: string;
  /** `missed`: it was due while no service ran. */
  readonly reason: 'schedule' | 'missed' | 'request';
  readonly isRunning: boolean;
  /** Why it cannot be run as it is stored: it keeps its place until somebody mends it. */
  readonly trouble?: FailureView;
}

/** Which policies run one after the other: those of the same environment, or all. */
export type OneAtATime = 'environment' | 'all';

export interface ServiceSettingsView {
  readonly oneAtATime: OneAtATime;
}

export interface TurnView {
  /** ISO. */
  readonly dueAt: string;
  /** ISO, later where others of the environment are before it; undefined: it still waits or runs then. */
  readonly beginsAt: string | undefined;
  readonly policy: string;
  readonly environment: string;
  /** Seconds, as its latest runs took; undefined: it never ran. */
  readonly takes: number | undefined;
  /** A verify run comes after it, and counts. */
  readonly verifies?: true;
}

/** A policy that runs by itself, and cannot as it is stored. */
export interface TroubledPolicyView {
  readonly policy: string;
  readonly failure: FailureView;
}

export interface UpcomingView {
  /** How far it looks ahead; less than was asked for where policies are due too many times. */
  readonly days: number;
  /** In order of time. */
  readonly turns: readonly TurnView[];
  /** Those of which nothing can be foretold; the others are. */
  readonly troubled: readonly TroubledPolicyView[];
  /** Policies that are due again before a run can be over; seconds. */
  readonly tooOften: readonly {
    readonly policy: string;
    readonly shortestPause: number;
    readonly takes: number;
  }[];
  /** Longest first: times of day (in the zone of the environment) at which nothing of it runs on any of the days. */
  readonly freeSlots: readonly {
    readonly environment: string;
    readonly timeZone: string;
    /** Such as 07:00. */
    readonly from: string;
    readonly to: string;
  }[];
}
