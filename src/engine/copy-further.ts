// What copying carries besides contact properties: further properties go along with the write of the item, and after it
// come its picture and its files, one contact after the other. Only then does the mark say that everything is there.

import {
  type Carried,
  type CarriedFile,
  type CarriedPicture,
  contentDigest,
  decodeCarried,
  type FurtherPlan,
  fileStamp,
  NOTHING_CARRIED,
  planFurther,
} from '../core/carried.ts';
import type { CopyChange } from '../core/plan-copy.ts';
import type { FurtherProperties } from '../model/further-properties.ts';
import type { ItemId } from '../model/ids.ts';
import type { AttachedFile, FurtherData, StoredFurther } from '../ports/further-data.ts';
import type { OriginalContact, OriginalContacts } from '../ports/original-contacts.ts';
import type { ContactPictures } from '../ports/photos.ts';

/** A change with everything that goes along. */
export interface CopyWork {
  readonly change: CopyChange;
  readonly original: OriginalContact;
  /** Absent: nothing but contact properties changed. */
  readonly further?: FurtherWork;
  /** What the copy will hold, where that matters to the write. */
  readonly whole: FurtherProperties;
}

export interface FurtherWork {
  readonly plan: FurtherPlan;
  readonly before: Carried;
  readonly needsPicture: boolean;
  readonly needsFiles: boolean;
}

const READ_AT_ONCE = 100;

export async function planWork(
  changes: readonly CopyChange[],
  originalOf: (change: CopyChange) => OriginalContact,
  further: FurtherData | undefined,
  signal: AbortSignal,
): Promise<readonly CopyWork[]> {
  const stored = await readStored(changes, further, signal);
  return changes.map((change) => {
    const found = change.kind === 'create' ? undefined : stored.get(change.existing.itemId);
    const there = found?.properties ?? {};
    const work = { change, original: originalOf(change) };
    if (further === undefined || (change.kind === 'update' && !change.hasFurther))
      return { ...work, whole: there };
    const planned = furtherWork(change, found);
    return { ...work, further: planned, whole: { ...there, ...planned.plan.set } };
  });
}

async function readStored(
  changes: readonly CopyChange[],
  further: FurtherData | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<ItemId, StoredFurther>> {
  const stored = new Map<ItemId, StoredFurther>();
  const ids = changes.flatMap((change) =>
    change.kind === 'update' && isStoredNeeded(change) ? [change.existing.itemId] : [],
  );
  for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
    const portion = ids.slice(at, at + READ_AT_ONCE);
    const read = (await further?.read(portion, signal)) ?? [];
    for (const [place, id] of portion.entries()) {
      const one = read[place];
      if (one !== undefined) stored.set(id, one);
    }
  }
  return stored;
}

/** Graph writes the first IM address together with the further ones. */
function isStoredNeeded({ hasFurther, set }: Extract<CopyChange, { readonly kind: 'update' }>): boolean {
  return hasFurther || set.imAddress !== undefined;
}

function furtherWork({ copy }: CopyChange, stored: StoredFurther | undefined): FurtherWork {
  const { properties, pictureStamp, files } = copy.further;
  const before = stored === undefined ? NOTHING_CARRIED : decodeCarried(stored.carried);
  const plan = planFurther(properties, stored?.properties ?? {}, before.properties);
  const known = new Set(before.files.map(({ stamp }) => stamp));
  return {
    plan,
    before,
    needsPicture: pictureStamp !== (before.picture?.stamp ?? ''),
    needsFiles: files.some((stamp) => !known.has(stamp)),
  };
}

/** What the mark may say before picture and files are there. */
export function carriedAtFirst({ plan, before }: FurtherWork): Carried {
  return { ...before, properties: plan.carried };
}

export function stampOf({ name, stamp }: AttachedFile): string {
  return fileStamp(name, stamp);
}

export interface PictureParts {
  readonly originals: OriginalContacts;
  readonly pictures: ContactPictures;
}

