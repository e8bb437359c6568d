// By the service's clock, which the test moves: a stamp is only relied upon after a while.

import { describe, expect, it } from 'vitest';
import { person, sampleFolder, sampleMark, samplePolicyId } from '../../../test/contract/sample.ts';
import { folderId, type ItemId } from '../../model/ids.ts';
import type { LedgerRecord } from '../../model/ledger-record.ts';
import type { FolderSnapshot } from '../../model/mailbox.ts';
import type { TargetChange } from '../../model/plan.ts';
import { silentLog } from '../../ports/log.ts';
import { isUntouchedSince, stampOf } from '../contact-folder/folder-stamp.ts';
import { decodeSyncToken, encodeSyncToken } from '../contact-folder/sync-token.ts';
import { STAMP_RULES } from './folder-stamp.ts';
import { createGraphTargets } from './graph-mailbox-target.ts';
import { TOKEN_FORMAT } from './read-folder.ts';
import {
  bed,
  control,
  emulator,
  folder,
  innerRequests,
  ledgerAfter,
  policyId,
  signal,
  useGraphBench,
  write,
} from './testing/graph-bench.ts';
import { folderMark, jsonMarkCodec } from './testing/graph-test-bed.ts';

useGraphBench();

const read = (known?: LedgerRecord): Promise<FolderSnapshot> =>
  createGraphTargets({
    client: bed.client,
    markCodec: jsonMarkCodec,
    folderMark,
    log: silentLog,
    clock: emulator.clock,
  })
    .open(bed.mailbox, policyId, sampleFolder())
    .readFolder({ known, includeForeign: false }, signal);

const MINUTE = 60_000;

/** Two contacts, and a record whose stamp may be relied upon. */
async function settled(): Promise<{ known: LedgerRecord; first: ItemId; second: ItemId }> {
  const first = await write(1);
  const second = await write(2);
  await control.advanceClock(MINUTE);
  return { known: ledgerAfter(await read()), first: first.itemId, second: second.itemId };
}

describe('an unchanged mailbox', () => {
  it('costs one request, again and again', async () => {
    let { known } = await settled();
    for (let run = 0; run < 3; run += 1) {
      await control.advanceClock(30 * MINUTE);
      expect(
        await innerRequests(async () => {
          const snapshot = await read(known);
          expect(snapshot.contacts).toHaveLength(2);
          expect(snapshot.isFullReading).toBe(false);
          known = ledgerAfter(snapshot);
        }),
      ).toBe(1);
    }
  });

  it('also in a folder with many contacts of another policy, which are all in sight', async () => {
    const { first } = await settled();
    const other = bed.targets.open(bed.mailbox, samplePolicyId(2), sampleFolder());
    for (const start of [0, 20, 40]) {
      const changes = Array.from({ length: 20 }, (_, index): TargetChange => {
        const number = 100 + start + index;
        const mark = sampleMark(samplePolicyId(2), number);
        return { kind: 'create', folderId: folder.folderId, properties: person(number), mark };
      });
      await other.applyChanges(changes, signal);
    }
    await control.advanceClock(MINUTE);
    const known = ledgerAfter(await read());
    await control.advanceClock(30 * MINUTE);
    expect(
      await innerRequests(async () => {
        const snapshot = await read(known);
        expect(snapshot.isFullReading).toBe(false);
        expect(snapshot.contacts).toHaveLength(62);
        expect(await read(ledgerAfter(snapshot))).toEqual(snapshot);
      }),
    ).toBe(2);
    // One of them that goes and one of ours that changes are told by one round.
    const [theirs] = known.others ?? [];
    if (theirs === undefined) throw new Error('nothing of the other policy');
    await bed.user.deleteContact(theirs.itemId);
    await bed.user.editContact(first, { jobTitle: 'x' });
    const changed = await read(known);
    expect(changed.isFullReading).toBe(false);
    expect(changed.contacts).toHaveLength(61);
    expect(changed.contacts.map(({ itemId }) => itemId)).not.toContain(theirs.itemId);
  });

  it('is asked for changes all the same once a week', async () => {
    const { known } = await settled();
    await control.advanceClock(7 * 24 * 60 * MINUTE);
    let next: LedgerRecord | undefined;
    expect(
      await innerRequests(async () => {
        next = ledgerAfter(await read(known));
      }),
    ).toBe(2);
    expect(await innerRequests(() => read(next))).toBe(1);
  });

  it('costs two requests while the last change is fresh, or where the service tells no time', async () => {
    await write(1);
    const known = ledgerAfter(await read());
    expect(await innerRequests(() => read(known))).toBe(2);
  });
});

