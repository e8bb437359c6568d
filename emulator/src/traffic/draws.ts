// Seeded chance for latency and faults. The draws of one mailbox do not depend on when requests to other mailboxes
// come, so that a run whose requests are the same per mailbox meets the same trouble, however they interleave.

import { ewsMailboxOf } from '../faults/meeting.ts';
import { makeRandom } from '../seed/random.ts';
import type { EmulatorRequest } from '../server/exchange.ts';

export class Draws {
  readonly #counts = new Map<string, number>();

  /** 0 (included) to 1 (excluded); `purpose` keeps independent draws apart. */
  next(seed: number, purpose: string, request: EmulatorRequest): number {
    const key = `${purpose} ${request.segments.slice(0, 3).join('/').toLowerCase()}${ewsMailboxOf(request)}`;
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return makeRandom(seed, `${key} ${count}`).next();
  }

  clear(): void {
    this.#counts.clear();
  }
}
