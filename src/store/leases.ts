// Leases as rows with an expiry. The holder pushes the expiry on while it lives; a row whose time has passed belongs
// to whoever takes it next. The clock of the computer decides: on PostgreSQL the hosts must agree on the time to
// within half a minute.
//
// A row further ahead than any living holder writes is from before the clock was set back. Whoever meets it gives it the
// life of a lease from now on: a holder that lives has renewed it four times by then, one that is dead never does. What
// was looked at stands in the row, so that a command that is repeated gets the lease as well as a service that stays.
// (Looking for silence by a clock of the process would find no dead one for a command, which looks once.)

import { randomUUID } from 'node:crypto';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lease, LeaseHolder, Leases } from '../ports/leases.ts';
import type { Log } from '../ports/log.ts';
import type { MainDatabase } from './database-tables.ts';

const LIFETIME_MS = 60_000;
const RENEWAL_MS = 15_000;
/** By so much another host may be ahead of us. */
const CLOCKS_APART_MS = 30_000;

export interface StoredLeases extends Leases {
  /** Stops renewing; what is still held becomes free when its time has passed. */
  close(): void;
}

export interface LeaseOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Shorter only in tests. */
  readonly renewalMs?: number;
}

interface Held {
  readonly name: string;
  readonly token: string;
  readonly lost: AbortController;
  readonly endAsked: AbortController;
}

export function createLeases(
  db: MainDatabase,
  { clock, log, renewalMs = RENEWAL_MS }: LeaseOptions,
): StoredLeases {
  const held = new Set<Held>();
  let timer: NodeJS.Timeout | undefined;
  let renewal: Promise<void> = Promise.resolve();

  /** Atomic in both databases: the row is taken only when there is none or its time has passed. */
  async function take(name: string, holder: string): Promise<Held | undefined> {
    const now = clock.now();
    const token = randomUUID();
    const values = {
      ...{ token, holder, since: now.toISOString(), expires_ms: now.getTime() + LIFETIME_MS },
      end_asked_by: null,
    };
    const row = await db
      .insertInto('lease')
      .values({ name, ...values })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet(values).where('lease.expires_ms', '<=', now.getTime()),
      )
      .returning('token')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return { name, token, lost: new AbortController(), endAsked: new AbortController() };
  }

  async function look(name: string, expiresAfter: number): Promise<LeaseHolder | undefined> {
    const now = clock.now().getTime();
    const row = await db
      .selectFrom('lease')
      .select(['holder', 'since', 'token', 'expires_ms'])
      .where('name', '=', name)
      .where('expires_ms', '>', expiresAfter)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { holder, since, token, expires_ms } = row;
    if (expires_ms - now > LIFETIME_MS + CLOCKS_APART_MS) {
      await db
        .updateTable('lease')
        .set({ expires_ms: now + LIFETIME_MS })
        .where('name', '=', name)
        .where('token', '=', token)
        // Renewed meanwhile: then its holder lives.
        .where('expires_ms', '=', expires_ms)
        .execute();
      log.info('a lease from before the clock was set back', { lease: name, holder });
    }
    return { holder, since };
  }

  async function renew(): Promise<void> {
    for (const lease of held) {
      try {
        const row = await db
          .updateTable('lease')
          .set({ expires_ms: clock.now().getTime() + LIFETIME_MS })
          .where('name', '=', lease.name)
          .where('token', '=', lease.token)
          .returning('end_asked_by')
          .executeTakeFirst();
        if (row === undefined) {
          if (!held.delete(lease)) continue;
          log.warn('a lease was lost: this process did not renew it in time', { lease: lease.name });
          lease.lost.abort(new Error('the lease was lost'));
        } else if (row.end_asked_by !== null && !lease.endAsked.signal.aborted) {
          log.info('somebody asked that the work be ended', { lease: lease.name });
          lease.endAsked.abort(new Failure('cancelled', { details: { askedBy: row.end_asked_by } }));
        }
      } catch (thrown) {
        // The row is still ours until its time has passed; the next turn tries again.
        log.warn('a lease could not be renewed', { lease: lease.name, reason: String(thrown) });
      }
    }
    stopWhenIdle();
  }

  function keep(lease: Held): Lease {
    held.add(lease);
    // The one timer of the store: it runs on real time, because another process judges us by it. It does not keep the
    // process alive.
    timer ??= setInterval(() => {
      renewal = renewal.then(renew);
    }, renewalMs).unref();
    return {
      lost: lease.lost.signal,
      endAsked: lease.endAsked.signal,
      async release() {
        held.delete(lease);
        stopWhenIdle();
        await db
          .deleteFrom('lease')
          .where('name', '=', lease.name)
          .where('token', '=', lease.token)
          .execute();
      },
    };
  }

  function stopWhenIdle(): void {
    if (held.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    async acquire(name, holder) {
      for (;;) {
        const taken = await take(name, holder);
        if (taken !== undefined) return keep(taken);
        const current = await look(name, 0);
        // Released between the two questions: ask again.
        if (current !== undefined) return current;
      }
    },
    heldBy: (name) => look(name, clock.now().getTime()),
    async askToEnd(name, { holder, since }, askedBy) {
      const { numUpdatedRows } = await db
        .updateTable('lease')
        .set({ end_asked_by: askedBy })
        .where('name', '=', name)
        .where('holder', '=', holder)
        .where('since', '=', since)
        .where('expires_ms', '>', clock.now().getTime())
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    close() {
      held.clear();
      stopWhenIdle();
    },
  };
}
