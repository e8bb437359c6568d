// Photos of the people of a hybrid organization. Whose mailbox is in the building: the one in it, then that in the tenant,
// which for them is often but the synchronized small one. Of all others that in the tenant, then that of Active Directory.

import { asFailure, type Failure } from '../model/failure.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { PhotoOwner, PhotoSource, PhotoStamps } from '../ports/photos.ts';
import type { LoadIdentities } from './hybrid-identities.ts';

export interface PhotoSides {
  readonly onPremises: PhotoSource;
  readonly online: PhotoSource;
  readonly identities: LoadIdentities;
}

export function createHybridPhotos({ onPremises, online, identities }: PhotoSides): PhotoSource {
  /** Whose photo the tenant has; kept from the stamps, which are read first. */
  let inTenant: ReadonlySet<SourceObjectId> = new Set();
  /** Whose mailbox is in the building. */
  let inBuilding: ReadonlySet<SourceObjectId> = new Set();

  /** undefined: the tenant lets nobody look, so that only the directory counts. */
  async function tellOnline(
    owners: readonly PhotoOwner[],
    signal: AbortSignal,
  ): Promise<{ readonly told: PhotoStamps | undefined; readonly failures: readonly Failure[] }> {
    try {
      const told = await online.readStamps(owners, signal);
      return { told, failures: told.failures };
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted) throw failure;
      const isClosed = failure.code === 'photoRightMissing';
      return { told: isClosed ? undefined : { stamps: new Map(), failures: [] }, failures: [failure] };
    }
  }

  return {
    async readStamps(owners, signal) {
      const { inTenant: tenantId } = await identities(signal);
      const local = await onPremises.readStamps(owners, signal);
      const { rationed = new Set() } = local;
      const stamps = new Map(local.stamps);
      // Whom Active Directory does not know and the tenant does not synchronize lives in the tenant alone.
      const asked = owners.filter(({ id }) => tenantId(id) !== id || !stamps.has(id));
      const { told, failures } = await tellOnline(
        asked.map((owner) => ({ ...owner, id: tenantId(owner.id) })),
        signal,
      );
      const ofTenant = new Set<SourceObjectId>();
      for (const { id } of told === undefined ? [] : asked) {
        const stamp = told?.stamps.get(tenantId(id));
        // The mailbox could not be asked, and comes first.
        if (rationed.has(id) && !stamps.has(id)) continue;
        // Nobody can say whether the photo in the directory is the one that counts.
        if (stamp === undefined) stamps.delete(id);
        else if (stamp !== '') {
          stamps.set(id, rationed.has(id) ? `${stamps.get(id)} tenant ${stamp}` : `tenant ${stamp}`);
          ofTenant.add(id);
        } else if (!stamps.has(id)) stamps.set(id, '');
      }
      inTenant = ofTenant;
      inBuilding = rationed;
      return { stamps, rationed, failures: [...local.failures, ...failures] };
    },

    async readPhotos(owners, signal) {
      const { inTenant: tenantId } = await identities(signal);
      const photos = new Map<SourceObjectId, Uint8Array | Failure | undefined>();
      const read = async (side: PhotoSource, some: readonly PhotoOwner[], idOf: typeof tenantId) => {
        if (some.length === 0) return;
        const named = some.map((owner) => ({ ...owner, id: idOf(owner.id) }));
        const found = await side.readPhotos(named, signal);
        for (const [place, { id }] of some.entries()) photos.set(id, found[place]);
      };
      await read(
        onPremises,
        owners.filter(({ id }) => !inTenant.has(id) || inBuilding.has(id)),
        (id) => id,
      );
      await read(
        online,
        owners.filter(({ id }) => inTenant.has(id) && photos.get(id) === undefined),
        tenantId,
      );
      return owners.map(({ id }) => photos.get(id));
    },
  };
}
