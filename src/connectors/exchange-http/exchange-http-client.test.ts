import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../../model/testing/failure-of.ts';
import { silentLog } from '../../ports/log.ts';
import {
  type Answer,
  answerWith,
  cut,
  type MisbehavingServer,
  never,
  startMisbehavingServer,
} from '../http/testing/misbehaving-server.ts';
import { basicSignIn } from './basic-sign-in.ts';
import type { ExchangeHttp, ExchangeRequest, ExchangeResponse } from './exchange-http.ts';
import { createExchangeHttp } from './exchange-http-client.ts';

const signal = new AbortController().signal;
const CHALLENGE = { 'www-authenticate': 'Negotiate, NTLM, Basic realm="mail.contoso.example"' };

const ok = (body = 'ok', headers: Readonly<Record<string, string>> = {}) => answerWith(200, headers, body);
const unauthorized = answerWith(401, CHALLENGE);

function open(additionalCa?: string) {
  const slept: number[] = [];
  const http = createExchangeHttp({
    signIn: basicSignIn({ account: 'CONTOSO\\svc', password: 'pässword:1' }),
    additionalCa,
    log: silentLog,
    clock: {
      now: () => new Date('2026-11-02T08:00:00Z'),
      sleep: async (milliseconds) => void slept.push(milliseconds),
    },
    random: () => 0,
  });
  return { http, slept };
}

async function withServer(
  answers: readonly Answer[],
  body: (tools: {
    readonly server: MisbehavingServer;
    readonly http: ExchangeHttp;
    readonly slept: readonly number[];
    readonly send: (more?: Partial<ExchangeRequest>) => Promise<ExchangeResponse>;
  }) => Promise<void>,
): Promise<void> {
  const server = await startMisbehavingServer(...answers);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { http, slept } = open(server.caPem);
  const send = (more: Partial<ExchangeRequest> = {}) =>
    http.send(
      {
        method: 'POST',
        url: `${server.url}/EWS/Exchange.asmx`,
        body: '<request/>',
        timeBudgetMs: 10_000,
        isSafeToRepeat: false,
        ...more,
      },
      signal,
    );
  try {
    await body({ server, http, slept, send });
  } finally {
    await http.close();
  }
}

async function textOf({ body }: ExchangeResponse): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

