// Last pass of a run: the photos of the contacts that stand by now, so that none delays a contact or fails one. What the
// ledger says was dealt with needs no request; before anything is written, the contact's own picture is looked at, because
// one that the user set stays.

import { photoMarkIn } from '../core/photo-mark.ts';
import type { MappedContact } from '../model/contact.ts';
import { asFailure, Failure, type FailureRecord } from '../model/failure.ts';
import {
  type ItemId,
  type MailboxId,
  type PolicyId,
  type RunId,
  type SourceObjectId,
  sourceObjectId,
} from '../model/ids.ts';
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
import { recreateContacts } from './recreate-contacts.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

/** Contacts dealt with at once: their pictures, those of the user too, are all that is held of a mailbox. */
const PORTION = 10;
/** Of those who share a failure. */
const MOST_NAMED = 10;
/** Contacts made anew in a mailbox in one run. */
const MOST_RECREATED = 100;

export interface PhotoPass {
  readonly policy: Policy;
  readonly policyId: PolicyId;
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  readonly holder: string;
  readonly concurrency: number;
}

type OwnCounts = { -readonly [Name in 'written' | 'removed']: number };

type Counts = { -readonly [Name in keyof PhotoCounts]: number };

interface Work {
  readonly runId: RunId;
  readonly pass: PhotoPass;
  readonly library: PhotoLibrary;
  readonly digests: ReadonlyMap<SourceObjectId, string>;
  readonly counts: Counts;
  readonly failures: Failure[];
}

interface WorkInMailbox extends Work {
  /** Of this mailbox, in this try. */
  readonly own: OwnCounts;
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
    counts.postponed = known.postponed;
    counts.failed = known.failures.length;
    failures.push(...known.failures);
    const work: Work = { runId: recorder.run.id, pass, library, digests: known.digests, counts, failures };
    const trying = { clock: ports.clock, recorder, concurrency: pass.concurrency, signal };
    await tryEachMailbox(mailboxes, trying, {
      work: async (mailbox) => {
        const own = { written: 0, removed: 0 };
        try {
          await writeMailbox(mailbox, { ...work, own }, ports, signal);
        } finally {
          await tellPhotos(mailbox, own, recorder);
        }
        await recorder.photosDone(mailbox.id);
      },
      onFailure: async (_, failure) => {
        counts.failed += 1;
        failures.push(failure);
      },
    });
  } catch (thrown) {
    throwIfAborted(signal);
    failures.push(asFailure(thrown));
  }
  await recorder.emit({ type: 'photos.written', ...counts, failures: oneOfEach(failures, pass.wanted) });
}

async function tellPhotos(
  { id: mailboxId, primarySmtpAddress }: TargetMailbox,
  own: OwnCounts,
  recorder: RunRecorder,
): Promise<void> {
  if (own.written + own.removed > 0)
    await recorder.emit({ type: 'mailbox.photos', mailboxId, primarySmtpAddress, ...own });
}

/** The first of each number, with those whom it concerns. */
function oneOfEach(failures: readonly Failure[], wanted: PhotoPass['wanted']): readonly FailureRecord[] {
  return [...Map.groupBy(failures, ({ code }) => code).values()].flatMap((same) => {
    const people = same.flatMap(({ details }) =>
      typeof details['person'] === 'string' ? namedPerson(details['person'], wanted) : [],
    );
    return same.slice(0, 1).map((first) => {
      const { person: _, ...details } = first.details;
      if (people.length === 0) return first.toRecord();
      return { ...first.toRecord(), details: { ...details, people: people.slice(0, MOST_NAMED) } };
    });
  });
}

