// What a connector remembers of a directory between runs, so that it reads only what changed. A cache and no truth: any
// of it may be lost at any time, and the next run reads in full.

export interface DirectoryCache {
  /** What was saved last under the key, byte for byte; undefined when there is nothing, or no longer. */
  read(key: string): Promise<Uint8Array | undefined>;
  /**
   * Replaces what stood under the key, as a whole or not at all. It holds data of people: it is stored as the other
   * copies of them are. Keys come and go with policies and servers; what was not read for a month may be dropped.
   */
  save(key: string, blob: Uint8Array): Promise<void>;
}
