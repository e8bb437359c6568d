// The policy of all measurements: every mail contact into every user mailbox, everything else as the schema has it.

import { Policy } from '@contactsync/contract';
import type { LicenseLimit } from '../../src/ports/license.ts';

export const benchPolicy = Policy.parse({
  kind: 'policy',
  version: 1,
  id: '0b5e0c11-7d1a-4c55-9a53-6f1d3f1f0b01',
  name: 'Bench',
  environment: 'bench',
  source: { type: 'exchangeOnline', recipientTypes: ['mailContact'] },
});

/** The engine is handed a limit by whoever composes it; the trial's 20 mailboxes are the product's own choice. */
export const benchLimit: LicenseLimit = {
  kind: 'trial',
  maxMailboxes: 1_000_000,
  mayWrite: true,
  endsAt: undefined,
};
