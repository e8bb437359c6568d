// What a server, or something before it, does to requests, and what becomes of the contacts.

import { describe, expect, it } from 'vitest';
import { person, sampleFolder, sampleMark } from '../../../test/contract/sample.ts';
import { FAILURE_CODES } from '../../model/failure-codes.ts';
import type { TargetChange } from '../../model/plan.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import { silentLog } from '../../ports/log.ts';
import { basicSignIn, createExchangeHttp } from '../exchange-http/index.ts';
import { folderMark, jsonMarkCodec } from '../graph/testing/graph-test-bed.ts';
import { envelope } from './envelope.ts';
import { createEwsClient } from './ews-client.ts';
import { createEwsTargets } from './ews-mailbox-target.ts';
import { getFolder } from './folder-operations.ts';
import { READER_LIMITS, readSoap } from './soap-reader.ts';
import {
  apply,
  bed,
  control,
  creation,
  creations,
  emulator,
  folder,
  policyId,
  read,
  requests,
  requestsByOperation,
  signal,
  storedItems,
  target,
  useEwsBench,
  write,
} from './testing/ews-bench.ts';
import { countingExchange } from './testing/exchange-between.ts';
import { element } from './xml-writer.ts';

useEwsBench();

const statuses = (outcomes: readonly { readonly status: string }[]) =>
  Object.fromEntries(
    [...Map.groupBy(outcomes, ({ status }) => status)].map(([status, all]) => [status, all.length]),
  );

describe('a request', () => {
  it('names the mailbox in its anchor and brings back the cookie of its back end', async () => {
    const before = await control.ewsUsage();
    await write(1);
    await read();
    const after = await control.ewsUsage();
    expect(after.missingAnchors - before.missingAnchors).toBe(0);
    expect(after.wrongAnchors - before.wrongAnchors).toBe(0);
    expect(after.foreignCookies - before.foreignCookies).toBe(0);
    expect(after.ownCookies - before.ownCookies).toBeGreaterThan(2);
    expect(after.mailboxes[bed.address]?.mostAtOnce).toBe(1);
  });
});

describe('a busy server', () => {
  it.each(['fault', 'message'] as const)(
    'is left alone for as long as it says (%s), and no contact is doubled',
    async (as) => {
      await control.addEwsFault({
        operation: 'CreateItem',
        action: { kind: 'server-busy', backOffMilliseconds: 297_749, as },
      });
      const outcomes = await apply(...creations(3));
      expect(statuses(outcomes)).toEqual({ applied: 3 });
      expect(bed.clock.sleptMs).toContain(297_749);
      expect(await storedItems()).toHaveLength(3);
      expect(bed.targets.traffic.state()).toMatchObject({
        refusals: 1,
        waitedMs: 297_749,
        waitingUntil: undefined,
      });
    },
  );

  it('that had done the work all the same: it is found by its mark', async () => {
    await control.addEwsFault({
      operation: 'CreateItem',
      action: { kind: 'soap-fault', code: 'ErrorServerBusy', isDone: true },
    });
    expect(statuses(await apply(...creations(3)))).toEqual({ applied: 3 });
    expect(await storedItems()).toHaveLength(3);
  });

  it('that never stops being busy ends the mailbox as throttled', async () => {
    await control.addEwsFault({
      count: 'unlimited',
      action: { kind: 'server-busy', backOffMilliseconds: 240_000 },
    });
    const failure = await failureOf(read());
    expect(failure.code).toBe('throttledTooLong');
    expect(bed.clock.sleptMs.length).toBeLessThan(6);
  });

  it('without a wish is asked again later and later', async () => {
    await control.addEwsFault({
      count: 3,
      operation: 'FindFolder',
      action: { kind: 'too-many-connections' },
    });
    await read();
    const waits = bed.clock.sleptMs.filter((milliseconds) => milliseconds > 0);
    expect(waits).toHaveLength(3);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  });
});

