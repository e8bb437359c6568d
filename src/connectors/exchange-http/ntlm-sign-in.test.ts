// NTLM against the emulator's own server side: connection bound, with and without Extended Protection.

import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Failure } from '../../model/failure.ts';
import { silentLog } from '../../ports/log.ts';
import { systemClock } from '../../system/system-clock.ts';
import { basicSignIn } from './basic-sign-in.ts';
import { createExchangeHttp } from './exchange-http-client.ts';
import { ntlmSignIn } from './ntlm-sign-in.ts';
import { createTlsAgent } from './wire.ts';

let emulator: RunningEmulator;
let control: EmulatorControl;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
});
afterAll(async () => {
  await control.close();
  await emulator.close();
});
beforeEach(() => control.setSignIn({ ntlm: true, basic: false }));

const signal = new AbortController().signal;

function open(options: { password?: string; channelBinding?: 'auto' | 'never'; connections?: number } = {}) {
  const { password = emulator.serviceAccount.password, channelBinding = 'auto', connections = 3 } = options;
  let agents = 0;
  const http = createExchangeHttp({
    signIn: ntlmSignIn({
      credentials: { account: emulator.serviceAccount.userName, password },
      channelBinding,
      createAgent: () => {
        agents += 1;
        return createTlsAgent({ additionalCa: emulator.caPem, connections: 1 });
      },
      connections,
      clock: systemClock,
    }),
    additionalCa: emulator.caPem,
    log: silentLog,
    clock: systemClock,
    random: () => 0.5,
  });
  const ask = async (text = '') => {
    const response = await http.send(
      {
        method: 'POST',
        url: `${emulator.url}/EWS/Exchange.asmx`,
        headers: { 'content-type': 'text/xml; charset=utf-8' },
        body: `<broken>${text}`,
        timeBudgetMs: 20_000,
        isSafeToRepeat: false,
      },
      signal,
    );
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body) pieces.push(piece);
    return { status: response.status, text: Buffer.concat(pieces).toString('utf8') };
  };
  return { http, ask, agents: () => agents };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (failure: Failure) => failure.code,
  );

describe('NTLM', () => {
  it.each(['none', 'allow', 'require'] as const)(
    'signs in where Extended Protection is %s',
    async (extendedProtection) => {
      await control.setSignIn({ ntlm: true, basic: false, extendedProtection });
      const { http, ask } = open();
      // Signed in: the request itself is looked at, and it is not SOAP.
      expect((await ask()).status).not.toBe(401);
      await http.close();
    },
  );

  it('twin: without the channel binding the server that demands it refuses', async () => {
    await control.setSignIn({ ntlm: true, basic: false, extendedProtection: 'require' });
    const { http, ask } = open({ channelBinding: 'never' });
    expect(await codeOf(ask())).toBe('exchangeSignInRefused');
    await http.close();
    await control.setSignIn({ ntlm: true, basic: false, extendedProtection: 'allow' });
    const other = open({ channelBinding: 'never' });
    expect((await other.ask()).status).not.toBe(401);
    await other.http.close();
  });

  it('signs a connection in once, and carries many requests over few of them', async () => {
    const { http, ask, agents } = open();
    await ask();
    const asked = async () => (await control.requests()).filter(({ path }) => path.startsWith('/EWS')).length;
    const before = await asked();
    await Promise.all(Array.from({ length: 9 }, (_, index) => ask('x'.repeat(index * 1000))));
    expect(agents()).toBe(3);
    // Two further connections, each with one message before the request that signs it in.
    expect((await asked()) - before).toBe(9 + 2);
    await http.close();
  });

  it('a wrong password is tried once in all, however many ask', async () => {
    const { http, ask } = open({ password: 'wrong' });
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(ask())));
    expect(new Set(codes)).toEqual(new Set(['exchangeSignInRefused']));
    expect((await control.account(emulator.serviceAccount.userName)).failedSignIns).toBe(1);
    await http.close();
  });

  it('a password that is changed in mid-run is tried once in all, over connections that were cut', async () => {
    const { http, ask } = open();
    const { userName } = emulator.serviceAccount;
    const right = emulator.serviceAccount.password;
    expect((await ask()).status).not.toBe(401);
    const before = (await control.account(userName)).failedSignIns;
    await control.changeAccount(userName, { password: 'changed' });
    onTestFinished(async () => void (await control.changeAccount(userName, { password: right })));
    await control.addFault({ face: 'ews', action: { kind: 'drop' } });
    expect(await codeOf(ask())).toBe('answerLost');
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(ask())));
    expect(new Set(codes)).toEqual(new Set(['exchangeSignInRefused']));
    expect((await control.account(userName)).failedSignIns).toBe(before + 1);
    await http.close();
  });

  it('says so where the server offers another way only', async () => {
    await control.setSignIn({ ntlm: false, negotiate: false, basic: true });
    const { http, ask } = open();
    expect(await codeOf(ask())).toBe('exchangeSignInNotOffered');
    await http.close();
    const basic = createExchangeHttp({
      signIn: basicSignIn({
        account: emulator.serviceAccount.userName,
        password: emulator.serviceAccount.password,
      }),
      additionalCa: emulator.caPem,
      log: silentLog,
      clock: systemClock,
      random: () => 0.5,
    });
    const response = await basic.send(
      {
        method: 'POST',
        url: `${emulator.url}/EWS/Exchange.asmx`,
        body: '',
        timeBudgetMs: 9_000,
        isSafeToRepeat: false,
      },
      signal,
    );
    expect(response.status).not.toBe(401);
    response.body.destroy();
    await basic.close();
  });
});
