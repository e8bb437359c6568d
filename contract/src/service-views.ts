// What the service does and will do.

export interface QueuedView {
  readonly policy: string;
  readonly environment: string;
  /** ISO, when it was due. */
  readonly dueAt: string;
  /** `missed`: it was due while no service ran. */
  readonly reason: 'schedule' | 'missed' | 'request';
  readonly isRunning: boolean;
}

export interface UpcomingView {
  /** ISO. */
  readonly at: string;
  readonly policy: string;
  readonly environment: string;
}
