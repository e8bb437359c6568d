// The client over answers that no emulator gives.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { silentLog } from '../../ports/log.ts';
import { impatientClock } from '../graph/testing/graph-test-bed.ts';
import { createEwsClient } from './ews-client.ts';
import { CODE_FAILURES, STATUS_FAILURES } from './failures.ts';
import { failureOf, signal } from './testing/ews-bench.ts';
import {
  answer,
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

  it('with the wrong number of messages is asked for once more and then unreadable', async () => {
    const { http, texts } = opened([{ body: answer() }]);
    expect((await failureOf(texts(2))).code).toBe('unreadableExchangeAnswer');
    expect(http.sent).toHaveLength(2);
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

  it('of a gateway is waited for as it says', async () => {
    const { clock, texts } = opened([
      { status: 503, headers: { 'content-type': 'text/html', 'retry-after': '30' }, body: '<html>' },
      { body: answer(text('a')) },
    ]);
    expect(await texts(1)).toEqual(['a']);
    expect(clock.sleptMs).toEqual([30_000]);
  });

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
