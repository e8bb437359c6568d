// How far the stamp of a folder is relied upon here: by the service's own clock, the date of the answer that listed it.

import { createHash } from 'node:crypto';
import type { StampRules } from '../contact-folder/folder-stamp.ts';
import type { FoundFolder } from './folder-tree.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const TRUSTED_FOR_MS = 7 * DAY_MS;
/** So that not all mailboxes of a first fill are due in the same run. */
const SPREAD_MS = 3 * DAY_MS;

export const STAMP_RULES: StampRules<Pick<FoundFolder, 'folderId' | 'answeredAt'>> = {
  listedAt: ({ answeredAt }) => answeredAt,
  settledAfterMs: 10_000,
  trustedForMs: ({ folderId }) => TRUSTED_FOR_MS - spreadOf(folderId),
};

function spreadOf(folderId: string): number {
  const digest = createHash('sha256').update(folderId).digest();
  return (digest.readUInt16BE(0) / 0xffff) * SPREAD_MS;
}
