// The photos of people, each read and made fit once, and again only when the source says that it changed. What was made
// is kept in portions, because a cache row for each person would be too many and one for all too large.

import { withPhotoMark } from '../core/photo-mark.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { isUuid, type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { PhotoOwner, PhotoStamps, PreparedPhoto } from '../ports/photos.ts';
import { forEachBounded, throwIfAborted } from './mailbox-pool.ts';
import type { PhotoParts } from './run-ports.ts';

const FORMAT = 1;
/** Photos read at once, as large as the source has them. */
const READ_AT_ONCE = 10;
/** As many threads as Node has for it. */
const PREPARED_AT_ONCE = 4;
/** Photos kept in one portion. */
const PORTION = 40;
/** After so many portions the index is kept: it grows with the organization, and what was not kept is read again. */
const PORTIONS_PER_INDEX = 25;
/** What is held in memory of all photos, whatever the number of mailboxes. */
const MOST_BYTES = 32_000_000;
/** Of those that cost a request each: what is more is read by the next run. */
const MOST_RATIONED = 4_000;
/** Instead of a digest: this photo was tried, and is none. */
const UNREADABLE = '!';

interface Entry {
  readonly stamp: string;
  readonly digest: string;
  readonly portion: string;
}

type Portion = ReadonlyMap<string, Uint8Array>;

export interface KnownPhotos {
  /** '' for who has none. Of those that are missing it could not be told. */
  readonly digests: ReadonlyMap<SourceObjectId, string>;
  /** How many are looked at by a later run; what was known of them holds. */
  readonly postponed: number;
  /** Of reading; each concerns one person or more. */
  readonly failures: readonly Failure[];
}

export class PhotoLibrary {
  readonly #parts: PhotoParts;
  readonly #mostBytes: number;
  readonly #mostRationed: number;
  readonly #owners = new Map<SourceObjectId, PhotoOwner>();
  #index = new Map<SourceObjectId, Entry>();
  readonly #portions = new Map<string, Portion>();
  readonly #loading = new Map<string, Promise<Portion>>();
  #bytes = 0;

  constructor(parts: PhotoParts, mostBytes: number = MOST_BYTES, mostRationed: number = MOST_RATIONED) {
    this.#parts = parts;
    this.#mostBytes = mostBytes;
    this.#mostRationed = mostRationed;
  }

