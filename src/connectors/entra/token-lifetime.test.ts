// How long a token is kept, whatever AD FS says about it, and what cannot be one.

import { beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../../../test/contract/mailbox-target/bench.ts';
import type { CertificateWithKey } from '../../certificates/certificate.ts';
import { createSelfSigned } from '../../certificates/create-self-signed.ts';
import { FakeClock } from '../memory/fake-clock.ts';
import { createAdfsTokenProvider } from './token-provider.ts';

const live = new AbortController().signal;
let certificate: CertificateWithKey;

beforeAll(async () => {
  certificate = await createSelfSigned({
    friendlyName: '',
    keyBits: 2048,
    lifetimeDays: 30,
    now: new FakeClock().now(),
    subject: 'registered',
  });
});

/** An AD FS that gives every token the same lifetime. */
function providerWith(expiresIn: string | number, token = (count: number) => `token-${count}`) {
  const clock = new FakeClock();
  let asked = 0;
  const provider = createAdfsTokenProvider({
    tokenUrl: 'https://adfs.contoso.example/adfs/oauth2/token',
    resource: 'https://mail.contoso.example/',
    applicationId: 'contactsync',
    certificatePem: certificate.certificate.certificatePem,
    privateKeyPem: certificate.privateKeyPem,
    clock,
    http: {
      close: () => Promise.resolve(),
      send: () => {
        asked += 1;
        // JSON.stringify would make null of what JSON can well express.
        const body = `{"access_token":${JSON.stringify(token(asked))},"expires_in":${expiresIn}}`;
        return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(body), requestId: 'r1' });
      },
    },
  });
  return { clock, asked: () => asked, ask: () => provider.token('exchange', live) };
}

describe('a token', () => {
  it.each([
    [60, 47, 49],
    [300, 239, 241],
    [1_500, 1_199, 1_201],
    [3_600, 3_299, 3_301],
    ['"3600"', 3_299, 3_301],
  ])('for %s seconds serves everybody for %i, and no more after %i', async (expiresIn, good, over) => {
    const { clock, asked, ask } = providerWith(expiresIn);
    for (let request = 0; request < 50; request += 1) await ask();
    clock.advance(good * 1_000);
    await ask();
    expect(asked()).toBe(1);
    clock.advance((over - good) * 1_000);
    await ask();
    expect(asked()).toBe(2);
  });

  it.each([
    ['0', 600],
    ['-1', 600],
    ['-1e300', 600],
    ['"NaN"', 600],
    ['null', 600],
    ['{}', 600],
    ['1e300', 86_400],
    ['1e999', 86_400],
  ])('whose lifetime is said to be %s is kept for %i seconds at most', async (expiresIn, seconds) => {
    const { clock, asked, ask } = providerWith(expiresIn);
    const { expiresAt } = await ask();
    expect(expiresAt.getTime() - clock.now().getTime()).toBe(seconds * 1_000);
    await ask();
    expect(asked()).toBe(1);
    clock.advance(seconds * 1_000);
    await ask();
    expect(asked()).toBe(2);
  });

  it.each(['a\r\nb', 'a b', 'tökén', 'a\u0000b', 'a\n', ''])('is not %j', async (bad) => {
    const { ask } = providerWith(3_600, () => bad);
    const failure = await expectFailure(ask(), 'unexpectedAnswer');
    expect(failure.details.reason).toContain('characters that no header may hold');
  });
});
