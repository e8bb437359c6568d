// What was found out of who is who, between runs: ids stay for good, while a directory may be silent, an address change, and
// an account leave. A cache: whatever of it is lost is found out again, or asked of a person by the brake.

import { asFailure } from '../model/failure.ts';
import { type SourceObjectId, sourceObjectId } from '../model/ids.ts';
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

export class RememberedIdentities {
  readonly #cache: DirectoryCache;
  readonly #environmentId: string;
  readonly #log: Log;

  constructor(cache: DirectoryCache, environmentId: string, log: Log) {
    this.#cache = cache;
    this.#environmentId = environmentId;
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

  /** Addresses of those whom policies read on the side and who are joined with nobody. */
  async alone(side: Side): Promise<ReadonlySet<string>> {
    const read = (stored: unknown) => new Set(stored as readonly string[]);
    return (await this.#read(`alone in the ${side}`, read)) ?? new Set();
  }

  async saveAlone(side: Side, addresses: ReadonlySet<string>): Promise<void> {
    await this.#save(`alone in the ${side}`, [...addresses]);
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