describe('a batch', () => {
  it('holds 50 contacts at first and 100 when the server is quick', async () => {
    const seen = await requestsByOperation(async () => {
      for (let start = 0; start < 500; start += 100) {
        const numbers = Array.from({ length: 100 }, (_, index) => start + index + 1);
        expect(statuses(await apply(...numbers.map((number) => creation(number))))).toEqual({ applied: 100 });
      }
    });
    // 50, 50, 75, 25, 75, 25, then 100 each.
    expect(seen['CreateItem']).toBeLessThanOrEqual(8);
    expect(await storedItems()).toHaveLength(500);
  });

  it('shrinks when the server does not get through in time; the rest is sent again and nothing is doubled', async () => {
    await control.setEwsSettings({ mostItemsInTime: 20 });
    const { applied = 0, unknown = 0 } = statuses(await apply(...creations(100)));
    expect(applied + unknown).toBe(100);
    // Those at which the time ended may be under way: nobody knows whether they come. 50 and 25 were too many.
    expect(unknown).toBe(2);
    expect(await storedItems()).toHaveLength(applied);
  });

  it('that was stopped in the middle: one failed, the others were not tried and are sent again', async () => {
    await control.addEwsFault({
      operation: 'CreateItem',
      action: { kind: 'batch-stopped', afterItems: 4, code: 'ErrorInvalidPropertySet' },
    });
    const outcomes = await apply(...creations(10));
    expect(statuses(outcomes)).toEqual({ applied: 9, failed: 1 });
    expect(outcomes[4]).toMatchObject({ status: 'failed', failure: { code: 'contactRefused' } });
    expect(await storedItems()).toHaveLength(9);
  });

  it('that is refused for what one contact holds is halved until that one stands alone', async () => {
    const refused = { face: 'ews', bodyText: '<m:CreateItem[^]*Person 7<', count: 'unlimited' } as const;
    await control.addFault({
      ...refused,
      action: { kind: 'answer', status: 413, body: 'Request Entity Too Large' },
    });
    const outcomes = await apply(...creations(16));
    expect(statuses(outcomes)).toEqual({ applied: 15, failed: 1 });
    expect(outcomes[6]).toMatchObject({
      status: 'failed',
      failure: { code: 'contactRefused', details: { status: 413 } },
    });
  });

  it('after a full mailbox tells each contact, and the mailbox as a whole', async () => {
    await control.addEwsFault({
      count: 'unlimited',
      operation: 'CreateItem',
      action: { kind: 'quota-exceeded' },
    });
    expect((await failureOf(apply(...creations(3)))).code).toBe('mailboxFull');
  });
});

