// Reads the chosen folders, once more where they changed meanwhile, and makes a source object of every contact in them
// that is not ours.

import { Failure } from '../../model/failure.ts';
import type { ItemId } from '../../model/ids.ts';
import type {
  ContactFolders,
  DamagedItem,
  SourceFolder,
  SourceItem,
  WantedFolder,
} from '../../ports/contact-folders.ts';
import type { SourceReading } from '../../ports/contact-source.ts';
import { chooseFolders } from './chosen-folders.ts';
import { keyed } from './item-key.ts';
import type { ItemPhotos } from './item-photos.ts';
import { sourceObjectOf } from './source-object.ts';

/** A folder that somebody is just filling gets quiet; who imports for an hour is waited for until the next run. */
const MOST_ROUNDS = 3;

export interface FolderContents {
  readonly items: readonly SourceItem[];
  readonly folderOf: ReadonlyMap<ItemId, SourceFolder>;
  readonly damaged: readonly DamagedItem[];
  /** How many are no contacts at all. */
  readonly otherItems: number;
  /** All that were listed. */
  readonly folders: readonly SourceFolder[];
  readonly gaps: readonly Failure[];
  /** Because of which nothing is missing. */
  readonly remarks: readonly Failure[];
}

interface Round extends Omit<FolderContents, 'folders'> {
  readonly failure: Failure | undefined;
  readonly hasSeveralPages: boolean;
}

export interface ReadingTools {
  /** Told of every item found; absent where nobody wants pictures. */
  readonly photos?: ItemPhotos | undefined;
}

interface Wanted {
  readonly folders: readonly WantedFolder[];
}

export async function readFolders(
  contacts: ContactFolders,
  scope: Wanted,
  { photos }: ReadingTools,
  signal: AbortSignal,
): Promise<SourceReading> {
  const { items, folderOf, damaged, gaps, remarks } = await readItems(contacts, scope, signal);
  const theirs = items.filter(({ isMarked, searchKey }) => !isMarked && searchKey !== '');
  const { items: found, unreadable } = keyed(
    theirs,
    damaged.filter(({ isMarked }) => !isMarked),
  );
  const pictured = found.flatMap(({ id, item: { itemId, pictureStamp } }) => {
    const folder = folderOf.get(itemId);
    return folder === undefined ? [] : [{ id, itemId, pictureStamp, folder }];
  });
  photos?.remember(contacts, pictured);
  const ours = keyed(items.filter(({ isMarked, searchKey }) => isMarked && searchKey !== '')).items;
  return {
    objects: found.map(({ id, item }) => sourceObjectOf(id, item)),
    isComplete: gaps.length === 0,
    gaps: [...gaps, ...remarks, ...remarksOnOurs(items, folderOf)],
    ...(unreadable.size === 0 ? {} : { unreadable }),
    pictured: new Set(pictured.flatMap(({ id, pictureStamp }) => (pictureStamp === '' ? [] : [id]))),
    ...(ours.length === 0 ? {} : { ours: ours.map(({ id, item }) => sourceObjectOf(id, item)) }),
  };
}

/** Folders of ours are not read: somebody dragged these elsewhere, or the folder is a target, too. */
function remarksOnOurs(
  items: readonly SourceItem[],
  folderOf: ReadonlyMap<ItemId, SourceFolder>,
): readonly Failure[] {
  const ours = items.filter(({ isMarked }) => isMarked);
  const byFolder = Map.groupBy(ours, ({ itemId }) => folderOf.get(itemId)?.name ?? '');
  return [...byFolder].map(
    ([folder, some]) => new Failure('sourceItemsOurs', { details: { folder, count: some.length } }),
  );
}

/** Throws where nothing could be read. */
export async function readItems(
  contacts: ContactFolders,
  scope: Wanted,
  signal: AbortSignal,
): Promise<FolderContents> {
  let listed = await contacts.list(signal, scope.folders);
  let { folders, gaps } = chooseFolders(listed, scope);
  const contentsOf = (round: Round, others: readonly Failure[]): FolderContents => ({
    ...round,
    folders: listed,
    // A closed folder hides its sub-folders and its items, and is one trouble.
    gaps: [...new Set([...others, ...round.gaps])],
  });
  const [missing] = gaps;
  if (folders.length === 0 && missing !== undefined) throw missing;
  for (let rounds = 1; ; rounds += 1) {
    const round = await readRound(contacts, folders, signal);
    if (round.failure !== undefined) {
      if (round.items.length === 0) throw round.failure;
      return contentsOf(round, [...gaps, round.failure]);
    }
    if (!round.hasSeveralPages) return contentsOf(round, gaps);
    // A row that moves up while pages are read is skipped: then the folder does not look as before.
    listed = await contacts.list(signal, scope.folders);
    const after = chooseFolders(listed, scope);
    if (stampsOf(after.folders) === stampsOf(folders)) return contentsOf(round, gaps);
    if (rounds === MOST_ROUNDS) {
      const changing = new Failure('sourceIncomplete', { details: { reason: 'changing', rounds } });
      return contentsOf(round, [...after.gaps, changing]);
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
  const folderOf = new Map<ItemId, SourceFolder>();
  const damaged = new Map<string, DamagedItem>();
  let otherItems = 0;
  const gaps: Failure[] = [];
  const remarks: Failure[] = [];
  const denied: Failure[] = [];
  let failure: Failure | undefined;
  let hasSeveralPages = folders.length > 1;
  // Whatever moves from one folder to another changes both.
  let isUnchanged = true;
  for (const folder of folders) {
    const reading = await contacts.read(folder, signal);
    // Whoever moved an item from one folder to another meanwhile shows it twice.
    for (const item of reading.items) {
      items.set(item.itemId, item);
      folderOf.set(item.itemId, folder);
    }
    otherItems += reading.otherItems ?? 0;
    const withoutKey = reading.items.filter((item) => !item.isMarked && item.searchKey === '').length;
    const known = (reading.damaged ?? []).filter(({ searchKey }) => searchKey !== '');
    for (const item of known) damaged.set(item.itemId, item);
    const count = reading.unreadable - known.length + withoutKey;
    const { name } = folder;
    if (count > 0) gaps.push(new Failure('sourceItemUnreadable', { details: { folder: name, count } }));
    const kept = known.filter(({ isMarked }) => !isMarked).length;
    if (kept > 0) remarks.push(new Failure('sourceItemKept', { details: { folder: name, count: kept } }));
    const { notListed = 0 } = reading;
    if (notListed > 0)
      remarks.push(new Failure('sourceItemsNotListed', { details: { folder: name, count: notListed } }));
    hasSeveralPages ||= reading.hasSeveralPages;
    isUnchanged &&= reading.isUnchanged === true;
    if (reading.denied !== undefined) denied.push(folder.closed ?? reading.denied);
    if (reading.failure !== undefined) failure = reading.failure;
    if (failure !== undefined) break;
  }
  gaps.push(...denied);
  // Where everything is closed, nothing was read.
  if (denied.length > 0 && denied.length === folders.length) failure ??= denied[0];
  for (const id of items.keys()) damaged.delete(id);
  const read = { items: [...items.values()], damaged: [...damaged.values()] };
  const mayHaveSkipped = hasSeveralPages && !isUnchanged;
  return { ...read, folderOf, otherItems, gaps, remarks, failure, hasSeveralPages: mayHaveSkipped };
}
