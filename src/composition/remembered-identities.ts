// What was found out of who is who, between runs: ids stay for good, while a directory may be silent, an address change, and
// an account leave. A cache: whatever of it is lost is found out again, or asked of a person by the brake.

import { createHash } from 'node:crypto';
import { asFailure } from '../model/failure.ts';
import { type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { DirectoryCache } from '../ports/directory-cache.ts';
import type { Log } from '../ports/log.ts';

type Ids = ReadonlyMap<SourceObjectId, SourceObjectId>;

export interface BehindAnchors {
  /** From objectGUID to anchor, where they differ. */
  readonly pairs: Ids;
  /** All anchors of the tenant of which Active Directory was asked. */
  readonly anchors: ReadonlySet<SourceObjectId>;
}

export type Side = 'tenant' | 'directory';

const DAY_MS = 24 * 60 * 60 * 1_000;
const DAYS_KEPT = 31;

const dayOf = (time: Date): number => Math.floor(time.getTime() / DAY_MS);
const whoIsAlone = (side: Side): string => `alone in the ${side}`;

export class RememberedIdentities {
  readonly #cache: DirectoryCache;
  readonly #environmentId: string;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(cache: DirectoryCache, environmentId: string, clock: Clock, log: Log) {
    this.#cache = cache;
    this.#environmentId = environmentId;
    this.#clock = clock;
    this.#log = log;
  }

  /** From the id in the tenant to the anchor; undefined: nothing is remembered. */
  async people(): Promise<Ids | undefined> {
    return this.#read('synchronized people', idsFrom);
  }

  async savePeople(people: Ids): Promise<void> {
    await this.#save('synchronized people', [...people]);
  }

  async behind(): Promise<BehindAnchors> {
    const read = (stored: unknown): BehindAnchors => {
      const { pairs, anchors } = stored as { readonly pairs: unknown; readonly anchors: readonly string[] };
      return { pairs: idsFrom(pairs), anchors: new Set(anchors.map(sourceObjectId)) };
    };
    return (await this.#read('anchors', read)) ?? { pairs: new Map(), anchors: new Set() };
  }

  async saveBehind({ pairs, anchors }: BehindAnchors): Promise<void> {
    await this.#save('anchors', { pairs: [...pairs], anchors: [...anchors] });
  }

  /** Those joined by their address: from the other id to the one that counts. */
  async joined(): Promise<Ids> {
    return (await this.#read('joined by address', idsFrom)) ?? new Map();
  }

  async saveJoined(joined: Ids): Promise<void> {
    await this.#save('joined by address', [...joined]);
  }

  /** Whether a policy read somebody of this address on the side of late, who was joined with nobody. */
  async aloneIn(side: Side): Promise<(address: string) => boolean> {
    const seen = await this.#seenAlone(side);
    return (address) => seen.has(this.#digest(address));
  }

  /** Digests are kept, not addresses, and no longer than what else remains of people who are gone. */
  async noteAlone(side: Side, addresses: Iterable<string>): Promise<void> {
    const seen = await this.#seenAlone(side);
    const today = dayOf(this.#clock.now());
    const digests = [...addresses].map((address) => this.#digest(address));
    if (digests.every((digest) => seen.get(digest) === today)) return;
    for (const digest of digests) seen.set(digest, today);
    await this.#save(whoIsAlone(side), [...seen]);
  }

  async #seenAlone(side: Side): Promise<Map<string, number>> {
    const read = (stored: unknown) => new Map(stored as readonly (readonly [string, number])[]);
    const seen = (await this.#read(whoIsAlone(side), read)) ?? new Map<string, number>();
    const oldest = dayOf(this.#clock.now()) - DAYS_KEPT;
    return new Map([...seen].filter(([, day]) => day >= oldest));
  }

  #digest(address: string): string {
    const digest = createHash('sha256').update(JSON.stringify([this.#environmentId, address]));
    return digest.digest('base64url').slice(0, 22);
  }

  async #read<T>(what: string, from: (stored: unknown) => T): Promise<T | undefined> {
    try {
      const blob = await this.#cache.read(this.#key(what));
      return blob === undefined ? undefined : from(JSON.parse(Buffer.from(blob).toString()));
    } catch (thrown) {
      this.#log.warn('what was remembered of who is who cannot be read', { ...asFailure(thrown).toRecord() });
      return undefined;
    }
  }

  async #save(what: string, stored: unknown): Promise<void> {
    try {
      await this.#cache.save(this.#key(what), Buffer.from(JSON.stringify(stored)));
    } catch (thrown) {
      this.#log.warn('who is who cannot be remembered', { ...asFailure(thrown).toRecord() });
    }
  }

  #key(what: string): string {
    return `${what} of ${this.#environmentId}`;
  }
}

function idsFrom(stored: unknown): Ids {
  const pairs = stored as readonly (readonly [string, string])[];
  return new Map(pairs.map(([one, other]) => [sourceObjectId(one), sourceObjectId(other)]));
}
