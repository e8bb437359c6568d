// The client over answers that no emulator gives.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import { silentLog } from '../../ports/log.ts';
import { impatientClock } from '../graph/testing/graph-test-bed.ts';
import { createEwsClient } from './ews-client.ts';
import { CODE_FAILURES, STATUS_FAILURES } from './failures.ts';
import { LONGEST_WAIT_MS } from './pace.ts';
import { signal } from './testing/ews-bench.ts';
import {
  answer,
  answerOf,
  done,
  HEAD,
  refused,
  type ScriptedAnswer,
  scriptedExchange,
  TAIL,
} from './testing/scripted-exchange.ts';
import { descend } from './xml-element.ts';
import { element } from './xml-writer.ts';

const ALICE = { key: 'alice', address: 'alice@contoso.example' };
const BOB = { key: 'bob', address: 'bob@contoso.example' };
const OPERATION = element('m:GetItem');

function opened(answers: readonly ScriptedAnswer[], impersonate = true) {
  const http = scriptedExchange(...answers);
  const clock = impatientClock();
  const url = () => Promise.resolve('https://mail.contoso.example/EWS/Exchange.asmx');
  const client = createEwsClient({ url, http, impersonate, clock, log: silentLog, random: () => 0 });
  const texts = (count: number, mailbox = ALICE) =>
    client.askEach(
      mailbox,
      Array.from({ length: count }, (_, index) => index),
      () => OPERATION,
      ({ element: message, code }) => descend(message, 'Items', 'Body')?.text ?? code,
      signal,
    );
  return { http, clock, client, texts };
}

const text = (value: string) => done(`<t:Body>${value}</t:Body>`);

describe('a request', () => {
  it('is for one mailbox: impersonated, anchored, with its key', async () => {
    const { http, texts } = opened([{ body: answer(text('a')) }]);
    await texts(1);
    const [sent] = http.sent;
    expect(sent).toMatchObject({ mailboxKey: 'alice', isSafeToRepeat: true });
    expect(sent?.headers).toMatchObject({
      'x-anchormailbox': ALICE.address,
      'content-type': 'text/xml; charset=utf-8',
    });
    expect(sent?.body).toContain('<t:RequestServerVersion Version="Exchange2013_SP1"/>');
    expect(sent?.body).toContain(`<t:PrimarySmtpAddress>${ALICE.address}</t:PrimarySmtpAddress>`);
  });

  it('without impersonation names nobody in its header', async () => {
    const { http, texts } = opened([{ body: answer(text('a')) }], false);
    await texts(1);
    expect(http.sent[0]?.body).not.toContain('Impersonation');
  });

  it('that writes is never repeated by itself', async () => {
    const { http, client } = opened([{ body: new Failure('answerLost') }]);
    expect(await client.write(ALICE, OPERATION, 1, signal)).toMatchObject({ kind: 'lost', messages: [] });
    expect(http.sent).toHaveLength(1);
    expect(http.sent[0]?.isSafeToRepeat).toBe(false);
  });
});

describe('a server that does not answer', () => {
  const lost = () => new Failure('answerLost');

  it('is tried six times by a run', async () => {
    const { http, texts } = opened([{ body: lost() }]);
    expect((await failureOf(texts(1))).code).toBe('answerLost');
    expect(http.sent).toHaveLength(6);
    expect(http.sent[0]).not.toHaveProperty('mostTries');
  });

  it('is tried once, for a minute, by who sits before it', async () => {
    const http = scriptedExchange({ body: lost() });
    const client = createEwsClient({
      url: () => Promise.resolve('https://mail.contoso.example/EWS/Exchange.asmx'),
      http,
      impersonate: false,
      isWaitedFor: true,
      clock: impatientClock(),
      log: silentLog,
      random: () => 0,
    });
    expect((await failureOf(client.ask(ALICE, OPERATION, signal))).code).toBe('answerLost');
    expect(http.sent).toMatchObject([{ mostTries: 1, timeBudgetMs: 60_000 }]);
  });
});

