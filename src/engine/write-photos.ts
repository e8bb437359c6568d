// Last pass of a run: the photos of the contacts that stand by now, so that none delays a contact or fails one. What the
// ledger says was dealt with needs no request; before anything is written, the contact's own picture is looked at, because
// one that the user set stays.

import { photoMarkIn } from '../core/photo-mark.ts';
import type { MappedContact } from '../model/contact.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { ItemId, MailboxId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { LedgerEntry } from '../model/ledger-record.ts';
import type { ManagedContact, TargetMailbox } from '../model/mailbox.ts';
import type { Policy } from '../model/policy.ts';
import type { PhotoCounts } from '../model/run.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import type { ContactPictures, PictureChange } from '../ports/photos.ts';
import { holdingMailbox } from './holding.ts';
import { throwIfAborted } from './mailbox-pool.ts';
import { tryEachMailbox } from './mailbox-tries.ts';
import { PhotoLibrary } from './photo-library.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

/** Exchange Online takes 150 MB in 5 minutes of one mailbox: the rest is for the next run. */
const MOST_BYTES_PER_MAILBOX = 100_000_000;

export interface PhotoPass {
  readonly policy: Policy;
  readonly policyId: PolicyId;
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  readonly holder: string;
  readonly concurrency: number;
}

type Counts = { -readonly [Name in keyof PhotoCounts]: number };

interface Work {
  readonly pass: PhotoPass;
  readonly library: PhotoLibrary;
  readonly digests: ReadonlyMap<SourceObjectId, string>;
  readonly counts: Counts;
  readonly failures: Failure[];
}