describe('a request', () => {
  it('goes with account and password, ids and the body; the answer comes in pieces', () =>
    withServer([ok('answer', { 'request-id': 'of-the-server' })], async ({ server, send }) => {
      const response = await send({ headers: { 'X-AnchorMailbox': 'a@contoso.example' } });
      expect(response.status).toBe(200);
      expect(response.requestId).toBe('of-the-server');
      expect(await textOf(response)).toBe('answer');
      const [received] = server.received;
      expect(received?.body).toBe('<request/>');
      expect(received?.headers).toMatchObject({
        authorization: `Basic ${Buffer.from('CONTOSO\\svc:pässword:1').toString('base64')}`,
        'x-anchormailbox': 'a@contoso.example',
        'accept-encoding': 'gzip',
        'return-client-request-id': 'true',
      });
      expect(received?.headers['client-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }));

  it.each(['jürgen@contoso.example', '李@contoso.example', 'a@contoso.example\r\nx: y'])(
    'goes without the hint %j, which no header can carry',
    (hint) =>
      withServer([ok()], async ({ server, send }) => {
        await textOf(await send({ headers: { 'X-AnchorMailbox': hint, accept: 'text/xml' } }));
        expect(server.received[0]?.headers).toMatchObject({ accept: 'text/xml' });
        expect(server.received[0]?.headers).not.toHaveProperty('x-anchormailbox');
        expect(server.received[0]?.headers).not.toHaveProperty('x');
      }),
  );

  it('is answered compressed or not, whatever the status', () =>
    withServer(
      [
        (response) => {
          response.writeHead(503, { 'content-encoding': 'gzip' });
          response.end(gzipSync('x'.repeat(100_000)));
        },
      ],
      async ({ send }) => {
        const response = await send();
        expect(response.status).toBe(503);
        expect(await textOf(response)).toBe('x'.repeat(100_000));
      },
    ));

  it('of nobody carries no password, also after a refused one', () =>
    withServer([unauthorized, ok()], async ({ server, send }) => {
      await failureOf(send());
      expect(await textOf(await send({ isAnonymous: true }))).toBe('ok');
      expect(server.received[1]?.headers['authorization']).toBeUndefined();
    }));

  it('follows no redirect', () =>
    withServer([answerWith(302, { location: '/owa/' })], async ({ server, send }) => {
      const response = await send();
      response.body.destroy();
      expect(response.status).toBe(302);
      expect(response.headers['location']).toBe('/owa/');
      expect(server.received).toHaveLength(1);
    }));

  it('never sends a password unencrypted', async () => {
    const { http } = open();
    const request = {
      method: 'GET',
      url: 'http://127.0.0.1:9/',
      timeBudgetMs: 1_000,
      isSafeToRepeat: true,
    } as const;
    expect((await failureOf(http.send(request, signal))).code).toBe('passwordNeedsTls');
    await http.close();
  });
});

describe('a refused password', () => {
  it('is tried once, however many requests want to be sent at that moment and later', () =>
    withServer([unauthorized], async ({ server, send }) => {
      const mailboxes = Array.from({ length: 20 }, (_, index) => send({ mailboxKey: `${index}` }));
      const failures = await Promise.all(mailboxes.map(failureOf));
      expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['exchangeSignInRefused']));
      expect((await failureOf(send())).code).toBe('exchangeSignInRefused');
      expect(server.received).toHaveLength(1);
      expect(JSON.stringify(failures.map((failure) => [failure.toRecord(), failure.message]))).not.toContain(
        'ssword:1',
      );
    }));

  it('twin: a right one lets all of them go', () =>
    withServer([ok()], async ({ server, send }) => {
      const numbers = Array.from({ length: 20 }, (_, index) => index);
      await Promise.all(numbers.map(async (number) => textOf(await send({ mailboxKey: `${number}` }))));
      expect(server.received).toHaveLength(20);
    }));

  it('that was right before and is not any more is not tried again: another try may lock the account', () =>
    withServer([ok(), unauthorized, ok()], async ({ server, send }) => {
      await textOf(await send());
      expect((await failureOf(send())).code).toBe('exchangeSignInRefused');
      await failureOf(send());
      expect(server.received).toHaveLength(2);
    }));

  it('in mid-run stops whoever waits for a connection', async () => {
    const { promise: allArrived, resolve } = Promise.withResolvers<void>();
    const open: ServerResponse[] = [];
    // Nobody is answered before ten requests are under way; then one is told that the password is wrong.
    const hold: Answer = (response) => {
      if (open.push(response) === 10) resolve();
    };
    await withServer([ok(), hold], async ({ server, send }) => {
      await textOf(await send());
      const sent = Array.from({ length: 30 }, (_, index) => failureOf(send({ mailboxKey: `${index}` })));
      await allArrived;
      for (const response of open) response.writeHead(401, CHALLENGE).end();
      const codes = (await Promise.all(sent)).map(({ code }) => code);
      expect(new Set(codes)).toEqual(new Set(['exchangeSignInRefused']));
      expect(server.received).toHaveLength(1 + 10);
    });
  });

  it('is another matter than a way to sign in that the server does not have', () =>
    withServer([answerWith(401, { 'www-authenticate': 'Negotiate, NTLM' })], async ({ send }) => {
      const failure = await failureOf(send());
      expect(failure.code).toBe('exchangeSignInNotOffered');
      expect(failure.details['offered']).toEqual(['Negotiate', 'NTLM']);
    }));
});

describe('cookies of a back end', () => {
  it('go back for the mailbox they came with, and for no other', () =>
    withServer(
      [ok('1', { 'set-cookie': 'X-BackEndCookie=one; path=/EWS; secure' }), ok('2')],
      async ({ server, send }) => {
        await textOf(await send({ mailboxKey: 'a' }));
        await textOf(await send({ mailboxKey: 'a' }));
        await textOf(await send({ mailboxKey: 'b' }));
        await textOf(await send());
        expect(server.received.map(({ headers }) => headers['cookie'])).toEqual([
          undefined,
          'X-BackEndCookie=one',
          undefined,
          undefined,
        ]);
      },
    ));

  it('are several, replaced by name and taken back', () =>
    withServer(
      [
        (response) => {
          response.writeHead(200, { 'set-cookie': ['exchangecookie=x; HttpOnly', 'X-BackEndCookie=one'] });
          response.end();
        },
        ok('', { 'set-cookie': 'X-BackEndCookie=two' }),
        ok('', { 'set-cookie': 'X-BackEndCookie=; max-age=0' }),
        ok(),
      ],
      async ({ server, send }) => {
        for (let count = 0; count < 4; count += 1) await textOf(await send({ mailboxKey: 'a' }));
        expect(server.received.map(({ headers }) => headers['cookie'])).toEqual([
          undefined,
          'exchangecookie=x; X-BackEndCookie=one',
          'exchangecookie=x; X-BackEndCookie=two',
          'exchangecookie=x',
        ]);
      },
    ));
});

describe('the network', () => {
  it('that loses an answer: repeated where twice is as once, otherwise told', () =>
    withServer([cut, cut, ok()], async ({ server, send, slept }) => {
      expect((await failureOf(send())).code).toBe('answerLost');
      expect(server.received).toHaveLength(1);
      expect(await textOf(await send({ isSafeToRepeat: true }))).toBe('ok');
      expect(slept).toHaveLength(1);
    }));

  it('that cuts an answer shows it to whoever reads, compressed or not', async () => {
    const half = gzipSync('x'.repeat(100_000)).subarray(0, 80);
    const answers: readonly Answer[] = [
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      },
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(half);
      },
    ];
    await withServer(answers, async ({ send }) => {
      expect((await failureOf(textOf(await send()))).code).toBe('answerLost');
      expect((await failureOf(textOf(await send()))).code).toBe('answerLost');
    });
  });

  it('with a certificate that nobody vouches for', async () => {
    const server = await startMisbehavingServer(ok());
    onTestFinished(() => server[Symbol.asyncDispose]());
    const { http } = open();
    const request = { method: 'GET', url: server.url, timeBudgetMs: 5_000, isSafeToRepeat: true } as const;
    expect((await failureOf(http.send(request, signal))).code).toBe('untrustedExchangeServer');
    expect(server.received).toEqual([]);
    await http.close();
  });

  it('where nobody listens', async () => {
    const { http, slept } = open();
    const request = {
      method: 'GET',
      url: 'https://127.0.0.1:9/',
      timeBudgetMs: 60_000,
      isSafeToRepeat: false,
    } as const;
    const failure = await failureOf(http.send(request, signal));
    expect(failure.code).toBe('exchangeServerConnection');
    expect(failure.details).toMatchObject({ host: '127.0.0.1:9', reason: 'ECONNREFUSED' });
    expect(slept).toHaveLength(2);
    await http.close();
  });

  it('that falls silent is left after the budget', () =>
    withServer([never], async ({ send }) => {
      expect((await failureOf(send({ timeBudgetMs: 50 }))).code).toBe('answerLost');
    }));

  const forever = { method: 'GET', timeBudgetMs: 60_000, isSafeToRepeat: true } as const;

  it('is left at once by whoever is cancelled', () =>
    withServer([never], async ({ server, http }) => {
      const controller = new AbortController();
      const waiting = failureOf(http.send({ ...forever, url: server.url }, controller.signal));
      controller.abort();
      expect((await waiting).code).toBe('cancelled');
      expect((await failureOf(http.send({ ...forever, url: server.url }, controller.signal))).code).toBe(
        'cancelled',
      );
    }));

  it('is left in the middle of an answer by whoever is cancelled', () =>
    withServer([(response) => void response.write('half')], async ({ server, http }) => {
      const controller = new AbortController();
      const response = await http.send({ ...forever, url: server.url }, controller.signal);
      const reading = failureOf(textOf(response));
      controller.abort();
      expect((await reading).code).toBe('cancelled');
    }));

  it('carries at most two requests of one mailbox at once', () => {
    let held: (() => void)[] = [];
    /** Answers two together, after a while in which a third would be seen. */
    const inPairs: Answer = (response) => {
      held.push(() => response.end('ok'));
      if (held.length < 2) return;
      const pair = held;
      held = [];
      setTimeout(() => {
        for (const answer of pair) answer();
      }, 20);
    };
    return withServer([ok(), inPairs], async ({ server, send }) => {
      await textOf(await send());
      const before = server.received.length;
      await Promise.all(Array.from({ length: 8 }, async () => textOf(await send({ mailboxKey: 'a' }))));
      expect(server.received).toHaveLength(before + 8);
      expect(server.mostAtOnce()).toBe(2);
    });
  });
});
