// The connector as the tests use it: against a domain controller, or against what stands before it.

import {
  type ActiveDirectoryConnector,
  type ActiveDirectoryOptions,
  createActiveDirectory,
} from '../../src/connectors/active-directory/active-directory.ts';
import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import { createInMemoryDirectoryCache } from '../../src/connectors/memory/stores/in-memory-directory-cache.ts';
import type { ActiveDirectory } from '../../src/model/environment.ts';
import type { ActiveDirectorySource, MailboxesPart } from '../../src/model/policy.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { DomainController } from './domain-controller.ts';

export function connectTo(
  controller: DomainController,
  settings: Partial<ActiveDirectory> = {},
  options: Partial<Omit<ActiveDirectoryOptions, 'settings'>> = {},
): ActiveDirectoryConnector {
  return createActiveDirectory({
    settings: {
      servers: [controller.address],
      baseDns: [],
      globalCatalog: false,
      encryption: 'ldaps',
      allowPlainLdap: false,
      account: controller.reader.name,
      ...settings,
    },
    password: controller.reader.password,
    additionalCa: controller.caPem,
    resolver: { resolveSrv: async () => [] },
    cache: createInMemoryDirectoryCache(),
    clock: new FakeClock(),
    log: silentLog,
    random: () => 0,
    ...options,
  });
}

export const wholeDirectory: ActiveDirectorySource = {
  type: 'activeDirectory',
  groups: [],
  addressLists: [],
  organizationalUnits: [],
  objects: [],
  recipientTypes: ['userMailbox'],
  excludeHidden: true,
  excludeDisabled: true,
  excludeWithoutPhone: false,
  excludeWithoutEmail: false,
  include: [],
  exclude: [],
};

export const everyMailboxHere: MailboxesPart = {
  groups: [],
  organizationalUnits: [],
  addresses: [],
  exclude: [],
  types: ['userMailbox'],
};
