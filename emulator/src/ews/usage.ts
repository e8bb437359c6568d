// Counts what tests ask about: requests by operation, account and mailbox, how many at once, and the habits of a good
// client (anchor mailbox, back-end cookies).

export interface EwsMailboxUsage {
  readonly requests: number;
  readonly mostAtOnce: number;
  readonly byOperation: Readonly<Record<string, number>>;
}

export interface EwsUsageView {
  readonly requests: number;
  readonly mostAtOnce: number;
  readonly byOperation: Readonly<Record<string, number>>;
  /** Impersonated requests without X-AnchorMailbox, or with another mailbox in it. */
  readonly missingAnchors: number;
  readonly wrongAnchors: number;
  /** Requests that brought back the cookie of their mailbox's back end, or that of another one. */
  readonly ownCookies: number;
  readonly foreignCookies: number;
  /** Refused because the account had too many open. */
  readonly refusedConnections: number;
  /** Requests to a mailbox that came before the time was over that ErrorServerBusy had told. */
  readonly earlyReturns: number;
  readonly mailboxes: Readonly<Record<string, EwsMailboxUsage>>;
}

interface Counter {
  requests: number;
  atOnce: number;
  mostAtOnce: number;
  readonly byOperation: Map<string, number>;
}

const newCounter = (): Counter => ({ requests: 0, atOnce: 0, mostAtOnce: 0, byOperation: new Map() });

export class EwsUsage {
  #all = newCounter();
  #mailboxes = new Map<string, Counter>();
  #accounts = new Map<string, Counter>();
  #missingAnchors = 0;
  #wrongAnchors = 0;
  #ownCookies = 0;
  #foreignCookies = 0;
  #refusedConnections = 0;
  #earlyReturns = 0;
  readonly #busyUntil = new Map<string, number>();

  /** Returns what is to be called when the request is done. */
  enter(account: string, mailbox: string, operation: string): () => void {
    const counters = [this.#all, of(this.#mailboxes, mailbox), of(this.#accounts, account)];
    for (const counter of counters) {
      counter.requests += 1;
      counter.atOnce += 1;
      counter.mostAtOnce = Math.max(counter.mostAtOnce, counter.atOnce);
      counter.byOperation.set(operation, (counter.byOperation.get(operation) ?? 0) + 1);
    }
    return () => {
      for (const counter of counters) counter.atOnce -= 1;
    };
  }

  openOf(account: string): number {
    return this.#accounts.get(account)?.atOnce ?? 0;
  }

  noteAnchor(anchor: string | undefined, isRight: boolean): void {
    if (anchor === undefined) this.#missingAnchors += 1;
    else if (!isRight) this.#wrongAnchors += 1;
  }

  noteCookie(isOwn: boolean): void {
    if (isOwn) this.#ownCookies += 1;
    else this.#foreignCookies += 1;
  }

  /** From now on nobody should come to this mailbox until then; milliseconds of the service's clock. */
  noteBusy(mailbox: string, until: number): void {
    this.#busyUntil.set(mailbox, until);
  }

  noteArrival(mailbox: string, now: number): void {
    if (now < (this.#busyUntil.get(mailbox) ?? 0)) this.#earlyReturns += 1;
  }

  noteRefusedConnection(): void {
    this.#refusedConnections += 1;
  }

  view(): EwsUsageView {
    const view = ({ requests, mostAtOnce, byOperation }: Counter): EwsMailboxUsage => ({
      requests,
      mostAtOnce,
      byOperation: Object.fromEntries(byOperation),
    });
    return {
      ...view(this.#all),
      missingAnchors: this.#missingAnchors,
      wrongAnchors: this.#wrongAnchors,
      ownCookies: this.#ownCookies,
      foreignCookies: this.#foreignCookies,
      refusedConnections: this.#refusedConnections,
      earlyReturns: this.#earlyReturns,
      mailboxes: Object.fromEntries([...this.#mailboxes].map(([address, one]) => [address, view(one)])),
    };
  }

  /** Requests that are under way leave the counters they entered. */
  clear(): void {
    this.#all = newCounter();
    this.#mailboxes = new Map();
    this.#accounts = new Map();
    this.#missingAnchors = 0;
    this.#wrongAnchors = 0;
    this.#ownCookies = 0;
    this.#foreignCookies = 0;
    this.#refusedConnections = 0;
    this.#earlyReturns = 0;
    this.#busyUntil.clear();
  }
}

function of(counters: Map<string, Counter>, key: string): Counter {
  const counter = counters.get(key) ?? newCounter();
  counters.set(key, counter);
  return counter;
}
