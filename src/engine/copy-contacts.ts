// Copies the contacts of a public folder into a folder of a mailbox. The copies themselves say whose copies they are, so
// that it may be repeated, also after an interruption. Nothing is deleted, and what a user deleted stays deleted.

import { createHash } from 'node:crypto';
import { furtherDigest, type OriginalFurther } from '../core/carried.ts';
import { subfolderNames } from '../core/copy-folders.ts';
import { LONGEST_SEARCH_KEY } from '../core/copy-mark.ts';
import { FINGERPRINT_VERSION } from '../core/fingerprint.ts';
import { type CopyPlan, planCopy, type WantedCopy } from '../core/plan-copy.ts';
import { CONTACT_PROPERTIES, type ContactProperties, type ContactProperty } from '../model/contact.ts';
import { Failure } from '../model/failure.ts';
import { type PolicyId, policyId, type SourceObjectId, sourceObjectId, uuidOfHash } from '../model/ids.ts';
import type { FolderSnapshot, TargetMailbox } from '../model/mailbox.ts';
import type { FolderPart } from '../model/policy.ts';
import type { WantedFolder } from '../ports/contact-folders.ts';
import type { Leases } from '../ports/leases.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { MailboxDirectory } from '../ports/mailbox-directory.ts';
import type { MailboxTarget, MailboxTargets } from '../ports/mailbox-target.ts';
import type { OriginalContact, OriginalContacts, OriginalsReading } from '../ports/original-contacts.ts';
import { type CopyWork, planWork, stampOf } from './copy-further.ts';
import { copiesBefore, rememberCopies } from './copy-memory.ts';
import { type CopyOutcome, CopyWriting } from './copy-writing.ts';
import { holdingMailbox } from './holding.ts';
import { makeCopyFolders } from './make-copy-folders.ts';

export interface CopyPorts {
  readonly originals: OriginalContacts;
  readonly directory: MailboxDirectory;
  /** Write marks of copies, and see those of policies. */
  readonly targets: MailboxTargets;
  readonly leases: Leases;
  /** Remembers what was copied, and so what was deleted since. */
  readonly ledger: Ledger;
}

export interface Copying {
  readonly folder: WantedFolder;
  readonly mailbox: string;
  readonly targetFolder: string;
  readonly mode: 'run' | 'test';
  /** Copies that a user deleted are made again. */
  readonly restoreDeleted?: boolean;
  readonly holder: string;
}

export interface PlannedCopy {
  readonly mailbox: string;
  readonly targetFolder: string;
  readonly reading: OriginalsReading;
  readonly plan: CopyPlan;
  /** Copies with a value that changed at the original and was changed by a user too. */
  readonly keptForUser: number;
  /** Copies whose picture is looked at. */
  readonly pictures: number;
  /** Copies that get files. */
  readonly withFiles: number;
  /** Contacts with attachments that cannot be carried. */
  readonly withoutFiles: number;
  /** Contacts with a value that is longer than ours may be. */
  readonly cut: number;
}

export interface CopyListener {
  planned(copy: PlannedCopy): void;
  progress(done: number, of: number): void;
}

/** undefined after a test. Throws whatever makes it impossible as a whole. */
export async function copyContacts(
  copying: Copying,
  ports: CopyPorts,
  listener: CopyListener,
  signal: AbortSignal,
): Promise<CopyOutcome | undefined> {
  const mailbox = await findCopyMailbox(ports.directory, copying.mailbox, signal);
  const reading = await ports.originals.read(copying.folder, signal);
  const work = (inner: AbortSignal) => copyInto(mailbox, reading, copying, ports, listener, inner);
  return copying.mode === 'test'
    ? work(signal)
    : holdingMailbox(mailbox.id, { leases: ports.leases, holder: copying.holder, signal }, work);
}

export async function findCopyMailbox(
  directory: MailboxDirectory,
  address: string,
  signal: AbortSignal,
): Promise<TargetMailbox> {
  const { mailboxes, gaps } = await directory.readMailboxes(
    { groups: [], organizationalUnits: [], addresses: [address], exclude: [], types: ['sharedMailbox'] },
    signal,
  );
  const wanted = address.toLowerCase();
  const found = mailboxes.find(({ primarySmtpAddress, otherAddresses = [] }) =>
    [primarySmtpAddress, ...otherAddresses].some((one) => one.toLowerCase() === wanted),
  );
  if (found !== undefined) return found;
  // Not seen in half a list is not the same as not there.
  throw gaps[0] ?? new Failure('copyTargetNotFound', { details: { mailbox: address } });
}

interface Wanted {
  readonly copies: readonly WantedCopy[];
  readonly originals: ReadonlyMap<WantedCopy['id'], OriginalContact>;
  readonly unusable: number;
}

function wantedCopies(contacts: readonly OriginalContact[], target: MailboxTarget): Wanted {
  const originals = new Map<WantedCopy['id'], OriginalContact>();
  const usable = contacts.filter(({ original }) => original.searchKey.length <= LONGEST_SEARCH_KEY);
  const nameOf = subfolderNames(usable.map(({ place }) => place));
  const copies = usable
    // Of items that somebody copied within one second each keeps its number.
    .toSorted((one, other) => (one.itemId < other.itemId ? -1 : 1))
    .map((contact): WantedCopy => {
      let id = copyId(contact, 0);
      for (let copy = 1; originals.has(id); copy += 1) id = copyId(contact, copy);
      originals.set(id, contact);
      const { original, place, properties } = contact;
      const further = furtherOf(contact, target);
      return {
        id,
        original,
        folderKey: nameOf(place),
        properties,
        further,
        furtherDigest: furtherDigest(further),
      };
    });
  return { copies, originals, unusable: contacts.length - usable.length };
}

