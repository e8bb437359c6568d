import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KnownSecrets, secretsOfProcess } from './known-secrets.ts';
import { redact, withoutAddresses } from './redact.ts';

const SECRET = 'Pä$$ w0rd/+&"x';

const encoded: readonly (readonly [string, string])[] = [
  ['as it is', SECRET],
  ['in JSON', JSON.stringify({ value: SECRET })],
  ['in a URL', `https://contoso.example/?p=${encodeURIComponent(SECRET)}&q=1`],
  ['in a form', new URLSearchParams({ p: SECRET, q: '1' }).toString()],
  ['in base64', Buffer.from(SECRET).toString('base64')],
  ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
  ...['a:', 'ab:', 'abc:'].map((user): readonly [string, string] => [
    `in base64 after ${user}`,
    Buffer.from(user + SECRET).toString('base64'),
  ]),
  ['in UTF-16', Buffer.from(SECRET, 'utf16le').toString('latin1')],
  ['in base64 of UTF-16', Buffer.from(`CONTOSO\\anna:${SECRET}`, 'utf16le').toString('base64')],
  ['in hex', Buffer.from(SECRET).toString('hex')],
];

describe('a secret that is known', () => {
  it.each(encoded)('is hidden %s', (_, text) => {
    const known = new KnownSecrets();
    known.add(SECRET);
    // Enough of it is gone that nobody can put it together again.
    const left = known.hide(`before ${text} after`);
    expect(left).toContain('[redacted]');
    expect(left.startsWith('before ')).toBe(true);
    expect(left.endsWith(' after')).toBe(true);
    expect(left).not.toContain(text);
    const unknown = new KnownSecrets();
    expect(unknown.hide(text)).toBe(text);
  });

  it('takes no ordinary words with it', () => {
    const known = new KnownSecrets();
    known.add('a', '', undefined, 'run');
    expect(known.hide('a run began')).toBe('a run began');
  });

  it('is given in the environment of the process, or in the address of the database', () => {
    const secrets = secretsOfProcess({
      PATH: '/usr/bin',
      CONTACTSYNC_DATA_DIR: '/var/lib/contactsync',
      CONTACTSYNC_PASSWORD: 'one',
      CONTACTSYNC_KEY: 'two',
      CONTACTSYNC_KEY_FILE: '/etc/contactsync/key',
      CONTACTSYNC_DATABASE_URL: 'postgresql://contactsync:th%20ree@db.contoso.example/contactsync',
    });
    expect(secrets).toEqual(expect.arrayContaining(['one', 'two', 'th%20ree', 'th ree']));
    expect(secrets.join()).not.toMatch(/bin|lib|etc/);
  });
});

describe('what looks like a secret', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const jwt = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('{"aud":"x"}').toString('base64url')}.c2ln`;

  it.each([
    ['a private key', `cannot read ${pem}!`, 'cannot read [redacted]\n!'],
    ['a key that is cut off', `cannot read ${pem.slice(0, 90)}`, 'cannot read [redacted]'],
    ['a token', `no: ${jwt}.`, 'no: [redacted].'],
    ['a header', 'sent Authorization: Basic YW5uYTpwYXNzd29yZA==', 'sent Authorization: Basic [redacted]'],
    [
      'a password in an address',
      'to https://anna:hunter2@proxy.contoso.example/',
      'to https://anna:[redacted]@proxy.contoso.example/',
    ],
  ])('%s is hidden without being known', (_, text, hidden) => {
    expect(new KnownSecrets().hide(text)).toBe(hidden);
  });
});

describe('data of a line', () => {
  const known = new KnownSecrets();
  known.add('hunter2');
  const hide = (text: string) => known.hide(text);

  it('keeps no secret, by its name or by its value, however deep and in whatever shape', () => {
    const cyclic: Record<string, unknown> = { password: 'x' };
    cyclic.self = cyclic;
    const text = JSON.stringify(
      redact(
        {
          clientSecret: 'other',
          'Set-Cookie': ['other'],
          list: [{ deep: { deeper: [{ accessToken: 'other', text: 'is hunter2' }] } }],
          map: new Map([['authorization', 'other']]),
          set: new Set(['hunter2']),
          hunter2: 1,
          bytes: Buffer.from('hunter2'),
          url: new URL('https://contoso.example/?x=hunter2'),
          error: new Error('hunter2', { cause: new TypeError('of hunter2') }),
          cyclic,
        },
        hide,
      ),
    );
    expect(text).not.toMatch(/hunter2|other/);
    expect(text).toContain('TypeError');
  });

  it('keeps what only counts secrets', () => {
    const data = { tokens: 3, token: 2, hasPassword: true, at: null };
    expect(redact(data, hide)).toEqual(data);
  });

  it('has no addresses of people where they are not wanted', () => {
    expect(
      withoutAddresses('mailbox anna.schmidt+x@contoso.example of <bob@contoso.example>, process 7 on host'),
    ).toBe('mailbox {address} of <{address}>, process 7 on host');
  });
});
