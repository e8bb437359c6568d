// One reading that comes in pages. Its end is what the server says it is, and nothing else: a page that does not say it
// is not taken for the last one, and a server that never comes to an end ends in a failure.

import { Failure } from '../../model/failure.ts';
import { isTooLarge } from './answer-reader.ts';
import type { MailboxSession } from './mailbox-session.ts';
import type { ResponseMessage } from './response-message.ts';
import { booleanOf, type XmlElement } from './xml-element.ts';
import type { Xml } from './xml-writer.ts';

/** Half a million items. */
export const MOST_PAGES = 1_000;
/** In a row, without anything that was not on a page before: changes that are not shown may fill a few. */
export const MOST_PAGES_IN_VAIN = 10;
/** A page that is larger than any answer may be is asked for with so many times fewer rows. */
const SMALLER = 4;
const LEAST_ROWS = 8;

export class Paging {
  readonly #ids = new Set<string>();
  #rows: number;
  #pages = 0;
  #inVain = 0;

  /** `rows`: of a page. */
  constructor(rows: number) {
    this.#rows = rows;
  }

  async ask(
    session: MailboxSession,
    operation: (rows: number) => Xml,
    signal: AbortSignal,
  ): Promise<ResponseMessage> {
    for (;;) {
      try {
        return await session.ask(operation(this.#rows), signal);
      } catch (thrown) {
        if (!(thrown instanceof Failure) || !isTooLarge(thrown) || this.#rows === LEAST_ROWS) throw thrown;
        this.#rows = Math.max(LEAST_ROWS, Math.floor(this.#rows / SMALLER));
      }
    }
  }

  /** Whether the page was the last one. `ids`: of whatever is on it. */
  isLast(includesLast: string | undefined, ids: readonly string[]): boolean {
    const isLast = booleanOf(includesLast);
    if (isLast === undefined) throw stuck('endUntold');
    const before = this.#ids.size;
    for (const id of ids) this.#ids.add(id);
    this.#pages += 1;
    this.#inVain = this.#ids.size > before ? 0 : this.#inVain + 1;
    if (isLast) return true;
    if (this.#pages >= MOST_PAGES || this.#inVain >= MOST_PAGES_IN_VAIN) throw stuck('pagingEndless');
    return false;
  }
}

/** Where the next page begins. */
export function offsetAfter(root: XmlElement | undefined, offset: number): number {
  const text = root?.attributes['IndexedPagingOffset']?.trim() ?? '';
  const next = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(next > offset)) throw stuck('pagingStuck');
  return next;
}

export function stuck(code: string): Failure {
  return new Failure('unexpectedAnswer', { details: { code } });
}
