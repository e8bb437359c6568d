// How many requests run at once with one key. Whoever has to wait is served in order and may give up.

interface Gate {
  used: number;
  readonly queue: (() => void)[];
}

export interface RequestGate {
  /** Resolves with the function that gives the place back; rejects with the signal's reason. */
  enter(key: string, signal: AbortSignal): Promise<() => void>;
}

export function createRequestGate(limit: number): RequestGate {
  const gates = new Map<string, Gate>();

  async function take(key: string, gate: Gate, signal: AbortSignal): Promise<void> {
    if (gate.used < limit) {
      gate.used += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leaveQueue = () => {
      const at = gate.queue.indexOf(resolve);
      if (at < 0) return;
      gate.queue.splice(at, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leaveQueue, { once: true });
    gate.queue.push(resolve);
    gates.set(key, gate);
    await promise.finally(() => signal.removeEventListener('abort', leaveQueue));
  }

  return {
    async enter(key, signal) {
      signal.throwIfAborted();
      const gate = gates.get(key) ?? { used: 0, queue: [] };
      gates.set(key, gate);
      await take(key, gate, signal);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const next = gate.queue.shift();
        // The place goes over to the next one.
        if (next !== undefined) next();
        else gate.used -= 1;
        if (gate.used === 0) gates.delete(key);
      };
    },
  };
}