/** Whoever is to upload the photo again looks for an address, or else for a name. */
function namedPerson(id: string, wanted: PhotoPass['wanted']): string {
  const contact = wanted.get(sourceObjectId(id));
  if (contact === undefined) return id;
  return `${contact.properties.emailAddress1 ?? contact.label} (${id})`;
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
  work: WorkInMailbox,
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
    const settled: Settled = new Map();
    try {
      await settleAll(todo, { ...work, target, pictures, mailbox }, settled, ports, held);
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

/** By item: the digest of what was dealt with, and the contact that stands in its place. */
type Settled = Map<ItemId, { readonly digest: string; readonly successor?: ManagedContact }>;

interface MailboxWork extends WorkInMailbox {
  readonly mailbox: TargetMailbox;
  readonly target: MailboxTarget;
  readonly pictures: ContactPictures;
}

async function settleAll(
  todo: readonly LedgerEntry[],
  work: MailboxWork,
  settled: Settled,
  ports: RunPorts,
  signal: AbortSignal,
): Promise<void> {
  const portion = Math.min(PORTION, ports.targets.capabilities.batchSize);
  const mostBytes = work.pass.policy.contact.photoMegabytes * 1_000_000;
  const spent = { bytes: 0, recreated: 0 };
  for (let at = 0; at < todo.length; at += portion) {
    throwIfAborted(signal);
    if (spent.bytes >= mostBytes) {
      work.counts.postponed += todo.length - at;
      return;
    }
    await settleSome(todo.slice(at, at + portion), { ...work, ports, settled, spent }, signal);
  }
}

interface PortionWork extends MailboxWork {
  readonly ports: RunPorts;
  readonly settled: Settled;
  readonly spent: { bytes: number; recreated: number };
}

async function settleSome(
  entries: readonly LedgerEntry[],
  work: PortionWork,
  signal: AbortSignal,
): Promise<void> {
  const { counts, own, failures, pictures, target, settled, spent } = work;
  const contacts = await target.readContacts(
    entries.map(({ itemId }) => itemId),
    signal,
  );
  const shown = await picturesOf(contacts, pictures, signal);
  const changes: { readonly change: PictureChange; readonly digest: string }[] = [];
  const withdrawn: ManagedContact[] = [];
  for (const { itemId, sourceObjectId } of entries) {
    // Gone or taken over meanwhile: the next run plans it anew.
    if (!shown.has(itemId)) continue;
    const digest = work.digests.get(sourceObjectId) ?? '';
    const picture = shown.get(itemId);
    const mark = picture === undefined ? undefined : photoMarkIn(picture);
    if (picture !== undefined && mark === undefined) {
      counts.kept += 1;
      settled.set(itemId, { digest });
    } else if ((mark ?? '') === digest) settled.set(itemId, { digest });
    else if (digest !== '') {
      const jpeg = await work.library.jpegOf(sourceObjectId, digest, signal);
      if (jpeg !== undefined) changes.push({ change: { kind: 'set', itemId, jpeg }, digest });
    } else if (pictures.canRemove) changes.push({ change: { kind: 'remove', itemId }, digest });
    else withdrawn.push(...contacts.filter((contact) => contact.itemId === itemId));
  }
  const outcomes = await pictures.write(
    changes.map(({ change }) => change),
    signal,
  );
  for (const [place, { change, digest }] of changes.entries()) {
    const failure = outcomes[place];
    if (change.kind === 'set') spent.bytes += change.jpeg.length;
    if (failure !== undefined) {
      counts.failed += 1;
      failures.push(failure);
      continue;
    }
    const what = change.kind === 'set' ? 'written' : 'removed';
    counts[what] += 1;
    own[what] += 1;
    settled.set(change.itemId, { digest });
  }
  await recreateWithdrawn(withdrawn, work, signal);
}

/** Where a picture cannot be taken off. */
async function recreateWithdrawn(
  contacts: readonly ManagedContact[],
  work: PortionWork,
  signal: AbortSignal,
): Promise<void> {
  const { counts, own, failures, settled, spent, ports, pass, target, mailbox, runId } = work;
  const now = contacts.slice(0, Math.max(0, MOST_RECREATED - spent.recreated));
  counts.postponed += contacts.length - now.length;
  spent.recreated += now.length;
  const { policyId } = pass;
  const results = await recreateContacts(now, { runId, policyId, mailbox, target, ports }, signal);
  for (const [itemId, result] of results) {
    if (result.kind === 'done') {
      counts.removed += 1;
      own.removed += 1;
      settled.set(itemId, { digest: '', successor: result.successor });
    } else if (result.kind === 'left') {
      counts.left += 1;
      settled.set(itemId, { digest: '' });
    } else if (result.kind === 'failed') {
      counts.failed += 1;
      failures.push(result.failure);
    }
  }
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
  settled: Settled,
  { pass }: Work,
  { ledger }: RunPorts,
): Promise<void> {
  if (settled.size === 0) return;
  const record = await ledger.read(pass.policyId, mailbox.id);
  if (record === undefined || record.isDirty) return;
  const entries = record.entries.map((entry): LedgerEntry => {
    const one = settled.get(entry.itemId);
    if (one === undefined) return entry;
    const { photo: _, ...rest } = entry;
    if (one.successor !== undefined) {
      const { itemId, version, createdAt } = one.successor;
      return { ...rest, itemId, version, createdAt };
    }
    return one.digest === '' ? rest : { ...rest, photo: one.digest };
  });
  await ledger.write({ ...record, entries });
}
