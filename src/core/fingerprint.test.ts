import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import { CONTACT_PROPERTY_NAMES, type ContactProperties, type ContactProperty } from '../model/contact.ts';
import { policyId, sourceObjectId } from '../model/ids.ts';
import type { OwnershipMark } from '../model/mailbox.ts';
import {
  contactFingerprint,
  decodeIdentity,
  encodeIdentity,
  FINGERPRINT_VERSION,
  fieldFingerprints,
  fieldMatches,
  folderNameFingerprint,
  MAX_FIELD_FINGERPRINTS_LENGTH,
  rulesDigest,
  sentProperties,
} from './fingerprint.ts';
import { testPolicy } from './test-policy.ts';

const contact: ContactProperties = {
  displayName: 'Zoë Müller',
  surname: 'Müller',
  givenName: 'Zoë',
  emailAddress1: 'Zoe@Contoso.Example',
  businessPhone1: '+49 30 901820',
  notes: 'one\r\ntwo',
  birthday: '1980-01-31',
  categories: 'Company',
};

/** A value that no kind of property cleans away. */
function solidValue(property: ContactProperty): string {
  if (property === 'birthday' || property === 'weddingAnniversary') return '1980-01-31';
  return property === 'isPrivate' ? 'true' : `v ${property}`;
}
const properties = fc
  .uniqueArray(fc.constantFrom(...CONTACT_PROPERTY_NAMES))
  .map((names): ContactProperties => Object.fromEntries(names.map((name) => [name, solidValue(name)])));

describe('frozen formats of version 1: a change here breaks every mailbox in the field', () => {
  it('keeps the contact fingerprint', () => {
    expect(contactFingerprint(contact)).toBe('wxJ0tYUn6o12YedoB4r2QQ');
    expect(contactFingerprint({})).toBe('6W13p3LkQrhyt4UGiPkxUg');
  });

  it('keeps the field fingerprints', () => {
    expect(fieldFingerprints(contact)).toBe('RCkAEAEAAAAWpLOvXra2lhprM_f8WEIgNdQsNe4D2DZvKCPm0UVt8pk');
    expect(fieldFingerprints({})).toBe('BA');
  });

  it('keeps folder names and identity', () => {
    expect(folderNameFingerprint('Company Contacts')).toBe('GCJJXdk9Dn5gAv_Ze3NImA');
    expect(
      encodeIdentity({
        version: 1,
        policyId: policyId('11111111-2222-4333-8444-555555555555'),
        sourceObjectId: sourceObjectId('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'),
        fingerprint: 'AAECAwQFBgcICQoLDA0ODw',
        fieldFingerprints: '',
      }),
    ).toBe('AREREREiIkMzhERVVVVVVVWqqqqqu7tMzI3d7u7u7u7uAAECAwQFBgcICQoLDA0ODw');
  });
});

describe('contactFingerprint', () => {
  it('does not depend on the order of the properties', () => {
    holds(
      fc.property(properties, (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(contactFingerprint(reversed)).toBe(contactFingerprint(value));
        expect(fieldFingerprints(reversed)).toBe(fieldFingerprints(value));
      }),
    );
  });

  it('sees through what servers normalize, and sees every real change', () => {
    expect(contactFingerprint({ ...contact, notes: 'one\ntwo ', homeCity: ' ' })).toBe(
      contactFingerprint(contact),
    );
    const all = new Set(
      CONTACT_PROPERTY_NAMES.map((name) => contactFingerprint({ [name]: solidValue(name) })),
    );
    expect(all.size).toBe(CONTACT_PROPERTY_NAMES.length);
    expect(contactFingerprint({ givenName: 'A' })).not.toBe(contactFingerprint({ surname: 'A' }));
  });
});

