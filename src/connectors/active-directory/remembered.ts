// What a complete reading leaves behind for the next one, and whether it still fits. Whatever is in doubt is forgotten:
// a full reading costs seconds, a wrong one costs contacts. It is kept in portions: one text of a large directory would
// hold up everything else in the process for seconds, and beyond half a gigabyte there is no such text.

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { DirectoryEntry } from './directory-entry.ts';

/** Of another format is forgotten, too. */
const FORMAT = 2;

/**
 * Rights are no part of an object's sequence number: what an account may see since yesterday shows only in a full
 * reading.
 */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;

/** Characters of one portion: milliseconds of work. */
const PORTION_SIZE = 512 * 1_024;

/** Ids or names in one line: a group may have a hundred thousand members. */
const NAMES_PER_LINE = 500;

export interface RememberedMembers {
  /** Sequence number of the group when they were read. */
  readonly usn: string;
  /** Extended names, as the server gave them. */
  readonly names: readonly string[];
}

export interface Remembered {
  readonly readAt: string;
  /** Highest number the server had given away before the reading began. */
  readonly highestUsn: string;
  /** Everything met, in scope or not. */
  readonly entries: ReadonlyMap<string, DirectoryEntry>;
  readonly members: ReadonlyMap<string, RememberedMembers>;
  /** Ids in scope. */
  readonly wanted: readonly string[];
  /** Display names of objects that others point at. */
  readonly displayNames: ReadonlyMap<string, string>;
  readonly addressLists: ReadonlyMap<string, string>;
  /** Addresses that fitted nobody. */
  readonly notFound: readonly string[];
}

/** Stands under the key itself and is written last. */
interface Head extends Pick<Remembered, 'readAt' | 'highestUsn'> {
  readonly format: number;
  /** The portions stand in turns in one of two rows of places, so that those the head names are never written over. */
  readonly row: 0 | 1;
  /** Of each portion: two processes that save at once must not leave a mixture. */
  readonly digests: readonly string[];
}

type Line =
  | readonly ['entry', DirectoryEntry]
  | readonly ['members', guid: string, usn: string, names: readonly string[]]
  | readonly ['wanted', guids: readonly string[]]
  | readonly ['displayName', guid: string, name: string]
  | readonly ['addressList', guid: string, path: string]
  | readonly ['notFound', addresses: readonly string[]];

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Lets everything else go on between portions. Throws what the cache throws. */
export async function saveRemembered(
  cache: DirectoryCache,
  key: string,
  remembered: Remembered,
): Promise<void> {
  const row = (await readHead(cache, key))?.row === 0 ? 1 : 0;
  const digests: string[] = [];
  for (const text of portionsOf(remembered)) {
    const blob = await compress(text, { level: 1 });
    await cache.save(placeOf(key, row, digests.length), blob);
    digests.push(digestOf(blob));
  }
  const { readAt, highestUsn } = remembered;
  const head: Head = { format: FORMAT, readAt, highestUsn, row, digests };
  await cache.save(key, Buffer.from(JSON.stringify(head)));
}

/** undefined: nothing there, unreadable, of another version, too old, or newer than `highestUsn`. */
export async function readRemembered(
  cache: DirectoryCache,
  key: string,
  now: Date,
  highestUsn: bigint,
): Promise<Remembered | undefined> {
  const head = await readHead(cache, key);
  if (head === undefined) return undefined;
  const age = now.getTime() - Date.parse(head.readAt);
  if (!(age >= 0 && age < MAX_AGE_MS)) return undefined;
  // A server set back without a new invocation id gives the same numbers away a second time.
  if (BigInt(head.highestUsn) > highestUsn) return undefined;
  const gathered = new Gathered(head);
  for (const [place, digest] of head.digests.entries()) {
    const blob = await cache.read(placeOf(key, head.row, place));
    if (blob === undefined || digestOf(blob) !== digest) return undefined;
    const text = (await decompress(blob)).toString('utf8');
    for (const line of text.split('\n')) gathered.add(JSON.parse(line));
  }
  return gathered;
}

/** `key` and a place in one of the rows. */
function placeOf(key: string, row: 0 | 1, place: number): string {
  return `${key}/${row}/${place}`;
}

function digestOf(blob: Uint8Array): string {
  return createHash('sha256').update(blob).digest('base64url');
}

async function readHead(cache: DirectoryCache, key: string): Promise<Head | undefined> {
  const blob = await cache.read(key);
  if (blob === undefined) return undefined;
  try {
    const head: Head = JSON.parse(Buffer.from(blob).toString('utf8'));
    return head.format === FORMAT ? head : undefined;
  } catch {
    return undefined;
  }
}

class Gathered implements Remembered {
  readonly readAt: string;
  readonly highestUsn: string;
  readonly entries = new Map<string, DirectoryEntry>();
  readonly members = new Map<string, { readonly usn: string; readonly names: string[] }>();
  readonly wanted: string[] = [];
  readonly displayNames = new Map<string, string>();
  readonly addressLists = new Map<string, string>();
  readonly notFound: string[] = [];

  constructor({ readAt, highestUsn }: Head) {
    this.readAt = readAt;
    this.highestUsn = highestUsn;
  }

  add(line: Line): void {
    switch (line[0]) {
      case 'entry':
        this.entries.set(line[1].guid, line[1]);
        return;
      case 'members': {
        const [, guid, usn, names] = line;
        const known = this.members.get(guid);
        if (known === undefined) this.members.set(guid, { usn, names: [...names] });
        else known.names.push(...names);
        return;
      }
      case 'wanted':
        this.wanted.push(...line[1]);
        return;
      case 'displayName':
        this.displayNames.set(line[1], line[2]);
        return;
      case 'addressList':
        this.addressLists.set(line[1], line[2]);
        return;
      case 'notFound':
        this.notFound.push(...line[1]);
    }
  }
}

function* portionsOf(remembered: Remembered): Generator<string> {
  let lines: string[] = [];
  let size = 0;
  for (const line of linesOf(remembered)) {
    const text = JSON.stringify(line);
    lines.push(text);
    size += text.length;
    if (size < PORTION_SIZE) continue;
    yield lines.join('\n');
    lines = [];
    size = 0;
  }
  if (lines.length > 0) yield lines.join('\n');
}

function* linesOf(remembered: Remembered): Generator<Line> {
  for (const entry of remembered.entries.values()) yield ['entry', entry];
  for (const [guid, { usn, names }] of remembered.members) {
    // A group without members is known as such.
    if (names.length === 0) yield ['members', guid, usn, []];
    for (const some of inLines(names)) yield ['members', guid, usn, some];
  }
  for (const some of inLines(remembered.wanted)) yield ['wanted', some];
  for (const [guid, name] of remembered.displayNames) yield ['displayName', guid, name];
  for (const [guid, path] of remembered.addressLists) yield ['addressList', guid, path];
  for (const some of inLines(remembered.notFound)) yield ['notFound', some];
}

function* inLines(values: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < values.length; start += NAMES_PER_LINE)
    yield values.slice(start, start + NAMES_PER_LINE);
}
