// A whole organization in memory: people and other recipients, groups, and mailboxes with their content. The fakes of
// all three ports read and write this one state; tests act on it as the administrator and the users would.

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import type { MailboxId, SourceObjectId } from '../../model/ids.ts';
import type { DirectoryMailbox } from '../../model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import type { SourceAttribute, SourceObject } from '../../model/source-object.ts';
import type { Clock } from '../../ports/clock.ts';
import { FakeClock } from './fake-clock.ts';
import { InMemoryMailbox } from './mailbox.ts';
import { MailboxUser } from './mailbox-user.ts';
import { LIKE_EXCHANGE, type ServerNormalization } from './server-normalization.ts';

export interface InMemoryOrganizationOptions {
  readonly normalization?: ServerNormalization;
  readonly clock?: Clock;
}

/** A source object's or mailbox's id, or the name of another group. */
export type GroupMember = SourceObjectId | MailboxId | string;

export interface WriteEvent {
  readonly mailboxId: MailboxId;
  readonly change: TargetChange;
  /** What the caller is told, which after a lost answer is not what happened. */
  readonly outcome: ChangeOutcome;
}

export type WriteListener = (event: WriteEvent) => void | Promise<void>;

/** Trouble with reading the directory; each stays until it is taken back by `heal`. */
export interface DirectoryTrouble {
  /** The reading cannot even begin. */
  refusedWith?: FailureCode;
  /** The reading breaks off after so many objects. */
  stopsAfter?: number;
  /** Groups whose members may not be read. */
  unreadableGroups?: ReadonlySet<string>;
  /** Listed, and cannot be opened. */
  unreadable?: ReadonlySet<SourceObjectId>;
  /** A right is missing: nobody's hidden flag can be told. */
  hidesHiddenFlag?: boolean;
  /** A right is missing: these attributes cannot be told. */
  hidesAttributes?: readonly SourceAttribute[];
}

export class InMemoryOrganization {
  readonly clock: Clock;
  trouble: DirectoryTrouble = {};
  readonly #normalization: ServerNormalization;
  readonly #objects = new Map<SourceObjectId, SourceObject>();
  readonly #directory = new Map<MailboxId, DirectoryMailbox>();
  readonly #mailboxes = new Map<MailboxId, InMemoryMailbox>();
  readonly #groups = new Map<string, Set<GroupMember>>();
  readonly #filters = new Map<string, (id: SourceObjectId | MailboxId) => boolean>();
  #listeners: readonly WriteListener[] = [];

  constructor(options: InMemoryOrganizationOptions = {}) {
    this.clock = options.clock ?? new FakeClock();
    this.#normalization = options.normalization ?? LIKE_EXCHANGE;
  }

  get objects(): readonly SourceObject[] {
    return [...this.#objects.values()];
  }

  get directory(): readonly DirectoryMailbox[] {
    return [...this.#directory.values()];
  }

  get mailboxes(): readonly InMemoryMailbox[] {
    return [...this.#mailboxes.values()];
  }

  object(id: SourceObjectId): SourceObject | undefined {
    return this.#objects.get(id);
  }

  /** Adds it, or replaces the one of the same id. */
  putObject(object: SourceObject): void {
    this.#objects.set(object.id, object);
  }

  removeObject(id: SourceObjectId): void {
    this.#objects.delete(id);
  }

  /** Adds the entry with an empty mailbox, or replaces the entry and leaves the mailbox's content. */
  putMailbox(entry: DirectoryMailbox, contactsName?: string): InMemoryMailbox {
    this.#directory.set(entry.id, entry);
    const existing = this.#mailboxes.get(entry.id);
    if (existing !== undefined) return existing;
    const mailbox = new InMemoryMailbox(entry.id, {
      normalization: this.#normalization,
      now: () => this.clock.now(),
      ...(contactsName === undefined ? {} : { contactsName }),
    });
    this.#mailboxes.set(entry.id, mailbox);
    return mailbox;
  }

  /** The directory no longer shows it; its content is still there. */
  hideMailbox(id: MailboxId): void {
    this.#directory.delete(id);
  }

  mailboxOf(id: MailboxId): InMemoryMailbox | undefined {
    return this.#mailboxes.get(id);
  }

  userOf(id: MailboxId): MailboxUser {
    const mailbox = this.#mailboxes.get(id);
    if (mailbox === undefined) throw new Error(`No mailbox ${id}`);
    return new MailboxUser(mailbox);
  }

  putGroup(name: string, members: Iterable<GroupMember>): void {
    this.#groups.set(name, new Set(members));
  }

  removeGroup(name: string): void {
    this.#groups.delete(name);
  }

  /** Gives a recipient filter a meaning; one without is refused as Exchange refuses what it cannot parse. */
  defineFilter(text: string, fits: (id: SourceObjectId | MailboxId) => boolean): void {
    this.#filters.set(text, fits);
  }

  filter(text: string): (id: SourceObjectId | MailboxId) => boolean {
    const fits = this.#filters.get(text);
    if (fits === undefined) throw new Failure('invalidFilter', { details: { filter: text } });
    return fits;
  }

  /** Members of members; cycles end. What could not be resolved is in `gaps`. */
  membersOf(name: string): { readonly members: ReadonlySet<GroupMember>; readonly gaps: readonly Failure[] } {
    const members = new Set<GroupMember>();
    const gaps: Failure[] = [];
    const visited = new Set<string>();
    const waiting = [name];
    for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
      if (visited.has(group)) continue;
      visited.add(group);
      const direct = this.#groups.get(group);
      if (direct === undefined) gaps.push(new Failure('groupNotFound', { details: { group } }));
      else if (this.trouble.unreadableGroups?.has(group) === true) {
        gaps.push(new Failure('groupUnreadable', { details: { group } }));
      } else {
        for (const member of direct) {
          if (this.#groups.has(member)) waiting.push(member);
          else members.add(member);
        }
      }
    }
    return { members, gaps };
  }

  heal(): void {
    this.trouble = {};
  }

  /** Told of every write after it happened; returns how to stop listening. */
  onWrite(listener: WriteListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  async announceWrite(event: WriteEvent): Promise<void> {
    for (const listener of this.#listeners) await listener(event);
  }

  /** Everything in all mailboxes that does not carry a mark, as one text to compare byte by byte. */
  dumpForeign(): string {
    return this.mailboxes.map((mailbox) => `${mailbox.id}\n${mailbox.dumpForeign()}`).join('\n\n');
  }
}
