// What was read of a public folder is kept for the next run, so that only changed contacts are opened: public folders have
// no synchronization of their own (ews.md, section 5). A change key stands for everything in an item. Whatever is in
// doubt is forgotten.

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ContactProperties } from '../../model/contact.ts';
import type { FolderId, ItemId } from '../../model/ids.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';
import { WHOLE_SHAPE } from './contact-reader.ts';
import type { KnownContacts } from './read-folder-items.ts';

interface Known {
  readonly version: string;
  readonly properties: ContactProperties;
}

interface Kept {
  readonly format: string;
  readonly contacts: readonly (readonly [id: ItemId, known: Known])[];
}

export interface RememberedFolder extends KnownContacts {
  /** Everything found or kept since, and nothing else. */
  save(): Promise<void>;
}

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Read with other fields, or decoded in another way (count up), it is worth nothing. */
const FORMAT = `1 ${createHash('sha256').update(JSON.stringify(WHOLE_SHAPE)).digest('base64url')}`;

export async function rememberedFolder(
  cache: DirectoryCache,
  reader: string,
  folder: FolderId,
  log: Log,
): Promise<RememberedFolder> {
  const digest = createHash('sha256').update(JSON.stringify([reader.toLowerCase(), folder]));
  const key = `public folder ${digest.digest('base64url')}`;
  const before = await load(cache, key, log);
  const present = new Map<ItemId, Known>();
  return {
    find(id, version) {
      const known = before.get(id);
      if (known?.version !== version) return undefined;
      present.set(id, known);
      return known.properties;
    },
    keep(id, version, properties) {
      present.set(id, { version, properties });
    },
    async save() {
      const isSame =
        present.size === before.size && [...present].every(([id, one]) => before.get(id) === one);
      if (isSame) return;
      const kept: Kept = { format: FORMAT, contacts: [...present] };
      await cache.save(key, await compress(JSON.stringify(kept), { level: 1 }));
    },
  };
}

async function load(cache: DirectoryCache, key: string, log: Log): Promise<ReadonlyMap<ItemId, Known>> {
  const blob = await cache.read(key);
  if (blob === undefined) return new Map();
  try {
    const { format, contacts } = JSON.parse((await expand(blob)).toString('utf8')) as Kept;
    return format === FORMAT ? new Map(contacts) : new Map();
  } catch {
    log.warn('what was kept of a public folder is damaged and forgotten', {});
    return new Map();
  }
}
