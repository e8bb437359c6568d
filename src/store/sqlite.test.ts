// What the adapter adds to SQLite: patience that does not block, and reasons that are not hidden.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { openSqliteDialect } from './sqlite.ts';

interface Tables {
  thing: { name: string };
}

let directory: string;
let path: string;
let db: Kysely<Tables>;
beforeEach(async () => {
  directory = temporaryDirectory();
  path = join(directory, 'test.db');
  db = new Kysely<Tables>({ dialect: openSqliteDialect(path) });
  await sql`create table thing (name text not null)`.execute(db);
});
afterEach(async () => {
  await db.destroy();
  rmSync(directory, { recursive: true, force: true });
});

test.each(['a statement', 'a transaction'])('%s waits for a lock while the process goes on', async (form) => {
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  let isDone = false;
  const insert = (step: Kysely<Tables>) => step.insertInto('thing').values({ name: 'x' }).execute();
  const waiting = (form === 'a statement' ? insert(db) : db.transaction().execute(insert)).then(() => {
    isDone = true;
  });
  // Were the thread blocked, nobody could end the other transaction, and the database would stay busy.
  for (let count = 0; count < 50; count += 1) await turn();
  expect(isDone).toBe(false);
  other.exec('rollback');
  await waiting;
  expect(await db.selectFrom('thing').selectAll().execute()).toEqual([{ name: 'x' }]);
  other.close();
});

test('a transaction that the full disk undid says so, and the next one works', async () => {
  await sql`pragma max_page_count = 12`.execute(db);
  const fill = db.transaction().execute(async (step) => {
    await step.insertInto('thing').values({ name: 'first' }).execute();
    await step
      .insertInto('thing')
      .values({ name: 'x'.repeat(100_000) })
      .execute();
  });
  await expect(fill).rejects.toMatchObject({ code: 'dataDirectory' });
  await db.transaction().execute((step) => step.insertInto('thing').values({ name: 'second' }).execute());
  expect(await db.selectFrom('thing').selectAll().execute()).toEqual([{ name: 'second' }]);
});

test('what fails in a transaction is undone as a whole', async () => {
  const failing = db.transaction().execute(async (step) => {
    await step.insertInto('thing').values({ name: 'first' }).execute();
    throw new RangeError('the reason');
  });
  await expect(failing).rejects.toThrow('the reason');
  expect(await db.selectFrom('thing').selectAll().execute()).toEqual([]);
});
