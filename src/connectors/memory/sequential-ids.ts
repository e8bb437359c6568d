// Ids that are the same in every repetition of a test.

/** Makes UUIDs 00000000-0000-4000-8000-<kind><number>; one source per kind of thing keeps them apart. */
export function sequentialIds(kind = 0): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `00000000-0000-4000-8000-${kind.toString(16).padStart(2, '0')}${last.toString(16).padStart(10, '0')}`;
  };
}
