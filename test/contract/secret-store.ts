// Every promise of ports/secret-store.ts as a test. The key is any text: the store does not look into it.

import { describe, expect } from 'vitest';
import { environmentId } from '../../src/model/ids.ts';
import type { SecretStore, StoredCertificate } from '../../src/ports/secret-store.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';

const certificate = (number: number): StoredCertificate => ({
  thumbprint: number.toString(16).toUpperCase().padStart(40, 'A'),
  thumbprintSha256: number.toString(16).toUpperCase().padStart(64, 'B'),
  subject: `CN=contactSync ${number}`,
  friendlyName: `Certificate ${number} ü`,
  notBefore: '2026-01-01T00:00:00.000Z',
  notAfter: '2028-01-01T00:00:00.000Z',
  certificatePem: `-----BEGIN CERTIFICATE-----\npublic${number}\n-----END CERTIFICATE-----\n`,
});
const privateKey = (number: number) =>
  `-----BEGIN PRIVATE KEY-----\nunmistakable-private-key-${number}\n-----END PRIVATE KEY-----\n`;
const environment = (number: number) => environmentId(`e0000000-0000-4000-8000-00000000000${number}`);

export function secretStoreContract(
  name: string,
  make: () => Promise<StoreFixture<SecretStore>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);

  describe(`secret store: ${name}`, () => {
    promises(
      'lists certificates without their keys, and reads each key by thumbprint',
      withFixture(async ({ subject }) => {
        expect(await subject.listCertificates()).toEqual([]);
        await subject.saveCertificate(certificate(1), privateKey(1));
        await subject.saveCertificate(certificate(2), privateKey(2));
        const listed = [...(await subject.listCertificates())].sort((a, b) =>
          a.subject < b.subject ? -1 : 1,
        );
        expect(listed).toEqual([certificate(1), certificate(2)]);
        expect(await subject.readPrivateKey(certificate(2).thumbprint)).toBe(privateKey(2));
        expect(await subject.readPrivateKey(certificate(1).thumbprint)).toBe(privateKey(1));
      }),
    );

    promises(
      'saving a certificate again keeps one',
      withFixture(async ({ subject }) => {
        await subject.saveCertificate(certificate(1), privateKey(1));
        await subject.saveCertificate({ ...certificate(1), friendlyName: 'Renamed' }, privateKey(1));
        expect((await subject.listCertificates()).map((one) => one.friendlyName)).toEqual(['Renamed']);
      }),
    );

    promises(
      'the key of a certificate that is not there is refused',
      withFixture(async ({ subject }) => {
        await expect(subject.readPrivateKey(certificate(1).thumbprint)).rejects.toThrow();
      }),
    );

    promises(
      'an assigned certificate is given only for the destination it was assigned for',
      withFixture(async ({ subject }) => {
        await subject.saveCertificate(certificate(1), privateKey(1));
        expect(await subject.readAssigned(environment(1), 'destination')).toBeUndefined();
        await subject.assign(environment(1), certificate(1).thumbprint, 'destination');
        expect(await subject.readAssigned(environment(1), 'destination')).toEqual(certificate(1));
        expect(await subject.readAssigned(environment(1), 'another host')).toBeUndefined();
        expect(await subject.readAssigned(environment(2), 'destination')).toBeUndefined();
      }),
    );

    promises(
      'assigning again replaces, unassigning ends it; the certificate stays',
      withFixture(async ({ subject }) => {
        await subject.saveCertificate(certificate(1), privateKey(1));
        await subject.saveCertificate(certificate(2), privateKey(2));
        await subject.assign(environment(1), certificate(1).thumbprint, 'old');
        await subject.assign(environment(1), certificate(2).thumbprint, 'new');
        expect(await subject.readAssigned(environment(1), 'new')).toEqual(certificate(2));
        expect(await subject.readAssigned(environment(1), 'old')).toBeUndefined();
        await subject.unassign(environment(1));
        await subject.unassign(environment(1));
        expect(await subject.readAssigned(environment(1), 'new')).toBeUndefined();
        expect(await subject.listCertificates()).toHaveLength(2);
      }),
    );

    promises(
      'a removed certificate is gone with its key and its assignments',
      withFixture(async ({ subject }) => {
        await subject.saveCertificate(certificate(1), privateKey(1));
        await subject.assign(environment(1), certificate(1).thumbprint, 'destination');
        await subject.removeCertificate(certificate(1).thumbprint);
        expect(await subject.listCertificates()).toEqual([]);
        expect(await subject.readAssigned(environment(1), 'destination')).toBeUndefined();
        await expect(subject.readPrivateKey(certificate(1).thumbprint)).rejects.toThrow();
      }),
    );

    promises(
      'a password is given only for its use and for the destination it was stored for',
      withFixture(async ({ subject }) => {
        const own = environment(1);
        expect(await subject.readPassword(own, 'exchange', 'here')).toBeUndefined();
        await subject.savePassword(own, 'exchange', { password: 'päss "1"', destination: 'here' });
        await subject.savePassword(own, 'activeDirectory', { password: 'two', destination: 'here' });
        expect(await subject.readPassword(own, 'exchange', 'here')).toBe('päss "1"');
        expect(await subject.readPassword(own, 'activeDirectory', 'here')).toBe('two');
        expect(await subject.readPassword(own, 'exchange', 'elsewhere')).toBeUndefined();
        expect(await subject.readPassword(environment(2), 'exchange', 'here')).toBeUndefined();
        await subject.savePassword(own, 'exchange', { password: 'new', destination: 'elsewhere' });
        expect(await subject.readPassword(own, 'exchange', 'here')).toBeUndefined();
        expect(await subject.readPassword(own, 'exchange', 'elsewhere')).toBe('new');
        await subject.removePasswords(own);
        expect(await subject.readPassword(own, 'exchange', 'elsewhere')).toBeUndefined();
        expect(await subject.readPassword(own, 'activeDirectory', 'here')).toBeUndefined();
      }),
    );

    promises(
      'the refusal of a password stands until it is taken back, or another password is stored',
      withFixture(async ({ subject }) => {
        const own = environment(1);
        const refusal = { code: 'exchangeSignInRefused', number: 13020, details: { host: 'mail' } } as const;
        const save = (password: string) =>
          subject.savePassword(own, 'exchange', { password, destination: 'here' });
        await subject.noteRefusal(own, 'exchange', 'one', refusal);
        expect(await subject.readRefusal(own, 'exchange')).toBeUndefined();
        await save('one');
        await subject.noteRefusal(own, 'exchange', 'of before', refusal);
        expect(await subject.readRefusal(own, 'exchange')).toBeUndefined();
        await subject.noteRefusal(own, 'exchange', 'one', refusal);
        expect(await subject.readRefusal(own, 'exchange')).toEqual(refusal);
        expect(await subject.readRefusal(own, 'activeDirectory')).toBeUndefined();
        expect(await subject.readPassword(own, 'exchange', 'here')).toBe('one');
        await subject.takeBackRefusal(own, 'exchange');
        expect(await subject.readRefusal(own, 'exchange')).toBeUndefined();
        await subject.noteRefusal(own, 'exchange', 'one', refusal);
        await save('two');
        expect(await subject.readRefusal(own, 'exchange')).toBeUndefined();
      }),
    );

    promises(
      'secrets are durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.saveCertificate(certificate(1), privateKey(1));
        await subject.assign(environment(1), certificate(1).thumbprint, 'destination');
        await subject.savePassword(environment(1), 'exchange', { password: 'kept', destination: 'here' });
        const later = await reopen();
        expect(await later.readPassword(environment(1), 'exchange', 'here')).toBe('kept');
        expect(await later.readPrivateKey(certificate(1).thumbprint)).toBe(privateKey(1));
        expect(await later.readAssigned(environment(1), 'destination')).toEqual(certificate(1));
      }),
      { needs: 'reopen' },
    );

    promises(
      'a private key and a password are not readable in what is stored',
      withFixture(async ({ subject, rawBytes }) => {
        await subject.saveCertificate(certificate(1), privateKey(1));
        const password = 'unmistakable-password';
        await subject.savePassword(environment(1), 'exchange', { password, destination: 'here' });
        const stored = await rawBytes();
        // The twin: what is not secret is found, so the bytes are the right ones.
        expect(stored.includes(certificate(1).thumbprint)).toBe(true);
        expect(stored.includes('unmistakable-private-key')).toBe(false);
        expect(stored.includes(password)).toBe(false);
      }),
      { needs: 'rawBytes' },
    );
  });
}
