// Writes what a copying planned: items in portions, then pictures and files, then the marks that say that these are there.

import { encodeCarried } from '../core/carried.ts';
import { contactFingerprint, FINGERPRINT_VERSION, fieldFingerprints } from '../core/fingerprint.ts';
import { isFormatted } from '../core/formatted-notes.ts';
import type { WantedCopy } from '../core/plan-copy.ts';
import type { ContactProperties } from '../model/contact.ts';
import { Failure } from '../model/failure.ts';
import type { FurtherChange, FurtherProperties } from '../model/further-properties.ts';
import type { FolderId, ItemId, PolicyId } from '../model/ids.ts';
import type { OwnershipMark } from '../model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../model/plan.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import type { OriginalContacts } from '../ports/original-contacts.ts';
import {
  type CopyWork,
  carriedAtFirst,
  type FurtherWork,
  followFiles,
  followPicture,
} from './copy-further.ts';

export interface CopyOutcome {
  readonly created: number;
  readonly updated: number;
  readonly pictures: number;
  readonly files: number;
  /** Contacts whose notes lost their format. */
  readonly withoutFormat: number;
  readonly changedMeanwhile: number;
  readonly failures: readonly { readonly failure: Failure; readonly count: number }[];
}

export interface WritingParts {
  readonly target: MailboxTarget;
  readonly originals: OriginalContacts;
  readonly copying: PolicyId;
  readonly batchSize: number;
  progress(done: number, of: number): void;
}

/** Marks that are written together. */
const FOLLOWERS_AT_ONCE = 20;

interface Written {
  readonly itemId: ItemId;
  readonly version: string;
}

interface Pending {
  readonly work: CopyWork;
  readonly further: FurtherWork;
  readonly itemId: ItemId;
}

export class CopyWriting {
  readonly #parts: WritingParts;
  readonly #total: number;
  readonly #failures = new Map<string, { readonly failure: Failure; count: number }>();
  /** By the id of the copy. */
  readonly #written = new Map<WantedCopy['id'], Written>();
  /** The next copy tries these again. */
  readonly #withoutFurther = new Set<CopyWork>();
  #done = 0;
  #created = 0;
  #updated = 0;
  #pictures = 0;
  #files = 0;
  #withoutFormat = 0;
  #changedMeanwhile = 0;

  constructor(parts: WritingParts, works: readonly CopyWork[]) {
    this.#parts = parts;
    this.#total = works.length + works.filter(isFollowed).length;
  }

