// One mailbox with its contact folder, made anew for every test, and the steps that the tests of this connector share.

import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { person, sampleFolder, sampleMark, samplePolicyId } from '../../../../test/contract/sample.ts';
import type { ContactProperties } from '../../../model/contact.ts';
import type { ItemId } from '../../../model/ids.ts';
import type { LedgerRecord } from '../../../model/ledger-record.ts';
import type { FolderSnapshot, SnapshotFolder } from '../../../model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../../../model/plan.ts';
import type { MailboxTarget } from '../../../ports/mailbox-target.ts';
import { EwsTestBed } from './ews-test-bed.ts';

export const signal = new AbortController().signal;
export const policyId = samplePolicyId(1);

export let emulator: RunningEmulator;
export let control: EmulatorControl;
export let bed: EwsTestBed;
export let target: MailboxTarget;
export let folder: SnapshotFolder;

/** Call once at the top of a test file. */
export function useEwsBench(): void {
  beforeAll(async () => {
    emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
    control = new EmulatorControl(emulator.url, emulator.caPem);
  });

  afterAll(async () => {
    await control.close();
    await emulator.close();
  });

  beforeEach(async () => {
    bed = await EwsTestBed.open(emulator, control);
    target = bed.targets.open(bed.mailbox, policyId, sampleFolder());
    const made = await target.applyFolder({ kind: 'create', key: '', name: 'Company Contacts' }, signal);
    if (made === undefined) throw new Error('create returns the folder');
    folder = made;
  });

  afterEach(async () => {
    const unconsumed = [...(await control.unconsumedFaults()), ...(await control.unconsumedEwsFaults())];
    await bed.close();
    await control.setEwsSettings({});
    expect(unconsumed.filter(({ count }) => count !== 'unlimited')).toEqual([]);
  });
}

export const creation = (number: number, properties = person(number)): TargetChange => ({
  kind: 'create',
  folderId: folder.folderId,
  properties,
  mark: sampleMark(policyId, number),
});

export const creations = (count: number): readonly TargetChange[] =>
  Array.from({ length: count }, (_, index) => creation(index + 1));

export const apply = (...changes: readonly TargetChange[]): Promise<readonly ChangeOutcome[]> =>
  target.applyChanges(changes, signal);

export async function write(
  number: number,
  properties?: ContactProperties,
): Promise<{ itemId: ItemId; version: string }> {
  const [outcome] = await apply(creation(number, properties));
  if (outcome?.status !== 'applied') throw new Error(`not applied: ${outcome?.status}`);
  return { itemId: outcome.itemId, version: outcome.version };
}

export const read = (known?: LedgerRecord): Promise<FolderSnapshot> =>
  target.readFolder({ known, includeForeign: false }, signal);

export function ledgerAfter(snapshot: FolderSnapshot, exceptCopies: readonly ItemId[] = []): LedgerRecord {
  return {
    policyId,
    mailboxId: bed.mailbox.id,
    isDirty: false,
    rulesDigest: '',
    folders: snapshot.folders,
    foreignCount: snapshot.foreignCount,
    entries: snapshot.contacts.flatMap(({ itemId, version, folderKey, createdAt, mark }) =>
      mark.sourceObjectId === undefined || exceptCopies.includes(itemId)
        ? []
        : [
            {
              sourceObjectId: mark.sourceObjectId,
              itemId,
              version,
              folderKey,
              createdAt,
              markVersion: mark.version,
              fingerprint: mark.fingerprint,
              fieldFingerprints: mark.fieldFingerprints,
            },
          ],
    ),
  };
}

export async function requests(work: () => Promise<unknown>): Promise<number> {
  const before = bed.targets.counts.requests;
  await work();
  return bed.targets.counts.requests - before;
}

/** By operation, of this mailbox. */
export async function requestsByOperation(
  work: () => Promise<unknown>,
): Promise<Readonly<Record<string, number>>> {
  const count = async () => (await control.ewsUsage()).mailboxes[bed.address]?.byOperation ?? {};
  const before = await count();
  await work();
  const after = Object.entries(await count()).map(
    ([name, times]) => [name, times - (before[name] ?? 0)] as const,
  );
  return Object.fromEntries(after.filter(([, times]) => times > 0));
}

export async function storedItems() {
  const stored = folder.folderId.replaceAll('+', '-').replaceAll('/', '_');
  return (await control.mailbox(bed.address)).items.filter((item) => item.folderId === stored);
}
