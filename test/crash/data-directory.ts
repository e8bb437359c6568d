// A data directory after a death, looked at past the product.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface JournalCounts {
  readonly applied: number;
  /** Without an outcome, or with an unknown one. */
  readonly open: number;
}

export class DataDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  certificateFiles(): readonly string[] {
    const folder = join(this.path, 'certificates');
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  }

  files(): readonly string[] {
    return existsSync(this.path) ? readdirSync(this.path) : [];
  }

  /** A minute passes without a sign of life from whoever held them. */
  letLeasesExpire(): void {
    this.#withDatabase((database) => database.exec('update lease set expires_ms = 0'));
  }

  leases(): readonly string[] {
    return this.#withDatabase((database) =>
      database
        .prepare('select name from lease')
        .all()
        .map(({ name }) => String(name)),
    );
  }

  longestLeaseMs(now: number): number {
    return this.#withDatabase(
      (database) => Number(database.prepare('select max(expires_ms) as until from lease').get()?.until) - now,
    );
  }

  /** Entries about contacts of the newest run. */
  journalOfNewest(): JournalCounts {
    const rows = this.#withDatabase((database) =>
      database
        .prepare(
          `select outcome, count(*) as entries from journal
           where source_object_id is not null
             and run_id = (select id from run order by seq desc limit 1) group by outcome`,
        )
        .all(),
    );
    const count = (...outcomes: unknown[]): number =>
      rows
        .filter(({ outcome }) => outcomes.includes(outcome))
        .reduce((sum, { entries }) => sum + Number(entries), 0);
    return { applied: count('applied'), open: count(null, 'unknown') };
  }

  #withDatabase<Value>(work: (database: DatabaseSync) => Value): Value {
    const database = new DatabaseSync(join(this.path, 'contactsync.db'));
    try {
      database.exec('pragma busy_timeout=10000');
      return work(database);
    } finally {
      database.close();
    }
  }
}
