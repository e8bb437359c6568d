// Items read while planning, kept for the writing that follows in the same process, up to a bounded number: writes are
// conditional on the version, so what is kept too long can only cost a second reading, never a wrong write.

import type { MailboxId } from '../model/ids.ts';

const MAX_ITEMS = 50_000;

export class RecentItems<T> {
  readonly #byMailbox = new Map<MailboxId, T>();
  #items = 0;

  /** `size`: how many items `value` holds. Beyond the bound it is not kept. */
  add(mailboxId: MailboxId, value: T, size: number): void {
    if (this.#items + size > MAX_ITEMS) return;
    this.#items += size;
    this.#byMailbox.set(mailboxId, value);
  }

  take(mailboxId: MailboxId): T | undefined {
    const value = this.#byMailbox.get(mailboxId);
    this.#byMailbox.delete(mailboxId);
    return value;
  }
}
