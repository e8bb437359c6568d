// ContactSource over the contact folders of one mailbox, whatever the protocol: finds the mailbox in the directory, reads
// the chosen folders, and makes a source object of every contact in them that is not ours.

import { Failure } from '../../model/failure.ts';
import type { TargetMailbox } from '../../model/mailbox.ts';
import type { MailboxesPart, SharedMailboxSource } from '../../model/policy.ts';
import type {
  ContactFolders,
  OpenContactFolders,
  SourceFolder,
  SourceItem,
} from '../../ports/contact-folders.ts';
import type { ContactSource, SourceReading } from '../../ports/contact-source.ts';
import type { Log } from '../../ports/log.ts';
import type { MailboxDirectory } from '../../ports/mailbox-directory.ts';
import { chooseFolders } from './chosen-folders.ts';
import { keyed } from './item-key.ts';
import { sourceObjectOf } from './source-object.ts';

export interface SharedMailboxOptions {
  readonly directory: MailboxDirectory;
  readonly open: OpenContactFolders;
  /** Where the protocol reaches mailboxes. */
  readonly location: TargetMailbox['location'];
  readonly log: Log;
}

export type SharedMailboxReader = (
  scope: SharedMailboxSource,
  signal: AbortSignal,
) => ReturnType<ContactSource['read']>;

/** A folder that somebody is just filling gets quiet; who imports for an hour is waited for until the next run. */
const MOST_ROUNDS = 3;

export function createSharedMailboxReader(options: SharedMailboxOptions): SharedMailboxReader {
  return async (scope, signal) => {
    try {
      const mailbox = await findMailbox(options, scope.mailbox, signal);
      return await readFolders(options.open(mailbox), scope, options.log, signal);
    } catch (thrown) {
      if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
      throw thrown instanceof Failure ? inMailbox(thrown, scope.mailbox) : thrown;
    }
  };
}

/** The sentence of such a failure speaks of some mailbox; here it is the one that the policy names. */
function inMailbox(failure: Failure, mailbox: string): Failure {
  if (failure.facts.scope !== 'mailbox') return failure;
  const { code, details, requestId, retryAfterMs } = failure;
  return new Failure(code, {
    details: { ...details, mailbox },
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: failure,
  });
}

async function findMailbox(
  { directory, location }: SharedMailboxOptions,
  address: string,
  signal: AbortSignal,
): Promise<TargetMailbox> {
  const named: MailboxesPart = {
    groups: [],
    organizationalUnits: [],
    addresses: [address],
    exclude: [],
    types: ['sharedMailbox'],
  };
  const { mailboxes, gaps } = await directory.readMailboxes(named, signal);
  const wanted = address.toLowerCase();
  const found = mailboxes.find(({ primarySmtpAddress, otherAddresses = [] }) =>
    [primarySmtpAddress, ...otherAddresses].some((one) => one.toLowerCase() === wanted),
  );
  if (found?.location === location) return found;
  // Not seen in half a list is not the same as not there.
  const [gap] = gaps;
  if (found === undefined && gap !== undefined) throw gap;
  const details = { mailbox: address, ...(found === undefined ? {} : { location: found.location }) };
  throw new Failure('sourceMailboxNotFound', { details });
}

interface Round {
  readonly items: readonly SourceItem[];
  readonly gaps: readonly Failure[];
  readonly failure: Failure | undefined;
  readonly hasSeveralPages: boolean;
}

async function readFolders(
  contacts: ContactFolders,
  scope: SharedMailboxSource,
  log: Log,
  signal: AbortSignal,
): Promise<SourceReading> {
  let { folders, gaps } = chooseFolders(await contacts.list(signal), scope);
  const [missing] = gaps;
  if (folders.length === 0 && missing !== undefined) throw missing;
  for (let rounds = 1; ; rounds += 1) {
    const round = await readRound(contacts, folders, signal);
    if (round.failure !== undefined) {
      if (round.items.length === 0) throw round.failure;
      return readingOf(round, [...gaps, round.failure], log);
    }
    if (!round.hasSeveralPages) return readingOf(round, gaps, log);
    // A row that moves up while pages are read is skipped: then the folder does not look as before.
    const after = chooseFolders(await contacts.list(signal), scope);
    if (stampsOf(after.folders) === stampsOf(folders)) return readingOf(round, gaps, log);
    if (rounds === MOST_ROUNDS) {
      const changing = new Failure('sourceIncomplete', { details: { reason: 'changing', rounds } });
      return readingOf(round, [...after.gaps, changing], log);
    }
    ({ folders, gaps } = after);
  }
}

function stampsOf(folders: readonly SourceFolder[]): string {
  return JSON.stringify(folders.map(({ folderId, stamp = '' }) => [folderId, stamp]));
}

async function readRound(
  contacts: ContactFolders,
  folders: readonly SourceFolder[],
  signal: AbortSignal,
): Promise<Round> {
  const items = new Map<string, SourceItem>();
  const gaps: Failure[] = [];
  let failure: Failure | undefined;
  let hasSeveralPages = folders.length > 1;
  for (const folder of folders) {
    const reading = await contacts.read(folder, signal);
    // Whoever moved an item from one folder to another meanwhile shows it twice.
    for (const item of reading.items) items.set(item.itemId, item);
    const withoutKey = reading.items.filter((item) => !item.isMarked && item.searchKey === '').length;
    const count = reading.unreadable + withoutKey;
    if (count > 0) {
      gaps.push(new Failure('sourceItemUnreadable', { details: { folder: folder.name, count } }));
    }
    hasSeveralPages ||= reading.hasSeveralPages;
    if (reading.failure !== undefined) failure = reading.failure;
    if (failure !== undefined) break;
  }
  return { items: [...items.values()], gaps, failure, hasSeveralPages };
}

function readingOf({ items, gaps }: Round, others: readonly Failure[], log: Log): SourceReading {
  const ours = items.filter(({ isMarked }) => isMarked).length;
  if (ours > 0) log.info('contacts that contactSync wrote are no source', { count: ours });
  const theirs = items.filter(({ isMarked, searchKey }) => !isMarked && searchKey !== '');
  const all = [...others, ...gaps];
  return {
    objects: keyed(theirs).map(({ id, item }) => sourceObjectOf(id, item)),
    isComplete: all.length === 0,
    gaps: all,
  };
}
