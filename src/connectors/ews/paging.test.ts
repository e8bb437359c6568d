// Servers that never come to an end, or never say that they have.

import { describe, expect, it } from 'vitest';
import { sampleMailbox } from '../../../test/contract/sample.ts';
import { folderId } from '../../model/ids.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import { silentLog } from '../../ports/log.ts';
import { impatientClock, jsonMarkCodec } from '../graph/testing/graph-test-bed.ts';
import { createEwsClient } from './ews-client.ts';
import { foldersBelowContacts } from './folder-tree.ts';
import { listItems, readChangesSince } from './item-rows.ts';
import { sessionOf } from './mailbox-session.ts';
import { MOST_PAGES, MOST_PAGES_IN_VAIN } from './paging.ts';
import { signal } from './testing/ews-bench.ts';
import { answeringExchange, answerOf } from './testing/scripted-exchange.ts';
import { booleanOf } from './xml-element.ts';

const FOLDER = folderId('folder');
type Operation = 'SyncFolderItems' | 'FindItem' | 'FindFolder';
interface Page {
  readonly ids: readonly string[];
  /** undefined: not told. */
  readonly last?: string;
  readonly next: number | string;
}

const contact = (id: string) => `<t:Contact><t:ItemId Id="${id}" ChangeKey="1"/></t:Contact>`;
const folderOf = (id: string) => `<t:ContactsFolder><t:FolderId Id="${id}"/></t:ContactsFolder>`;

function contentOf(operation: Operation, { ids, last, next }: Page): string {
  if (operation === 'SyncFolderItems') {
    const flag = last === undefined ? '' : `<m:IncludesLastItemInRange>${last}</m:IncludesLastItemInRange>`;
    const changes = ids.map((id) => `<t:Create>${contact(id)}</t:Create>`).join('');
    return `<m:SyncState>state ${next}</m:SyncState>${flag}<m:Changes>${changes}</m:Changes>`;
  }
  const flag = last === undefined ? '' : ` IncludesLastItemInRange="${last}"`;
  const rows =
    operation === 'FindItem'
      ? `<t:Items>${ids.map(contact).join('')}</t:Items>`
      : `<t:Folders>${ids.map(folderOf).join('')}</t:Folders>`;
  return `<m:RootFolder IndexedPagingOffset="${next}"${flag}>${rows}</m:RootFolder>`;
}

const message = (operation: Operation, content: string) =>
  `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${content}</m:${operation}ResponseMessage>`;

/** Rows as asked for, and where from. */
function wishIn(request: string): { readonly rows: number; readonly offset: number } {
  const rows = /MaxEntriesReturned="(\d+)"|<m:MaxChangesReturned>(\d+)</.exec(request);
  const offset = /Offset="(\d+)"|<m:SyncState>state (\d+)</.exec(request);
  return { rows: Number(rows?.[1] ?? rows?.[2]), offset: Number(offset?.[1] ?? offset?.[2] ?? 0) };
}

function reading(
  operation: Operation,
  pageAt: (offset: number, number: number, rows: number) => Page | 'too large',
) {
  const http = answeringExchange((request, number) => {
    const { rows, offset } = wishIn(request);
    const page = pageAt(offset, number, rows);
    const content = page === 'too large' ? '<t:a/>'.repeat(60_000) : contentOf(operation, page);
    return { body: answerOf(operation, message(operation, content)) };
  });
  const clock = impatientClock();
  const url = () => Promise.resolve('https://mail.contoso.example/EWS/Exchange.asmx');
  const tools = { impersonate: true, clock, log: silentLog, random: () => 0 };
  const session = sessionOf(sampleMailbox(), { ...tools, client: createEwsClient({ ...tools, http, url }) });
  const ids = async (): Promise<readonly string[]> => {
    switch (operation) {
      case 'SyncFolderItems': {
        const round = await readChangesSince(session, jsonMarkCodec, FOLDER, undefined, signal);
        return [...(round?.changed.keys() ?? [])];
      }
      case 'FindItem': {
        const found: string[] = [];
        for await (const { itemId } of listItems(session, jsonMarkCodec, FOLDER, signal)) found.push(itemId);
        return found;
      }
      case 'FindFolder':
        return (await foldersBelowContacts(session, jsonMarkCodec, signal)).map((one) => one.folderId);
    }
  };
  return { http, ids };
}

const OPERATIONS = ['SyncFolderItems', 'FindItem', 'FindFolder'] as const;

