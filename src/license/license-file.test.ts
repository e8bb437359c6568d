import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import { asFailure } from '../model/failure.ts';
import {
  type LicenseTerms,
  publicKeyName,
  publicKeyText,
  readLicense,
  writeLicense,
} from './license-file.ts';

const ours = generateKeyPairSync('ed25519').privateKey;
const earlier = generateKeyPairSync('ed25519').privateKey;
const foreign = generateKeyPairSync('ed25519').privateKey;
const publicKeys = [earlier, ours].map(publicKeyText);

const terms: LicenseTerms = {
  kind: 'contactSyncLicense',
  version: 1,
  id: '7d9c2f4e-1b6a-4c3d-9e8f-0a1b2c3d4e5f',
  customer: 'Müller & Söhne',
  mailboxes: 250,
  issuedOn: '2026-11-02',
  validUntil: '2027-11-30',
};
const text = writeLicense(terms, ours);

function verdict(altered: string, keys: readonly string[] = publicKeys): string {
  try {
    readLicense(altered, keys);
    return 'accepted';
  } catch (thrown) {
    return asFailure(thrown).code;
  }
}

describe('a license file', () => {
  it('is readable, and says what was signed, with each of several keys', () => {
    expect(text).toContain('"customer": "Müller & Söhne"');
    expect(readLicense(text, publicKeys)).toEqual(terms);
    expect(readLicense(writeLicense(terms, earlier), publicKeys)).toEqual(terms);
  });

  it('survives what mail programs and editors do around the text', () => {
    expect(readLicense(`\uFEFF\r\n${text.replaceAll('\n', '\r\n')}\r\n\r\n`, publicKeys)).toEqual(terms);
  });

  it('of a key that nobody knows is told apart from an altered one', () => {
    expect(verdict(writeLicense(terms, foreign))).toBe('licenseKeyUnknown');
    expect(verdict(text, [])).toBe('licenseKeyUnknown');
    const claimed = JSON.parse(writeLicense(terms, foreign)) as Record<string, unknown>;
    claimed.key = publicKeyName(publicKeyText(ours));
    expect(verdict(`${JSON.stringify(claimed, undefined, 2)}\n`)).toBe('licenseInvalid');
  });

  it.each([
    ['more mailboxes', { mailboxes: 2500 }],
    ['a later end', { validUntil: '2099-11-30' }],
    ['another customer', { customer: 'Fabrikam' }],
    ['another id', { id: '7d9c2f4e-1b6a-4c3d-9e8f-0a1b2c3d4e50' }],
    ['something more', { note: 'x' }],
  ])('with %s is altered', (_, change) => {
    const altered = { ...(JSON.parse(text) as object), ...change };
    expect(verdict(`${JSON.stringify(altered, undefined, 2)}\n`)).toBe('licenseInvalid');
  });

  it.each([
    ['a key twice', text.replace('"mailboxes": 250', '"mailboxes": 2500,\n  "mailboxes": 250')],
    ['a number written otherwise', text.replace('250,', '2.5e2,')],
    ['an escape', text.replace('M', '\\u004d')],
    ['another indentation', JSON.stringify(JSON.parse(text))],
    ['a decomposed letter', text.replaceAll('ü', 'u\u0308')],
    ['no end', text.slice(0, -10)],
    ['nothing', ''],
    ['too much', 'x'.repeat(1_000_000)],
    ['another kind of JSON', '[]'],
  ])('with %s is none', (_, altered) => {
    expect(verdict(altered)).toBe('licenseInvalid');
  });

  it('is not made of a signature over the same bytes for another purpose', () => {
    const { signature: _, ...signed } = JSON.parse(text) as Record<string, unknown>;
    const signature = sign(null, Buffer.from(JSON.stringify(signed)), ours).toString('base64');
    expect(verdict(`${JSON.stringify({ ...signed, signature }, undefined, 2)}\n`)).toBe('licenseInvalid');
  });

  it('10,000 variants: none is accepted', { timeout: 120_000 }, () => {
    const place = fc.nat(text.length - 2);
    const character = fc.constantFrom(
      ...Array.from('0123456789abcxyzAZ"{}:,+/= \n\t\\äü\u0308\u00a0\u200b\u0000'),
    );
    const step = fc.oneof(
      fc.record({ kind: fc.constant('replace'), at: place, length: fc.constant(1), by: character }),
      fc.record({ kind: fc.constant('insert'), at: place, length: fc.constant(0), by: character }),
      fc.record({
        kind: fc.constant('cut'),
        at: place,
        length: fc.integer({ min: 1, max: 40 }),
        by: fc.constant(''),
      }),
      fc.record({
        kind: fc.constant('copy'),
        at: place,
        length: fc.constant(0),
        by: place.map((at) => text.slice(at, at + 20)),
      }),
    );
    let tried = 0;
    holds(
      fc.property(fc.array(step, { minLength: 1, maxLength: 3 }), (steps) => {
        const altered = steps.reduce(
          (before, { at, length, by }) => before.slice(0, at) + by + before.slice(at + length),
          text,
        );
        // The same text, or only more blanks around it, is the same license.
        fc.pre(altered.trim() !== text.trim());
        tried += 1;
        return verdict(altered) !== 'accepted';
      }),
      10_000,
    );
    expect(tried).toBeGreaterThanOrEqual(10_000);
  });

  it('every bit of the signature counts', () => {
    const { signature, ...rest } = JSON.parse(text) as { signature: string };
    const bytes = Buffer.from(signature, 'base64');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const altered = { ...rest, signature: changed.toString('base64') };
      expect(verdict(`${JSON.stringify(altered, undefined, 2)}\n`)).toBe('licenseInvalid');
    }
  });
});
