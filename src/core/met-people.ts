// Who else is the same person to merged policies that meet by address (docs/decisions/0015): their contact may stand for the
// person, under an id of its own.

import type { SourceObjectId } from '../model/ids.ts';
import type { Offer } from '../model/offer.ts';

/** Of another policy's people those who meet the person; who shares an address within a policy meets nobody. */
export function metPeople(person: SourceObjectId, own: Offer, other: Offer): readonly SourceObjectId[] {
  const addresses = new Set(
    [...own.people, ...own.former].flatMap(({ sourceObjectId, address }) =>
      sourceObjectId === person && address !== undefined && !isShared(address, own) ? [address] : [],
    ),
  );
  return other.people.flatMap(({ sourceObjectId, address }) =>
    address !== undefined && addresses.has(address) && sourceObjectId !== person && !isShared(address, other)
      ? [sourceObjectId]
      : [],
  );
}

const isShared = (address: string, { people }: Offer): boolean =>
  people.filter((one) => one.address === address).length > 1;