describe.each(OPERATIONS)('%s', (operation) => {
  it.each([
    ['true', 'false'],
    ['1', '0'],
    [' true ', ' false '],
  ])('goes on at %s told, in whatever spelling of xs:boolean', async (yes, no) => {
    const { ids } = reading(operation, (offset) => ({
      ids: [`row ${offset}`],
      last: offset === 2 ? yes : no,
      next: offset + 1,
    }));
    expect(await ids()).toEqual(['row 0', 'row 1', 'row 2']);
  });

  it.each([undefined, '', 'yes', 'TRUE'])(
    'whose end is told as %s fails, and is not the end',
    async (last) => {
      const { http, ids } = reading(operation, (offset) => ({
        ids: [`row ${offset}`],
        ...(last === undefined ? {} : { last }),
        next: offset + 1,
      }));
      expect(await failureOf(ids())).toMatchObject({ number: 12050, details: { code: 'endUntold' } });
      expect(http.sent).toHaveLength(1);
    },
  );

  it('that stands still fails', async () => {
    const { http, ids } = reading(operation, () => ({ ids: ['row'], last: 'false', next: 1 }));
    expect(await failureOf(ids())).toMatchObject({ number: 12050, details: { code: 'pagingStuck' } });
    expect(http.sent).toHaveLength(2);
  });

  it('that brings the same again and again, always from further on, fails', async () => {
    const { http, ids } = reading(operation, (offset) => ({
      ids: ['a', 'b'],
      last: 'false',
      next: offset + 1,
    }));
    expect(await failureOf(ids())).toMatchObject({ number: 12050, details: { code: 'pagingEndless' } });
    expect(http.sent).toHaveLength(1 + MOST_PAGES_IN_VAIN);
  });

  it('that brings something new for ever fails', async () => {
    const { http, ids } = reading(operation, (offset) => ({
      ids: [`row ${offset}`],
      last: 'false',
      next: offset + 1,
    }));
    expect(await failureOf(ids())).toMatchObject({ number: 12050, details: { code: 'pagingEndless' } });
    expect(http.sent).toHaveLength(MOST_PAGES);
  });

  it('may have a few pages with nothing on them', async () => {
    const { ids } = reading(operation, (offset) => ({
      ids: offset === 5 ? ['row'] : [],
      last: offset === 5 ? 'true' : 'false',
      next: offset + 1,
    }));
    expect(await ids()).toEqual(['row']);
  });

  it('asks for fewer rows where a page is larger than any answer may be, and misses none', async () => {
    const all = Array.from({ length: 300 }, (_, index) => `row ${index}`);
    const asked: number[] = [];
    const { ids } = reading(operation, (offset, _, rows) => {
      asked.push(rows);
      if (rows > 100) return 'too large';
      const end = Math.min(all.length, offset + rows);
      return { ids: all.slice(offset, end), last: String(end === all.length), next: end };
    });
    expect(await ids()).toEqual(all);
    expect(asked.filter((rows) => rows > 100)).toHaveLength(2);
  });

  it('whose smallest page is too large fails', async () => {
    const { http, ids } = reading(operation, () => 'too large');
    expect(await failureOf(ids())).toMatchObject({ number: 13041, details: { tooLarge: true } });
    expect(http.sent).toHaveLength(4);
  });
});

describe('SyncFolderItems', () => {
  it('that leads in a circle fails', async () => {
    const { http, ids } = reading('SyncFolderItems', (offset) => ({
      ids: ['row'],
      last: 'false',
      next: offset === 1 ? 2 : 1,
    }));
    expect(await failureOf(ids())).toMatchObject({ number: 12050, details: { code: 'pagingEndless' } });
    expect(http.sent.length).toBeLessThan(20);
  });
});

describe('FindItem', () => {
  it.each(['-1', '1e3', '1.5', 'NaN', '99999999999999999999', ''])('from %s on is nowhere', async (next) => {
    const { ids } = reading('FindItem', () => ({ ids: ['row'], last: 'false', next }));
    expect(await failureOf(ids())).toMatchObject({ number: 12050, details: { code: 'pagingStuck' } });
  });
});

describe('xs:boolean', () => {
  it('has two spellings of each value', () => {
    expect(['true', '1', ' 1\n', 'false', '0'].map(booleanOf)).toEqual([true, true, true, false, false]);
    expect([undefined, '', 'True', '2', 'yes'].map(booleanOf)).toEqual(Array(5).fill(undefined));
  });
});