describe('what happens in a folder is noticed', () => {
  it.each<readonly [string, (contacts: { first: ItemId; second: ItemId }) => Promise<unknown>]>([
    ['an edit', ({ first }) => bed.user.editContact(first, { jobTitle: 'Chief' })],
    ['a deletion', ({ second }) => bed.user.deleteContact(second)],
    [
      'a contact dragged out',
      async ({ first }) => bed.user.moveContact(first, await bed.user.contactsFolder()),
    ],
    ['a contact of the user', () => bed.user.addContact(person(7), folder.folderId)],
    [
      'one deleted and one added',
      async ({ first }) => {
        await bed.user.deleteContact(first);
        await bed.user.addContact(person(7), folder.folderId);
      },
    ],
  ])('%s', async (_, happens) => {
    const { known, ...contacts } = await settled();
    await control.advanceClock(MINUTE);
    await happens(contacts);
    await control.advanceClock(MINUTE);
    const byStamp = await read(known);
    const inFull = await read();
    const seen = ({ contacts: all, foreignCount }: FolderSnapshot) => ({
      versions: all.map(({ itemId, version }) => `${itemId} ${version}`).sort(),
      foreignCount,
    });
    expect(seen(byStamp)).toEqual(seen(inFull));
    expect(seen(byStamp)).not.toEqual({
      versions: known.entries.map(({ itemId, version }) => `${itemId} ${version}`).sort(),
      foreignCount: known.foreignCount,
    });
  });

  it('the folder deleted, renamed, moved', async () => {
    const { known } = await settled();
    await control.advanceClock(MINUTE);
    await bed.user.renameFolder(folder.folderId, 'Mine');
    expect((await read(known)).folders[0]?.name).toBe('Mine');
    await bed.user.deleteFolder(folder.folderId);
    expect((await read(known)).folders).toEqual([]);
  });
});

describe('a stamp', () => {
  const at = (text: string) => new Date(`2026-11-02T${text}Z`);
  const told = { lastCommit: '2026-11-02T08:00:00Z', itemCount: 5 };
  const listed = { ...told, folderId: folderId('folder'), answeredAt: at('09:00:00') };

  it('is not taken within ten seconds of the last change: a second one in the same second would not show', () => {
    const now = at('12:00:00');
    const answered = (time: string) => stampOf({ ...listed, answeredAt: at(time) }, STAMP_RULES, now);
    expect(answered('08:00:09')).toBeUndefined();
    expect(answered('08:00:10')).toEqual({ ...told, roundAt: now.toISOString() });
    expect(answered('07:59:00')).toBeUndefined();
    expect(stampOf({ ...listed, answeredAt: undefined }, STAMP_RULES, now)).toBeUndefined();
    expect(stampOf({ ...listed, lastCommit: undefined }, STAMP_RULES, now)).toBeUndefined();
    expect(stampOf({ ...listed, lastCommit: 'soon' }, STAMP_RULES, now)).toBeUndefined();
  });

  it('is relied upon for some days, and not by a clock that was set back', () => {
    const stamp = stampOf(listed, STAMP_RULES, at('09:00:00'));
    expect(isUntouchedSince(stamp, listed, STAMP_RULES, at('09:00:00'))).toBe(true);
    expect(isUntouchedSince(stamp, { ...listed, itemCount: 4 }, STAMP_RULES, at('09:30:00'))).toBe(false);
    expect(
      isUntouchedSince(stamp, { ...listed, lastCommit: '2026-11-02T08:00:01Z' }, STAMP_RULES, at('09:30:00')),
    ).toBe(false);
    expect(isUntouchedSince(stamp, listed, STAMP_RULES, at('08:59:59'))).toBe(false);
    expect(isUntouchedSince(stamp, listed, STAMP_RULES, new Date('2026-11-09T09:00:00Z'))).toBe(false);
    expect(isUntouchedSince(stamp, listed, STAMP_RULES, new Date('2026-11-06T08:59:59Z'))).toBe(true);
    expect(isUntouchedSince(undefined, listed, STAMP_RULES, at('09:00:00'))).toBe(false);
  });

  it('survives in the sync token', () => {
    const token = {
      position: 'https://graph.example.com/delta',
      foreignCount: 1,
      otherItems: 0,
      others: [],
      ofOtherPolicies: 0,
      stamp: stampOf(listed, STAMP_RULES, at('09:00:00')),
    };
    expect(decodeSyncToken(encodeSyncToken(token, TOKEN_FORMAT) ?? '', TOKEN_FORMAT)).toEqual(token);
    const without = { ...token, stamp: undefined };
    expect(decodeSyncToken(encodeSyncToken(without, TOKEN_FORMAT) ?? '', TOKEN_FORMAT)).toEqual(without);
  });
});
