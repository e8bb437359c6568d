// Puts together what tells who is who in a hybrid organization.

import type { ReadSourceAnchors } from '../connectors/active-directory/source-anchors.ts';
import type { ReadSynchronizedPeople } from '../connectors/exchange-online/synchronized-people.ts';
import type { ReadTenantAddresses } from '../connectors/exchange-online/tenant-addresses.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContactSource } from '../ports/contact-source.ts';
import type { DirectoryCache } from '../ports/directory-cache.ts';
import type { Log } from '../ports/log.ts';
import { createKnownPeople, type LoadIdentities } from './hybrid-identities.ts';
import { createDirectoryAddresses, createRecognition, type Recognize } from './hybrid-recognition.ts';
import { RememberedIdentities } from './remembered-identities.ts';

export interface IdentitySources {
  readonly read: ReadSynchronizedPeople;
  readonly readAnchors: ReadSourceAnchors;
  /** Absent where the tenant does not show all recipients. */
  readonly readTenant: ReadTenantAddresses | undefined;
  /** Reads Active Directory. */
  readonly source: Pick<ContactSource, 'read'>;
  readonly cache: DirectoryCache;
  readonly environmentId: string;
  readonly clock: Clock;
  readonly log: Log;
}

export function connectIdentities(sources: IdentitySources): {
  readonly identities: LoadIdentities;
  readonly recognize: Recognize;
} {
  const { read, readAnchors, readTenant, source, cache, environmentId, clock, log } = sources;
  const remembered = new RememberedIdentities(cache, environmentId, clock, log);
  const people = createKnownPeople({ read, readAnchors, remembered, log });
  const readDirectory = createDirectoryAddresses(source);
  return {
    identities: async (signal) => (await people(signal)).identities,
    recognize: createRecognition({ people, readTenant, readDirectory, remembered, log }),
  };
}
