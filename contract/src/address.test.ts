// What may stand where an address is asked for: nothing that signs in, since an environment is readable text.

import { describe, expect, it } from 'vitest';
import { httpsAddress, proxyAddress, serverName, withoutUserInfo } from './address.ts';
import { Environment } from './environment.ts';

const secret = 'S3cretInUrl';

function problems(schema: typeof httpsAddress, text: string): readonly string[] {
  const parsed = schema.safeParse(text);
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
}

describe('an address', () => {
  it.each([
    'https://mail.contoso.example/EWS/Exchange.asmx',
    'https://mail.contoso.example:8443/a?b=c@d',
    'https://[2001:db8::1]/',
  ])('%s is one', (text) => {
    expect(httpsAddress.parse(text)).toBe(text);
  });

  it.each([
    [`https://svc:${secret}@mail.contoso.example/`, [/^must not hold a user name or a password, because/]],
    ['https://svc@mail.contoso.example/', [/^must not hold a user name or a password, because/]],
    [`https://:${secret}@mail.contoso.example/`, [/^must not hold a user name or a password, because/]],
    [`https://mail.contoso.example/#${secret}`, [/^must not hold a fragment/]],
    ['https://mail.contoso.example/#', [/^must not hold a fragment/]],
    [`https://svc:${secret}@mail.contoso.example/#x`, [/^must not hold a user/, /^must not hold a fragment/]],
    ['http://mail.contoso.example/', [/Invalid URL/]],
    ['mail.contoso.example', [/Invalid URL/]],
  ])('%s is none', (text, expected) => {
    const found = problems(httpsAddress, text);
    expect(found).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
    expect(found.join()).not.toContain(secret);
  });

  it('of a proxy may be http, and says what a proxy with a password has to do instead', () => {
    expect(problems(proxyAddress, 'http://proxy.contoso.example:8080')).toEqual([]);
    expect(problems(proxyAddress, `http://u:${secret}@proxy.contoso.example:8080`)).toEqual([
      expect.stringContaining('a proxy has to let this computer through'),
    ]);
    expect(problems(proxyAddress, 'socks://proxy.contoso.example')).toHaveLength(1);
  });
});

it.each([
  [`https://svc:${secret}@mail.contoso.example/`, 'https://…@mail.contoso.example/'],
  [`HTTPS:\\\\svc:${secret}@mail.contoso.example`, 'HTTPS:\\\\…@mail.contoso.example'],
  [`htps//svc:${secret}@mail.contoso.example`, '…@mail.contoso.example'],
  [`svc:${secret}@mail.contoso.example`, '…@mail.contoso.example'],
  [`https://svc:a/${secret}#b@c@mail.contoso.example`, 'https://…@mail.contoso.example'],
  ['https://mail.contoso.example/', 'https://mail.contoso.example/'],
])('for messages %s is shown as %s', (text, shown) => {
  expect(withoutUserInfo(text)).toBe(shown);
});

describe('the rule is that of every address of an environment', () => {
  const common = {
    kind: 'environment',
    version: 1,
    id: '11111111-2222-4333-8444-666666666666',
    name: 'Contoso',
  };
  const bad = `https://svc:${secret}@host.contoso.example/`;
  const online = (settings: object, proxy?: string) => ({
    ...common,
    scenario: 'exchangeOnline',
    proxy,
    exchangeOnline: { organization: 'contoso.onmicrosoft.com', applicationId: common.id, ...settings },
  });
  const oauth = (settings: object, url = 'https://mail.contoso.example/EWS/Exchange.asmx') => ({
    ...common,
    scenario: 'onPremises',
    onPremises: {
      activeDirectory: { account: 'CORP\\reader' },
      exchangeWebServices: {
        url,
        mailbox: 'contactsync@contoso.example',
        authentication: 'oauth',
        oauth: { applicationId: 'contactsync', ...settings },
      },
    },
  });

  it.each([
    ['proxy', online({}, bad)],
    ['exchangeOnline.endpoints.login', online({ endpoints: { login: bad } })],
    ['exchangeOnline.endpoints.graph', online({ endpoints: { graph: bad } })],
    ['exchangeOnline.endpoints.exchange', online({ endpoints: { exchange: bad } })],
    ['onPremises.exchangeWebServices.url', oauth({ tenant: 'contoso.onmicrosoft.com' }, bad)],
    ['onPremises.exchangeWebServices.oauth.tokenUrl', oauth({ tokenUrl: bad })],
    ['onPremises.exchangeWebServices.oauth.login', oauth({ tenant: 'contoso.onmicrosoft.com', login: bad })],
    ['onPremises.exchangeWebServices.oauth.proxy', oauth({ tenant: 'contoso.onmicrosoft.com', proxy: bad })],
  ])('%s', (place, environment) => {
    const { error } = Environment.safeParse(environment);
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([place]);
  });
});

describe('a server of Active Directory', () => {
  it.each([
    ['ldap://dc1.contoso.example', 'must be host or host:port, without ldap://'],
    [`LDAPS://svc:${secret}@dc1`, 'must be host or host:port, without ldaps://'],
    ['dc1:99999', 'must be host or host:port, with a port from 1 to 65535'],
    ['dc1:0', 'must be host or host:port, with a port from 1 to 65535'],
    [`svc:${secret}@dc1`, 'must be host or host:port, with a port from 1 to 65535'],
    ['[2001:db8::1]:x', 'must be host or host:port, with a port from 1 to 65535'],
    ['a b', 'must be host or host:port, such as'],
    ['dc1/../x', 'must be host or host:port, such as'],
    ['dc1..contoso.example', 'must be host or host:port, such as'],
    ['[::1', 'must be host or host:port, '],
    ['[dc1]', 'must be host or host:port, such as'],
    [' ', 'must be host or host:port, such as'],
  ])('%s is none', (text, expected) => {
    const { error } = serverName.safeParse(text);
    expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringContaining(expected)]);
    expect(error?.message).not.toContain(secret);
  });
});
