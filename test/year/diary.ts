// What a simulated year remembers of itself: who did what to which contact, the last events for a failure's message,
// and the figures of the summary.

import type { ContactProperty } from '../../src/model/contact.ts';
import type { ItemId, MailboxId, SourceObjectId } from '../../src/model/ids.ts';

/** Stands in everything that users write, so that it is known again wherever it went. */
export const MINE = 'mine#';

const REMEMBERED_LINES = 60;

export class Diary {
  day = 0;
  /** Copied by a user, or moved by one. */
  readonly userMade = new Set<ItemId>();
  /** Contacts that a user took out of the folder, and when they are to be restored nobody need wait for it. */
  readonly takenOut = new Set<string>();
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

  takeOut(mailbox: MailboxId, person: SourceObjectId | undefined): void {
    if (person !== undefined) this.takenOut.add(`${mailbox} ${person}`);
  }

  wasTakenOut(mailbox: MailboxId, person: SourceObjectId): boolean {
    return this.takenOut.has(`${mailbox} ${person}`);
  }

  edit(mailbox: MailboxId, person: SourceObjectId | undefined, property: ContactProperty): void {
    const key = `${mailbox} ${person} ${property}`;
    this.#edits.set(key, (this.#edits.get(key) ?? 0) + 1);
  }

  edits(mailbox: MailboxId, person: SourceObjectId, property: ContactProperty): number {
    return this.#edits.get(`${mailbox} ${person} ${property}`) ?? 0;
  }
}
