// Whether a paged search still gets on. A server that goes round in circles, or never comes to an end, must not keep a run
// for ever.

import { Failure } from '../../model/failure.ts';
import type { SearchPage } from './connection.ts';

/** One after another. Windows sends empty pages while it looks at many objects for nothing. */
const MAX_EMPTY_PAGES = 1_000;
/** One after another. A page may hold only people who were renamed meanwhile, and so come a second time. */
const MAX_REPEATED_PAGES = 5;
/** Of one search. */
const MAX_PAGES = 20_000;

/**
 * `see` is called for every page that is not the last. What the server gave is looked at and not its cookie, which says
 * nothing about progress: Samba's is the same on every page.
 */
export function watchPages(): { see(page: Pick<SearchPage, 'entries'>): void } {
  const met = new Set<string>();
  let pages = 0;
  let empty = 0;
  let repeated = 0;
  return {
    see({ entries }) {
      const before = met.size;
      for (const { dn } of entries) met.add(dn);
      const isNew = met.size > before;
      pages += 1;
      empty = isNew ? 0 : empty + (entries.length === 0 ? 1 : 0);
      repeated = isNew ? 0 : repeated + (entries.length === 0 ? 0 : 1);
      if (repeated > MAX_REPEATED_PAGES) throw endless('repeated', pages);
      if (empty > MAX_EMPTY_PAGES || pages > MAX_PAGES) throw endless('endless', pages);
    },
  };
}

function endless(paging: string, pages: number): Failure {
  return new Failure('unexpectedDirectoryAnswer', { details: { paging, pages } });
}
