// Runs with their events, mapped contacts and plans in contactsync.db.

import type { Selectable } from 'kysely';
import type { MappedContact } from '../model/contact.ts';
import { Failure } from '../model/failure.ts';
import { policyId, type RunId, runId, type SourceObjectId } from '../model/ids.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { RecordedEvent, Run, RunEvent, RunKind, RunState } from '../model/run.ts';
import type { MailboxProgress, RunStore, StoredPlan } from '../ports/run-store.ts';
import type { MainDatabase, MainTables } from './database-tables.ts';
import { packJson, unpackJson } from './packed-json.ts';
import { isForeignKeyViolation } from './storage-failures.ts';

/** Far below the number of parameters that either database takes in one statement. */
const ROWS_PER_STATEMENT = 200;
const CONTACTS_PER_ROW = 500;

export function createRunStore(db: MainDatabase): RunStore {
  return {
    async create(run, revision) {
      await db
        .insertInto('run')
        .values({
          id: run.id,
          kind: run.kind,
          policy_id: run.policyId,
          policy_name: run.policyName,
          policy_revision: run.policyRevision,
          undoes: run.undoes ?? null,
          state: run.state,
          started_at: run.startedAt,
          ended_at: run.endedAt ?? null,
          holder: run.holder,
          revision_body: JSON.stringify(revision),
          approval_digest: null,
          approval_since: null,
          images_pruned_at: null,
          plans_pruned_at: null,
        })
        .execute();
    },

    async setState(id, state, endedAt) {
      const { numUpdatedRows } = await db
        .updateTable('run')
        .set({ state, ...(endedAt === undefined ? {} : { ended_at: endedAt }) })
        .where('id', '=', id)
        .executeTakeFirst();
      requireOne(numUpdatedRows, { run: id });
    },

    async read(id) {
      const row = await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toRun(row);
    },

    async readRevision(id) {
      const row = await db.selectFrom('run').select('revision_body').where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : (JSON.parse(row.revision_body) as PolicyRevision);
    },

    async list(filter) {
      let query = db.selectFrom('run').selectAll().orderBy('started_at', 'desc').orderBy('seq', 'desc');
      if (filter.policyId !== undefined) query = query.where('policy_id', '=', filter.policyId);
      if (filter.states !== undefined) {
        if (filter.states.length === 0) return [];
        query = query.where('state', 'in', filter.states);
      }
      if (filter.kinds !== undefined) {
        if (filter.kinds.length === 0) return [];
        query = query.where('kind', 'in', filter.kinds);
      }
      if (filter.limit !== undefined) query = query.limit(filter.limit);
      return (await query.execute()).map(toRun);
    },

    async findByPrefix(prefix) {
      const text = prefix.toLowerCase();
      // Whatever else a person types is no beginning of an id, and must not act as a pattern.
      if (!/^[0-9a-f-]*$/.test(text)) return [];
      const rows = await db
        .selectFrom('run')
        .selectAll()
        .where('id', 'like', `${text}%`)
        .orderBy('seq')
        .execute();
      return rows.map(toRun);
    },

    async append(id, events, at) {
      const rows = events.map((event) => ({ run_id: id, at, body: JSON.stringify(event) }));
      await ofKnownRun(id, () =>
        db.transaction().execute(async (step) => {
          for (const part of slices(rows, ROWS_PER_STATEMENT))
            await step.insertInto('run_event').values(part).execute();
        }),
      );
    },

    async readEvents(id, types) {
      let query = db.selectFrom('run_event').select(['at', 'body']).where('run_id', '=', id).orderBy('seq');
      // Text that merely looks like it may stand in an event's details: the database narrows, the type decides.
      if (types !== undefined)
        query = query.where((row) => row.or(types.map((type) => row('body', 'like', `%"type":"${type}"%`))));
      const events = (await query.execute()).map(
        ({ at, body }): RecordedEvent => ({ ...(JSON.parse(body) as RunEvent), at }),
      );
      return types === undefined ? events : events.filter(({ type }) => types.includes(type));
    },

    async saveContacts(id, contacts) {
      const rows = slices(contacts, CONTACTS_PER_ROW).map((part) => ({ run_id: id, body: packJson(part) }));
      await ofKnownRun(id, () =>
        db.transaction().execute(async (step) => {
          for (const row of rows) await step.insertInto('run_contacts').values(row).execute();
        }),
      );
    },

    async readContacts(id) {
      const rows = await db
        .selectFrom('run_contacts')
        .select('body')
        .where('run_id', '=', id)
        .orderBy('seq')
        .execute();
      const contacts = new Map<SourceObjectId, MappedContact>();
      for (const { body } of rows) {
        for (const contact of unpackJson<readonly MappedContact[]>(body))
          contacts.set(contact.sourceObjectId, contact);
      }
      return contacts;
    },

    async savePlan(id, { mailbox, plan, progress }) {
      const body = packJson({ mailbox, plan });
      await ofKnownRun(id, () =>
        db
          .insertInto('run_plan')
          .values({ run_id: id, mailbox_id: mailbox.id, progress, body })
          // A mailbox that is planned again keeps its place in the order.
          .onConflict((conflict) =>
            conflict.columns(['run_id', 'mailbox_id']).doUpdateSet({ progress, body }),
          )
          .execute(),
      );
    },

    async setProgress(id, mailboxId, progress) {
      const { numUpdatedRows } = await db
        .updateTable('run_plan')
        .set({ progress })
        .where('run_id', '=', id)
        .where('mailbox_id', '=', mailboxId)
        .executeTakeFirst();
      requireOne(numUpdatedRows, { run: id, mailbox: mailboxId });
    },

    async readPlan(id, mailboxId) {
      const row = await db
        .selectFrom('run_plan')
        .select(['progress', 'body'])
        .where('run_id', '=', id)
        .where('mailbox_id', '=', mailboxId)
        .executeTakeFirst();
      return row === undefined ? undefined : toStoredPlan(row);
    },

    // One query for each plan: a cursor would keep SQLite's only connection while the caller writes to a mailbox.
    async *readPlans(id) {
      for (let after = 0; ; ) {
        const row = await db
          .selectFrom('run_plan')
          .select(['seq', 'progress', 'body'])
          .where('run_id', '=', id)
          .where('seq', '>', after)
          .orderBy('seq')
          .limit(1)
          .executeTakeFirst();
        if (row === undefined) return;
        after = row.seq;
        yield toStoredPlan(row);
      }
    },

    async saveApproval(id, { digest, since }) {
      const { numUpdatedRows } = await db
        .updateTable('run')
        .set({ approval_digest: digest, approval_since: since })
        .where('id', '=', id)
        .executeTakeFirst();
      requireOne(numUpdatedRows, { run: id });
    },

    async readApproval(id) {
      const row = await db
        .selectFrom('run')
        .select(['approval_digest', 'approval_since'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined || row.approval_digest === null || row.approval_since === null) return undefined;
      return { digest: row.approval_digest, since: row.approval_since };
    },
  };
}

function toRun(row: Selectable<MainTables['run']>): Run {
  return {
    id: runId(row.id),
    kind: row.kind as RunKind,
    policyId: policyId(row.policy_id),
    policyName: row.policy_name,
    policyRevision: row.policy_revision,
    undoes: row.undoes === null ? undefined : runId(row.undoes),
    state: row.state as RunState,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    holder: row.holder,
    ...(row.images_pruned_at === null ? {} : { imagesPrunedAt: row.images_pruned_at }),
    ...(row.plans_pruned_at === null ? {} : { plansPrunedAt: row.plans_pruned_at }),
  };
}

function toStoredPlan(row: { readonly progress: string; readonly body: Uint8Array }): StoredPlan {
  return { ...unpackJson<Omit<StoredPlan, 'progress'>>(row.body), progress: row.progress as MailboxProgress };
}

function slices<T>(values: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
}

function requireOne(rows: bigint, details: Readonly<Record<string, string>>): void {
  if (rows === 0n) throw new Failure('notFound', { details });
}

async function ofKnownRun(id: RunId, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    throw isForeignKeyViolation(thrown)
      ? new Failure('notFound', { details: { run: id }, cause: thrown })
      : thrown;
  }
}
