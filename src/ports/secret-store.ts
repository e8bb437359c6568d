// Secrets, encrypted at rest. A secret is bound to the destination it may be used for.

import type { FailureRecord } from '../model/failure.ts';
import type { EnvironmentId } from '../model/ids.ts';

export interface StoredCertificate {
  /** SHA-1 of the DER in upper-case hex: what Windows and Entra ID show. */
  readonly thumbprint: string;
  /** SHA-256 of the DER in upper-case hex. */
  readonly thumbprintSha256: string;
  readonly subject: string;
  readonly friendlyName: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly certificatePem: string;
}

/** What an account on-premises signs in to; `smtp`: the mail server that sends reports; `webhook`: signs announcements. */
export type PasswordUse = 'activeDirectory' | 'exchange' | 'smtp' | 'webhook';

export interface Password {
  readonly password: string;
  /** Digest of the servers and accounts that it may be sent to. */
  readonly destination: string;
}

export interface SecretStore {
  saveCertificate(certificate: StoredCertificate, privateKeyPem: string): Promise<void>;
  listCertificates(): Promise<readonly StoredCertificate[]>;
  removeCertificate(thumbprint: string): Promise<void>;
  /** PKCS#8 PEM. Throws `wrongKey` or `secretDamaged`. */
  readPrivateKey(thumbprint: string): Promise<string>;

  /** Assigns a certificate to an environment for one destination (digest of tenant, cloud, application, addresses). */
  assign(environmentId: EnvironmentId, thumbprint: string, destination: string): Promise<void>;
  /** undefined when none is assigned or when it was assigned for another destination. */
  readAssigned(environmentId: EnvironmentId, destination: string): Promise<StoredCertificate | undefined>;
  unassign(environmentId: EnvironmentId): Promise<void>;

  /** Replaces an earlier one of the same use. */
  savePassword(environmentId: EnvironmentId, use: PasswordUse, password: Password): Promise<void>;
  /** undefined when none is stored or when it was stored for another destination. */
  readPassword(
    environmentId: EnvironmentId,
    use: PasswordUse,
    destination: string,
  ): Promise<string | undefined>;
  /** All of the environment, or those of these uses. */
  removePasswords(environmentId: EnvironmentId, uses?: readonly PasswordUse[]): Promise<void>;

  /** That a server refused this password: stands until it is taken back or a password is stored. No other one's. */
  noteRefusal(
    environmentId: EnvironmentId,
    use: PasswordUse,
    password: string,
    refusal: FailureRecord,
  ): Promise<void>;
  readRefusal(environmentId: EnvironmentId, use: PasswordUse): Promise<FailureRecord | undefined>;
  takeBackRefusal(environmentId: EnvironmentId, use: PasswordUse): Promise<void>;
}
