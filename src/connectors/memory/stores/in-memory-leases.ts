// Leases in memory, for several "processes" of one test. A living holder counts as always renewing.

import { Failure } from '../../../model/failure.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Lease, LeaseHolder, Leases } from '../../../ports/leases.ts';

const LIFETIME_MS = 60_000;

interface Held extends LeaseHolder {
  /** Set when its holder died. */
  expiresAt: number | undefined;
  readonly endAsked: AbortController;
}

export class InMemoryLeases implements Leases {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async acquire(name: string, holder: string): Promise<Lease | LeaseHolder> {
    const now = this.#clock.now();
    const current = this.#held.get(name);
    if (current !== undefined && isHeld(current, now.getTime()))
      return { holder: current.holder, since: current.since };
    const endAsked = new AbortController();
    const mine: Held = { holder, since: now.toISOString(), expiresAt: undefined, endAsked };
    this.#held.set(name, mine);
    return {
      endAsked: endAsked.signal,
      release: async () => {
        if (this.#held.get(name) === mine) this.#held.delete(name);
      },
    };
  }

  async heldBy(name: string): Promise<LeaseHolder | undefined> {
    const current = this.#held.get(name);
    if (current === undefined || !isHeld(current, this.#clock.now().getTime())) return undefined;
    return { holder: current.holder, since: current.since };
  }

  async askToEnd(name: string, { holder, since }: LeaseHolder, askedBy: string): Promise<boolean> {
    const current = this.#held.get(name);
    const isMeant = current?.holder === holder && current.since === since;
    if (current === undefined || !isMeant || !isHeld(current, this.#clock.now().getTime())) return false;
    current.endAsked.abort(new Failure('cancelled', { details: { askedBy } }));
    return true;
  }

  /** The process ends without releasing; its leases are no longer renewed. */
  holderDies(holder: string): void {
    for (const held of this.#held.values()) {
      if (held.holder === holder) held.expiresAt = this.#clock.now().getTime() + LIFETIME_MS;
    }
  }

  /** Names that are held, for "nothing is left over". */
  get held(): readonly string[] {
    return [...this.#held.keys()];
  }
}

function isHeld(held: Held, now: number): boolean {
  if (held.expiresAt === undefined) return true;
  // A time further ahead than a lease lives is from before the clock was set back: it counts from this look on.
  held.expiresAt = Math.min(held.expiresAt, now + LIFETIME_MS);
  return held.expiresAt > now;
}
