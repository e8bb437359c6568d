// How an item of a source shows whose copy its mark says it is.

import type { ClaimedOriginal, SourceItem } from '../../ports/contact-folders.ts';

export function claimOf(original: ClaimedOriginal | undefined): Pick<SourceItem, 'original'> {
  if (original === undefined) return {};
  const { createdAt, copyId } = original;
  return { original: { createdAt, copyId } };
}
