// Reads only what changed in a folder since the ledger's record of it, and takes the rest from the record.

import type { ItemId, PolicyId } from '../../model/ids.ts';
import type { LedgerEntry, LedgerOther, LedgerRecord } from '../../model/ledger-record.ts';
import type { ManagedContact } from '../../model/mailbox.ts';
import type { ChangedItem, ChangeRound, FolderProtocol, FolderReading } from './folder-protocol.ts';
import { isUntouchedSince, stampOf } from './folder-stamp.ts';
import type { ListedFolder, Located } from './located-folder.ts';
import {
  type Entries,
  entriesOf,
  idOf,
  isOfAnother,
  isOfAnotherOrNewer,
  sumUp,
  withoutKnownProperties,
} from './read-item.ts';
import { decodeSyncToken, type SyncToken, type SyncTokenFormat, tokenAfter } from './sync-token.ts';

/** Beyond that many items and that share of the folder, listing it costs less than reading them one by one. */
const MOST_SINGLY = 100;
const MOST_SHARE = 0.25;

/** undefined: a full reading is needed. */
export async function readChanges<Folder extends ListedFolder, Changed extends ChangedItem>(
  protocol: FolderProtocol<Folder, Changed>,
  folder: Located<Folder>,
  known: LedgerRecord | undefined,
  signal: AbortSignal,
): Promise<FolderReading | undefined> {
  const { policyId, clock, log, stampRules, tokenFormat } = protocol;
  const token = tokenOf(known, folder, tokenFormat);
  if (known === undefined || token === undefined) return undefined;
  // Before the round, which may take minutes: what happens meanwhile must not look settled.
  const now = clock.now();
  const isUntouched = isUntouchedSince(token.stamp, folder, stampRules, now);
  const round = isUntouched
    ? nothingSince<Changed>(token.position)
    : await protocol.changesSince(folder, token.position, signal);
  if (round === undefined) {
    log.info('sync token no longer usable, reading the folder in full');
    return undefined;
  }
  const entries = entriesOf(known.entries.filter((entry) => entry.folderKey === folder.key));
  const theirs = othersIn(known, folder.key);
  // Own writes come back: an item that still has the version of the ledger was not touched by anybody else.
  const touched = new Map(
    [...round.changed].filter(([id, { version }]) => version === '' || entries.get(id)?.version !== version),
  );
  if (touched.size > MOST_SINGLY && touched.size > (entries.size + theirs.size) * MOST_SHARE)
    return undefined;
  const untold = isUntouched || protocol.tellsWhatCameAndWent ? [] : untoldOf(entries, round);
  const doubtful = new Set([
    ...token.others.filter((id) => !round.removed.has(id) && !touched.has(id)),
    ...untold,
  ]);
  const items = await protocol.readSome(folder, touched, [...doubtful], signal);
  const untouched = [...entries.values()]
    .filter(({ itemId: id }) => !touched.has(id) && !doubtful.has(id) && !round.removed.has(id))
    .map((entry) => contactOfEntry(entry, policyId, round.changed.get(entry.itemId)));
  const standing = [...theirs.values()].filter(
    ({ itemId: id }) => !touched.has(id) && !round.removed.has(id),
  );
  const summed = sumUp(items.map((item) => withoutKnownProperties(item, entries)));
  const isForeignAffected =
    items.some((item) => item.kind === 'foreign') ||
    [...round.removed].some((id) => !entries.has(id) && !theirs.has(id));
  const marked = untouched.length + standing.length + items.filter((item) => item.kind !== 'foreign').length;
  // Own deletions come back too. The folder's count, known anyway, shows whether anybody else's item came or went.
  const beyondContacts =
    folder.itemCount === undefined ? undefined : folder.itemCount - marked - token.foreignCount;
  const isCountUnchanged = beyondContacts !== undefined && beyondContacts === token.otherItems;
  const foreignCount =
    isForeignAffected && !isCountUnchanged ? await protocol.countForeign(folder, signal) : token.foreignCount;
  const others = items.filter(
    (item) =>
      !isOfAnother(item, policyId) && (isOfAnotherOrNewer(item, policyId) || !entries.has(idOf(item))),
  );
  return {
    contacts: [...untouched, ...standing.map(contactOfOther), ...summed.contacts],
    newestMark: [
      ...untouched.map(({ mark }) => mark.version),
      ...standing.map((one) => one.markVersion),
    ].reduce((newest, version) => Math.max(newest, version), summed.newestMark),
    foreign: [],
    foreignCount,
    syncToken: tokenAfter(round.position, tokenFormat, {
      foreignCount,
      otherItems: folder.itemCount === undefined ? undefined : folder.itemCount - marked - foreignCount,
      others: others.filter((item) => item.kind !== 'foreign').map(idOf),
      ofOtherPolicies: standing.length + items.filter((item) => isOfAnother(item, policyId)).length,
      stamp: isUntouched ? token.stamp : stampOf(folder, stampRules, now),
    }),
    isFull: false,
  };
}

function tokenOf(
  known: LedgerRecord | undefined,
  { folderId, key }: Located<ListedFolder>,
  format: SyncTokenFormat,
): SyncToken | undefined {
  const before = known?.folders.find((one) => one.folderId === folderId && one.key === key);
  const token = before?.syncToken === undefined ? undefined : decodeSyncToken(before.syncToken, format);
  return token?.ofOtherPolicies === othersIn(known, key).size ? token : undefined;
}

function othersIn(known: LedgerRecord | undefined, key: string): ReadonlyMap<ItemId, LedgerOther> {
  const here = (known?.others ?? []).filter(({ folderKey }) => folderKey === key);
  return new Map(here.map((other) => [other.itemId, other]));
}

/** As much of it as anybody asks of another policy's contact. */
function contactOfOther({
  itemId,
  folderKey,
  policyId,
  sourceObjectId,
  markVersion,
}: LedgerOther): ManagedContact {
  const mark = { version: markVersion, policyId, sourceObjectId, fingerprint: '', fieldFingerprints: '' };
  return { itemId, version: '', folderKey, createdAt: '', mark };
}

function nothingSince<Changed extends ChangedItem>(position: string): ChangeRound<Changed> {
  return { changed: new Map<ItemId, Changed>(), removed: new Set<ItemId>(), position };
}

/** Written since the last round, because the ledger does not know yet when they came into being, and not in this one. */
function untoldOf(entries: Entries, { changed, removed }: ChangeRound<ChangedItem>): readonly ItemId[] {
  return [...entries.values()]
    .filter(({ itemId, createdAt }) => createdAt === '' && !changed.has(itemId) && !removed.has(itemId))
    .map(({ itemId }) => itemId);
}

function contactOfEntry(
  entry: LedgerEntry,
  policyId: PolicyId,
  changed: ChangedItem | undefined,
): ManagedContact {
  const { itemId, version, folderKey, sourceObjectId, fingerprint, fieldFingerprints } = entry;
  const createdAt = changed?.createdAt ?? entry.createdAt;
  const mark = { version: entry.markVersion, policyId, sourceObjectId, fingerprint, fieldFingerprints };
  return { itemId, version, folderKey, createdAt, mark };
}
