// Mailboxes in which nothing has changed, for planning at a scale that no test holds in memory: folder and ledger record
// are made when they are asked for and forgotten afterwards. Writing into them is a defect.

import { FINGERPRINT_VERSION, folderNameFingerprint } from '../../src/core/fingerprint.ts';
import type { MappedContact } from '../../src/model/contact.ts';
import { folderId, itemId, type MailboxId, mailboxId, policyId } from '../../src/model/ids.ts';
import type { LedgerEntry, LedgerFolder, LedgerRecord } from '../../src/model/ledger-record.ts';
import type { DirectoryMailbox, FolderSnapshot, OwnershipMark } from '../../src/model/mailbox.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { MailboxDirectory } from '../../src/ports/mailbox-directory.ts';
import type { MailboxTargets } from '../../src/ports/mailbox-target.ts';
import { benchPolicy } from './bench-policy.ts';
import { mailboxAlias } from './people.ts';

export const POLICY_ID = policyId(benchPolicy.id);
const FOLDER_NAME = benchPolicy.folder.name;
const FOLDER_MARK: OwnershipMark = {
  version: FINGERPRINT_VERSION,
  policyId: POLICY_ID,
  sourceObjectId: undefined,
  fingerprint: folderNameFingerprint(FOLDER_NAME),
  fieldFingerprints: '',
};
/** As long as an immutable id of Exchange. */
const ID_STEM = 'AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A'.repeat(3);

export function generatedDirectory(mailboxes: number): MailboxDirectory {
  return {
    readMailboxes: async () => ({
      mailboxes: Array.from({ length: mailboxes }, (_, index) => directoryMailbox(index + 1)),
      notFound: [],
      isComplete: true,
      gaps: [],
    }),
  };
}

function directoryMailbox(number: number): DirectoryMailbox {
  return {
    id: mailboxId(`00000000-0000-4000-b000-${number.toString(16).padStart(12, '0')}`),
    kind: 'userMailbox',
    displayName: `Mailbox ${number}`,
    primarySmtpAddress: `${mailboxAlias(number)}@contoso.example`,
    location: 'exchangeOnline',
    ownerId: undefined,
    customAttributes: [],
  };
}

/** What a sync token without news gives: the items of the record, without their properties. */
export const generatedTargets: MailboxTargets = {
  capabilities: { batchSize: 20, supportsCategories: true, lossyProperties: [] },
  open: () => ({
    async readFolder({ known }) {
      // Every mailbox waits for its answer, so that as many are under way at once as in a real run.
      await new Promise((answered) => setImmediate(answered));
      if (known === undefined) throw new Error('an unchanged mailbox has its record');
      return snapshotOf(known);
    },
    readContacts: () => Promise.reject(new Error('nothing has changed, so nothing is read')),
    readUnmarked: () => Promise.reject(new Error('nothing has changed, so nothing is read')),
    readElsewhere: () => Promise.reject(new Error('nothing is verified')),
    applyFolder: () => Promise.reject(new Error('nothing has changed, so no folder is written')),
    applyChanges: () => Promise.reject(new Error('nothing has changed, so nothing is written')),
  }),
  scan: async () => [],
};

function snapshotOf(record: LedgerRecord): FolderSnapshot {
  return {
    folders: record.folders,
    contacts: record.entries.map((entry) => {
      const { itemId: id, version, folderKey, createdAt, sourceObjectId } = entry;
      const { fingerprint, fieldFingerprints, markVersion } = entry;
      const mark = {
        version: markVersion,
        policyId: POLICY_ID,
        sourceObjectId,
        fingerprint,
        fieldFingerprints,
      };
      return { itemId: id, version, folderKey, createdAt, mark };
    }),
    foreignCount: record.foreignCount,
    highestMarkVersion: FINGERPRINT_VERSION,
    isFullReading: false,
  };
}

export interface RecordMaker {
  readonly wanted: readonly MappedContact[];
  readonly rulesDigest: string;
}

export function generatedRecord({ wanted, rulesDigest }: RecordMaker, mailbox: MailboxId): LedgerRecord {
  const stem = `${ID_STEM}${mailbox.slice(-6)}`;
  const folder: LedgerFolder = {
    key: '',
    folderId: folderId(`${stem}folder`),
    name: FOLDER_NAME,
    mark: FOLDER_MARK,
    syncToken: `${stem}token`,
  };
  const entries = wanted.map(({ sourceObjectId, folderKey, fingerprint }, index): LedgerEntry => {
    const number = index.toString(36).padStart(5, '0');
    return {
      sourceObjectId,
      itemId: itemId(`${stem}${number}`),
      version: `EQAAABYAAAD${number}${mailbox.slice(-6)}`,
      folderKey,
      createdAt: '2026-10-01T08:00:00Z',
      markVersion: FINGERPRINT_VERSION,
      fingerprint,
      fieldFingerprints: '',
    };
  });
  return {
    policyId: POLICY_ID,
    mailboxId: mailbox,
    isDirty: false,
    rulesDigest,
    folders: [folder],
    entries,
    foreignCount: 0,
  };
}

/** Counts the time that making records takes, which is not the planner's. */
export class GeneratedLedger implements Ledger {
  readonly #maker: RecordMaker;
  makingSeconds = 0;

  constructor(maker: RecordMaker) {
    this.#maker = maker;
  }

  async read(_policyId: unknown, mailbox: MailboxId): Promise<LedgerRecord> {
    const startedAt = performance.now();
    const record = generatedRecord(this.#maker, mailbox);
    this.makingSeconds += (performance.now() - startedAt) / 1000;
    return record;
  }

  async write(): Promise<void> {}

  async markDirty(): Promise<void> {
    throw new Error('nothing has changed, so nothing is written');
  }

  async forget(): Promise<number> {
    return 0;
  }
}
