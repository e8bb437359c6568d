// Files of the log that are no longer written to.

export interface LogFiles {
  /** How many ended before the time (ISO 8601). */
  count(before: string): number;
  /** Removes them and returns how many are gone; one that cannot be removed is tried again the next time. */
  remove(before: string): number;
}