describe('fieldFingerprints', () => {
  const all: ContactProperties = Object.fromEntries(
    CONTACT_PROPERTY_NAMES.map((name) => [name, solidValue(name)]),
  );

  it('fits beside the identity however many properties are present', () => {
    expect(fieldFingerprints(all).length).toBeLessThanOrEqual(MAX_FIELD_FINGERPRINTS_LENGTH);
    holds(
      fc.property(properties, (value) => {
        const text = fieldFingerprints(value);
        expect(text.length).toBeLessThanOrEqual(MAX_FIELD_FINGERPRINTS_LENGTH);
        expect(sentProperties(text)).toEqual(
          CONTACT_PROPERTY_NAMES.filter((name) => value[name] !== undefined),
        );
        for (const name of CONTACT_PROPERTY_NAMES) {
          const sent = value[name];
          expect(fieldMatches(text, name, sent ?? 'x')).toBe(sent === undefined ? 'notSent' : 'same');
          if (sent !== undefined) expect(fieldMatches(text, name, '')).toBe('different');
        }
      }),
    );
  });

  it('uses the widest hash that fits', () => {
    const width = (count: number) =>
      (Buffer.from(
        fieldFingerprints(
          Object.fromEntries(CONTACT_PROPERTY_NAMES.slice(0, count).map((name) => [name, solidValue(name)])),
        ),
        'base64url',
      )[0] ?? 0) & 7;
    expect([width(20), width(43), width(44), width(58), width(60), width(66)]).toEqual([4, 4, 4, 3, 2, 2]);
  });

  it('tells same, different and not sent', () => {
    const text = fieldFingerprints({ ...contact, homeCity: '  ' });
    expect(fieldMatches(text, 'emailAddress1', 'zoe@contoso.example')).toBe('same');
    expect(fieldMatches(text, 'emailAddress1', 'zoe@example.com')).toBe('different');
    expect(fieldMatches(text, 'emailAddress1', '')).toBe('different');
    expect(fieldMatches(text, 'homeCity', '')).toBe('notSent');
    expect(fieldMatches(text, 'homeCity', 'Bonn')).toBe('notSent');
  });

  it('takes damaged text for nothing sent', () => {
    const text = fieldFingerprints(contact);
    for (const damaged of ['', '!', text.slice(0, -1), text.slice(0, 20), `${text}AAAA`]) {
      expect(sentProperties(damaged)).toEqual([]);
      expect(fieldMatches(damaged, 'surname', 'Müller')).toBe('notSent');
    }
  });

  it('reads the mark of a later release whose table has more properties', () => {
    const [header = 0, ...rest] = Buffer.from(fieldFingerprints({ surname: 'Kern' }), 'base64url');
    const bitmap = rest.slice(0, header >> 3);
    const hashes = rest.slice(header >> 3);
    while (bitmap.length < 10) bitmap.push(0);
    bitmap[9] = 0x80;
    const later = Buffer.from([(10 << 3) | (header & 7), ...bitmap, ...hashes, 1, 2, 3, 4]).toString(
      'base64url',
    );
    expect(sentProperties(later)).toEqual(['surname']);
    expect(fieldMatches(later, 'surname', 'Kern')).toBe('same');
  });
});

describe('identity', () => {
  const uuid = fc.uuid({ version: [4, 7] });
  const fingerprint = fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'));

  it('comes back as it was, for contacts and folders, and fits into 254 characters', () => {
    holds(
      fc.property(uuid, fc.option(uuid, { nil: undefined }), fingerprint, (policy, source, digest) => {
        const mark: OwnershipMark = {
          version: FINGERPRINT_VERSION,
          policyId: policyId(policy),
          sourceObjectId: source === undefined ? undefined : sourceObjectId(source),
          fingerprint: digest,
          fieldFingerprints: 'BgE',
        };
        const text = encodeIdentity(mark);
        expect(text.length).toBeLessThan(255);
        expect(decodeIdentity(text, 'BgE')).toEqual(mark);
      }),
    );
  });

  it('names a newer format and refuses what nobody wrote', () => {
    expect(decodeIdentity(Buffer.from([7, 1, 2, 3]).toString('base64url'), '')).toEqual({ newer: 7 });
    for (const text of [
      '',
      'A',
      'NoContactSync',
      '====',
      Buffer.alloc(49).toString('base64url'),
      Buffer.from([1, 2]).toString('base64url'),
    ]) {
      const decoded = decodeIdentity(text, '');
      expect(decoded === undefined || 'newer' in decoded).toBe(true);
    }
    expect(decodeIdentity(Buffer.from([1, 2]).toString('base64url'), '')).toBeUndefined();
  });

  it('never throws on arbitrary text', () => {
    holds(
      fc.property(
        fc.oneof(fc.string(), fc.base64String()),
        fc.string(),
        (text, fields) => void decodeIdentity(text, fields),
      ),
    );
    holds(fc.property(fc.string(), (text) => void sentProperties(text)));
  });
});

describe('rulesDigest', () => {
  it('changes with mode and whenEmpty and with nothing else', () => {
    const plain = rulesDigest(testPolicy());
    expect(rulesDigest(testPolicy({ contact: { properties: { notes: { prefix: 'x' } } } }))).toBe(plain);
    expect(rulesDigest(testPolicy({ contact: { fileAs: '{surname}' } }))).toBe(plain);
    const others = [
      { notes: { mode: 'keepEdited' } },
      { notes: { mode: 'off' } },
      { notes: { whenEmpty: 'keep' } },
      { manager: { whenEmpty: 'keep' } },
    ] as const;
    const digests = others.map((properties) => rulesDigest(testPolicy({ contact: { properties } })));
    expect(new Set([plain, ...digests]).size).toBe(5);
  });
});