/** What the target cannot carry does not count: it would be looked at by every copying. */
function furtherOf(
  { further: properties, pictureStamp, files }: OriginalContact,
  { further, pictures }: MailboxTarget,
): OriginalFurther {
  return {
    properties: further === undefined ? {} : properties,
    pictureStamp: pictures === undefined ? '' : pictureStamp,
    files: further?.carriesFiles === true ? files.filter(({ isFile }) => isFile).map(stampOf) : [],
  };
}

function copyId({ original }: OriginalContact, copy: number): SourceObjectId {
  const text = JSON.stringify(['contactSync copy', original.searchKey, original.createdAt, copy]);
  return sourceObjectId(uuidOfHash(createHash('sha256').update(text).digest('hex')));
}

/** Stands where the id of a policy stands in marks: one for each target folder, which may be renamed later. */
export function copyingId(targetFolder: string): PolicyId {
  const text = JSON.stringify(['contactSync copies', targetFolder.toLowerCase()]);
  return policyId(uuidOfHash(createHash('sha256').update(text).digest('hex')));
}

export function copyFolder(name: string, hasSubfolders: boolean): FolderPart {
  return { name, subfolderPerDomain: hasSubfolders, useDefaultContacts: false, existing: 'use' };
}

async function copyInto(
  mailbox: TargetMailbox,
  reading: OriginalsReading,
  { targetFolder, mode, restoreDeleted = false }: Copying,
  { targets, originals, ledger }: CopyPorts,
  listener: CopyListener,
  signal: AbortSignal,
): Promise<CopyOutcome | undefined> {
  const copying = copyingId(targetFolder);
  const hasSubfolders = reading.contacts.some(({ place }) => place.length > 0);
  const target = targets.open(mailbox, copying, copyFolder(targetFolder, hasSubfolders));
  const snapshot = await target.readFolder({ known: undefined, includeForeign: false }, signal);
  refuseTaken(snapshot, copying, { mailbox: mailbox.primarySmtpAddress, folder: targetFolder });
  const wanted = wantedCopies(reading.contacts, target);
  const record = await ledger.read(copying, mailbox.id);
  // Where the whole folder is gone, somebody wants to begin anew.
  const before = snapshot.folders.length === 0 ? new Set<SourceObjectId>() : copiesBefore(record);
  const known = restoreDeleted ? new Set<SourceObjectId>() : before;
  const plan = planCopy(wanted.copies, snapshot.contacts, copying, known);
  const works = await planWork(
    plan.changes,
    ({ copy }) => {
      const original = wanted.originals.get(copy.id);
      if (original === undefined) throw new TypeError('a copy has an original');
      return original;
    },
    target.further,
    signal,
  );
  listener.planned(
    presentable(reading, wanted, works, plan, target, {
      mailbox: mailbox.primarySmtpAddress,
      targetFolder: snapshot.folders[0]?.name ?? targetFolder,
    }),
  );
  if (mode === 'test') return undefined;

  const remembered = { copying, mailbox: mailbox.id, before };
  await rememberCopies(ledger, remembered, plan.existing, new Map());
  const { folders, refused } = await makeCopyFolders(target, snapshot, works, targetFolder, signal);
  const refusalOf = ({ change }: CopyWork) =>
    change.kind === 'create' ? refused.get(change.copy.folderKey) : undefined;
  const writable = works.filter((work) => refusalOf(work) === undefined);
  const writing = new CopyWriting(
    {
      target,
      originals,
      copying,
      batchSize: targets.capabilities.batchSize,
      progress: (done, of) => listener.progress(done, of),
    },
    writable,
  );
  for (const failure of works.map(refusalOf)) if (failure !== undefined) writing.note(failure);
  try {
    await writing.apply(writable, folders, signal);
  } finally {
    await rememberCopies(ledger, remembered, plan.existing, writing.written);
  }
  await writing.follow(writable, signal);
  return writing.outcome;
}

function presentable(
  reading: OriginalsReading,
  { copies, unusable }: Wanted,
  works: readonly CopyWork[],
  plan: CopyPlan,
  { further }: MailboxTarget,
  place: Pick<PlannedCopy, 'mailbox' | 'targetFolder'>,
): PlannedCopy {
  const gaps =
    unusable === 0
      ? reading.gaps
      : [...reading.gaps, new Failure('sourceItemUnreadable', { details: { count: unusable } })];
  const count = (test: (work: CopyWork) => boolean) => works.filter(test).length;
  return {
    ...place,
    reading: { ...reading, gaps },
    plan,
    keptForUser: count(
      ({ change, further: more }) =>
        (change.kind === 'update' && change.isKept) || more?.plan.isKept === true,
    ),
    pictures: count((work) => work.further?.needsPicture === true),
    withFiles: count((work) => work.further?.needsFiles === true),
    withoutFiles: reading.contacts.filter(({ files }) =>
      files.some(({ isFile }) => !isFile || further?.carriesFiles !== true),
    ).length,
    cut: copies.filter(({ properties }) => isCut(properties)).length,
  };
}

export function refuseTaken(
  { folders, highestMarkVersion }: FolderSnapshot,
  copying: PolicyId,
  details: Readonly<Record<string, string>>,
): void {
  if (highestMarkVersion > FINGERPRINT_VERSION) throw new Failure('newerMark', { details });
  const mark = folders.find(({ key }) => key === '')?.mark;
  if (mark !== undefined && mark.policyId !== copying) throw new Failure('copyFolderTaken', { details });
}

function isCut(properties: ContactProperties): boolean {
  return Object.entries(properties).some(
    ([property, value]) => value.length > CONTACT_PROPERTIES[property as ContactProperty].maxLength,
  );
}
