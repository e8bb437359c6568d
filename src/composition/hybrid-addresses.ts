// Who is who among those whom directory synchronization gives no immutable id: mail contacts and groups of both directories
// are one when they bear the same primary address, nobody else bears it on either side, and they are of one type and name. A
// wrong pair would write one person's data over another's contact, so in doubt there is none.

import type { AddressedRecipient } from '../connectors/exchange-online/tenant-addresses.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { SourceObjectKind } from '../model/source-object.ts';

/** Everybody else has an account, and with it an immutable id or a reason to have none. */
const WITHOUT_ACCOUNT: ReadonlySet<SourceObjectKind> = new Set([
  'mailContact',
  'distributionGroup',
  'dynamicDistributionGroup',
  'groupMailbox',
  'publicFolder',
]);

export function goesByAddress(kind: SourceObjectKind): boolean {
  return WITHOUT_ACCOUNT.has(kind);
}

export type Obstacle = 'sameAddress' | 'otherType' | 'otherName' | 'notPrimary' | 'otherwiseKnown';

export interface AddressPair {
  readonly inTenant: SourceObjectId;
  readonly inDirectory: SourceObjectId;
}

export interface Acquaintance {
  readonly pairs: readonly AddressPair[];
  /** Whose address is known on the other side, and why that does not make them one. */
  readonly obstacles: ReadonlyMap<SourceObjectId, Obstacle>;
}

/** `isKnown`: an immutable id, or an earlier pair, already says who that is; an address then says nothing more. */
export function acquaint(
  tenant: readonly AddressedRecipient[],
  directory: readonly AddressedRecipient[],
  isKnown: (id: SourceObjectId) => boolean,
): Acquaintance {
  const bearersThere = bearersOf(tenant);
  const bearersHere = bearersOf(directory);
  const pairs: AddressPair[] = [];
  const obstacles = new Map<SourceObjectId, Obstacle>();
  for (const [some, others, isTenant] of [
    [bearersHere, bearersThere, false],
    [bearersThere, bearersHere, true],
  ] as const) {
    for (const one of isTenant ? tenant : directory) {
      if (!goesByAddress(one.kind) || isKnown(one.id)) continue;
      const address = primaryOf(one);
      const [other, ...more] = others.get(address) ?? [];
      if (other === undefined) continue;
      const isUnique = more.length === 0 && some.get(address)?.length === 1;
      const obstacle = isUnique ? obstacleBetween(one, other, isKnown) : 'sameAddress';
      if (obstacle !== undefined) obstacles.set(one.id, obstacle);
      else if (!isTenant) pairs.push({ inTenant: other.id, inDirectory: one.id });
    }
  }
  return { pairs, obstacles };
}

function obstacleBetween(
  one: AddressedRecipient,
  other: AddressedRecipient,
  isKnown: (id: SourceObjectId) => boolean,
): Obstacle | undefined {
  if (one.kind !== other.kind) return 'otherType';
  if (isKnown(other.id)) return 'otherwiseKnown';
  // What was somebody's address once is often kept as a further one by whoever came after.
  if (primaryOf(one) !== primaryOf(other)) return 'notPrimary';
  // An address that went to a successor on one side only, who else could tell?
  return comparable(one.displayName) === comparable(other.displayName) ? undefined : 'otherName';
}

function primaryOf({ addresses }: AddressedRecipient): string {
  return comparable(addresses[0] ?? '');
}

const comparable = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();

/** Whoever bears an address, as the primary or a further one. */
function bearersOf(
  recipients: readonly AddressedRecipient[],
): ReadonlyMap<string, readonly AddressedRecipient[]> {
  const bearers = new Map<string, AddressedRecipient[]>();
  for (const recipient of recipients) {
    for (const address of new Set(recipient.addresses.map(comparable))) {
      if (address === '') continue;
      const known = bearers.get(address);
      if (known === undefined) bearers.set(address, [recipient]);
      else known.push(recipient);
    }
  }
  return bearers;
}
