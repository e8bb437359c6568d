// Answers that do not fit what was written: messages missing, too many or of other items, and a busy server that had done
// its work all the same. Whoever takes them by their place has a contact twice, or the version of another.

import { describe, expect, it } from 'vitest';
import { person, sampleFolder, sampleMark } from '../../../test/contract/sample.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import {
  bed,
  control,
  creations,
  folder,
  policyId,
  read,
  signal,
  storedItems,
  useEwsBench,
  write,
} from './testing/ews-bench.ts';
import { changingExchange } from './testing/exchange-between.ts';

useEwsBench();

type Change = (messages: readonly string[]) => readonly string[];

const first = (messages: readonly string[]) => messages[0] ?? '';
const CHANGES: readonly (readonly [string, Change])[] = [
  ['none', () => []],
  ['one missing at the beginning', (messages) => messages.slice(1)],
  ['one missing at the end', (messages) => messages.slice(0, -1)],
  ['one too many', (messages) => [first(messages), ...messages]],
  ['all of them twice', (messages) => [...messages, ...messages]],
];

/** The answers to an operation, once, with other messages than the server gave. */
function changed(operation: string, change: Change) {
  let isDone = false;
  const http = changingExchange(bed.http, (answer, request) => {
    if (isDone || !request.includes(`<m:${operation}`)) return undefined;
    isDone = true;
    const pattern = new RegExp(`<m:${operation}ResponseMessage .*?</m:${operation}ResponseMessage>`, 'gs');
    const messages = answer.match(pattern) ?? [];
    const [head = '', tail = ''] = answer.replace(pattern, '|').replace(/\|+/, '|').split('|');
    return `${head}${change(messages).join('')}${tail}`;
  });
  return bed.targetsOver(http).open(bed.mailbox, policyId, sampleFolder());
}

/** The message with the id in place of its own. */
const withIdOf = (message: string, other: string) =>
  message.replace(/<t:ItemId [^>]*>/, /<t:ItemId [^>]*>/.exec(other)?.[0] ?? '');

/** What the target believes, and what is there. */
async function expectTrue(changes: readonly TargetChange[], outcomes: readonly ChangeOutcome[]) {
  const { contacts } = await read();
  for (const [index, outcome] of outcomes.entries()) {
    const change = changes[index];
    if (outcome.status !== 'applied' || change === undefined || change.kind === 'delete') continue;
    const found = contacts.find(({ itemId }) => itemId === outcome.itemId);
    expect(found).toMatchObject({ version: outcome.version });
    if (change.kind === 'create') expect(found?.mark).toEqual(change.mark);
    else expect(outcome.itemId).toBe(change.itemId);
  }
}

async function updates(count: number): Promise<readonly TargetChange[]> {
  const changes: TargetChange[] = [];
  for (let number = 1; number <= count; number += 1) {
    const written = await write(number);
    const set = { jobTitle: 'Boss' };
    const mark = sampleMark(policyId, number, 2);
    changes.push({ kind: 'update', ...written, set, whole: person(number, set), mark });
  }
  return changes;
}

const applied = (outcomes: readonly ChangeOutcome[]) =>
  outcomes.filter(({ status }) => status === 'applied').length;

describe('of messages', () => {
  it.each(CHANGES)(
    '%s: the new contacts are found by their marks, and none is there twice',
    async (_, change) => {
      const all = creations(4);
      const outcomes = await changed('CreateItem', change).applyChanges(all, signal);
      expect(applied(outcomes)).toBe(4);
      expect(await storedItems()).toHaveLength(4);
      await expectTrue(all, outcomes);
    },
  );

  it.each(CHANGES)('%s: changed contacts are found by version and mark', async (_, change) => {
    const all = await updates(3);
    const target = changed('UpdateItem', change);
    await target.readFolder({ known: undefined, includeForeign: false }, signal);
    const outcomes = await target.applyChanges(all, signal);
    expect(applied(outcomes)).toBe(3);
    await expectTrue(all, outcomes);
  });

  it.each(CHANGES)('%s: deleted contacts are gone', async (_, change) => {
    const all = (await updates(3)).flatMap((one): readonly TargetChange[] =>
      one.kind === 'update'
        ? [{ kind: 'delete', itemId: one.itemId, version: one.version, mode: 'hard' }]
        : [],
    );
    const outcomes = await changed('DeleteItem', change).applyChanges(all, signal);
    expect(applied(outcomes)).toBe(3);
    expect(await storedItems()).toEqual([]);
  });

  const reading = async (change: Change) => {
    await updates(3);
    const target = changed('GetItem', change);
    return target.readFolder({ known: undefined, includeForeign: false }, signal);
  };

  it.each(CHANGES.filter(([, change]) => change(['a', 'b'])[0] !== 'b' && change(['a', 'b'])[1] !== 'a'))(
    '%s: what was read is asked for again',
    async (_, change) => {
      const { contacts } = await reading(change);
      const names = contacts.map(({ properties }) => properties?.displayName);
      expect(new Set(names)).toEqual(new Set(['Person 1', 'Person 2', 'Person 3']));
      expect(names).toHaveLength(3);
    },
  );

  it.each(CHANGES.filter(([, change]) => change(['a', 'b'])[0] === 'b' || change(['a', 'b'])[1] === 'a'))(
    '%s: nothing that was read is taken for another',
    async (_, change) => {
      const failure = await failureOf(reading(change));
      expect(failure).toMatchObject({ number: 12050, details: { code: 'itemOfAnother' } });
    },
  );
});