describe('an answer', () => {
  it('of 50 MB is decoded while it arrives; no message is kept', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const given: WeakRef<object>[] = [];
    let alive = Number.POSITIVE_INFINITY;
    const long = text('x'.repeat(500_000));
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(HEAD);
      for (let count = 0; count < 100; count += 1) {
        yield Buffer.from(long);
        if (count !== 90) continue;
        // A reference that was just made lives until its turn ends.
        await new Promise((resolve) => setImmediate(resolve));
        collect();
        alive = given.filter((reference) => reference.deref() !== undefined).length;
      }
      yield Buffer.from(TAIL);
    }
    const { client } = opened([{ body: body() }]);
    const lengths = await client.askEach(
      ALICE,
      Array.from({ length: 100 }, (_, index) => index),
      () => OPERATION,
      ({ element: message }) => {
        given.push(new WeakRef(message));
        return descend(message, 'Items', 'Body')?.text.length;
      },
      signal,
    );
    expect(new Set(lengths)).toEqual(new Set([500_000]));
    expect(alive).toBeLessThan(5);
  });

  it('that is cut: what arrived is kept, the rest is asked for again, in order', async () => {
    const { http, texts } = opened([
      { body: `${HEAD}${text('a')}${text('b')}` },
      { body: answer(text('c'), text('d')) },
    ]);
    expect(await texts(4)).toEqual(['a', 'b', 'c', 'd']);
    expect(http.sent).toHaveLength(2);
  });

  it.each([
    ['none', []],
    ['fewer', ['a']],
    ['more', ['a', 'b', 'c']],
  ])(
    'with %s messages than asked is asked for once more, and nothing of it is used',
    async (_name, given) => {
      const { http, texts } = opened([{ body: answer(...given.map(text)) }]);
      const failure = await failureOf(texts(2));
      expect(failure).toMatchObject({ number: 13041, details: { reason: 'wrong number of messages' } });
      expect(http.sent).toHaveLength(2);
    },
  );

  it('with the wrong number of messages once is asked for again, all of it', async () => {
    const { texts } = opened([{ body: answer(text('b')) }, { body: answer(text('a'), text('b')) }]);
    expect(await texts(2)).toEqual(['a', 'b']);
  });

  it('that never ends is given up after the first message too many', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(HEAD);
      for (; given < 100_000; given += 1) yield Buffer.from(text('a'));
    }
    const { client } = opened([{ body: endless() }]);
    expect(await client.write(ALICE, OPERATION, 2, signal)).toMatchObject({
      kind: 'lost',
      isOver: true,
      messages: [],
    });
    expect(given).toBe(2);
  });

  it('that is too large is asked for in parts: what arrived is kept, and one that is alone fails at once', async () => {
    const large = done('<t:a/>'.repeat(60_000));
    const { http, clock, texts } = opened([
      { body: answer(text('a'), text('b'), large, text('d')) },
      { body: answer(large) },
    ]);
    const failure = await failureOf(texts(4));
    expect(failure).toMatchObject({
      number: 13041,
      details: { tooLarge: true, reason: 'too many elements' },
    });
    // The third and fourth together, then nothing: half of two is the one that is too large.
    expect(http.sent).toHaveLength(2);
    expect(clock.sleptMs).toHaveLength(1);
  });

  it('to another operation is not taken, neither for reading nor for writing', async () => {
    const { client, texts } = opened([{ body: answerOf('UpdateItem', text('a')) }]);
    expect((await failureOf(texts(1))).code).toBe('unreadableExchangeAnswer');
    expect(await client.write(ALICE, OPERATION, 1, signal)).toMatchObject({ kind: 'lost', messages: [] });
  });

  it('that breaks off is lost, whatever the network calls it', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(HEAD);
      throw new Failure('exchangeServerConnection', { details: { host: 'mail.contoso.example' } });
    }
    const { client } = opened([{ body: broken() }]);
    expect(await client.write(ALICE, OPERATION, 1, signal)).toMatchObject({
      kind: 'lost',
      failure: { code: 'answerLost', details: { code: 'exchangeServerConnection' } },
    });
  });

  it.each([
    'ErrorItemNotFound',
    'ErrorIrresolvableConflict',
    'ErrorPropertyValidationFailure',
    'ErrorItemCorrupt',
  ])('of one message that says %s does not stand for all inputs', async (code) => {
    const { client } = opened([{ body: answer(refused(code)) }]);
    expect(await client.write(ALICE, OPERATION, 3, signal)).toMatchObject({ kind: 'lost', isOver: true });
  });

  it.each([
    ['Success', 'ErrorItemSave'],
    ['Error', 'NoError'],
    ['Warning', 'NoError'],
  ])('of class %s with %s contradicts itself: it may have been done', async (messageClass, code) => {
    const contradiction = refused(code).replace('"Error"', `"${messageClass}"`);
    const { client } = opened([{ body: answer(contradiction) }]);
    expect(await client.write(ALICE, OPERATION, 1, signal)).toMatchObject({
      messages: [{ refusal: { reaction: 'transient', failure: { code: 'unexpectedAnswer' } } }],
    });
  });

  it('of one message that refuses stands for all inputs', async () => {
    const { texts } = opened([{ body: answer(refused('ErrorNonExistentMailbox')) }]);
    expect((await failureOf(texts(3))).code).toBe('mailboxNotProvisioned');
  });

  it('that refuses single inputs leaves the others; those that were not tried are asked for again', async () => {
    const stopped = refused('ErrorBatchProcessingStopped').replace('"Error"', '"Warning"');
    const { texts } = opened([
      { body: answer(text('a'), refused('ErrorItemNotFound'), stopped, stopped) },
      { body: answer(text('c'), text('d')) },
    ]);
    expect(await texts(4)).toEqual(['a', 'ErrorItemNotFound', 'c', 'd']);
  });

  it('that hides a busy server behind another code is waited for, by all mailboxes', async () => {
    const wish = '<m:MessageXml><t:Value Name="BackOffMilliseconds">120000</t:Value></m:MessageXml>';
    const { clock, texts, client } = opened([
      { body: answer(text('a')) },
      { body: answer(refused('ErrorInternalServerError', wish)) },
      { body: answer(text('b')) },
    ]);
    await texts(1);
    const [alice, bob] = await Promise.all([texts(1), texts(1, BOB)]);
    expect([alice, bob]).toEqual([['b'], ['b']]);
    expect(clock.sleptMs[0]).toBe(120_000);
    expect(client.traffic.state()).toMatchObject({ refusals: 1, waitedMs: 120_000 });
  });

  it.each([
    'ErrorInternalServerError',
    'ErrorTimeoutExpired',
    'ErrorMailboxStoreUnavailable',
    'ErrorOfTomorrow',
  ])('that hides a busy server behind %s leaves open whether a write was carried out', async (code) => {
    const wish = '<t:Value Name="BackOffMilliseconds">120000</t:Value>';
    const fault = `<s:Fault><faultcode>${code}</faultcode><detail><ResponseCode>${code}</ResponseCode><t:MessageXml>${wish}</t:MessageXml></detail></s:Fault>`;
    const asFault = answer().replace(/<m:GetItemResponse>.*<\/m:GetItemResponse>/, fault);
    const asMessage = answer(text('a'), refused(code, `<m:MessageXml>${wish}</m:MessageXml>`));
    const refusal = { reaction: 'transient', backOffMs: 120_000, failure: { code: 'throttledTooLong' } };
    const { client } = opened([{ status: 500, body: asFault }, { body: asMessage }]);
    expect(await client.write(ALICE, OPERATION, 2, signal)).toMatchObject({ kind: 'refused', refusal });
    expect(await client.write(ALICE, OPERATION, 2, signal)).toMatchObject({
      messages: [{ refusal: undefined }, { refusal }],
    });
  });

  const FIRST_WAIT_MS = 1_000;
  it.each([
    ['1500', 1_500],
    ['0.4', 1],
    ['1500.2', 1_501],
    ['0', FIRST_WAIT_MS],
    ['', FIRST_WAIT_MS],
    ['-5000', FIRST_WAIT_MS],
    ['NaN', FIRST_WAIT_MS],
    ['Infinity', FIRST_WAIT_MS],
    ['1e9', FIRST_WAIT_MS],
    ['0x7fffffff', FIRST_WAIT_MS],
  ])('that asks for %s milliseconds is waited for %d', async (stated, expected) => {
    const wish = `<m:MessageXml><t:Value Name="BackOffMilliseconds">${stated}</t:Value></m:MessageXml>`;
    const { clock, texts } = opened([
      { body: answer(refused('ErrorServerBusy', wish)) },
      { body: answer(text('a')) },
    ]);
    expect(await texts(1)).toEqual(['a']);
    expect(clock.sleptMs).toEqual([expected]);
  });

  it.each(['99999999999999', '9'.repeat(400)])(
    'that asks for %s milliseconds is not waited for: a failure says until when, and then it is asked again',
    async (stated) => {
      const wish = `<m:MessageXml><t:Value Name="BackOffMilliseconds">${stated}</t:Value></m:MessageXml>`;
      const { http, clock, client, texts } = opened([
        { body: answer(refused('ErrorServerBusy', wish)) },
        { body: answer(text('a')) },
      ]);
      expect(await failureOf(texts(1))).toMatchObject({ number: 12040, retryAfterMs: LONGEST_WAIT_MS });
      expect(client.traffic.state().waitingUntil).toBe('2026-11-02T09:00:00.000Z');
      expect(clock.sleptMs).toEqual([]);
      await clock.sleep(LONGEST_WAIT_MS);
      expect(await texts(1)).toEqual(['a']);
      expect(http.sent).toHaveLength(2);
    },
  );

  const NO_WAIT_STATED = [1_000];
  it.each([
    ['30', [30_000]],
    ['0.5', [500]],
    ['0', NO_WAIT_STATED],
    ['-30', NO_WAIT_STATED],
    ['soon', NO_WAIT_STATED],
    ['Mon, 02 Nov 2026 08:00:40 GMT', [40_000]],
    ['Sun, 01 Nov 2026 08:00:00 GMT', NO_WAIT_STATED],
  ] as const)('of a gateway that says Retry-After: %s is waited for', async (header, expected) => {
    const { clock, texts } = opened([
      { status: 503, headers: { 'content-type': 'text/html', 'retry-after': header }, body: '<html>' },
      { body: answer(text('a')) },
    ]);
    expect(await texts(1)).toEqual(['a']);
    expect(clock.sleptMs).toEqual(expected);
  });

  it.each(['99999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'of a gateway that says Retry-After: %s is a failure with an end',
    async (header) => {
      const headers = { 'content-type': 'text/html', 'retry-after': header };
      const { client, texts } = opened([
        { status: 503, headers, body: '<html>' },
        { body: answer(text('a')) },
      ]);
      expect(await failureOf(texts(1))).toMatchObject({ retryAfterMs: LONGEST_WAIT_MS });
      expect(client.traffic.state().waitingUntil).toBe('2026-11-02T09:00:00.000Z');
    },
  );

  it.each([
    [404, 'notExchangeWebServices'],
    [302, 'notExchangeWebServices'],
    [403, 'mailboxAccessDenied'],
    [418, 'unexpectedAnswer'],
    [500, 'serviceUnavailable'],
  ] as const)('with status %d and no SOAP is %s', async (status, code) => {
    const { texts } = opened([{ status, headers: { 'content-type': 'text/html' }, body: '<html>' }]);
    const failure = await failureOf(texts(1));
    expect(failure.code).toBe(code);
    expect(failure.details['status']).toBe(status);
    expect(failure.requestId).toBeDefined();
  });

  it('with status 200 that is a page of somebody else is no answer of Exchange', async () => {
    for (const contentType of ['text/html', 'text/xml']) {
      const { http, texts } = opened([
        { headers: { 'content-type': contentType }, body: '<html><body/></html>' },
      ]);
      expect((await failureOf(texts(1))).code).toBe('notExchangeWebServices');
      expect(http.sent).toHaveLength(1);
    }
  });
});

describe('the table of refusals', () => {
  it('names every code and status once', () => {
    const codes = CODE_FAILURES.flatMap((row) => row.codes);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    const numbers = STATUS_FAILURES.map(({ status }) => status);
    expect(numbers.filter((status, index) => numbers.indexOf(status) !== index)).toEqual([]);
  });

  it.each(
    CODE_FAILURES.flatMap(({ codes, failure, reaction }) =>
      codes.map((code) => [code, failure, reaction] as const),
    ),
  )('%s is %s in a fault and in a message', async (code, failure, reaction) => {
    const fault = `<s:Fault><faultcode xmlns:a="x">a:${code}</faultcode><faultstring>no</faultstring></s:Fault>`;
    const envelope = answer().replace(/<m:GetItemResponse>.*<\/m:GetItemResponse>/, fault);
    for (const scripted of [
      { status: 500, body: envelope },
      { body: answer(refused(code), refused(code)) },
    ]) {
      const { client } = opened([scripted]);
      const written = await client.write(ALICE, OPERATION, 2, signal);
      const [refusal] =
        written.kind === 'refused' ? [written.refusal] : written.messages.map((message) => message.refusal);
      expect(refusal).toMatchObject({ code, reaction, failure: { code: failure } });
    }
  });
});
