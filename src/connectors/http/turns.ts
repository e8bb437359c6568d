// Who of those that wait for a place starts next. Mailboxes take turns, so that one with a long queue does not hold up
// the others; within a mailbox it is first come, first served. Whose mailbox is full is passed over; who waits for room
// overall is not, or a batch would never find its places among single requests.

export interface Waiting {
  readonly mailboxKey: string | undefined;
  /** Places in the gate of the mailbox. */
  readonly slots: number;
  /** Places overall. */
  readonly units: number;
  readonly turn: number;
}

export interface Occupancy {
  readonly units: number;
  readonly calls: number;
  readonly limit: number;
  readonly mostCalls: number;
  readonly perMailbox: number;
  readonly slotsOf: (mailboxKey: string) => number;
}

/** `waiting` in order of arrival. */
export function nextToStart<T extends Waiting>(waiting: readonly T[], taken: Occupancy): T | undefined {
  const full = new Set<string>();
  for (const one of waiting.toSorted((a, b) => a.turn - b.turn)) {
    const { mailboxKey, slots } = one;
    if (mailboxKey !== undefined) {
      if (full.has(mailboxKey)) continue;
      if (taken.slotsOf(mailboxKey) + slots > taken.perMailbox) {
        full.add(mailboxKey);
        continue;
      }
    }
    return fitsOverall(one, taken) ? one : undefined;
  }
  return undefined;
}

/** What is larger than the limit passes when it is alone. */
function fitsOverall({ units }: Waiting, taken: Occupancy): boolean {
  if (taken.calls === 0) return true;
  return taken.calls < taken.mostCalls && taken.units + units <= taken.limit;
}

/** The turn of whoever comes now: after the others of its mailbox, and never before what has started already. */
export class Turns {
  readonly #last = new Map<string, number>();
  #current = 0;

  take(mailboxKey: string | undefined): number {
    if (mailboxKey === undefined) return this.#current;
    const turn = Math.max(this.#current, (this.#last.get(mailboxKey) ?? -1) + 1);
    this.#last.set(mailboxKey, turn);
    return turn;
  }

  started(turn: number): void {
    if (turn <= this.#current) return;
    this.#current = turn;
    for (const [key, last] of this.#last) if (last < turn) this.#last.delete(key);
  }
}
