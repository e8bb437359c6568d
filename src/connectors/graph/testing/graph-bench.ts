// One mailbox with its contact folder, made anew for every test, and the steps that the tests of this connector share.

import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { person, sampleFolder, sampleMark, samplePolicyId } from '../../../../test/contract/sample.ts';
import type { ContactProperties } from '../../../model/contact.ts';
import type { ItemId } from '../../../model/ids.ts';
import type { LedgerRecord } from '../../../model/ledger-record.ts';
import type { FolderSnapshot, SnapshotFolder } from '../../../model/mailbox.ts';
import type { TargetChange } from '../../../model/plan.ts';
import { silentLog } from '../../../ports/log.ts';
import type { MailboxTarget } from '../../../ports/mailbox-target.ts';
import type { GraphClient } from '../../graph-client/index.ts';
import { createGraphTargets } from '../graph-mailbox-target.ts';
import { folderMark, GraphTestBed, jsonMarkCodec } from './graph-test-bed.ts';

export const signal = new AbortController().signal;
export const policyId = samplePolicyId(1);

export let emulator: RunningEmulator;
export let control: EmulatorControl;
export let bed: GraphTestBed;
export let target: MailboxTarget;
export let folder: SnapshotFolder;

/** Call once at the top of a test file. */
export function useGraphBench(): void {
  beforeAll(async () => {
    emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
    control = new EmulatorControl(emulator.url, emulator.caPem);
  });

  afterAll(async () => {
    await control.close();
    await emulator.close();
  });

  beforeEach(async () => {
    bed = await GraphTestBed.open(emulator, control);
    target = bed.targets.open(bed.mailbox, policyId, sampleFolder());
    const made = await target.applyFolder({ kind: 'create', key: '', name: 'Company Contacts' }, signal);
    if (made === undefined) throw new Error('create returns the folder');
    folder = made;
  });

  afterEach(async () => {
    const unconsumed = await control.unconsumedFaults();
    await bed.close();
    await control.setGraphSettings({});
    expect(unconsumed).toEqual([]);
  });
}

export const creation = (number: number, properties = person(number)): TargetChange => ({
  kind: 'create',
  folderId: folder.folderId,
  properties,
  mark: sampleMark(policyId, number),
});

export async function write(
  number: number,
  properties?: ContactProperties,
): Promise<{ itemId: ItemId; version: string }> {
  const [outcome] = await target.applyChanges([creation(number, properties)], signal);
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
      mark.sourceObjectId === undefined || mark.policyId !== policyId || exceptCopies.includes(itemId)
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
    others: snapshot.contacts.flatMap(({ itemId, folderKey, mark }) =>
      mark.sourceObjectId === undefined || mark.policyId === policyId
        ? []
        : [
            {
              policyId: mark.policyId,
              sourceObjectId: mark.sourceObjectId,
              itemId,
              folderKey,
              markVersion: mark.version,
            },
          ],
    ),
  };
}

export async function innerRequests(work: () => Promise<unknown>): Promise<number> {
  const before = bed.client.counts.innerRequests;
  await work();
  return bed.client.counts.innerRequests - before;
}

export async function storedItems() {
  return (await control.mailbox(bed.address)).items.filter((item) => item.folderId === folder.folderId);
}

/** A target whose client answers as told. */
export function targetOver(client: GraphClient): MailboxTarget {
  const options = { client, markCodec: jsonMarkCodec, folderMark, log: silentLog, clock: bed.clock };
  return createGraphTargets(options).open(bed.mailbox, policyId, sampleFolder());
}
