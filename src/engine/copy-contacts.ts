// Copies the contacts of a public folder into a folder of a mailbox. The copies themselves say whose copies they are, so
// that it may be repeated, also after an interruption. Nothing is deleted.

import { createHash } from 'node:crypto';
import { LONGEST_SEARCH_KEY } from '../core/copy-mark.ts';
import { contactFingerprint, FINGERPRINT_VERSION, fieldFingerprints } from '../core/fingerprint.ts';
import { type CopyChange, type CopyPlan, planCopy, type WantedCopy } from '../core/plan-copy.ts';
import { CONTACT_PROPERTIES, type ContactProperties, type ContactProperty } from '../model/contact.ts';
import { Failure } from '../model/failure.ts';
import {
  type FolderId,
  type ItemId,
  type PolicyId,
  policyId,
  sourceObjectId,
  uuidOfHash,
} from '../model/ids.ts';
import type { FolderSnapshot, OwnershipMark, TargetMailbox } from '../model/mailbox.ts';
import type { TargetChange } from '../model/plan.ts';
import type { FolderPart } from '../model/policy.ts';
import type { WantedFolder } from '../ports/contact-folders.ts';
import type { Leases } from '../ports/leases.ts';
import type { MailboxDirectory } from '../ports/mailbox-directory.ts';
import type { MailboxTarget, MailboxTargets } from '../ports/mailbox-target.ts';
import type { OriginalContact, OriginalContacts, OriginalsReading } from '../ports/original-contacts.ts';
import { holdingMailbox } from './holding.ts';

export interface CopyPorts {
  readonly originals: OriginalContacts;
  readonly directory: MailboxDirectory;
  /** Write marks of copies, and see those of policies. */
  readonly targets: MailboxTargets;
  readonly leases: Leases;
}

export interface Copying {
  readonly folder: WantedFolder;
  readonly mailbox: string;
  readonly targetFolder: string;
  readonly mode: 'run' | 'test';
  readonly holder: string;
}

export interface PlannedCopy {
  readonly mailbox: string;
  readonly targetFolder: string;
  readonly reading: OriginalsReading;
  readonly plan: CopyPlan;
  /** Copies that get a picture. */
  readonly pictures: number;
  /** Contacts with a value that is longer than ours may be. */
  readonly cut: number;
}

export interface CopyOutcome {
  readonly created: number;
  readonly updated: number;
  readonly pictures: number;
  readonly changedMeanwhile: number;
  readonly failures: readonly { readonly failure: Failure; readonly count: number }[];
}

export interface CopyListener {
  planned(copy: PlannedCopy): void;
  progress(done: number, of: number): void;
}

const PICTURES_AT_ONCE = 10;

/** undefined after a test. Throws whatever makes it impossible as a whole. */
export async function copyContacts(
  copying: Copying,
  ports: CopyPorts,
  listener: CopyListener,
  signal: AbortSignal,
): Promise<CopyOutcome | undefined> {
  const mailbox = await findMailbox(ports.directory, copying.mailbox, signal);
  const reading = await ports.originals.read(copying.folder, signal);
  const wanted = wantedCopies(reading.contacts);
  const work = (inner: AbortSignal) =>
    copyInto(mailbox, { reading, ...wanted }, copying, ports, listener, inner);
  return copying.mode === 'test'
    ? work(signal)
    : holdingMailbox(mailbox.id, { leases: ports.leases, holder: copying.holder, signal }, work);
}

async function findMailbox(
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
  readonly itemIds: ReadonlyMap<WantedCopy['id'], ItemId>;
  readonly unusable: number;
}

function wantedCopies(contacts: readonly OriginalContact[]): Wanted {
  const itemIds = new Map<WantedCopy['id'], ItemId>();
  const usable = contacts.filter(({ original }) => original.searchKey.length <= LONGEST_SEARCH_KEY);
  const copies = usable
    // Of items that somebody copied within one second each keeps its number.
    .toSorted((one, other) => (one.itemId < other.itemId ? -1 : 1))
    .map((contact): WantedCopy => {
      let id = copyId(contact, 0);
      for (let copy = 1; itemIds.has(id); copy += 1) id = copyId(contact, copy);
      itemIds.set(id, contact.itemId);
      const { original, place, properties, hasPicture } = contact;
      return {
        id,
        original,
        folderKey: place.join(' / '),
        properties,
        ...(hasPicture === undefined ? {} : { hasPicture }),
      };
    });
  return { copies, itemIds, unusable: contacts.length - usable.length };
}

