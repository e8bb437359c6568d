// Keeps what runs at once in one mailbox within what Outlook allows: four single requests, or one batch and nothing
// beside it, because the parts of a batch are dispatched four at a time and count like singles.
// https://learn.microsoft.com/graph/throttling-limits (Outlook service limits)

export const MAX_SINGLES = 4;

interface Waiting {
  readonly weight: number;
  readonly enter: () => void;
}

interface Gate {
  used: number;
  readonly queue: Waiting[];
}

export type Release = () => void;

export interface MailboxGates {
  enterSingle(mailboxKey: string, signal: AbortSignal): Promise<Release>;
  enterBatch(mailboxKey: string, signal: AbortSignal): Promise<Release>;
}

export function createMailboxGates(): MailboxGates {
  const gates = new Map<string, Gate>();

  function admit(gate: Gate): void {
    for (let next = gate.queue[0]; next !== undefined; next = gate.queue[0]) {
      if (gate.used + next.weight > MAX_SINGLES) return;
      gate.queue.shift();
      gate.used += next.weight;
      next.enter();
    }
  }

  async function enter(mailboxKey: string, weight: number, signal: AbortSignal): Promise<Release> {
    signal.throwIfAborted();
    const gate = gates.get(mailboxKey) ?? { used: 0, queue: [] };
    gates.set(mailboxKey, gate);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { weight, enter: resolve };
    const leaveQueue = () => {
      const at = gate.queue.indexOf(waiting);
      if (at < 0) return;
      gate.queue.splice(at, 1);
      reject(signal.reason);
      admit(gate);
    };
    signal.addEventListener('abort', leaveQueue, { once: true });
    gate.queue.push(waiting);
    admit(gate);
    await promise.finally(() => signal.removeEventListener('abort', leaveQueue));
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      gate.used -= weight;
      admit(gate);
      if (gate.used === 0 && gate.queue.length === 0) gates.delete(mailboxKey);
    };
  }

  return {
    enterSingle: (mailboxKey, signal) => enter(mailboxKey, 1, signal),
    enterBatch: (mailboxKey, signal) => enter(mailboxKey, MAX_SINGLES, signal),
  };
}
