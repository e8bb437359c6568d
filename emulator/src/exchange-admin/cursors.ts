// Page cursors of the admin REST: each lives 30 minutes by the service's clock and belongs to the request that
// began it, so a continuation with another body, token holder or anchor is refused.

import { randomBytes } from 'node:crypto';
import type { EmulatorClock } from '../organization/clock.ts';
import type { Row } from './row.ts';

const lifetimeMs = 30 * 60 * 1000;

export interface Page {
  readonly rows: readonly Row[];
  /** The result it is a page of. */
  readonly result: CmdletResult;
  /** Absent on the last page. */
  readonly nextToken?: string;
}

export interface CmdletResult {
  /** The rows, made when their page is asked for. */
  readonly source: RowSource;
  readonly warnings: readonly string[];
  /** Every property a row of this cmdlet can have, for $select. */
  readonly propertyNames: readonly string[];
}

export interface RowSource {
  readonly length: number;
  rows(from: number, to: number): readonly Row[];
}

interface Cursor {
  readonly result: CmdletResult;
  readonly from: number;
  readonly owner: string;
  readonly expiresAt: number;
}

export class CursorStore {
  readonly #clock: EmulatorClock;
  readonly #cursors = new Map<string, Cursor>();

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  first(result: CmdletResult, owner: string, size: number): Page {
    return this.#page(result, 0, owner, size);
  }

  /** undefined: expired, unknown or somebody else's. The same cursor may be asked again while it lives. */
  next(token: string, owner: string, size: number): Page | undefined {
    const cursor = this.#cursors.get(token);
    if (cursor === undefined || cursor.owner !== owner || cursor.expiresAt <= this.#clock.now().getTime()) {
      return undefined;
    }
    return this.#page(cursor.result, cursor.from, owner, size);
  }

  clear(): void {
    this.#cursors.clear();
  }

  #page(result: CmdletResult, from: number, owner: string, size: number): Page {
    const { source } = result;
    const to = Math.min(source.length, from + size);
    const rows = source.rows(from, to);
    if (to >= source.length) return { rows, result };
    const token = randomBytes(48).toString('base64url');
    this.#forgetExpired();
    this.#cursors.set(token, {
      result,
      from: to,
      owner,
      expiresAt: this.#clock.now().getTime() + lifetimeMs,
    });
    return { rows, result, nextToken: token };
  }

  #forgetExpired(): void {
    const now = this.#clock.now().getTime();
    for (const [token, cursor] of this.#cursors) {
      if (cursor.expiresAt > now) return;
      this.#cursors.delete(token);
    }
  }
}