describe('an answer that is lost', () => {
  it.each([
    ['cut off', { kind: 'process-then-drop' }],
    ['cut in the middle', { kind: 'answer-cut' }],
  ] as const)('%s: unknown, never sent twice', async (_name, action) => {
    await control.addFault({ face: 'ews', bodyText: '<m:CreateItem', action });
    const { applied = 0, unknown = 0 } = statuses(await apply(...creations(5)));
    // What was read before the cut is known.
    expect(applied + unknown).toBe(5);
    expect(unknown).toBeGreaterThan(2);
    expect(await storedItems()).toHaveLength(5);
  });

  it('because it is no XML: unknown as well', async () => {
    await control.addEwsFault({ operation: 'CreateItem', action: { kind: 'malformed-xml' } });
    const outcomes = await apply(...creations(5));
    expect(outcomes.every(({ status }) => status === 'applied' || status === 'unknown')).toBe(true);
    expect(await storedItems()).toHaveLength(5);
  });

  it('with the server failing after the work: found by its mark', async () => {
    await control.addEwsFault({
      operation: 'CreateItem',
      action: { kind: 'soap-fault', code: 'ErrorInternalServerTransientError', isDone: true },
    });
    expect(statuses(await apply(...creations(5)))).toEqual({ applied: 5 });
    expect(await storedItems()).toHaveLength(5);
  });

  it('of an update: found by version and mark, not written again', async () => {
    const written = await write(1);
    await control.addEwsFault({
      operation: 'UpdateItem',
      action: { kind: 'soap-fault', code: 'ErrorTimeoutExpired', isDone: true },
    });
    const set = { jobTitle: 'Boss' };
    const change: TargetChange = {
      kind: 'update',
      ...written,
      set,
      whole: person(1, set),
      mark: sampleMark(policyId, 1, 2),
    };
    const seen = await requestsByOperation(async () => {
      const [outcome] = await apply(change);
      const [stored] = (await read()).contacts;
      expect(outcome).toEqual({ status: 'applied', itemId: written.itemId, version: stored?.version });
    });
    expect(seen['UpdateItem']).toBe(1);
  });

  it('of a deletion: gone is what was wanted', async () => {
    const written = await write(1);
    await control.addEwsFault({
      operation: 'DeleteItem',
      action: { kind: 'soap-fault', code: 'ErrorInternalServerTransientError', isDone: true },
    });
    expect(statuses(await apply({ kind: 'delete', ...written, mode: 'hard' }))).toEqual({ applied: 1 });
  });

  it('of a reading is asked for again', async () => {
    await write(1);
    await control.addFault({ face: 'ews', bodyText: '<m:SyncFolderItems', action: { kind: 'answer-cut' } });
    await control.addEwsFault({ operation: 'FindFolder', action: { kind: 'malformed-xml' } });
    await control.addEwsFault({ operation: 'GetItem', action: { kind: 'items-unreadable', every: 1 } });
    expect((await read()).contacts).toHaveLength(1);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['a document type with entities', { kind: 'document-type' }, 'unreadableExchangeAnswer'],
    ['a sign-in page', { kind: 'sign-in-page' }, 'notExchangeWebServices'],
  ] as const)('%s', async (_name, action, code) => {
    await control.addEwsFault({ count: 'unlimited', operation: 'FindFolder', action });
    expect((await failureOf(read())).code).toBe(code);
  });

  const contacts = element('t:DistinguishedFolderId', { Id: 'contacts' });
  const huge = { operation: 'GetFolder', action: { kind: 'huge-answer', megabytes: 50 } } as const;

  it.each([false, true])(
    'of 50 MB in one message is not read to its end (compressed: %s)',
    async (compress) => {
      await control.setEwsSettings({ compress });
      await control.addEwsFault(huge);
      const http = countingExchange(bed.http);
      const url = () => Promise.resolve(emulator.ewsUrl);
      const options = { url, http, impersonate: true, clock: bed.clock, log: silentLog, random: () => 0 };
      const asked = createEwsClient(options).ask(
        { key: 'a', address: bed.address },
        getFolder(contacts),
        signal,
      );
      expect(await failureOf(asked)).toMatchObject({
        code: 'unreadableExchangeAnswer',
        details: { tooLarge: true },
      });
      expect(http.bytes()).toBeGreaterThan(READER_LIMITS.messageSize);
      expect(http.bytes()).toBeLessThan(READER_LIMITS.messageSize + 1_000_000);
    },
  );

  it('twin: what nobody bounds is read to its end', async () => {
    await control.addEwsFault({ ...huge, action: { kind: 'huge-answer', megabytes: 10 } });
    const http = countingExchange(bed.http);
    const { body } = await http.send(
      {
        method: 'POST',
        url: emulator.ewsUrl,
        headers: { 'content-type': 'text/xml' },
        body: envelope(getFolder(contacts), bed.address),
        timeBudgetMs: 120_000,
        isSafeToRepeat: true,
      },
      signal,
    );
    const limits = { ...READER_LIMITS, messageSize: Number.POSITIVE_INFINITY };
    for await (const { kind } of readSoap(body, { limits })) expect(kind).toBe('message');
    expect(http.bytes()).toBeGreaterThan(READER_LIMITS.messageSize + 1_000_000);
  });

  it('of a page that is too large is asked for in smaller ones', async () => {
    await write(1);
    await control.addEwsFault({
      count: 2,
      operation: 'SyncFolderItems',
      action: { kind: 'huge-answer', megabytes: 9 },
    });
    expect((await read()).contacts).toHaveLength(1);
  });

  it('with characters that XML forbids is read without them', async () => {
    await write(1, person(1, { jobTitle: 'Boss' }));
    for (const operation of ['SyncFolderItems', 'GetItem'])
      await control.addEwsFault({ operation, action: { kind: 'damaged-characters' } });
    expect((await read()).contacts[0]?.properties).toMatchObject({
      displayName: 'Person 1',
      jobTitle: 'Boss',
    });
  });
});

