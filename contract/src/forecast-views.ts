// How long runs take: foretold, measured, and waited.

/** In seconds; low <= expected <= high. */
export interface DurationView {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/** What is still to come, from the moment it was made. */
export interface ForecastView {
  /** What it rests on: the published limits, earlier runs of the policy, or what was measured in this run. */
  readonly basis: 'limits' | 'earlierRuns' | 'thisRun';
  /** undefined: over, or not known. */
  readonly reading: DurationView | undefined;
  readonly planning: DurationView | undefined;
  readonly writing: DurationView | undefined;
  readonly total: DurationView;
  /** To mailboxes, those for photos included. */
  readonly requests: number;
  readonly writes: number;
  /** Of new contacts, after everything else; absent where there are none to expect. */
  readonly photos?: PhotoForecastView;
}

export interface PhotoForecastView {
  readonly pictures: number;
  readonly requests: number;
  readonly bytes: number;
  readonly writing: DurationView;
}

/** In seconds, without the time in which the run waited for a person. */
export interface RunTimesView {
  readonly took: number | undefined;
  /** Of the whole run, before its first write. */
  readonly foretold: DurationView | undefined;
  /** The latest: while it runs of the rest, for a test run and a waiting one of the real one. */
  readonly forecast: (ForecastView & { readonly at: string }) | undefined;
  /** How often and how long the run waited at the service's wish; no failure. */
  readonly waits: number;
  readonly waited: number;
  /** Until when it waits now. */
  readonly waitingUntil: string | undefined;
  readonly mailboxesWaiting: number;
}
