// Against the published examples: RFC 1320 for MD4, MS-NLMP 4.2.4 for version 2 of NTLM.

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { md4 } from './md4.ts';
import { authenticateMessage, negotiateMessage, ntowfv2, readChallenge } from './ntlm-messages.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('MD4', () => {
  it.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
    ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ])('of "%s"', (text, digest) => {
    expect(md4(Buffer.from(text)).toString('hex')).toBe(digest);
  });
});

/** The challenge of MS-NLMP 4.2.4.3: target information names domain and server, and no time. */
const EXAMPLE = hex(`
  4e544c4d53535000 02000000 0c000c0038000000 33828ae2
  0123456789abcdef 0000000000000000 2400240044000000 060070170000000f
  530065007200760065007200
  02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000
`);

describe('NTLM version 2', () => {
  const credentials = { account: 'Domain\\User', password: 'Password' };

  it('makes the key of the published example', () => {
    expect(ntowfv2('Password', 'User', 'Domain').toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
  });

  it.each([
    ['grüße', 'GRÜßE'],
    ['Ωμέγας', 'ΩΜΈΓΑΣ'],
    ['ÿ\u00b5ı\u017fŉǅ', '\u0178\u00b5ı\u017fŉǅ'],
    ['\u{10428}ﬁ', '\u{10428}ﬁ'],
  ])('writes the name %s in capitals as Windows does', (user, inCapitals) => {
    const passwordKey = md4(Buffer.from('Password', 'utf16le'));
    const expected = createHmac('md5', passwordKey).update(Buffer.from(`${inCapitals}Domain`, 'utf16le'));
    expect(ntowfv2('Password', user, 'Domain')).toEqual(expected.digest());
  });

  it('reads the published challenge', () => {
    const challenge = readChallenge(EXAMPLE);
    expect(challenge?.serverChallenge.toString('hex')).toBe('0123456789abcdef');
    expect(challenge?.targetInfo.map(({ id, value }) => [id, value.toString('utf16le')])).toEqual([
      [2, 'Domain'],
      [1, 'Server'],
    ]);
  });

  it('refuses what is no challenge, is cut, or would be version 1', () => {
    const withoutTargetInfo = Buffer.from(EXAMPLE);
    withoutTargetInfo.writeUInt32LE((EXAMPLE.readUInt32LE(20) & ~0x0080_0000) >>> 0, 20);
    for (const bytes of [Buffer.alloc(0), negotiateMessage(), EXAMPLE.subarray(0, 60), withoutTargetInfo])
      expect(readChallenge(bytes)).toBeUndefined();
  });

  const answer = (channelBinding: Buffer | undefined, message = EXAMPLE) => {
    const challenge = readChallenge(message);
    if (challenge === undefined) throw new Error('a challenge');
    const negotiate = negotiateMessage();
    const bytes = authenticateMessage({
      credentials,
      negotiate,
      challenge,
      channelBinding,
      targetName: 'HTTP/mail.contoso.example',
      clientChallenge: Buffer.alloc(8, 0xaa),
      now: new Date('2026-11-02T08:00:00Z'),
    });
    const field = (index: number) => {
      const at = 12 + index * 8;
      const offset = bytes.readUInt32LE(at + 4);
      return bytes.subarray(offset, offset + bytes.readUInt16LE(at));
    };
    return { bytes, negotiate, lm: field(0), nt: field(1), domain: field(2), user: field(3) };
  };

  it('proves the password without telling it', () => {
    const { nt, lm, user, domain, bytes } = answer(undefined);
    expect(user.toString('utf16le')).toBe('User');
    expect(domain.toString('utf16le')).toBe('Domain');
    const key = ntowfv2('Password', 'User', 'Domain');
    const proof = createHmac('md5', key).update(hex('0123456789abcdef')).update(nt.subarray(16)).digest();
    expect(nt.subarray(0, 16)).toEqual(proof);
    // MS-NLMP 4.2.4.2.1.
    expect(lm.toString('hex')).toBe('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa');
    expect(bytes.includes(Buffer.from('Password', 'utf16le'))).toBe(false);
  });

  it('carries the channel binding, and an integrity code where the server tells the time', () => {
    const time = Buffer.concat([hex('07000800'), Buffer.alloc(8, 0x11)]);
    const end = EXAMPLE.length - 4;
    const timed = Buffer.concat([EXAMPLE.subarray(0, end), time, EXAMPLE.subarray(end)]);
    timed.writeUInt16LE(0x24 + 12, 40);
    timed.writeUInt16LE(0x24 + 12, 42);
    const binding = Buffer.alloc(16, 0xcb);
    const { nt, lm, bytes, negotiate } = answer(binding, timed);
    expect(nt.includes(Buffer.concat([hex('0a001000'), binding]))).toBe(true);
    expect(nt.subarray(24, 32)).toEqual(Buffer.alloc(8, 0x11));
    expect(lm).toEqual(Buffer.alloc(24));
    const key = ntowfv2('Password', 'User', 'Domain');
    const sessionKey = createHmac('md5', key).update(nt.subarray(0, 16)).digest();
    const cleared = Buffer.from(bytes);
    cleared.fill(0, 72, 88);
    const code = createHmac('md5', sessionKey).update(negotiate).update(timed).update(cleared).digest();
    expect(bytes.subarray(72, 88)).toEqual(code);
  });
});
