// How long to wait before a request is repeated: what the service asked for, otherwise longer from try to try.

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

/** Retry-After in seconds or as an HTTP date (RFC 9110, 10.2.3); undefined when absent or not understood. */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

/** Exponential with jitter: between half and all of 2 s, 4 s, 8 s … at most 5 minutes. */
export function backOffMs(failedTries: number, random: () => number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failedTries - 1));
  return Math.round(full * (0.5 + random() / 2));
}
