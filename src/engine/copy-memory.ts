// What copying remembers in the ledger: which copies there were. One that is not found any more was deleted by a user and
// stays deleted. The ledger may be lost: then it comes back once.

import type { MailboxId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../model/ledger-record.ts';
import type { ManagedContact } from '../model/mailbox.ts';
import type { Ledger } from '../ports/ledger.ts';

export function copiesBefore(record: LedgerRecord | undefined): ReadonlySet<SourceObjectId> {
  return new Set([
    ...(record?.entries.map(({ sourceObjectId }) => sourceObjectId) ?? []),
    ...(record?.missing ?? []),
  ]);
}

interface Remembered {
  readonly copying: PolicyId;
  readonly mailbox: MailboxId;
  readonly before: ReadonlySet<SourceObjectId>;
}

/** `existing`: as they were found. `made`: as they were written since. */
export async function rememberCopies(
  ledger: Ledger,
  { copying, mailbox, before }: Remembered,
  existing: ReadonlyMap<SourceObjectId, ManagedContact>,
  made: ReadonlyMap<SourceObjectId, Pick<LedgerEntry, 'itemId' | 'version'>>,
): Promise<void> {
  const entries = new Map([...existing].map(([id, contact]) => [id, entryOf(id, contact)]));
  for (const [id, item] of made) {
    const known = entries.get(id) ?? { ...NEW, sourceObjectId: id };
    entries.set(id, { ...known, ...item });
  }
  await ledger.write({
    policyId: copying,
    mailboxId: mailbox,
    isDirty: false,
    rulesDigest: '',
    folders: [],
    entries: [...entries.values()],
    missing: [...before].filter((id) => !entries.has(id)),
    foreignCount: 0,
  });
}

const NEW = { folderKey: '', createdAt: '', markVersion: 1, fingerprint: '', fieldFingerprints: '' } as const;

function entryOf(
  sourceObjectId: SourceObjectId,
  { itemId, version, folderKey, createdAt, mark }: ManagedContact,
): LedgerEntry {
  const { version: markVersion, fingerprint, fieldFingerprints } = mark;
  return {
    sourceObjectId,
    itemId,
    version,
    folderKey,
    createdAt,
    markVersion,
    fingerprint,
    fieldFingerprints,
  };
}
