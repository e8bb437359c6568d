// Finding what a person named: policies and environments by name or id, runs and certificates by the beginning of
// their id.

import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import { environmentId, isUuid } from '../model/ids.ts';
import type { Policy } from '../model/policy.ts';
import type { Run } from '../model/run.ts';
import type { DocumentRevision, DocumentStore, UnreadableDocument } from '../ports/document-store.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { SecretStore, StoredCertificate } from '../ports/secret-store.ts';

export async function findDocument<T extends Policy | Environment>(
  store: DocumentStore<T>,
  what: 'policy' | 'environment',
  name: string,
): Promise<DocumentRevision<T>> {
  const found =
    (await store.readByName(name)) ?? (isUuid(name) ? await store.readById(name.toLowerCase()) : undefined);
  if (found !== undefined) return found;
  const known = [...(await namesOf(store)).values()];
  throw new Failure('notFound', {
    details: { [what]: name, ...(known.length === 0 ? {} : { known: known.slice(0, 20) }) },
  });
}

/** undefined: there is no such document, or it can be read. */
export async function findUnreadable<T extends Policy | Environment>(
  store: DocumentStore<T>,
  nameOrId: string,
): Promise<UnreadableDocument | undefined> {
  const wanted = nameOrId.trim().toLowerCase();
  return (await store.survey()).unreadable.find(
    ({ id, name }) => id === wanted || name.trim().toLowerCase() === wanted,
  );
}

/** By id, also of those that cannot be read. */
export async function namesOf<T extends Policy | Environment>(
  store: DocumentStore<T>,
): Promise<ReadonlyMap<string, string>> {
  const { readable, unreadable } = await store.survey();
  return new Map(
    [...readable.map(({ document }) => document), ...unreadable].map(({ id, name }) => [id, name]),
  );
}

export async function findRun(runs: RunStore, prefix: string): Promise<Run> {
  const found = /^[0-9a-f-]+$/i.test(prefix) ? await runs.findByPrefix(prefix.toLowerCase()) : [];
  const [only] = found;
  if (only === undefined) throw new Failure('notFound', { details: { run: prefix } });
  if (found.length > 1)
    throw new Failure('ambiguousName', {
      details: { run: prefix, fits: found.slice(0, 10).map((run) => run.id) },
    });
  return only;
}

export async function findCertificate(secrets: SecretStore, thumbprint: string): Promise<StoredCertificate> {
  const wanted = thumbprint.replaceAll(/[\s:]/g, '').toUpperCase();
  const all = await secrets.listCertificates();
  const found = wanted === '' ? [] : all.filter((certificate) => certificate.thumbprint.startsWith(wanted));
  const [only] = found;
  if (only === undefined)
    throw new Failure('notFound', {
      details: { certificate: thumbprint, known: all.map((certificate) => certificate.thumbprint) },
    });
  if (found.length > 1)
    throw new Failure('ambiguousName', {
      details: { certificate: thumbprint, fits: found.map((certificate) => certificate.thumbprint) },
    });
  return only;
}

export const idOf = (environment: Environment) => environmentId(environment.id);