/** A copy whose picture or files are to follow the original's. */
export interface Follower {
  readonly original: OriginalContact;
  readonly itemId: ItemId;
}

export interface FollowedPicture {
  readonly picture?: CarriedPicture;
  readonly isWritten: boolean;
}

/**
 * The picture of the copy becomes the original's unless a user changed it there. Throws a Failure when it could not be
 * read or written.
 */
export async function followPicture(
  { original, itemId }: Follower,
  before: CarriedPicture | undefined,
  { originals, pictures }: PictureParts,
  signal: AbortSignal,
): Promise<FollowedPicture> {
  const { pictureStamp: stamp } = original;
  const [wanted] = stamp === '' ? [] : await originals.readPictures([original.itemId], signal);
  const readStored = async () => (await pictures.read([itemId], signal))[0];
  const stored = await readStored();
  const isUntouched = stored !== undefined && contentDigest(stored) === before?.stored;
  const write = async (change: Parameters<ContactPictures['write']>[0][number]): Promise<void> => {
    const [failure] = await pictures.write([change], signal);
    if (failure !== undefined) throw failure;
  };
  if (wanted === undefined) {
    if (!isUntouched || !pictures.canRemove) return { isWritten: false };
    await write({ kind: 'remove', itemId });
    return { isWritten: true };
  }
  const digest = contentDigest(wanted);
  const carried = (bytes: Uint8Array | undefined): CarriedPicture => ({
    stamp,
    original: digest,
    stored: bytes === undefined ? '' : contentDigest(bytes),
  });
  const isThere = stored !== undefined && contentDigest(stored) === digest;
  if (isThere || (isUntouched && before?.original === digest))
    return { picture: carried(stored), isWritten: false };
  const isFirst = before === undefined && stored === undefined;
  // The digest of the user's own is not ours: it stays, also when the original changes again.
  if (!isFirst && !isUntouched) return { picture: { stamp, original: digest, stored: '' }, isWritten: false };
  await write({ kind: 'set', itemId, jpeg: wanted });
  // The service may have made another file of it.
  return { picture: carried(await readStored()), isWritten: true };
}

export interface FollowedFiles {
  readonly files: readonly CarriedFile[];
  readonly written: number;
}

/**
 * Files that the copy does not have are added, and one that nobody touched gives way to its newer version. None goes
 * because it went from the original. Throws a Failure when one could not be read or written.
 */
export async function followFiles(
  { original, itemId }: Follower,
  before: readonly CarriedFile[],
  { originals, further }: { readonly originals: OriginalContacts; readonly further: FurtherData },
  signal: AbortSignal,
): Promise<FollowedFiles> {
  const wanted = original.files.filter(({ isFile }) => isFile);
  const stamps = new Set(wanted.map(stampOf));
  const replaced = new Set(before.filter(({ stamp }) => !stamps.has(stamp)).map(({ content }) => content));
  const files = before.filter(({ stamp }) => stamps.has(stamp));
  const known = new Set(files.map(({ stamp }) => stamp));
  const [there] = await further.read([itemId], signal);
  let written = 0;
  for (const file of wanted) {
    const stamp = stampOf(file);
    if (known.has(stamp)) continue;
    const content = await originals.readFile(original.itemId, file.id, signal);
    // Gone meanwhile.
    if (content === undefined) continue;
    const digest = contentDigest(content.bytes);
    let isThere = false;
    let old: string | undefined;
    for (const other of there?.files ?? []) {
      if (other.name !== file.name || !other.isFile) continue;
      const bytes = (await further.readFile(other.id, signal))?.bytes;
      const found = bytes === undefined ? undefined : contentDigest(bytes);
      if (found === digest) isThere = true;
      else if (found !== undefined && replaced.has(found)) old = other.id;
    }
    if (!isThere) {
      await further.addFile(itemId, content, signal);
      written += 1;
    }
    if (old !== undefined) await further.removeFile(itemId, old, signal);
    files.push({ stamp, content: digest });
  }
  return { files, written };
}
