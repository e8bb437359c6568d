// What the way to the services is doing right now, so that waiting at a service's wish is shown as a state and not as
// an error.

export interface TrafficState {
  /** Requests under way, and how many of them are allowed at once at the moment. */
  readonly underWay: number;
  readonly limit: number;
  /** ISO 8601: until when the service wants the one that waits longest to wait; undefined while nobody waits. */
  readonly waitingUntil: string | undefined;
  /** Mailboxes that wait at the service's wish. */
  readonly mailboxesWaiting: number;
  /** Answers that told us to slow down, and what was waited because of them, since the connection was opened. */
  readonly refusals: number;
  readonly waitedMs: number;
}

export interface Traffic {
  state(): TrafficState;
  /** Made since the connection was opened; parts of a batch count. Absent where nobody counts. */
  requests?(): number;
}
