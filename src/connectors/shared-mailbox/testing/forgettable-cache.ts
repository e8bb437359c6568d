// A DirectoryCache that can be emptied, as another installation has it. Only tests use it.

import type { DirectoryCache } from '../../../ports/directory-cache.ts';
import { createInMemoryDirectoryCache } from '../../memory/stores/in-memory-directory-cache.ts';

export interface ForgettableCache extends DirectoryCache {
  forget(): void;
}

export function forgettableCache(): ForgettableCache {
  let cache = createInMemoryDirectoryCache();
  return {
    read: (key) => cache.read(key),
    save: (key, blob) => cache.save(key, blob),
    forget() {
      cache = createInMemoryDirectoryCache();
    },
  };
}
