// Policies and environments as versioned documents in contactsync.db. Names are compared without regard to case and
// to the way accents are written, so that nobody gets two that look alike.

import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from 'kysely';
import type { Environment } from '../model/environment.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { Policy } from '../model/policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentRevision, DocumentStore, UnreadableDocument } from '../ports/document-store.ts';
import { appendAudit } from './audit.ts';
import type { MainDatabase, MainTables } from './database-tables.ts';
import { isUniqueViolation } from './storage-failures.ts';
import { readStoredEnvironment } from './stored-environment.ts';
import { type ValidationOptions, validateEnvironment, validatePolicy } from './validate-document.ts';

interface DocumentKind<T> {
  readonly kind: 'policy' | 'environment';
  readonly validate: (value: unknown, options?: ValidationOptions) => T;
  /** Also what was stored before a rule came up. */
  readonly readStored: (value: unknown, options?: ValidationOptions) => T;
}

export function createPolicyStore(db: MainDatabase, clock: Clock): DocumentStore<Policy> {
  return createDocumentStore(db, clock, {
    kind: 'policy',
    validate: validatePolicy,
    readStored: validatePolicy,
  });
}

export function createEnvironmentStore(db: MainDatabase, clock: Clock): DocumentStore<Environment> {
  return createDocumentStore(db, clock, {
    kind: 'environment',
    validate: validateEnvironment,
    readStored: readStoredEnvironment,
  });
}

