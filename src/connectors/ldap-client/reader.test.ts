// Searches against a server that does not play by the rules.

import { describe, expect, it } from 'vitest';
import { expectFailure } from '../../../test/contract/mailbox-target/bench.ts';
import { FakeClock } from '../memory/fake-clock.ts';
import type { SearchPage } from './connection.ts';
import { EVERYTHING } from './filter.ts';
import { pagedControl, type RawEntry, type SearchRequest } from './messages.ts';
import { openReader } from './reader.ts';

const signal = new AbortController().signal;
const everywhere = { base: 'DC=corp', scope: 'sub', filter: EVERYTHING, attributes: ['cn'] } as const;

/** Answers the paged searches with what `page` makes of their number; one without a cookie is the last. */
async function readerOf(
  page: (number: number) => { readonly names: readonly string[]; readonly cookie: string },
) {
  let pages = 0;
  const search = async (request: SearchRequest): Promise<SearchPage> => {
    if (request.base === '') return pageOf([root], undefined);
    if (request.controls.length === 0) return pageOf([], undefined);
    pages += 1;
    const { names, cookie } = page(pages);
    return pageOf(
      names.map((name) => ({ dn: name, attributes: new Map() })),
      cookie,
    );
  };
  const reader = await openReader({ search }, new FakeClock(), signal);
  return {
    reader,
    get pages() {
      return pages;
    },
  };
}

const root: RawEntry = {
  dn: '',
  attributes: new Map([['defaultNamingContext', [Buffer.from('DC=corp')]]]),
};

function pageOf(entries: readonly RawEntry[], cookie: string | undefined): SearchPage {
  return {
    entries,
    references: [],
    controls: cookie === undefined ? [] : [pagedControl(0, Buffer.from(cookie))],
  };
}

describe('a paged search', () => {
  it('may have the same cookie on every page, empty pages, and a page that repeats', async () => {
    const names = [['a', 'b'], [], ['b'], ['c']];
    const { reader } = await readerOf((number) => ({
      names: names[number - 1] ?? [],
      cookie: number < names.length ? 'same' : '',
    }));
    const taken: string[] = [];
    await reader.search(everywhere, (page) => taken.push(...page.map(({ dn }) => dn)), signal);
    expect(taken).toEqual(['a', 'b', 'b', 'c']);
  });

  it.each([
    ['the same page again and again', () => ['a', 'b'], 10],
    ['empty pages without end', () => [], 1_100],
    ['always somebody new', (number: number) => [String(number)], 20_100],
  ] as const)('of a server that gives %s ends with a failure', async (_name, names, most) => {
    const server = await readerOf((number) => ({ names: names(number), cookie: String(number) }));
    await expectFailure(
      server.reader.search(everywhere, () => {}, signal),
      'unexpectedDirectoryAnswer',
    );
    expect(server.pages).toBeLessThan(most);
  });

  it('for anybody at all ends, too', async () => {
    const server = await readerOf(() => ({ names: [], cookie: 'more' }));
    await expectFailure(server.reader.hasAny(everywhere, signal), 'unexpectedDirectoryAnswer');
  });
});