/** Whatever goes wrong stands in the event; only an abort is thrown. */
export async function writePhotos(
  pass: PhotoPass,
  mailboxes: readonly TargetMailbox[],
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<void> {
  if (!pass.policy.contact.photo) return;
  const counts: Counts = { people: 0, written: 0, removed: 0, kept: 0, left: 0, postponed: 0, failed: 0 };
  const failures: Failure[] = [];
  try {
    if (ports.photos === undefined)
      throw new Failure('photosUnavailable', { details: { reason: 'environment' } });
    const library = new PhotoLibrary(ports.photos);
    const owners = [...pass.wanted.values()].map(({ sourceObjectId: id, kind }) => ({ id, kind }));
    const known = await library.look(owners, signal);
    counts.people = [...known.digests.values()].filter((digest) => digest !== '').length;
    counts.failed = known.failures.length;
    failures.push(...known.failures);
    const work: Work = { pass, library, digests: known.digests, counts, failures };
    const trying = { clock: ports.clock, recorder, concurrency: pass.concurrency, signal };
    await tryEachMailbox(mailboxes, trying, {
      work: (mailbox) => writeMailbox(mailbox, work, ports, signal),
      onFailure: async (_, failure) => {
        counts.failed += 1;
        failures.push(failure);
      },
    });
  } catch (thrown) {
    throwIfAborted(signal);
    failures.push(asFailure(thrown));
  }
  const byCode = new Map(failures.toReversed().map((failure) => [failure.code, failure.toRecord()]));
  await recorder.emit({ type: 'photos.written', ...counts, failures: [...byCode.values()] });
}

/** The mailboxes that a run fills, as it stored them. */
export async function filledMailboxes(
  recorder: RunRecorder,
  { runs }: Pick<RunPorts, 'runs'>,
): Promise<readonly TargetMailbox[]> {
  const filled = new Map<MailboxId, TargetMailbox>();
  for await (const { mailbox, plan } of runs.readPlans(recorder.run.id))
    if (plan.purpose === 'fill') filled.set(mailbox.id, mailbox);
  return [...filled.values()];
}

async function writeMailbox(
  mailbox: TargetMailbox,
  work: Work,
  ports: RunPorts,
  signal: AbortSignal,
): Promise<void> {
  const { policy, policyId, holder } = work.pass;
  if ((await waiting(mailbox, work, ports)).length === 0) return;
  const target = ports.targets.open(mailbox, policyId, policy.folder);
  const { pictures } = target;
  if (pictures === undefined) throw new Failure('photosUnavailable', { details: { reason: 'target' } });
  await holdingMailbox(mailbox.id, { leases: ports.leases, holder, signal }, async (held) => {
    // Read again under the lease: another process may have written meanwhile.
    const todo = await waiting(mailbox, work, ports);
    const settled = new Map<ItemId, string>();
    try {
      await settleAll(todo, { ...work, target, pictures }, settled, ports, held);
    } finally {
      await remember(mailbox, settled, work, ports);
    }
  });
}

/** Contacts whose photo is not the one that was dealt with last. */
async function waiting(
  { id }: TargetMailbox,
  { pass, digests }: Work,
  { ledger }: RunPorts,
): Promise<readonly LedgerEntry[]> {
  const record = await ledger.read(pass.policyId, id);
  if (record === undefined || record.isDirty) return [];
  return record.entries.filter(({ sourceObjectId, photo }) => {
    const digest = digests.get(sourceObjectId);
    return pass.wanted.has(sourceObjectId) && digest !== undefined && digest !== (photo ?? '');
  });
}

interface MailboxWork extends Work {
  readonly target: MailboxTarget;
  readonly pictures: ContactPictures;
}

async function settleAll(
  todo: readonly LedgerEntry[],
  work: MailboxWork,
  settled: Map<ItemId, string>,
  ports: RunPorts,
  signal: AbortSignal,
): Promise<void> {
  const { batchSize } = ports.targets.capabilities;
  let bytes = 0;
  for (let at = 0; at < todo.length; at += batchSize) {
    throwIfAborted(signal);
    if (bytes >= MOST_BYTES_PER_MAILBOX) {
      work.counts.postponed += todo.length - at;
      return;
    }
    bytes += await settleSome(todo.slice(at, at + batchSize), work, settled, signal);
  }
}

/** Returns the bytes written. */
async function settleSome(
  entries: readonly LedgerEntry[],
  work: MailboxWork,
  settled: Map<ItemId, string>,
  signal: AbortSignal,
): Promise<number> {
  const { counts, failures, pictures, target } = work;
  const contacts = await target.readContacts(
    entries.map(({ itemId }) => itemId),
    signal,
  );
  const shown = await picturesOf(contacts, pictures, signal);
  const changes: { readonly change: PictureChange; readonly digest: string }[] = [];
  for (const { itemId, sourceObjectId } of entries) {
    // Gone or taken over meanwhile: the next run plans it anew.
    if (!shown.has(itemId)) continue;
    const digest = work.digests.get(sourceObjectId) ?? '';
    const picture = shown.get(itemId);
    const mark = picture === undefined ? undefined : photoMarkIn(picture);
    if (picture !== undefined && mark === undefined) {
      counts.kept += 1;
      settled.set(itemId, digest);
    } else if ((mark ?? '') === digest) settled.set(itemId, digest);
    else if (digest !== '') {
      const jpeg = await work.library.jpegOf(sourceObjectId, digest, signal);
      if (jpeg !== undefined) changes.push({ change: { kind: 'set', itemId, jpeg }, digest });
    } else if (pictures.canRemove) changes.push({ change: { kind: 'remove', itemId }, digest });
    else {
      counts.left += 1;
      settled.set(itemId, digest);
    }
  }
  const outcomes = await pictures.write(
    changes.map(({ change }) => change),
    signal,
  );
  let bytes = 0;
  for (const [place, { change, digest }] of changes.entries()) {
    const failure = outcomes[place];
    if (change.kind === 'set') bytes += change.jpeg.length;
    if (failure !== undefined) {
      counts.failed += 1;
      failures.push(failure);
      continue;
    }
    counts[change.kind === 'set' ? 'written' : 'removed'] += 1;
    settled.set(change.itemId, digest);
  }
  return bytes;
}

/** By item; undefined for one without a picture. */
async function picturesOf(
  contacts: readonly ManagedContact[],
  pictures: ContactPictures,
  signal: AbortSignal,
): Promise<ReadonlyMap<ItemId, Uint8Array | undefined>> {
  const shown = new Map<ItemId, Uint8Array | undefined>(contacts.map(({ itemId }) => [itemId, undefined]));
  const ids = contacts.filter(({ picture }) => picture !== undefined).map(({ itemId }) => itemId);
  const read = ids.length === 0 ? [] : await pictures.read(ids, signal);
  for (const [place, id] of ids.entries()) shown.set(id, read[place]);
  return shown;
}

/** The version that writing gave the item is not known everywhere; the next reading shows it, with nothing to change. */
async function remember(
  mailbox: TargetMailbox,
  settled: ReadonlyMap<ItemId, string>,
  { pass }: Work,
  { ledger }: RunPorts,
): Promise<void> {
  if (settled.size === 0) return;
  const record = await ledger.read(pass.policyId, mailbox.id);
  if (record === undefined || record.isDirty) return;
  const entries = record.entries.map((entry): LedgerEntry => {
    const digest = settled.get(entry.itemId);
    if (digest === undefined) return entry;
    const { photo: _, ...rest } = entry;
    return digest === '' ? rest : { ...rest, photo: digest };
  });
  await ledger.write({ ...record, entries });
}