  get outcome(): CopyOutcome {
    return {
      created: this.#created,
      updated: this.#updated,
      pictures: this.#pictures,
      files: this.#files,
      withoutFormat: this.#withoutFormat,
      changedMeanwhile: this.#changedMeanwhile,
      failures: [...this.#failures.values()],
    };
  }

  /** Copies that were made or written, with the items that they are. */
  get written(): ReadonlyMap<WantedCopy['id'], Written> {
    return this.#written;
  }

  async apply(
    works: readonly CopyWork[],
    folders: ReadonlyMap<string, FolderId>,
    signal: AbortSignal,
  ): Promise<void> {
    const { batchSize } = this.#parts;
    for (let at = 0; at < works.length; at += batchSize) {
      const all = works.slice(at, at + batchSize);
      const portion = all.filter((work) => !isOnlyFollowed(work));
      const notes = await this.#readNotes(portion, signal);
      const changes = portion.map((work) => this.#targetChange(work, folders, notes.get(work)));
      const outcomes = changes.length === 0 ? [] : await this.#applyOrLess(changes, portion, signal);
      for (const [place, { change }] of portion.entries()) {
        const outcome = outcomes[place] ?? { status: 'unknown', failure: new Failure('answerLost') };
        switch (outcome.status) {
          case 'applied':
            if (change.kind === 'create') this.#created += 1;
            else this.#updated += 1;
            this.#written.set(change.copy.id, outcome);
            break;
          case 'conflict':
          case 'gone':
            this.#changedMeanwhile += 1;
            break;
          default:
            this.note(outcome.failure);
        }
      }
      this.#advance(all.length);
    }
  }

  /** A contact is worth more than one of its further properties that the server does not take. */
  async #applyOrLess(
    changes: readonly TargetChange[],
    portion: readonly CopyWork[],
    signal: AbortSignal,
  ): Promise<readonly ChangeOutcome[]> {
    const { target } = this.#parts;
    const outcomes = [...(await target.applyChanges(changes, signal))];
    const refused = [...changes.entries()].filter(
      ([place, change]) => outcomes[place]?.status === 'failed' && hasFurther(change),
    );
    if (refused.length === 0) return outcomes;
    const less = await target.applyChanges(
      refused.map(([, change]) => withoutFurther(change)),
      signal,
    );
    for (const [position, [place]] of refused.entries()) {
      const [before, after] = [outcomes[place], less[position]];
      if (after === undefined) continue;
      outcomes[place] = after;
      const work = portion[place];
      if (after.status !== 'applied' || before?.status !== 'failed' || work === undefined) continue;
      this.#withoutFurther.add(work);
      this.note(before.failure);
    }
    return outcomes;
  }

  async follow(works: readonly CopyWork[], signal: AbortSignal): Promise<void> {
    const followed = works.filter((work) => isFollowed(work) && !this.#withoutFurther.has(work));
    for (let at = 0; at < followed.length; at += FOLLOWERS_AT_ONCE) {
      const portion = followed.slice(at, at + FOLLOWERS_AT_ONCE);
      const marks = new Map<ItemId, Pick<OwnershipMark, 'furtherDigest' | 'carried'>>();
      for (const work of portion) {
        const pending = this.#pendingOf(work);
        if (pending === undefined) continue;
        signal.throwIfAborted();
        marks.set(pending.itemId, await this.#followOne(pending, signal));
      }
      await this.#writeMarks(marks, signal);
      this.#advance(portion.length);
    }
  }

  #pendingOf(work: CopyWork): Pending | undefined {
    const { change, further } = work;
    const written = this.#written.get(change.copy.id)?.itemId;
    const itemId = isOnlyFollowed(work) && change.kind === 'update' ? change.existing.itemId : written;
    return itemId === undefined || further === undefined ? undefined : { work, further, itemId };
  }

  async #followOne(
    { work, further, itemId }: Pending,
    signal: AbortSignal,
  ): Promise<Pick<OwnershipMark, 'furtherDigest' | 'carried'>> {
    const { target, originals } = this.#parts;
    const follower = { original: work.original, itemId };
    let { picture, ...carried } = carriedAtFirst(further);
    let isWhole = true;
    const tried = async (step: () => Promise<void>): Promise<void> => {
      try {
        await step();
      } catch (thrown) {
        if (signal.aborted || !(thrown instanceof Failure) || thrown.facts.scope === 'run') throw thrown;
        isWhole = false;
        this.note(thrown);
      }
    };
    const { pictures, further: data } = target;
    if (further.needsPicture && pictures !== undefined) {
      await tried(async () => {
        const followed = await followPicture(follower, picture, { originals, pictures }, signal);
        picture = followed.picture;
        if (followed.isWritten) this.#pictures += 1;
      });
    }
    if (further.needsFiles && data !== undefined) {
      await tried(async () => {
        const followed = await followFiles(follower, carried.files, { originals, further: data }, signal);
        carried = { ...carried, files: followed.files };
        this.#files += followed.written;
      });
    }
    const { furtherDigest } = work.change.copy;
    return {
      carried: encodeCarried({ ...carried, ...(picture === undefined ? {} : { picture }) }),
      // Without it the next copy looks at the contact again.
      ...(isWhole ? { furtherDigest } : {}),
    };
  }

  /** Pictures and files gave the items new versions. */
  async #writeMarks(
    marks: ReadonlyMap<ItemId, Pick<OwnershipMark, 'furtherDigest' | 'carried'>>,
    signal: AbortSignal,
  ): Promise<void> {
    const { target, batchSize } = this.#parts;
    const contacts = await target.readContacts([...marks.keys()], signal);
    const changes = contacts.map(({ itemId, version, properties = {}, mark }): TargetChange => {
      const { furtherDigest: _, ...before } = mark;
      return {
        kind: 'update',
        itemId,
        version,
        set: {},
        whole: properties,
        mark: { ...before, ...marks.get(itemId) },
      };
    });
    for (let at = 0; at < changes.length; at += batchSize) {
      for (const outcome of await target.applyChanges(changes.slice(at, at + batchSize), signal)) {
        if (outcome.status === 'conflict' || outcome.status === 'gone') this.#changedMeanwhile += 1;
        else if (outcome.status !== 'applied') this.note(outcome.failure);
      }
    }
  }

