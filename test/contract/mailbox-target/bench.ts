// The bench on which the promises of a mailbox target are tested: an opened target with the steps they all need.

import { expect } from 'vitest';
import type { ContactProperties } from '../../../src/model/contact.ts';
import { Failure } from '../../../src/model/failure.ts';
import type { FolderId, ItemId, PolicyId } from '../../../src/model/ids.ts';
import type { LedgerRecord } from '../../../src/model/ledger-record.ts';
import type { FolderSnapshot, ManagedContact, SnapshotFolder } from '../../../src/model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../../../src/model/plan.ts';
import type { FolderPart } from '../../../src/model/policy.ts';
import type { MailboxTarget } from '../../../src/ports/mailbox-target.ts';
import type { MailboxTargetFixture, TargetSuite } from '../mailbox-target.ts';
import { person, sampleFolder, sampleMark, samplePolicyId } from '../sample.ts';

export interface Written {
  readonly itemId: ItemId;
  readonly version: string;
}

export class Bench {
  readonly fixture: MailboxTargetFixture;
  readonly policyId: PolicyId;
  readonly target: MailboxTarget;
  readonly signal = new AbortController().signal;

  constructor(fixture: MailboxTargetFixture, policyId: PolicyId, folder: FolderPart) {
    this.fixture = fixture;
    this.policyId = policyId;
    this.target = fixture.targets.open(fixture.mailbox, policyId, folder);
  }

  /** The same mailbox for another policy. */
  forPolicy(policyId: PolicyId, folder: Partial<FolderPart> = {}): Bench {
    return new Bench(this.fixture, policyId, sampleFolder(folder));
  }

  read(known?: LedgerRecord, includeForeign = false): Promise<FolderSnapshot> {
    return this.target.readFolder({ known, includeForeign }, this.signal);
  }

  async createFolder(key = '', name = key === '' ? 'Company Contacts' : key): Promise<SnapshotFolder> {
    const folder = await this.target.applyFolder({ kind: 'create', key, name }, this.signal);
    if (folder === undefined) throw new Error('create returns the folder');
    return folder;
  }

  apply(...changes: readonly TargetChange[]): Promise<readonly ChangeOutcome[]> {
    return this.target.applyChanges(changes, this.signal);
  }

  creation(folderId: FolderId, number: number, properties: ContactProperties = person(number)): TargetChange {
    return { kind: 'create', folderId, properties, mark: sampleMark(this.policyId, number) };
  }

  async write(folderId: FolderId, number: number, properties?: ContactProperties): Promise<Written> {
    const [outcome] = await this.apply(this.creation(folderId, number, properties));
    return applied(outcome);
  }

  /** Any number of contacts, in batches as the engine hands them over. */
  async writeMany(folderId: FolderId, numbers: readonly number[]): Promise<readonly Written[]> {
    const { batchSize } = this.fixture.targets.capabilities;
    const written: Written[] = [];
    for (let start = 0; start < numbers.length; start += batchSize) {
      const batch = numbers.slice(start, start + batchSize);
      const outcomes = await this.apply(...batch.map((number) => this.creation(folderId, number)));
      written.push(...outcomes.map(applied));
    }
    return written;
  }

  async readOne(itemId: ItemId): Promise<ManagedContact | undefined> {
    return (await this.target.readContacts([itemId], this.signal))[0];
  }

  /** What the ledger holds after this reading. */
  recordOf(snapshot: FolderSnapshot): LedgerRecord {
    return {
      policyId: this.policyId,
      mailboxId: this.fixture.mailbox.id,
      isDirty: false,
      rulesDigest: 'rules',
      folders: snapshot.folders,
      foreignCount: snapshot.foreignCount,
      entries: snapshot.contacts.flatMap((contact) => {
        const { sourceObjectId, policyId, version, fingerprint, fieldFingerprints } = contact.mark;
        if (policyId !== this.policyId || sourceObjectId === undefined) return [];
        const { itemId, folderKey, createdAt } = contact;
        const mark = { markVersion: version, fingerprint, fieldFingerprints };
        return { sourceObjectId, itemId, version: contact.version, folderKey, createdAt, ...mark };
      }),
      others: snapshot.contacts.flatMap(({ itemId, folderKey, mark }) => {
        const { sourceObjectId, policyId, version: markVersion } = mark;
        if (policyId === this.policyId || sourceObjectId === undefined) return [];
        return [{ policyId, sourceObjectId, itemId, folderKey, markVersion }];
      }),
    };
  }
}

export function benches(suite: TargetSuite) {
  return (body: (bench: Bench) => Promise<void>, folder: Partial<FolderPart> = {}) =>
    async (): Promise<void> => {
      const fixture = await suite.make();
      try {
        await body(new Bench(fixture, samplePolicyId(1), sampleFolder(folder)));
      } finally {
        await fixture.dispose();
      }
    };
}

export function applied(outcome: ChangeOutcome | undefined): Written {
  if (outcome?.status !== 'applied') {
    const failure = outcome !== undefined && 'failure' in outcome ? ` ${outcome.failure.code}` : '';
    throw new Error(`expected applied, got ${outcome?.status}${failure}`);
  }
  return outcome;
}

export async function expectFailure(
  promise: Promise<unknown>,
  ...codes: readonly string[]
): Promise<Failure> {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(Failure);
  if (!(thrown instanceof Failure)) throw new Error('not a failure');
  expect(codes).toContain(thrown.code);
  return thrown;
}