function copyId({ original }: OriginalContact, copy: number) {
  const text = JSON.stringify(['contactSync copy', original.searchKey, original.createdAt, copy]);
  return sourceObjectId(uuidOfHash(createHash('sha256').update(text).digest('hex')));
}

/** Stands where the id of a policy stands in marks: one for each target folder, which may be renamed later. */
function copyingId(targetFolder: string): PolicyId {
  const text = JSON.stringify(['contactSync copies', targetFolder.toLowerCase()]);
  return policyId(uuidOfHash(createHash('sha256').update(text).digest('hex')));
}

async function copyInto(
  mailbox: TargetMailbox,
  { reading, copies, itemIds, unusable }: Wanted & { readonly reading: OriginalsReading },
  { targetFolder, mode }: Copying,
  { targets, originals }: CopyPorts,
  listener: CopyListener,
  signal: AbortSignal,
): Promise<CopyOutcome | undefined> {
  const copying = copyingId(targetFolder);
  const folder: FolderPart = {
    name: targetFolder,
    subfolderPerDomain: copies.some(({ folderKey }) => folderKey !== ''),
    useDefaultContacts: false,
    existing: 'use',
  };
  const target = targets.open(mailbox, copying, folder);
  const snapshot = await target.readFolder({ known: undefined, includeForeign: false }, signal);
  refuseTaken(snapshot, copying, { mailbox: mailbox.primarySmtpAddress, folder: targetFolder });
  const plan = planCopy(copies, snapshot.contacts, copying);
  const withPicture = target.pictures !== undefined ? copies.filter((copy) => needsPicture(copy, plan)) : [];
  const gaps =
    unusable === 0
      ? reading.gaps
      : [...reading.gaps, new Failure('sourceItemUnreadable', { details: { count: unusable } })];
  listener.planned({
    mailbox: mailbox.primarySmtpAddress,
    targetFolder: snapshot.folders[0]?.name ?? targetFolder,
    reading: { ...reading, gaps },
    plan,
    pictures: withPicture.length,
    cut: copies.filter(({ properties }) => isCut(properties)).length,
  });
  if (mode === 'test') return undefined;

  const writing = new Writing(target, copying, listener, plan.changes.length + withPicture.length);
  const folders = await makeFolders(target, snapshot, plan, targetFolder, signal);
  const made = await writing.apply(plan.changes, folders, targets.capabilities.batchSize, signal);
  const placed = withPicture.flatMap((copy) => {
    const from = itemIds.get(copy.id);
    const to = made.get(copy.id) ?? plan.existing.get(copy.id)?.itemId;
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
  await writing.copyPictures(placed, originals, signal);
  return writing.outcome;
}

/** Where there is one it stays, whoever set it. */
function needsPicture({ id, hasPicture }: WantedCopy, { existing }: CopyPlan): boolean {
  return hasPicture === true && existing.get(id)?.picture === undefined;
}

function refuseTaken(
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

/** Ids by key. */
async function makeFolders(
  target: MailboxTarget,
  { folders }: FolderSnapshot,
  { changes }: CopyPlan,
  name: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FolderId>> {
  const ids = new Map(folders.map((folder) => [folder.key, folder.folderId]));
  const needed = changes.flatMap((change) => (change.kind === 'create' ? [change.copy.folderKey] : []));
  if (needed.length === 0) return ids;
  for (const key of new Set(['', ...needed.toSorted()])) {
    if (ids.has(key)) continue;
    const made = await target.applyFolder({ kind: 'create', key, name: key === '' ? name : key }, signal);
    if (made !== undefined) ids.set(key, made.folderId);
  }
  return ids;
}

class Writing {
  readonly #target: MailboxTarget;
  readonly #copying: PolicyId;
  readonly #listener: CopyListener;
  readonly #total: number;
  readonly #failures = new Map<string, { readonly failure: Failure; count: number }>();
  #done = 0;
  #created = 0;
  #updated = 0;
  #pictures = 0;
  #changedMeanwhile = 0;

  constructor(target: MailboxTarget, copying: PolicyId, listener: CopyListener, total: number) {
    this.#target = target;
    this.#copying = copying;
    this.#listener = listener;
    this.#total = total;
  }

  get outcome(): CopyOutcome {
    return {
      created: this.#created,
      updated: this.#updated,
      pictures: this.#pictures,
      changedMeanwhile: this.#changedMeanwhile,
      failures: [...this.#failures.values()],
    };
  }

  /** The items that were written, by their originals. */
  async apply(
    changes: readonly CopyChange[],
    folders: ReadonlyMap<string, FolderId>,
    atOnce: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<WantedCopy['id'], ItemId>> {
    const written = new Map<WantedCopy['id'], ItemId>();
    for (let at = 0; at < changes.length; at += atOnce) {
      const portion = changes.slice(at, at + atOnce);
      const named = portion.map((change) => this.#targetChange(change, folders));
      const outcomes = await this.#target.applyChanges(named, signal);
      for (const [place, { kind, copy }] of portion.entries()) {
        const outcome = outcomes[place] ?? { status: 'unknown', failure: new Failure('answerLost') };
        switch (outcome.status) {
          case 'applied':
            if (kind === 'create') this.#created += 1;
            else this.#updated += 1;
            written.set(copy.id, outcome.itemId);
            break;
          case 'conflict':
          case 'gone':
            this.#changedMeanwhile += 1;
            break;
          default:
            this.#note(outcome.failure);
        }
      }
      this.#advance(portion.length);
    }
    return written;
  }

  async copyPictures(
    placed: readonly { readonly from: ItemId; readonly to: ItemId }[],
    originals: OriginalContacts,
    signal: AbortSignal,
  ): Promise<void> {
    for (let at = 0; at < placed.length; at += PICTURES_AT_ONCE) {
      const portion = placed.slice(at, at + PICTURES_AT_ONCE);
      const read = await originals.readPictures(
        portion.map(({ from }) => from),
        signal,
      );
      const changes = portion.flatMap(({ to: itemId }, place) => {
        const jpeg = read[place];
        return jpeg === undefined ? [] : [{ kind: 'set' as const, itemId, jpeg }];
      });
      const failures = (await this.#target.pictures?.write(changes, signal)) ?? [];
      for (const failure of failures) {
        if (failure === undefined) this.#pictures += 1;
        else this.#note(failure);
      }
      this.#advance(portion.length);
    }
  }

  #targetChange(change: CopyChange, folders: ReadonlyMap<string, FolderId>): TargetChange {
    const { properties, folderKey } = change.copy;
    const mark = this.#markOf(change.copy);
    if (change.kind === 'create') {
      const folderId = folders.get(folderKey);
      if (folderId === undefined) throw new Failure('changedSincePlanned');
      return { kind: 'create', folderId, properties, mark };
    }
    const { itemId, version, properties: stored } = change.existing;
    return { kind: 'update', itemId, version, set: change.set, whole: { ...stored, ...change.set }, mark };
  }

  #markOf({ id, original, properties }: WantedCopy): OwnershipMark {
    return {
      version: FINGERPRINT_VERSION,
      policyId: this.#copying,
      sourceObjectId: id,
      fingerprint: contactFingerprint(properties),
      fieldFingerprints: fieldFingerprints(properties),
      original,
    };
  }

  #note(failure: Failure): void {
    const noted = this.#failures.get(failure.code) ?? { failure, count: 0 };
    noted.count += 1;
    this.#failures.set(failure.code, noted);
  }

  #advance(by: number): void {
    this.#done += by;
    this.#listener.progress(this.#done, this.#total);
  }
}
