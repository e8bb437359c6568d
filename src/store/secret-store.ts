// Certificates with their sealed private keys, which environment may use which for which destination, and the passwords
// of accounts on-premises.

import { Failure, type FailureRecord } from '../model/failure.ts';
import type { EnvironmentId } from '../model/ids.ts';
import type { Password, PasswordUse, SecretStore, StoredCertificate } from '../ports/secret-store.ts';
import type { MainDatabase } from './database-tables.ts';
import type { KeyHolder } from './key.ts';
import { createSealer, type Sealer } from './sealed-box.ts';
import { isForeignKeyViolation } from './storage-failures.ts';

/** Sealed as well: whoever can edit the database must not be able to send a key to another destination. */
interface Assignment {
  readonly thumbprint: string;
  readonly destination: string;
}

const privateKeyContext = (thumbprint: string) => `certificate private key\n${thumbprint}`;
const passwordContext = (environmentId: string, use: PasswordUse) => `password\n${environmentId}\n${use}`;
const assignmentContext = (environmentId: string) => `certificate assignment\n${environmentId}`;

export function createSecretStore(db: MainDatabase, key: KeyHolder): SecretStore {
  async function sealer(): Promise<Sealer> {
    return createSealer(await key.read(), 'secrets', 'secretDamaged');
  }

  return {
    async saveCertificate(certificate, privateKeyPem) {
      const thumbprint = certificate.thumbprint.toUpperCase();
      const values = {
        body: JSON.stringify({ ...certificate, thumbprint }),
        sealed_key: (await sealer()).seal(privateKeyPem, privateKeyContext(thumbprint)),
      };
      await db
        .insertInto('certificate')
        .values({ thumbprint, ...values })
        .onConflict((conflict) => conflict.column('thumbprint').doUpdateSet(values))
        .execute();
    },

    async listCertificates() {
      const rows = await db.selectFrom('certificate').select('body').orderBy('thumbprint').execute();
      return rows.map(({ body }) => JSON.parse(body) as StoredCertificate);
    },

    async removeCertificate(thumbprint) {
      await db.deleteFrom('certificate').where('thumbprint', '=', thumbprint.toUpperCase()).execute();
    },

    async readPrivateKey(thumbprint) {
      const name = thumbprint.toUpperCase();
      const row = await db
        .selectFrom('certificate')
        .select('sealed_key')
        .where('thumbprint', '=', name)
        .executeTakeFirst();
      if (row === undefined) throw new Failure('notFound', { details: { thumbprint: name } });
      return (await sealer()).unseal(row.sealed_key, privateKeyContext(name));
    },

    async assign(environmentId, thumbprint, destination) {
      const assignment: Assignment = { thumbprint: thumbprint.toUpperCase(), destination };
      const values = {
        thumbprint: assignment.thumbprint,
        sealed: (await sealer()).seal(JSON.stringify(assignment), assignmentContext(environmentId)),
      };
      try {
        await db
          .insertInto('certificate_assignment')
          .values({ environment_id: environmentId, ...values })
          .onConflict((conflict) => conflict.column('environment_id').doUpdateSet(values))
          .execute();
      } catch (thrown) {
        if (!isForeignKeyViolation(thrown)) throw thrown;
        throw new Failure('notFound', { details: { thumbprint: assignment.thumbprint }, cause: thrown });
      }
    },

    async readAssigned(environmentId, destination) {
      const row = await readAssignment(db, environmentId);
      if (row === undefined) return undefined;
      const text = (await sealer()).unseal(row.sealed, assignmentContext(environmentId));
      const assignment = JSON.parse(text) as Assignment;
      if (assignment.thumbprint !== row.thumbprint) {
        throw new Failure('secretDamaged', { details: { environment: environmentId } });
      }
      return assignment.destination === destination ? (JSON.parse(row.body) as StoredCertificate) : undefined;
    },

    async unassign(environmentId) {
      await db.deleteFrom('certificate_assignment').where('environment_id', '=', environmentId).execute();
    },

    async savePassword(environmentId, use, password) {
      const text = JSON.stringify(password);
      const sealed = (await sealer()).seal(text, passwordContext(environmentId, use));
      await db
        .insertInto('password')
        .values({ environment_id: environmentId, use, sealed, refusal: null })
        .onConflict((conflict) =>
          conflict.columns(['environment_id', 'use']).doUpdateSet({ sealed, refusal: null }),
        )
        .execute();
    },

    async readPassword(environmentId, use, destination) {
      const row = await readPasswordRow(db, environmentId, use);
      if (row === undefined) return undefined;
      const text = (await sealer()).unseal(row.sealed, passwordContext(environmentId, use));
      const stored = JSON.parse(text) as Password;
      return stored.destination === destination ? stored.password : undefined;
    },

    async removePasswords(environmentId, uses) {
      const ofEnvironment = db.deleteFrom('password').where('environment_id', '=', environmentId);
      await (uses === undefined ? ofEnvironment : ofEnvironment.where('use', 'in', uses)).execute();
    },

    async noteRefusal(environmentId, use, password, refusal) {
      const row = await readPasswordRow(db, environmentId, use);
      if (row === undefined) return;
      const text = (await sealer()).unseal(row.sealed, passwordContext(environmentId, use));
      if ((JSON.parse(text) as Password).password !== password) return;
      await db
        .updateTable('password')
        .set({ refusal: JSON.stringify(refusal) })
        .where('environment_id', '=', environmentId)
        .where('use', '=', use)
        // A person may store another one at this moment.
        .where('sealed', '=', row.sealed)
        .execute();
    },

    async readRefusal(environmentId, use) {
      const refusal = (await readPasswordRow(db, environmentId, use))?.refusal ?? undefined;
      return refusal === undefined ? undefined : (JSON.parse(refusal) as FailureRecord);
    },

    async takeBackRefusal(environmentId, use) {
      await db
        .updateTable('password')
        .set({ refusal: null })
        .where('environment_id', '=', environmentId)
        .where('use', '=', use)
        .execute();
    },
  };
}

function readAssignment(db: MainDatabase, environmentId: EnvironmentId) {
  return db
    .selectFrom('certificate_assignment')
    .innerJoin('certificate', 'certificate.thumbprint', 'certificate_assignment.thumbprint')
    .select(['certificate.thumbprint', 'certificate.body', 'certificate_assignment.sealed'])
    .where('certificate_assignment.environment_id', '=', environmentId)
    .executeTakeFirst();
}

function readPasswordRow(db: MainDatabase, environmentId: EnvironmentId, use: PasswordUse) {
  return db
    .selectFrom('password')
    .select(['sealed', 'refusal'])
    .where('environment_id', '=', environmentId)
    .where('use', '=', use)
    .executeTakeFirst();
}
