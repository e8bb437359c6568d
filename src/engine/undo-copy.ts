// Takes a copying back: copies that nobody changed go to Deleted Items, and then the folders with nothing left in them.
// What a user changed stays. The public folder is not asked: a copy says itself what was written.

import { contentDigest, decodeCarried, holdsCarried } from '../core/carried.ts';
import { copiesOf, holdsWritten } from '../core/plan-copy.ts';
import { Failure } from '../model/failure.ts';
import type { PolicyId } from '../model/ids.ts';
import type { FolderSnapshot, ManagedContact, TargetMailbox } from '../model/mailbox.ts';
import type { TargetChange } from '../model/plan.ts';
import type { StoredFurther } from '../ports/further-data.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import {
  type Copying,
  type CopyListener,
  type CopyPorts,
  copyFolder,
  copyingId,
  findCopyMailbox,
  refuseTaken,
} from './copy-contacts.ts';
import { holdingMailbox } from './holding.ts';

export type UndoPorts = Omit<CopyPorts, 'originals'>;

export interface PlannedUndo {
  readonly mailbox: string;
  readonly targetFolder: string;
  /** `notCopied`: it is there, but no copying made it or left anything in it. */
  readonly folder: 'copied' | 'notCopied' | 'missing';
  readonly remove: number;
  /** Copies that a user changed; they stay. */
  readonly edited: number;
}

export interface UndoOutcome {
  readonly removed: number;
  readonly folders: number;
  readonly changedMeanwhile: number;
  readonly failures: readonly { readonly failure: Failure; readonly count: number }[];
}

export interface UndoListener extends Pick<CopyListener, 'progress'> {
  planned(undo: PlannedUndo): void;
}

const READ_AT_ONCE = 100;

/** undefined after a test. Throws whatever makes it impossible as a whole. */
export async function undoCopy(
  copying: Pick<Copying, 'mailbox' | 'targetFolder' | 'mode' | 'holder'>,
  ports: UndoPorts,
  listener: UndoListener,
  signal: AbortSignal,
): Promise<UndoOutcome | undefined> {
  const mailbox = await findCopyMailbox(ports.directory, copying.mailbox, signal);
  const work = (inner: AbortSignal) => undoIn(mailbox, copying, ports, listener, inner);
  return copying.mode === 'test'
    ? work(signal)
    : holdingMailbox(mailbox.id, { leases: ports.leases, holder: copying.holder, signal }, work);
}

async function undoIn(
  mailbox: TargetMailbox,
  { targetFolder, mode }: Pick<Copying, 'targetFolder' | 'mode'>,
  { targets, ledger }: UndoPorts,
  listener: UndoListener,
  signal: AbortSignal,
): Promise<UndoOutcome | undefined> {
  const copying = copyingId(targetFolder);
  const target = targets.open(mailbox, copying, copyFolder(targetFolder, true));
  const read = () => target.readFolder({ known: undefined, includeForeign: false }, signal);
  const snapshot = await read();
  refuseTaken(snapshot, copying, { mailbox: mailbox.primarySmtpAddress, folder: targetFolder });
  const copies = copiesOf(snapshot.contacts, copying);
  const untouched = await untouchedOf(copies, target, signal);
  listener.planned({
    mailbox: mailbox.primarySmtpAddress,
    targetFolder: snapshot.folders[0]?.name ?? targetFolder,
    folder: folderOf(snapshot, copies.length, copying),
    remove: untouched.length,
    edited: copies.length - untouched.length,
  });
  if (mode === 'test') return undefined;

  const outcome = await removeCopies(untouched, target, targets.capabilities.batchSize, listener, signal);
  await removeFolders(snapshot, copying, target, signal);
  const folders = snapshot.folders.length - (await read()).folders.length;
  // What was taken back was not deleted by a user: the next copying makes it again.
  await ledger.forget(copying, mailbox.id);
  return { ...outcome, folders };
}

