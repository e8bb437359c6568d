import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { settingsInMemory } from '../connectors/memory/stores/settings-in-memory.ts';
import { type LicenseTerms, publicKeyText, writeLicense } from './license-file.ts';
import { createLicense } from './stored-license.ts';

const key = generateKeyPairSync('ed25519').privateKey;
const publicKeys = [publicKeyText(key)];

const start = Date.parse('2026-11-02T08:00:00.000Z');
const day = (number: number) => new Date(start + number * 24 * 60 * 60 * 1000);

/** Valid for the days 0 to 9. */
const terms: LicenseTerms = {
  kind: 'contactSyncLicense',
  version: 1,
  id: '7d9c2f4e-1b6a-4c3d-9e8f-0a1b2c3d4e5f',
  customer: 'Contoso Ltd.',
  mailboxes: 250,
  issuedOn: '2026-11-02',
  validUntil: '2026-11-11',
};
const text = writeLicense(terms, key);
const renewed = writeLicense({ ...terms, id: '8d9c2f4e-1b6a-4c3d-9e8f-0a1b2c3d4e5f' }, key);

describe('the license in force', () => {
  it('takes the place of the trial, also of one that is over, until the end of its last day', async () => {
    const license = createLicense(settingsInMemory(), publicKeys);
    await license.recordRun(day(-40));
    expect(await license.current(day(0))).toMatchObject({ kind: 'trial', mayWrite: false });
    await license.add(text, day(0));
    const limit = { kind: 'license', maxMailboxes: 250, customer: 'Contoso Ltd.', licenseId: terms.id };
    const endsAt = '2026-11-11T23:59:59.999Z';
    expect(await license.current(new Date(endsAt))).toEqual({ ...limit, endsAt, mayWrite: true });
    expect(await license.current(new Date('2026-11-12T00:00:00.000Z'))).toEqual({
      ...limit,
      endsAt,
      mayWrite: false,
    });
  });

  it('when it is over, the trial does not come back', async () => {
    const license = createLicense(settingsInMemory(), publicKeys);
    await license.add(text, day(0));
    await license.recordRun(day(1));
    expect(await license.current(day(12))).toMatchObject({ kind: 'license', mayWrite: false });
  });

  it('removed, the trial stands where it would stand without it', async () => {
    const license = createLicense(settingsInMemory(), publicKeys);
    await license.recordRun(day(0));
    await license.add(text, day(0));
    expect(await license.remove()).toBe(true);
    expect(await license.remove()).toBe(false);
    expect(await license.current(day(22))).toMatchObject({ kind: 'trial', mayWrite: false });
  });

  it('is not prolonged by a clock set back, nor by removing and adding it again', async () => {
    const license = createLicense(settingsInMemory(), publicKeys);
    await license.add(text, day(0));
    await license.recordRun(day(12));
    await license.remove();
    await expect(license.add(text, day(1))).rejects.toMatchObject({ code: 'licenseExpired' });
    // Twin: a license issued anew is not bound to what the clock once said.
    expect(await license.add(renewed, day(1))).toMatchObject({ mayWrite: true });
  });

  it('a clock before its first day counts as that day', async () => {
    const license = createLicense(settingsInMemory(), publicKeys);
    const short = writeLicense({ ...terms, validUntil: '2026-11-01' }, key);
    await expect(license.add(short, day(-100))).rejects.toMatchObject({ code: 'licenseExpired' });
  });

  it.each([
    ['altered', text.replace('250', '999'), 'licenseInvalid'],
    ['of another key', writeLicense(terms, generateKeyPairSync('ed25519').privateKey), 'licenseKeyUnknown'],
    ['over', writeLicense({ ...terms, validUntil: '2026-11-01' }, key), 'licenseExpired'],
  ])('is kept when one is added that is %s', async (_, other, code) => {
    const license = createLicense(settingsInMemory(), publicKeys);
    await license.add(text, day(0));
    await expect(license.add(other, day(1))).rejects.toMatchObject({ code });
    expect(await license.current(day(1))).toMatchObject({ kind: 'license', maxMailboxes: 250 });
  });

  it('altered in the database it is none, and says so', async () => {
    const settings = settingsInMemory();
    const license = createLicense(settings, publicKeys);
    await license.add(text, day(0));
    await settings.write('license.file', text.replace('250', '999'));
    expect(await license.current(day(0))).toMatchObject({
      kind: 'trial',
      maxMailboxes: 20,
      unusableLicense: 'licenseInvalid',
    });
    expect(await createLicense(settings, []).current(day(0))).toMatchObject({ kind: 'trial' });
  });
});