  /** The notes of those whose notes are written, where they are more than their text. */
  async #readNotes(
    portion: readonly CopyWork[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<CopyWork, string>> {
    const { originals, target } = this.#parts;
    const wanted = portion.filter(({ change }) => {
      const notes = change.kind === 'create' ? change.copy.properties.notes : change.set.notes;
      return (notes ?? '') !== '';
    });
    const formatted = new Map<CopyWork, string>();
    if (wanted.length === 0 || target.further === undefined) return formatted;
    const read = await originals.readFormattedNotes(
      wanted.map(({ original }) => original.itemId),
      signal,
    );
    for (const [place, work] of wanted.entries()) {
      const html = read[place] ?? '';
      if (isFormatted(html)) formatted.set(work, html);
    }
    if (target.further.carriesFormat) return formatted;
    this.#withoutFormat += formatted.size;
    return new Map();
  }

  #targetChange(
    { change, further, whole }: CopyWork,
    folders: ReadonlyMap<string, FolderId>,
    formattedNotes: string | undefined,
  ): TargetChange {
    const { properties, folderKey } = change.copy;
    const mark = this.#markOf({ change, further });
    const more: FurtherChange = {
      set: furtherSet(further, properties),
      whole,
      ...(formattedNotes === undefined ? {} : { formattedNotes }),
    };
    if (change.kind === 'create') {
      const folderId = folders.get(folderKey);
      if (folderId === undefined) throw new Failure('changedSincePlanned');
      return { kind: 'create', folderId, properties, mark, further: more };
    }
    const { itemId, version, properties: stored } = change.existing;
    const set = withoutClash(change.set, more);
    return { kind: 'update', itemId, version, set, whole: { ...stored, ...set }, mark, further: more };
  }

  #markOf({
    change,
    further,
  }: Pick<CopyWork, 'change'> & { readonly further: FurtherWork | undefined }): OwnershipMark {
    const { id, original, properties, furtherDigest } = change.copy;
    const before = change.kind === 'update' ? change.existing.mark.furtherDigest : undefined;
    const isPending = further !== undefined && (further.needsPicture || further.needsFiles);
    const digest = further === undefined || isPending ? before : furtherDigest;
    return {
      version: FINGERPRINT_VERSION,
      policyId: this.#parts.copying,
      sourceObjectId: id,
      fingerprint: contactFingerprint(properties),
      fieldFingerprints: fieldFingerprints(properties),
      original,
      ...(digest === undefined ? {} : { furtherDigest: digest }),
      ...(further === undefined ? {} : { carried: encodeCarried(carriedAtFirst(further)) }),
    };
  }

  /** Of one contact. */
  note(failure: Failure): void {
    const noted = this.#failures.get(failure.code) ?? { failure, count: 0 };
    noted.count += 1;
    this.#failures.set(failure.code, noted);
  }

  #advance(by: number): void {
    this.#done += by;
    this.#parts.progress(this.#done, this.#total);
  }
}

export function isFollowed({ further }: CopyWork): boolean {
  return further !== undefined && (further.needsPicture || further.needsFiles);
}

/** Nothing in the item itself changes. */
function isOnlyFollowed(work: CopyWork): boolean {
  const { change, further } = work;
  return (
    change.kind === 'update' &&
    isFollowed(work) &&
    further !== undefined &&
    Object.keys(further.plan.set).length === 0 &&
    change.existing.mark.fingerprint === contactFingerprint(change.copy.properties)
  );
}

function hasFurther(change: TargetChange): boolean {
  return 'further' in change && Object.keys(change.further?.set ?? {}).length > 0;
}

/** The mark says nothing of what is not there. */
function withoutFurther(change: TargetChange): TargetChange {
  if (change.kind !== 'create' && change.kind !== 'update') return change;
  const { furtherDigest: _, carried: __, ...mark } = change.mark;
  const { further, ...others } = change;
  return { ...others, mark, ...(further === undefined ? {} : { further: { ...further, set: {} } }) };
}

/** Taking off one of these would take off that the contact is private. */
function furtherSet(further: FurtherWork | undefined, { isPrivate }: ContactProperties): FurtherProperties {
  const { sensitivity, ...others } = further?.plan.set ?? {};
  return sensitivity === undefined || (sensitivity === '' && isPrivate === 'true')
    ? others
    : { ...others, sensitivity };
}

/** Private, personal and confidential are one property of the item: who is one of them is not the others. */
function withoutClash(
  set: Extract<CopyWork['change'], { readonly kind: 'update' }>['set'],
  { set: further }: FurtherChange,
): typeof set {
  if ((further.sensitivity ?? '') === '') return set;
  const { isPrivate: _, ...others } = set;
  return others;
}
