// What a user does in a folder between two pages of it must hide no item: one that is not seen would be made again.

import { describe, expect, it } from 'vitest';
import { sampleFolder } from '../../../test/contract/sample.ts';
import { itemId } from '../../model/ids.ts';
import { silentLog } from '../../ports/log.ts';
import type { MailboxTarget } from '../../ports/mailbox-target.ts';
import type { ExchangeHttp } from '../exchange-http/index.ts';
import { folderMark, jsonMarkCodec } from '../graph/testing/graph-test-bed.ts';
import { createEwsClient } from './ews-client.ts';
import { createEwsTargets } from './ews-mailbox-target.ts';
import { type ItemRow, listItems, readChangesSince } from './item-rows.ts';
import { type MailboxSession, sessionOf } from './mailbox-session.ts';
import {
  bed,
  control,
  creation,
  creations,
  emulator,
  folder,
  policyId,
  signal,
  storedItems,
  useEwsBench,
  write,
} from './testing/ews-bench.ts';

useEwsBench();

const ROWS_PER_PAGE = 2;
const ids = (rows: readonly { readonly itemId: string }[]) => rows.map((row) => row.itemId).sort();

/** Pages of two rows; after the first one of these lists the user does something. */
function interrupted(happens: () => Promise<unknown>): ExchangeHttp {
  let isOver = false;
  return {
    async send(request, aborted) {
      const body = request.body?.replace(/(<m:MaxChangesReturned>)\d+/, `$1${ROWS_PER_PAGE}`);
      const answer = await bed.http.send(body === undefined ? request : { ...request, body }, aborted);
      if (isOver || !/<m:(FindItem|SyncFolderItems)\b/.test(body ?? '')) return answer;
      isOver = true;
      await happens();
      return answer;
    },
    close: () => Promise.resolve(),
  };
}

const options = (http: ExchangeHttp) => ({
  url: () => Promise.resolve(emulator.ewsUrl),
  http,
  impersonate: true,
  clock: bed.clock,
  log: silentLog,
  random: () => 0,
});

function targetOver(http: ExchangeHttp): MailboxTarget {
  const targets = createEwsTargets({ ...options(http), markCodec: jsonMarkCodec, folderMark });
  return targets.open(bed.mailbox, policyId, sampleFolder());
}

function sessionOver(http: ExchangeHttp): MailboxSession {
  return sessionOf(bed.mailbox, { ...options(http), client: createEwsClient(options(http)) });
}

async function storedIds(): Promise<readonly string[]> {
  return (await storedItems()).map(({ id }) => id.replaceAll('-', '+').replaceAll('_', '/')).sort();
}

describe('a folder that changes while it is read', () => {
  it('shows an item that is edited between two pages', async () => {
    const oldest = await write(1);
    for (const number of [2, 3, 4]) await write(number);
    const target = targetOver(interrupted(() => bed.user.editContact(oldest.itemId, { jobTitle: 'Boss' })));
    const { contacts } = await target.readFolder({ known: undefined, includeForeign: false }, signal);
    expect(ids(contacts)).toEqual(await storedIds());
    expect(contacts.find((one) => one.itemId === oldest.itemId)?.properties?.jobTitle).toBe('Boss');
  });

  it('twin: a single round of changes does not', async () => {
    const oldest = await write(1);
    for (const number of [2, 3, 4]) await write(number);
    const session = sessionOver(interrupted(() => bed.user.touchContact(oldest.itemId)));
    const round = await readChangesSince(session, jsonMarkCodec, folder.folderId, undefined, signal);
    expect(round?.changed.size).toBe(3);
    expect(round?.changed.has(oldest.itemId)).toBe(false);
  });
});

describe('a folder that changes while lost creations are looked for in it', () => {
  const lose = () =>
    control.addEwsFault({
      operation: 'CreateItem',
      action: { kind: 'soap-fault', code: 'ErrorServerBusy', isDone: true },
    });

  it('hides none of them when another item is deleted: nothing is made twice', async () => {
    const [first] = [await write(8), await write(9)];
    await control.setEwsSettings({ pageLimit: ROWS_PER_PAGE });
    const target = targetOver(interrupted(() => bed.user.deleteContact(first.itemId)));
    await lose();
    const [outcome] = await target.applyChanges([creation(1)], signal);
    expect(outcome?.status).toBe('applied');
    expect(await storedItems()).toHaveLength(2);
  });

  it('nor when one of them is edited already', async () => {
    const edit = async () => {
      // Made first, and so shown last.
      const [made] = await storedItems();
      await bed.user.editContact(itemId(made?.id ?? ''), { jobTitle: 'Boss' });
    };
    await lose();
    const outcomes = await targetOver(interrupted(edit)).applyChanges(creations(4), signal);
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('applied'));
    expect(await storedItems()).toHaveLength(4);
  });

  it('twin: pages by offset skip one', async () => {
    const [first] = [await write(8), await write(9), await write(1)];
    await control.setEwsSettings({ pageLimit: ROWS_PER_PAGE });
    const session = sessionOver(interrupted(() => bed.user.deleteContact(first.itemId)));
    const rows: ItemRow[] = [];
    for await (const row of listItems(session, jsonMarkCodec, folder.folderId, signal)) rows.push(row);
    expect(rows).toHaveLength(2);
    expect((await storedIds()).filter((id) => rows.some((row) => row.itemId === id))).toHaveLength(1);
  });
});
