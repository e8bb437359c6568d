// Reads the contact folder with its sub-folders into a snapshot: each in full or, with the ledger's record and a working
// token, only what changed since.

import type { LedgerRecord } from '../../model/ledger-record.ts';
import type { FolderSnapshot, ManagedContact } from '../../model/mailbox.ts';
import type { ReadFolderOptions } from '../../ports/mailbox-target.ts';
import type { ChangedItem, FolderProtocol, FolderReading } from './folder-protocol.ts';
import { stampOf } from './folder-stamp.ts';
import { isNewer } from './found-mark.ts';
import { type ListedFolder, type Located, snapshotFolder } from './located-folder.ts';
import { readChanges } from './read-changes.ts';
import { entriesOf, isOfAnother, othersOf, sumUp, withoutKnownProperties } from './read-item.ts';
import { tokenAfter } from './sync-token.ts';

export async function readSnapshot<Folder extends ListedFolder, Changed extends ChangedItem>(
  protocol: FolderProtocol<Folder, Changed>,
  folders: readonly Located<Folder>[],
  { known: record, includeForeign }: ReadFolderOptions,
  signal: AbortSignal,
): Promise<FolderSnapshot> {
  const known = record?.isDirty === true ? undefined : record;
  const readings: FolderReading[] = [];
  for (const folder of folders) {
    readings.push(
      (includeForeign ? undefined : await readChanges(protocol, folder, known, signal)) ??
        (await readInFull(protocol, folder, known, includeForeign, signal)),
    );
  }
  const marks = folders.map(({ mark }) =>
    mark === undefined ? 0 : isNewer(mark) ? mark.newer : mark.version,
  );
  return {
    folders: folders.map((folder, index) => snapshotFolder(folder, readings[index]?.syncToken)),
    contacts: uniqueById(readings.flatMap((reading) => reading.contacts)),
    foreignCount: readings.reduce((sum, reading) => sum + reading.foreignCount, 0),
    ...(includeForeign ? { foreign: readings.flatMap((reading) => reading.foreign) } : {}),
    highestMarkVersion: Math.max(0, ...marks, ...readings.map((reading) => reading.newestMark)),
    isFullReading: readings.every((reading) => reading.isFull),
  };
}

/** An item that moved from one of our folders to another while we read was seen in both: the later folder has it. */
function uniqueById(contacts: readonly ManagedContact[]): readonly ManagedContact[] {
  return [...new Map(contacts.map((contact) => [contact.itemId, contact])).values()];
}

async function readInFull<Folder extends ListedFolder, Changed extends ChangedItem>(
  protocol: FolderProtocol<Folder, Changed>,
  folder: Located<Folder>,
  known: LedgerRecord | undefined,
  includeForeign: boolean,
  signal: AbortSignal,
): Promise<FolderReading> {
  const { policyId, clock, stampRules, tokenFormat } = protocol;
  // Before the reading, which may take minutes: what happens meanwhile must not look settled.
  const stamp = stampOf(folder, stampRules, clock.now());
  const entries = entriesOf(known?.entries ?? []);
  const { items, position } = await protocol.readAll(folder, { entries, includeForeign }, signal);
  const all = items.map((item) => withoutKnownProperties(item, entries));
  const foreignCount = all.filter((item) => item.kind === 'foreign').length;
  return {
    ...sumUp(all),
    foreign: all.flatMap((item) => (item.kind === 'foreign' ? (item.contact ?? []) : [])),
    foreignCount,
    syncToken: tokenAfter(position, tokenFormat, {
      foreignCount,
      otherItems: folder.itemCount === undefined ? undefined : folder.itemCount - all.length,
      others: othersOf(all, policyId),
      ofOtherPolicies: all.filter((item) => isOfAnother(item, policyId)).length,
      stamp,
    }),
    isFull: true,
  };
}
