// What came and went between two rounds of changes is told in none of them. Contacts that we wrote since the last round
// and that their user deleted are such.

import { describe, expect, it } from 'vitest';
import type { LedgerEntry, LedgerRecord } from '../../model/ledger-record.ts';
import type { FolderSnapshot } from '../../model/mailbox.ts';
import type { ChangeOutcome } from '../../model/plan.ts';
import {
  apply,
  bed,
  creations,
  folder,
  ledgerAfter,
  policyId,
  read,
  requestsByOperation,
  useEwsBench,
} from './testing/ews-bench.ts';

useEwsBench();

/** As the engine keeps it after a first fill: the token of the fresh folder, and no contact was read yet. */
async function filled(count: number): Promise<LedgerRecord> {
  const changes = creations(count);
  const outcomes = await apply(...changes);
  const entryOf = (outcome: ChangeOutcome, index: number): readonly LedgerEntry[] => {
    const change = changes[index];
    if (outcome.status !== 'applied' || change?.kind !== 'create') return [];
    const { sourceObjectId, version: markVersion, fingerprint, fieldFingerprints } = change.mark;
    if (sourceObjectId === undefined) return [];
    const { itemId, version } = outcome;
    const written = { folderKey: '', createdAt: '', markVersion, fingerprint, fieldFingerprints };
    return [{ sourceObjectId, itemId, version, ...written }];
  };
  return {
    policyId,
    mailboxId: bed.mailbox.id,
    isDirty: false,
    rulesDigest: '',
    folders: [folder],
    entries: outcomes.flatMap(entryOf),
    foreignCount: 0,
  };
}

describe('what was written since the last round', () => {
  it('and deleted by the user is not in the snapshot', async () => {
    const known = await filled(3);
    const [first, second, third] = known.entries;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three');
    await bed.user.deleteContact(second.itemId);
    const snapshot = await read(known);
    expect(snapshot.isFullReading).toBe(false);
    expect(snapshot.contacts.map(({ itemId }) => itemId).sort()).toEqual([first.itemId, third.itemId].sort());
  });

  it('and updated in the same version is neither opened nor doubted', async () => {
    const known = await filled(3);
    const snapshots: FolderSnapshot[] = [];
    const first = await requestsByOperation(async () => snapshots.push(await read(known)));
    expect(first).toEqual({ FindFolder: 1, SyncFolderItems: 1 });
    const [snapshot] = snapshots;
    if (snapshot === undefined) throw new Error('was read');
    expect(snapshot.contacts.every(({ createdAt }) => createdAt !== '')).toBe(true);
    // In the round after it they are not told once more, and that is no reason to look.
    expect(await requestsByOperation(() => read(ledgerAfter(snapshot)))).toEqual({
      FindFolder: 1,
      SyncFolderItems: 1,
    });
  });
});