function folderOf({ folders }: FolderSnapshot, copies: number, copying: PolicyId): PlannedUndo['folder'] {
  if (folders.length === 0) return 'missing';
  return copies > 0 || folders.some(({ mark }) => mark?.policyId === copying) ? 'copied' : 'notCopied';
}

async function untouchedOf(
  copies: readonly ManagedContact[],
  target: MailboxTarget,
  signal: AbortSignal,
): Promise<readonly ManagedContact[]> {
  const untouched: ManagedContact[] = [];
  const likely = copies.filter(holdsWritten);
  for (let at = 0; at < likely.length; at += READ_AT_ONCE) {
    const portion = likely.slice(at, at + READ_AT_ONCE);
    const read = await target.further?.read(
      portion.map(({ itemId }) => itemId),
      signal,
    );
    for (const [place, copy] of portion.entries()) {
      const stored = read?.[place];
      if (stored !== undefined && (await isUntouched(copy, stored, target, signal))) untouched.push(copy);
    }
  }
  return untouched;
}

async function isUntouched(
  { itemId, picture }: ManagedContact,
  stored: StoredFurther,
  { pictures, further }: MailboxTarget,
  signal: AbortSignal,
): Promise<boolean> {
  // Copying attaches nothing where it could not be read again: whatever it is, a user put it there.
  if (stored.hasUnreadFiles === true) return false;
  const carried = decodeCarried(stored.carried);
  if (!holdsCarried(stored.properties, carried)) return false;
  if (picture !== undefined || carried.picture !== undefined) {
    const [bytes] = (await pictures?.read([itemId], signal)) ?? [];
    if ((bytes === undefined ? undefined : contentDigest(bytes)) !== carried.picture?.stored) return false;
  }
  const contents = new Set(carried.files.map(({ content }) => content));
  // A file that a user took off is an edit, too.
  if (stored.files.length !== contents.size) return false;
  for (const { id, isFile } of stored.files) {
    const bytes = isFile ? (await further?.readFile(id, signal))?.bytes : undefined;
    if (bytes === undefined || !contents.has(contentDigest(bytes))) return false;
  }
  return true;
}

async function removeCopies(
  copies: readonly ManagedContact[],
  target: MailboxTarget,
  batchSize: number,
  listener: UndoListener,
  signal: AbortSignal,
): Promise<Omit<UndoOutcome, 'folders'>> {
  const failures = new Map<string, { readonly failure: Failure; readonly count: number }>();
  let removed = 0;
  let changedMeanwhile = 0;
  for (let at = 0; at < copies.length; at += batchSize) {
    const changes = copies
      .slice(at, at + batchSize)
      .map(({ itemId, version }): TargetChange => ({ kind: 'delete', itemId, version, mode: 'soft' }));
    const outcomes = await target.applyChanges(changes, signal);
    for (const place of changes.keys()) {
      const outcome = outcomes[place] ?? { status: 'unknown', failure: new Failure('answerLost') };
      if (outcome.status === 'applied' || outcome.status === 'gone') removed += 1;
      else if (outcome.status === 'conflict') changedMeanwhile += 1;
      else {
        const { failure } = outcome;
        failures.set(failure.code, { failure, count: (failures.get(failure.code)?.count ?? 0) + 1 });
      }
    }
    listener.progress(Math.min(at + batchSize, copies.length), copies.length);
  }
  return { removed, changedMeanwhile, failures: [...failures.values()] };
}

/** Those that copying made, the ones below first; one with anything in it stays. */
async function removeFolders(
  { folders }: FolderSnapshot,
  copying: PolicyId,
  target: MailboxTarget,
  signal: AbortSignal,
): Promise<void> {
  const own = folders.filter(({ mark }) => mark?.policyId === copying);
  const below = own.filter(({ key }) => key !== '');
  const top = own.filter(({ key }) => key === '');
  for (const { key, folderId, name } of [...below, ...top])
    await target.applyFolder({ kind: 'remove', key, folderId, name }, signal);
}
