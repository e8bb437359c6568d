// DirectoryCache in memory.

import type { DirectoryCache } from '../../../ports/directory-cache.ts';

export function createInMemoryDirectoryCache(): DirectoryCache {
  const blobs = new Map<string, Uint8Array>();
  return {
    async read(key) {
      const blob = blobs.get(key);
      return blob === undefined ? undefined : new Uint8Array(blob);
    },
    async save(key, blob) {
      blobs.set(key, new Uint8Array(blob));
    },
  };
}
