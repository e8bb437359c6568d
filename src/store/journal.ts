// The journal in contactsync.db. Label, field values and before-image of an entry are sealed; what a resumed run must
// find quickly (ids, outcome) is not.

import type { Selectable } from 'kysely';
import { folderId, itemId, mailboxId, type RunId, runId, sourceObjectId } from '../model/ids.ts';
import type { JournalEntry, JournalIntent } from '../model/ledger-record.ts';
import type { ChangeOutcome } from '../model/plan.ts';
import type { Journal } from '../ports/journal.ts';
import type { MainDatabase, MainTables } from './database-tables.ts';
import type { KeyHolder } from './key.ts';
import { createSealer, type Sealer } from './sealed-box.ts';

const ENTRIES_PER_READ = 200;
const ROWS_PER_STATEMENT = 200;

/** Everything else of an intent, so that what the model gains later is kept, and sealed. */
type Confidential = Omit<JournalIntent, 'change' | 'sourceObjectId' | 'itemId' | 'folderId' | 'folderKey'>;

export function createJournal(db: MainDatabase, key: KeyHolder): Journal {
  // A key of its own for each run keeps the number of boxes under one key far from AES-GCM's limit.
  let last: { readonly run: RunId; readonly sealer: Sealer } | undefined;
  async function sealerOf(run: RunId): Promise<Sealer> {
    if (last?.run !== run)
      last = { run, sealer: createSealer(await key.read(), `journal ${run}`, 'journalDamaged') };
    return last.sealer;
  }

  return {
    async intend(run, mailbox, intents) {
      const sealer = await sealerOf(run);
      const rows = intents.map((intent, place) => toRow(run, mailbox, intent, place, sealer));
      return db.transaction().execute(async (step) => {
        const ids = new Array<number>(rows.length);
        for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
          const stored = await step
            .insertInto('journal')
            .values(rows.slice(start, start + ROWS_PER_STATEMENT))
            .returning(['id', 'place'])
            .execute();
          for (const { id, place } of stored) ids[place] = id;
        }
        return ids;
      });
    },

    async record(ids, outcomes) {
      if (ids.length !== outcomes.length) throw new RangeError('one outcome for each id');
      await db.transaction().execute(async (step) => {
        for (const [position, outcome] of outcomes.entries()) {
          const id = ids[position] ?? 0;
          const { numUpdatedRows } = await step
            .updateTable('journal')
            .set({
              outcome: outcome.status,
              new_item_id: outcome.status === 'applied' ? outcome.itemId : null,
              new_version: outcome.status === 'applied' ? outcome.version : null,
            })
            .where('id', '=', id)
            .executeTakeFirst();
          if (numUpdatedRows === 0n) throw new RangeError(`no journal entry ${id}`);
        }
      });
    },

    async *readRun(run, mailbox) {
      for (let after = 0; ; ) {
        let query = db
          .selectFrom('journal')
          .selectAll()
          .where('run_id', '=', run)
          .where('id', '>', after)
          .orderBy('id')
          .limit(ENTRIES_PER_READ);
        if (mailbox !== undefined) query = query.where('mailbox_id', '=', mailbox);
        const rows = await query.execute();
        if (rows.length === 0) return;
        const sealer = await sealerOf(run);
        for (const row of rows) {
          after = row.id;
          yield toEntry(row, sealer);
        }
      }
    },

    async hasWrites(run) {
      const row = await db
        .selectFrom('journal')
        .select('id')
        .where('run_id', '=', run)
        // Without an outcome the process ended first: the write may have happened.
        .where((where) =>
          where.or([where('outcome', 'is', null), where('outcome', 'in', ['applied', 'unknown'])]),
        )
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async handedOver(person) {
      const rows = await db
        .selectFrom('journal')
        .select('smtp_address')
        .distinct()
        .where('source_object_id', '=', person)
        .where('change', '=', 'handOver')
        .where('outcome', '=', 'applied')
        .orderBy('smtp_address')
        .execute();
      return rows.map((row) => row.smtp_address);
    },
  };
}

/** What is in clear is part of the context: an image cannot be put under another item. */
function contextOf(row: {
  readonly run_id: string;
  readonly mailbox_id: string;
  readonly place: number;
  readonly change: string;
  readonly source_object_id: string | null;
  readonly item_id: string | null;
}): string {
  return [
    'journal',
    row.run_id,
    row.mailbox_id,
    row.place,
    row.change,
    row.source_object_id,
    row.item_id,
  ].join('\n');
}

function toRow(
  run: RunId,
  mailbox: { readonly id: string; readonly primarySmtpAddress: string },
  intent: JournalIntent,
  place: number,
  sealer: Sealer,
) {
  const {
    change,
    sourceObjectId: source,
    itemId: item,
    folderId: folder,
    folderKey,
    ...confidential
  } = intent;
  const row = {
    run_id: run,
    mailbox_id: mailbox.id,
    smtp_address: mailbox.primarySmtpAddress,
    place,
    change,
    source_object_id: source ?? null,
    item_id: item ?? null,
    folder_id: folder ?? null,
    folder_key: folderKey,
    outcome: null,
    new_item_id: null,
    new_version: null,
  };
  return { ...row, sealed: sealer.seal(JSON.stringify(confidential), contextOf(row)) };
}

function toEntry(row: Selectable<MainTables['journal']>, sealer: Sealer): JournalEntry {
  const confidential = JSON.parse(sealer.unseal(row.sealed, contextOf(row))) as Confidential;
  return {
    ...confidential,
    before: confidential.before,
    id: row.id,
    runId: runId(row.run_id),
    mailboxId: mailboxId(row.mailbox_id),
    primarySmtpAddress: row.smtp_address,
    change: row.change as JournalIntent['change'],
    sourceObjectId: row.source_object_id === null ? undefined : sourceObjectId(row.source_object_id),
    itemId: row.item_id === null ? undefined : itemId(row.item_id),
    folderId: row.folder_id === null ? undefined : folderId(row.folder_id),
    folderKey: row.folder_key,
    outcome: (row.outcome ?? undefined) as ChangeOutcome['status'] | undefined,
    newItemId: row.new_item_id === null ? undefined : itemId(row.new_item_id),
    newVersion: row.new_version ?? undefined,
  };
}
