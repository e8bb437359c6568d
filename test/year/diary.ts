// What a simulated year remembers of itself: who did what to which contact, the last events for a failure's message,
// and the figures of the summary.

/** Stands in everything that users write, so that it is known again wherever it went. */
export const MINE = 'mine#';

const REMEMBERED_LINES = 60;

/** Items by mailbox: an id means nothing without its mailbox. */
export class ItemSet {
  readonly #items = new Map<string, Set<string>>();

  add(mailbox: string, item: string): void {
    this.#items.set(mailbox, new Set([...this.of(mailbox), item]));
  }

  has(mailbox: string, item: string): boolean {
    return this.of(mailbox).has(item);
  }

  of(mailbox: string): ReadonlySet<string> {
    return this.#items.get(mailbox) ?? new Set();
  }

  get isEmpty(): boolean {
    return this.#items.size === 0;
  }
}

export class Diary {
  day = 0;
  /** Copied by a user, or moved by one. */
  readonly userMade = new ItemSet();
  readonly #takenOut = new Set<string>();
  readonly #putBack = new Set<string>();
  readonly #edits = new Map<string, number>();
  readonly #lines: string[] = [];
  readonly #counts = new Map<string, number>();

  tell(line: string): void {
    this.#lines.push(`day ${this.day}: ${line}`);
    if (this.#lines.length > REMEMBERED_LINES) this.#lines.shift();
  }

  get lastEvents(): string {
    return this.#lines.join('\n');
  }

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  takeOut(mailbox: string, person: string | undefined): void {
    this.#takenOut.add(`${mailbox} ${person}`);
  }

  wasTakenOut(mailbox: string, person: string): boolean {
    return this.#takenOut.has(`${mailbox} ${person}`);
  }

  /** From elsewhere into our folder: a successor that stands there already may then count as the copy. */
  putBack(mailbox: string, person: string | undefined): void {
    this.#putBack.add(`${mailbox} ${person}`);
  }

  wasPutBack(mailbox: string, person: string): boolean {
    return this.#putBack.has(`${mailbox} ${person}`);
  }

  edit(mailbox: string, person: string | undefined, property: string): void {
    const key = `${mailbox} ${person} ${property}`;
    this.#edits.set(key, (this.#edits.get(key) ?? 0) + 1);
  }

  edits(mailbox: string, person: string, property: string): number {
    return this.#edits.get(`${mailbox} ${person} ${property}`) ?? 0;
  }
}