function createDocumentStore<T extends Policy | Environment>(
  db: MainDatabase,
  clock: Clock,
  { kind, validate, readStored }: DocumentKind<T>,
): DocumentStore<T> {
  interface RevisionRow {
    readonly id: string;
    readonly body: string;
    readonly revision: number;
    readonly saved_at: string;
    readonly saved_by: string;
  }
  const toRevision = (row: RevisionRow): DocumentRevision<T> => ({
    document: toDocument(row),
    revision: row.revision,
    savedAt: row.saved_at,
    savedBy: row.saved_by,
  });

  function toDocument({ id, revision, body }: RevisionRow): T {
    const origin = { kind, id, revision };
    try {
      return readStored(JSON.parse(body));
    } catch (thrown) {
      const { code, details } = asFailure(thrown);
      const places = code === 'invalidDocument' ? details : { places: ['the document: cannot be parsed'] };
      throw new Failure('storedDocument', { details: { ...origin, ...places } });
    }
  }

  /** undefined: it cannot be read. */
  function readableIn(row: RevisionRow): DocumentRevision<T> | undefined {
    try {
      return toRevision(row);
    } catch {
      return undefined;
    }
  }

  const newest = (source: MainDatabase = db) =>
    source
      .selectFrom('document')
      .innerJoin('document_revision', (join) =>
        join
          .onRef('document_revision.kind', '=', 'document.kind')
          .onRef('document_revision.id', '=', 'document.id')
          .onRef('document_revision.revision', '=', 'document.revision'),
      )
      .where('document.kind', '=', kind)
      .select([
        'document.id as id',
        'document.name as name',
        'document_revision.body as body',
        'document_revision.revision as revision',
        'document_revision.saved_at as saved_at',
        'document_revision.saved_by as saved_by',
      ]);

  async function saveWithin(
    step: Transaction<MainTables>,
    document: T,
    expectedRevision: number,
    savedBy: string,
  ): Promise<DocumentRevision<T>> {
    const row = await newest(step).where('document.id', '=', document.id).executeTakeFirst();
    const current = row === undefined ? undefined : readableIn(row);
    const revision = row?.revision ?? 0;
    if (revision !== expectedRevision) throw changedMeanwhile(document, expectedRevision, revision);
    if (current !== undefined && isDeepStrictEqual(current.document, document)) return current;

    const nameKey = toNameKey(document.name);
    const namesake = await step
      .selectFrom('document')
      .select('id')
      .where('kind', '=', kind)
      .where('name_key', '=', nameKey)
      .where('id', '!=', document.id)
      .executeTakeFirst();
    if (namesake !== undefined) throw nameTaken(document);

    const next = {
      revision: (await readLastRevision(step, document.id)) + 1,
      savedAt: clock.now().toISOString(),
    };
    await step
      .insertInto('document_revision')
      .values({
        kind,
        id: document.id,
        revision: next.revision,
        body: JSON.stringify(document),
        saved_at: next.savedAt,
        saved_by: savedBy,
      })
      .execute();
    const head = { name: document.name, name_key: nameKey, revision: next.revision };
    if (row === undefined) {
      await step
        .insertInto('document')
        .values({ kind, id: document.id, ...head })
        .execute();
    } else {
      // On PostgreSQL somebody may have saved since the question above; this waits for them and then finds nothing.
      const { numUpdatedRows } = await step
        .updateTable('document')
        .set(head)
        .where('kind', '=', kind)
        .where('id', '=', document.id)
        .where('revision', '=', row.revision)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw changedMeanwhile(document, expectedRevision, undefined);
    }
    await appendAudit(step, clock, {
      who: savedBy,
      action: `${kind}.save`,
      subject: document.name,
      details: { id: document.id, revision: next.revision },
    });
    return { document, revision: next.revision, savedAt: next.savedAt, savedBy };
  }

  /** Also of a removed document: its revisions stay, and a number is never used again. */
  async function readLastRevision(step: MainDatabase, id: string): Promise<number> {
    const { last } = await step
      .selectFrom('document_revision')
      .select((select) => select.fn.max('revision').as('last'))
      .where('kind', '=', kind)
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return Number(last ?? 0);
  }

  return {
    async list() {
      return (await newest().orderBy('document.name_key').execute()).map(toRevision);
    },

    async survey() {
      const readable: DocumentRevision<T>[] = [];
      const unreadable: UnreadableDocument[] = [];
      for (const row of await newest().orderBy('document.name_key').execute()) {
        try {
          readable.push(toRevision(row));
        } catch (thrown) {
          const { id, name, revision } = row;
          unreadable.push({ id, name, revision, reason: asFailure(thrown) });
        }
      }
      return { readable, unreadable };
    },

    async readByName(name) {
      const row = await newest().where('document.name_key', '=', toNameKey(name)).executeTakeFirst();
      return row === undefined ? undefined : toRevision(row);
    },

    async readById(id) {
      const row = await newest().where('document.id', '=', id.toLowerCase()).executeTakeFirst();
      return row === undefined ? undefined : toRevision(row);
    },

    async history(id) {
      const rows = await db
        .selectFrom('document_revision')
        .select(['id', 'body', 'revision', 'saved_at', 'saved_by'])
        .where('kind', '=', kind)
        .where('id', '=', id.toLowerCase())
        .orderBy('revision', 'desc')
        .execute();
      return rows.flatMap((row) => readableIn(row) ?? []);
    },

    async save(unchecked, expectedRevision, savedBy) {
      const document = validate(unchecked, { origin: { kind, name: unchecked.name } });
      try {
        return await db
          .transaction()
          .execute((step) => saveWithin(step, document, expectedRevision, savedBy));
      } catch (thrown) {
        // On PostgreSQL two may get past the questions above at once; then a constraint decides.
        if (!isUniqueViolation(thrown)) throw thrown;
        const isName =
          thrown instanceof Error && 'constraint' in thrown && thrown.constraint === 'document_name';
        throw isName ? nameTaken(document) : changedMeanwhile(document, expectedRevision, undefined);
      }
    },

    async remove(id, removedBy) {
      await db.transaction().execute(async (step) => {
        const row = await step
          .deleteFrom('document')
          .where('kind', '=', kind)
          .where('id', '=', id.toLowerCase())
          .returning(['name', 'revision'])
          .executeTakeFirst();
        if (row === undefined) throw new Failure('notFound', { details: { kind, id } });
        await appendAudit(step, clock, {
          who: removedBy,
          action: `${kind}.remove`,
          subject: row.name,
          details: { id: id.toLowerCase(), revision: row.revision },
        });
      });
    },
  };
}

function toNameKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

function nameTaken(document: Policy | Environment): Failure {
  return new Failure('nameTaken', { details: { name: document.name } });
}

function changedMeanwhile(
  document: Policy | Environment,
  expected: number,
  found: number | undefined,
): Failure {
  const details = { name: document.name, expectedRevision: expected };
  return new Failure('changedMeanwhile', {
    details: found === undefined ? details : { ...details, newestRevision: found },
  });
}
