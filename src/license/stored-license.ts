// The license in force: the stored one where its signature holds, otherwise the trial. The signature is verified at
// every look, so that a license changed in the database is none.

import { asFailure, Failure } from '../model/failure.ts';
import type { FullLimit, License, TrialLimit } from '../ports/license.ts';
import type { Settings } from '../ports/settings.ts';
import { type LicenseTerms, readLicense } from './license-file.ts';
import { createSeenTime, type SeenTime } from './seen-time.ts';
import { createTrial } from './trial.ts';

const LICENSE_FILE = 'license.file';
const DAY_MS = 24 * 60 * 60 * 1000;

export function createLicense(settings: Settings, publicKeys: readonly string[]): License {
  const trial = createTrial(settings);

  /** Of each license apart, and kept when it is removed: adding it again wins no time, and a new one starts afresh. */
  const seenUnder = ({ id }: LicenseTerms): SeenTime => createSeenTime(settings, `license.latestRunAt.${id}`);

  async function limitOf(terms: LicenseTerms, now: Date): Promise<FullLimit> {
    const { id: licenseId, customer, mailboxes: maxMailboxes, validUntil, issuedOn } = terms;
    const end = Date.parse(validUntil) + DAY_MS;
    // It was issued on that day: a clock before it is wrong.
    const time = Math.max(await seenUnder(terms).at(now), Date.parse(issuedOn));
    return {
      kind: 'license',
      licenseId,
      customer,
      maxMailboxes,
      mayWrite: time < end,
      endsAt: new Date(end - 1).toISOString(),
    };
  }

  async function stored(): Promise<LicenseTerms | TrialLimit['unusableLicense']> {
    const text = await settings.read(LICENSE_FILE);
    if (text === undefined) return undefined;
    try {
      return readLicense(text, publicKeys);
    } catch (thrown) {
      return asFailure(thrown).code === 'licenseKeyUnknown' ? 'licenseKeyUnknown' : 'licenseInvalid';
    }
  }

  return {
    async current(now) {
      const found = await stored();
      if (typeof found === 'object') return limitOf(found, now);
      const limit = await trial.current(now);
      return found === undefined ? limit : { ...limit, unusableLicense: found };
    },

    async recordRun(now) {
      await trial.recordRun(now);
      const found = await stored();
      if (typeof found === 'object') await seenUnder(found).record(now);
    },

    async add(text, now) {
      const limit = await limitOf(readLicense(text, publicKeys), now);
      const { customer, endsAt } = limit;
      if (!limit.mayWrite) throw new Failure('licenseExpired', { details: { customer, validUntil: endsAt } });
      await settings.write(LICENSE_FILE, text.trim());
      return limit;
    },

    async remove() {
      const isThere = (await settings.read(LICENSE_FILE)) !== undefined;
      await settings.remove(LICENSE_FILE);
      return isThere;
    },
  };
}
