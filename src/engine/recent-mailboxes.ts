// What planning a mailbox has read, kept for the writing that follows in the same process, up to a bounded size. Writes
// are conditional on the version, so what is kept too long can only cost a second reading, never a wrong write.

import type { ItemId, MailboxId } from '../model/ids.ts';
import type { ManagedContact } from '../model/mailbox.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import type { PlannedMailbox } from './plan-mailbox.ts';
import type { AdoptedItem } from './target-changes.ts';

export interface PreparedMailbox {
  /** It has found the folders and seen our marks. */
  readonly target: MailboxTarget;
  /** The items to be changed, complete. */
  readonly current: ReadonlyMap<ItemId, ManagedContact | AdoptedItem>;
}

/** In units of one item known by id and version: about 60 MB in all. */
const MAX_SIZE = 200_000;
const SIZE_OF_MAILBOX = 20;
const SIZE_OF_WHOLE_ITEM = 10;

export class RecentMailboxes {
  readonly #byMailbox = new Map<MailboxId, PreparedMailbox>();
  #size = 0;

  add(mailboxId: MailboxId, { target, current, snapshot }: PlannedMailbox): void {
    const size = SIZE_OF_MAILBOX + snapshot.contacts.length + SIZE_OF_WHOLE_ITEM * current.size;
    if (this.#size + size > MAX_SIZE) return;
    this.#size += size;
    this.#byMailbox.set(mailboxId, { target, current });
  }

  take(mailboxId: MailboxId): PreparedMailbox | undefined {
    const prepared = this.#byMailbox.get(mailboxId);
    this.#byMailbox.delete(mailboxId);
    return prepared;
  }
}
