// The ledger: one row for one policy and one mailbox, in ledger.db or in a table of its own on PostgreSQL.

import { Failure } from '../model/failure.ts';
import type { MailboxId, PolicyId } from '../model/ids.ts';
import type { LedgerRecord } from '../model/ledger-record.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { LedgerDatabase } from './database-tables.ts';
import { decodeLedgerRecord, encodeLedgerRecord } from './ledger-record-format.ts';

export interface LedgerOptions {
  readonly log: Log;
  /** Called when the database itself turns out damaged. */
  readonly onDamage: () => void;
}

export function createLedger(db: LedgerDatabase, { log, onDamage }: LedgerOptions): Ledger {
  async function noticingDamage<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (thrown) {
      if (isDamage(thrown)) onDamage();
      throw thrown;
    }
  }

  async function readRow(policyId: PolicyId, mailboxId: MailboxId) {
    try {
      return await noticingDamage(() =>
        db
          .selectFrom('ledger')
          .select(['is_dirty', 'body'])
          .where('policy_id', '=', policyId)
          .where('mailbox_id', '=', mailboxId)
          .executeTakeFirst(),
      );
    } catch (thrown) {
      if (!isDamage(thrown)) throw thrown;
      log.warn('a record of the ledger cannot be read; the mailbox is read in full', { mailboxId });
      return undefined;
    }
  }

  return {
    async read(policyId, mailboxId) {
      const row = await readRow(policyId, mailboxId);
      if (row === undefined) return undefined;
      if (row.body === null) return emptyRecord(policyId, mailboxId);
      const record = decodeLedgerRecord(row.body, policyId, mailboxId);
      return record === undefined ? undefined : { ...record, isDirty: row.is_dirty !== 0 };
    },

    async write(record) {
      const values = { is_dirty: record.isDirty ? 1 : 0, body: encodeLedgerRecord(record) };
      await noticingDamage(() =>
        db
          .insertInto('ledger')
          .values({ policy_id: record.policyId, mailbox_id: record.mailboxId, ...values })
          .onConflict((conflict) => conflict.columns(['policy_id', 'mailbox_id']).doUpdateSet(values))
          .execute(),
      );
    },

    async markDirty(policyId, mailboxId) {
      await noticingDamage(() =>
        db
          .insertInto('ledger')
          .values({ policy_id: policyId, mailbox_id: mailboxId, is_dirty: 1, body: null })
          .onConflict((conflict) =>
            conflict.columns(['policy_id', 'mailbox_id']).doUpdateSet({ is_dirty: 1 }),
          )
          .execute(),
      );
    },

    async forget(policyId, mailboxId) {
      let query = db.deleteFrom('ledger');
      if (policyId !== undefined) query = query.where('policy_id', '=', policyId);
      if (mailboxId !== undefined) query = query.where('mailbox_id', '=', mailboxId);
      const { numDeletedRows } = await noticingDamage(() => query.executeTakeFirst());
      return Number(numDeletedRows);
    },
  };
}

function isDamage(thrown: unknown): boolean {
  return thrown instanceof Failure && thrown.code === 'databaseCorrupt';
}

/** Marked dirty before anything was known. */
function emptyRecord(policyId: PolicyId, mailboxId: MailboxId): LedgerRecord {
  return { policyId, mailboxId, isDirty: true, rulesDigest: '', folders: [], entries: [], foreignCount: 0 };
}