describe('a refusal', () => {
  it.each([
    ['impersonation-denied', 'impersonationDenied'],
    ['mailbox-gone', 'mailboxNotProvisioned'],
    ['password-expired', 'exchangeAccountUnusable'],
    ['account-disabled', 'exchangeAccountUnusable'],
    ['access-denied-here', 'mailboxAccessDenied'],
    ['mailbox-moving', 'serviceUnavailable'],
  ] as const)('%s is %s for reading and writing', async (kind, code) => {
    await write(1);
    await control.addEwsFault({ count: 'unlimited', action: { kind } });
    expect((await failureOf(read())).code).toBe(code);
    expect((await failureOf(apply(creation(2)))).code).toBe(code);
    expect(await storedItems()).toHaveLength(1);
  });

  it('of impersonation names the cmdlet that grants it', () => {
    expect(FAILURE_CODES.impersonationDenied.en.remedy).toMatch(
      /New-ManagementRoleAssignment .*ApplicationImpersonation/,
    );
  });

  it('after a part was written tells the part, and fails the rest', async () => {
    const written = await write(1);
    await control.addEwsFault({ operation: 'UpdateItem', action: { kind: 'impersonation-denied' } });
    const set = { jobTitle: 'Boss' };
    const change: TargetChange = {
      kind: 'update',
      ...written,
      set,
      whole: person(1, set),
      mark: sampleMark(policyId, 1, 2),
    };
    const outcomes = await apply(creation(2), change);
    expect(outcomes).toMatchObject([
      { status: 'applied' },
      { status: 'failed', failure: { code: 'impersonationDenied' } },
    ]);
  });

  it('of the account itself: really without the role, and by a wrong password tried once', async () => {
    const account = await control.addAccount('powerless');
    const open = (password: string) => {
      const http = createExchangeHttp({
        signIn: basicSignIn({ account: account.userName, password }),
        additionalCa: emulator.caPem,
        log: silentLog,
        clock: bed.clock,
        random: () => 0,
      });
      const targets = createEwsTargets({
        url: () => Promise.resolve(emulator.ewsUrl),
        http,
        markCodec: jsonMarkCodec,
        folderMark,
        impersonate: true,
        log: silentLog,
        clock: bed.clock,
        random: () => 0,
      });
      return { http, readings: () => [1, 2, 3].map(() => failureOf(targets.scan(bed.mailbox, signal))) };
    };
    const powerless = open(account.password);
    for (const reading of powerless.readings()) expect((await reading).code).toBe('impersonationDenied');
    await powerless.http.close();
    const wrong = open('guess');
    for (const reading of wrong.readings()) expect((await reading).code).toBe('exchangeSignInRefused');
    await wrong.http.close();
    expect((await control.account(account.userName)).failedSignIns).toBe(1);
  });
});

describe('without impersonation', () => {
  it('the owner of a mailbox works in it with the rights of its own', async () => {
    const { userName, password } = await control.account(bed.address);
    const http = createExchangeHttp({
      signIn: basicSignIn({ account: userName, password }),
      additionalCa: emulator.caPem,
      log: silentLog,
      clock: bed.clock,
      random: () => 0,
    });
    const targets = createEwsTargets({
      url: () => Promise.resolve(emulator.ewsUrl),
      http,
      markCodec: jsonMarkCodec,
      folderMark,
      impersonate: false,
      log: silentLog,
      clock: bed.clock,
      random: () => 0,
    });
    const own = targets.open(bed.mailbox, policyId, sampleFolder());
    expect(statuses(await own.applyChanges([creation(1)], signal))).toEqual({ applied: 1 });
    const { contacts } = await own.readFolder({ known: undefined, includeForeign: false }, signal);
    await http.close();
    expect(contacts.map(({ mark }) => mark)).toEqual([sampleMark(policyId, 1)]);
  });
});

describe('a folder of ours', () => {
  it('is read and written in the same requests whoever else has folders in Contacts', async () => {
    for (let number = 0; number < 5; number += 1) await bed.user.createFolder(`Private ${number}`);
    await write(1);
    // One lists the folders, one the changes, one opens the contact.
    expect(await requests(() => read())).toBe(3);
  });

  it('that was just made is not looked for again before contacts are written into it', async () => {
    const sub = await target.applyFolder(
      { kind: 'create', key: 'contoso.example', name: 'contoso.example' },
      signal,
    );
    const change = { ...creation(1), folderId: sub?.folderId ?? folder.folderId } as TargetChange;
    expect(await requestsByOperation(() => apply(change))).toEqual({ CreateItem: 1 });
  });
});
