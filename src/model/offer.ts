// What a policy wants in a folder that it shares with others, as of its last completed run. The others read it to know
// whom they need not write, and which values they may add (docs/decisions/0015).

import type { ContactProperties, ContactProperty, MappedContact } from './contact.ts';
import type { MailboxId, SourceObjectId } from './ids.ts';
import type { Policy } from './policy.ts';

export interface OfferedPerson {
  readonly sourceObjectId: SourceObjectId;
  /** As this policy alone would have them. */
  readonly properties: ContactProperties;
  readonly unknownProperties?: readonly ContactProperty[];
  /** See MappedContact. */
  readonly address?: string;
}

export interface FormerPerson {
  readonly sourceObjectId: SourceObjectId;
  readonly address: string;
}

export interface Offer {
  readonly people: readonly OfferedPerson[];
  /** No longer wanted here, but by another policy: tells by which address the contact that still stands meets that. */
  readonly former: readonly FormerPerson[];
  /** Filled, and reached at least once since they are. */
  readonly mailboxIds: readonly MailboxId[];
}

/** Another policy of the folder. */
export interface Companion {
  readonly policy: Policy;
  /** undefined: no run of it was completed yet, so that nobody knows what it wants. */
  readonly offer: Offer | undefined;
}

export function offered(contact: MappedContact): OfferedPerson {
  const { sourceObjectId, properties, unknownProperties, address } = contact;
  return {
    sourceObjectId,
    properties,
    ...(unknownProperties === undefined ? {} : { unknownProperties }),
    ...(address === undefined ? {} : { address }),
  };
}

export function withoutPerson({ people, former, ...rest }: Offer, id: SourceObjectId): Offer {
  const isAnother = ({ sourceObjectId }: FormerPerson | OfferedPerson): boolean => sourceObjectId !== id;
  return { people: people.filter(isAnother), former: former.filter(isAnother), ...rest };
}