describe('ids of others', () => {
  it('two new contacts with one id: each is found by its mark', async () => {
    const all = creations(3);
    const target = changed('CreateItem', (messages) => [
      first(messages),
      ...messages.slice(1).map((one) => withIdOf(one, first(messages))),
    ]);
    const outcomes = await target.applyChanges(all, signal);
    expect(applied(outcomes)).toBe(3);
    await expectTrue(all, outcomes);
    expect(await storedItems()).toHaveLength(3);
  });

  it('changed contacts with each other’s ids: each is looked at', async () => {
    const all = await updates(3);
    const target = changed('UpdateItem', (messages) => messages.toReversed());
    await target.readFolder({ known: undefined, includeForeign: false }, signal);
    const outcomes = await target.applyChanges(all, signal);
    expect(applied(outcomes)).toBe(3);
    await expectTrue(all, outcomes);
  });

  it('contacts that are read in another order than asked: the mailbox fails, and nothing is taken for another', async () => {
    await updates(3);
    const target = changed('GetItem', (messages) => messages.toReversed());
    const reading = target.readFolder({ known: undefined, includeForeign: false }, signal);
    expect(await failureOf(reading)).toMatchObject({ number: 12050, details: { code: 'itemOfAnother' } });
  });

  it('a new contact without an id was written all the same', async () => {
    const all = creations(3);
    const target = changed('CreateItem', (messages) =>
      messages.map((one) => one.replace(/<t:ItemId [^>]*>/, '')),
    );
    const outcomes = await target.applyChanges(all, signal);
    expect(applied(outcomes)).toBe(3);
    await expectTrue(all, outcomes);
    expect(await storedItems()).toHaveLength(3);
  });
});

describe('a busy server behind another code', () => {
  const busy = (code: string) =>
    `<m:CreateItemResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>${code}</m:ResponseCode><m:MessageXml><t:Value Name="BackOffMilliseconds">5000</t:Value></m:MessageXml><m:Items/></m:CreateItemResponseMessage>`;

  it.each(['ErrorInternalServerError', 'ErrorTimeoutExpired'])(
    '%s, of contacts that were written: they are found and not written again',
    async (code) => {
      const all = creations(3);
      const target = changed('CreateItem', (messages) => [first(messages), busy(code), busy(code)]);
      const outcomes = await target.applyChanges(all, signal);
      expect(applied(outcomes)).toBe(3);
      expect(await storedItems()).toHaveLength(3);
      expect(bed.clock.sleptMs).toContain(5_000);
      await expectTrue(all, outcomes);
    },
  );

  it('twin: who says ErrorServerBusy is believed, and has the contact twice when it lies', async () => {
    const target = changed('CreateItem', (messages) => [...messages.slice(0, 2), busy('ErrorServerBusy')]);
    await target.applyChanges(creations(3), signal);
    expect(await storedItems()).toHaveLength(4);
  });

  it('leaves it open for the whole mailbox where nothing is found', async () => {
    await control.addEwsFault({
      operation: 'CreateItem',
      action: { kind: 'server-busy', backOffMilliseconds: 5_000, as: 'nested' },
    });
    const target = bed.targetsOver(bed.http).open(bed.mailbox, policyId, sampleFolder());
    // Thrown, so that nothing is counted as not carried out: the next try reads everything first.
    const failure = await failureOf(target.applyChanges(creations(3), signal));
    expect(failure).toMatchObject({ number: 12040, retryAfterMs: 5_000 });
    expect(await storedItems()).toEqual([]);
  });
});

it('A new name of the folder that the server refuses is told as that', async () => {
  const name = 'x'.repeat(257);
  const { folderId, name: from } = folder;
  const target = bed.targetsOver(bed.http).open(bed.mailbox, policyId, sampleFolder());
  const renaming = target.applyFolder({ kind: 'rename', key: '', folderId, from, name }, signal);
  await expect(renaming).rejects.toMatchObject({
    code: 'folderNameRefused',
    details: { folder: name, code: 'ErrorFolderSavePropertyError' },
  });
});
