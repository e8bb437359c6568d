// What a complete reading leaves behind for the next one, and whether it still fits. Whatever is in doubt is forgotten:
// a full reading costs seconds, a wrong one costs contacts.

import { gunzipSync, gzipSync } from 'node:zlib';
import type { DirectoryEntry } from './directory-entry.ts';

/** Of another format is forgotten, too. */
const FORMAT = 1;

/**
 * Rights are no part of an object's sequence number: what an account may see since yesterday shows only in a full
 * reading.
 */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;

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

type Pairs<Value> = readonly (readonly [string, Value])[];

interface Packed extends Omit<Remembered, 'entries' | 'members' | 'displayNames' | 'addressLists'> {
  readonly format: number;
  readonly entries: readonly DirectoryEntry[];
  readonly members: Pairs<RememberedMembers>;
  readonly displayNames: Pairs<string>;
  readonly addressLists: Pairs<string>;
}

export function packRemembered(remembered: Remembered): Uint8Array {
  const packed: Packed = {
    ...remembered,
    format: FORMAT,
    entries: [...remembered.entries.values()],
    members: [...remembered.members],
    displayNames: [...remembered.displayNames],
    addressLists: [...remembered.addressLists],
  };
  return gzipSync(JSON.stringify(packed), { level: 1 });
}

/** undefined: unreadable, of another version, or too old. */
export function unpackRemembered(blob: Uint8Array, now: Date): Remembered | undefined {
  let packed: Packed;
  try {
    packed = JSON.parse(gunzipSync(blob).toString('utf8'));
  } catch {
    return undefined;
  }
  if (packed.format !== FORMAT) return undefined;
  const age = now.getTime() - Date.parse(packed.readAt);
  if (!(age >= 0 && age < MAX_AGE_MS)) return undefined;
  return {
    ...packed,
    entries: new Map(packed.entries.map((entry) => [entry.guid, entry])),
    members: new Map(packed.members),
    displayNames: new Map(packed.displayNames),
    addressLists: new Map(packed.addressLists),
  };
}