  /** Throws what PhotoSource.readStamps throws, and `photosUnavailable`. */
  async look(owners: readonly PhotoOwner[], signal: AbortSignal): Promise<KnownPhotos> {
    for (const owner of owners) this.#owners.set(owner.id, owner);
    this.#index = await this.#readIndex();
    const told = await this.#parts.source.readStamps(owners, signal);
    const { stamps, rationed = new Set(), failures } = told;
    const isNew = ({ id }: PhotoOwner): boolean => {
      const stamp = stamps.get(id);
      return stamp !== undefined && stamp !== '' && this.#index.get(id)?.stamp !== stamp;
    };
    const found = owners.filter(isNew);
    const later = new Set(found.filter(({ id }) => rationed.has(id)).slice(this.#mostRationed));
    const fresh = found.filter((owner) => !later.has(owner));
    const failed: Failure[] = [...failures];
    for (let at = 0; at < fresh.length; at += PORTION) {
      throwIfAborted(signal);
      failed.push(...(await this.#fetch(fresh.slice(at, at + PORTION), told, signal)));
      if ((at / PORTION) % PORTIONS_PER_INDEX === PORTIONS_PER_INDEX - 1) await this.#saveIndex();
    }
    if (fresh.length > 0) await this.#saveIndex();
    const digests = new Map<SourceObjectId, string>();
    for (const owner of owners) {
      const { id } = owner;
      const stamp = stamps.get(id);
      const entry = this.#index.get(id);
      if (stamp === '') digests.set(id, '');
      else if (stamp === undefined || entry === undefined) continue;
      else if (entry.stamp !== stamp && !later.has(owner)) continue;
      else if (entry.digest === UNREADABLE)
        failed.push(new Failure('photoUnreadable', { details: { person: id } }));
      else digests.set(id, entry.digest);
    }
    return { digests, postponed: later.size, failures: failed };
  }

  /** With our mark in it; undefined when it is not to be had any more. */
  async jpegOf(id: SourceObjectId, digest: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const portion = this.#index.get(id)?.portion ?? '';
    const kept = (await this.#portion(portion)).get(digest);
    if (kept !== undefined) return withPhotoMark(kept, digest);
    const owner = this.#owners.get(id);
    if (owner === undefined) return undefined;
    const [original] = await this.#parts.source.readPhotos([owner], signal);
    if (original === undefined || original instanceof Failure) return undefined;
    const again = await this.#parts.prepare(original);
    return again.digest === digest ? withPhotoMark(again.jpeg, digest) : undefined;
  }

  async #fetch(
    owners: readonly PhotoOwner[],
    { stamps, rationed }: PhotoStamps,
    signal: AbortSignal,
  ): Promise<readonly Failure[]> {
    const failures: Failure[] = [];
    const made = new Map<string, Uint8Array>();
    const digests = new Map<SourceObjectId, string>();
    for (let at = 0; at < owners.length; at += READ_AT_ONCE) {
      const some = owners.slice(at, at + READ_AT_ONCE);
      const originals = await this.#parts.source.readPhotos(some, signal);
      const prepared = await this.#prepareEach(originals, signal);
      for (const [place, { id }] of some.entries()) {
        const original = originals[place];
        if (original instanceof Failure) failures.push(original);
        else if (original === undefined && rationed?.has(id)) digests.set(id, '');
        if (original === undefined || original instanceof Failure) continue;
        const photo = prepared[place];
        if (photo === undefined) digests.set(id, UNREADABLE);
        else {
          made.set(photo.digest, photo.jpeg);
          digests.set(id, photo.digest);
        }
      }
    }
    const [first] = made.keys();
    const portion = first === undefined ? '' : `${first} ${made.size}`;
    if (made.size > 0) {
      this.#hold(portion, made);
      const body = Object.fromEntries(
        [...made].map(([key, jpeg]) => [key, Buffer.from(jpeg).toString('base64')]),
      );
      await this.#parts.cache.save(this.#key(portion), encode(body));
    }
    for (const [id, digest] of digests) this.#index.set(id, { stamp: stamps.get(id) ?? '', digest, portion });
    return failures;
  }

  /** In input order. Resizing is most of the work of a first run, and waits on other threads. */
  async #prepareEach(
    originals: readonly (Uint8Array | Failure | undefined)[],
    signal: AbortSignal,
  ): Promise<readonly (PreparedPhoto | undefined)[]> {
    const prepared: (PreparedPhoto | undefined)[] = originals.map(() => undefined);
    let trouble: Failure | undefined;
    await forEachBounded(
      originals.entries(),
      PREPARED_AT_ONCE,
      signal,
      async ([place, original]) => {
        if (original instanceof Uint8Array) prepared[place] = await this.#prepare(original);
      },
      async (_, failure) => {
        trouble ??= failure;
      },
    );
    if (trouble !== undefined) throw trouble;
    return prepared;
  }

  async #prepare(original: Uint8Array): Promise<PreparedPhoto | undefined> {
    try {
      return await this.#parts.prepare(original);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === 'photoUnreadable') return undefined;
      throw failure;
    }
  }

  async #portion(name: string): Promise<Portion> {
    const held = this.#portions.get(name);
    if (held !== undefined) {
      // Last used, last to go.
      this.#portions.delete(name);
      this.#portions.set(name, held);
    }
    if (held !== undefined || name === '') return held ?? new Map();
    // Many mailboxes want the same photos at the same time.
    const loading = this.#loading.get(name) ?? this.#load(name);
    this.#loading.set(name, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(name);
    }
  }

  async #load(name: string): Promise<Portion> {
    const body = decode(await this.#parts.cache.read(this.#key(name)));
    const portion = new Map(
      Object.entries(body).flatMap(([digest, jpeg]) =>
        typeof jpeg === 'string' ? [[digest, new Uint8Array(Buffer.from(jpeg, 'base64'))] as const] : [],
      ),
    );
    this.#hold(name, portion);
    return portion;
  }

  #hold(name: string, portion: Portion): void {
    this.#bytes -= sizeOf(this.#portions.get(name));
    this.#portions.delete(name);
    this.#portions.set(name, portion);
    this.#bytes += sizeOf(portion);
    for (const [oldest, one] of this.#portions) {
      if (this.#bytes <= this.#mostBytes || oldest === name) return;
      this.#portions.delete(oldest);
      this.#bytes -= sizeOf(one);
    }
  }

  async #readIndex(): Promise<Map<SourceObjectId, Entry>> {
    const { format, people } = decode(await this.#parts.cache.read(this.#key('index')));
    const index = new Map<SourceObjectId, Entry>();
    if (format !== FORMAT || typeof people !== 'object' || people === null) return index;
    for (const [id, row] of Object.entries(people)) {
      if (!isUuid(id) || !Array.isArray(row)) continue;
      const [stamp, digest, portion] = row as readonly unknown[];
      if (typeof stamp === 'string' && typeof digest === 'string' && typeof portion === 'string')
        index.set(sourceObjectId(id), { stamp, digest, portion });
    }
    return index;
  }

  #saveIndex(): Promise<void> {
    const people = [...this.#index].map(([id, { stamp, digest, portion }]) => [id, [stamp, digest, portion]]);
    return this.#parts.cache.save(
      this.#key('index'),
      encode({ format: FORMAT, people: Object.fromEntries(people) }),
    );
  }

  #key(part: string): string {
    return `photos ${this.#parts.owner} ${part}`;
  }
}

const sizeOf = (portion: Portion | undefined): number =>
  [...(portion ?? new Map<string, Uint8Array>()).values()].reduce((sum, { length }) => sum + length, 0);

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A cache: what cannot be understood is not there. */
function decode(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined) return {};
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
