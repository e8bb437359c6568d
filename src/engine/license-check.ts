// No run writes without a license in force. Test runs need none, nor does taking back what was written: rollback,
// clean-up, and removing a person.

import { Failure } from '../model/failure.ts';
import type { LicenseLimit } from '../ports/license.ts';

/** Throws `trialOver` or `licenseExpired`. */
export function requireLicense(limit: LicenseLimit): void {
  if (limit.mayWrite) return;
  if (limit.kind === 'license')
    throw new Failure('licenseExpired', { details: { customer: limit.customer, validUntil: limit.endsAt } });
  throw new Failure('trialOver', {
    details: {
      ...(limit.endsAt === undefined ? {} : { since: limit.endsAt }),
      ...(limit.unusableLicense === undefined ? {} : { storedLicense: limit.unusableLicense }),
    },
  });
}
