// Ends one exchange when the caller wants it or when the budget is used up. Sockets live in real time, whatever clock
// the product is given: this is a guard and not a wait. (Not AbortSignal.any, which holds its sources weakly.)

/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Guard {
  readonly signal: AbortSignal;
  close(): void;
}

export function openGuard(signal: AbortSignal, budgetMs: number): Guard {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException('The time budget is used up.', 'TimeoutError')),
    Math.min(Math.max(1, Math.ceil(budgetMs)), LONGEST_TIMER_MS),
  );
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    signal: controller.signal,
    close() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
