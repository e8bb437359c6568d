// contactsync.db as of the first version.

import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import { type ColumnTypes, columnTypes } from '../column-types.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const types = columnTypes(db);
  await createDocuments(db);
  await createRuns(db, types);
  await createJournal(db, types);
  await createMemory(db, types);
  await createSecrets(db, types);
  await createBookkeeping(db, types);
}

async function createDocuments(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('document')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('name_key', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('document_key', ['kind', 'id'])
    .addUniqueConstraint('document_name', ['kind', 'name_key'])
    .execute();
  await db.schema
    .createTable('document_revision')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('saved_at', 'text', (column) => column.notNull())
    .addColumn('saved_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('document_revision_key', ['kind', 'id', 'revision'])
    .execute();
}

/** Pruning a run takes along what belongs to it; the journal has a retention of its own. */
function ofRun(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull().references('run.id').onDelete('cascade');
}

async function createRuns(db: Kysely<unknown>, { bytes, counter, counting }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('run')
    .addColumn('seq', counter, counting)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('policy_id', 'text', (column) => column.notNull())
    .addColumn('policy_name', 'text', (column) => column.notNull())
    .addColumn('policy_revision', 'integer', (column) => column.notNull())
    .addColumn('undoes', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('ended_at', 'text')
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('revision_body', 'text', (column) => column.notNull())
    .addColumn('approval_digest', 'text')
    .addColumn('approval_since', 'text')
    .execute();
  await db.schema.createIndex('run_of_policy').on('run').columns(['policy_id', 'started_at']).execute();
  await db.schema.createIndex('run_started').on('run').columns(['started_at']).execute();
  await db.schema
    .createTable('run_event')
    .addColumn('seq', counter, counting)
    .addColumn('run_id', 'text', ofRun)
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('run_event_of_run').on('run_event').columns(['run_id', 'seq']).execute();
  await db.schema
    .createTable('run_contacts')
    .addColumn('seq', counter, counting)
    .addColumn('run_id', 'text', ofRun)
    .addColumn('body', bytes, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('run_contacts_of_run').on('run_contacts').columns(['run_id', 'seq']).execute();
  await db.schema
    .createTable('run_plan')
    .addColumn('seq', counter, counting)
    .addColumn('run_id', 'text', ofRun)
    .addColumn('mailbox_id', 'text', (column) => column.notNull())
    .addColumn('progress', 'text', (column) => column.notNull())
    .addColumn('body', bytes, (column) => column.notNull())
    .addUniqueConstraint('run_plan_of_mailbox', ['run_id', 'mailbox_id'])
    .execute();
  await db.schema.createIndex('run_plan_of_run').on('run_plan').columns(['run_id', 'seq']).execute();
}

async function createJournal(db: Kysely<unknown>, { bytes, counter, counting }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('journal')
    .addColumn('id', counter, counting)
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('mailbox_id', 'text', (column) => column.notNull())
    .addColumn('smtp_address', 'text', (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('change', 'text', (column) => column.notNull())
    .addColumn('source_object_id', 'text')
    .addColumn('item_id', 'text')
    .addColumn('folder_id', 'text')
    .addColumn('folder_key', 'text', (column) => column.notNull())
    .addColumn('sealed', bytes, (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('new_item_id', 'text')
    .addColumn('new_version', 'text')
    .execute();
  await db.schema.createIndex('journal_of_run').on('journal').columns(['run_id', 'id']).execute();
  await db.schema
    .createIndex('journal_of_mailbox')
    .on('journal')
    .columns(['run_id', 'mailbox_id', 'id'])
    .execute();
}

async function createMemory(db: Kysely<unknown>, { bytes }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('policy_memory')
    .addColumn('policy_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('last_selection', bytes)
    .addColumn('departures', bytes)
    .execute();
  await db.schema
    .createTable('written_mailbox')
    .addColumn('policy_id', 'text', (column) => column.notNull())
    .addColumn('mailbox_id', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('written_mailbox_key', ['policy_id', 'mailbox_id'])
    .execute();
  await db.schema
    .createTable('respected_deletion')
    .addColumn('policy_id', 'text', (column) => column.notNull())
    .addColumn('mailbox_id', 'text', (column) => column.notNull())
    .addColumn('source_object_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('respected_deletion_key', ['policy_id', 'mailbox_id', 'source_object_id'])
    .execute();

  await db.schema
    .createTable('lease')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('token', 'text', (column) => column.notNull())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('since', 'text', (column) => column.notNull())
    .addColumn('expires_ms', 'bigint', (column) => column.notNull())
    .execute();
}

async function createSecrets(db: Kysely<unknown>, { bytes }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('certificate')
    .addColumn('thumbprint', 'text', (column) => column.notNull().primaryKey())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('sealed_key', bytes, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('certificate_assignment')
    .addColumn('environment_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('thumbprint', 'text', (column) =>
      column.notNull().references('certificate.thumbprint').onDelete('cascade'),
    )
    .addColumn('sealed', bytes, (column) => column.notNull())
    .execute();
}

async function createBookkeeping(db: Kysely<unknown>, { counter, counting }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('setting')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('audit')
    .addColumn('seq', counter, counting)
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('who', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .execute();
}
