// The audit trail in contactsync.db.

import type { FailureDetails } from '../model/failure.ts';
import type { Audit, AuditEntry } from '../ports/audit.ts';
import type { Clock } from '../ports/clock.ts';
import type { MainDatabase } from './database-tables.ts';

const DEFAULT_LIMIT = 200;

/** Also inside a transaction, together with the change it tells of. */
export async function appendAudit(
  db: MainDatabase,
  clock: Clock,
  entry: Omit<AuditEntry, 'at'>,
): Promise<void> {
  await db
    .insertInto('audit')
    .values({ ...entry, at: clock.now().toISOString(), details: JSON.stringify(entry.details) })
    .execute();
}

export function createAudit(db: MainDatabase, clock: Clock): Audit {
  return {
    append: (entry) => appendAudit(db, clock, entry),
    async list(filter = {}) {
      let query = db
        .selectFrom('audit')
        .selectAll()
        .orderBy('seq', 'desc')
        .limit(filter.limit ?? DEFAULT_LIMIT);
      if (filter.action !== undefined) query = query.where('action', '=', filter.action);
      const rows = await query.execute();
      return rows.map(({ at, who, action, subject, details }) => ({
        at,
        who,
        action,
        subject,
        details: JSON.parse(details) as FailureDetails,
      }));
    },
  };
}
