// What authentication oauth needs besides, told with its place.

import { describe, expect, it } from 'vitest';
import { ExchangeWebServices } from './environment.ts';

const url = 'https://mail.contoso.example/EWS/Exchange.asmx';
const entra = { applicationId: '11111111-2222-4333-8444-666666666666', tenant: 'contoso.onmicrosoft.com' };
const tokenUrl = 'https://adfs.contoso.example/adfs/oauth2/token';

function problems(settings: object): readonly string[] {
  const parsed = ExchangeWebServices.safeParse({ mailbox: 'contactsync@contoso.example', ...settings });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
}

describe('settings of Exchange Web Services', () => {
  it.each([
    ['nothing', {}],
    ['a tenant', { authentication: 'oauth', url, oauth: entra }],
    ['AD FS', { authentication: 'oauth', url, oauth: { applicationId: 'contactsync', tokenUrl } }],
  ])('may name %s', (_, settings) => {
    expect(problems(settings)).toEqual([]);
  });

  it.each([
    ['oauth without anything', { authentication: 'oauth' }, ['url is missing', 'oauth is missing']],
    [
      'nobody who issues tokens',
      { authentication: 'oauth', url, oauth: { applicationId: 'contactsync' } },
      ['oauth.tenant is missing: name the tenant of Entra ID, or the tokenUrl of AD FS'],
    ],
    [
      'two who issue tokens',
      { authentication: 'oauth', url, oauth: { ...entra, tokenUrl } },
      ['oauth.tokenUrl cannot stand beside a tenant'],
    ],
    [
      'an account that no token needs',
      { authentication: 'oauth', url, oauth: entra, account: 'CORP\\contactsync' },
      ['account is not used'],
    ],
    ['tokens that nobody asks for', { url, oauth: entra }, ['oauth is only for authentication oauth']],
  ])('may not name %s', (_, settings, expected) => {
    expect(problems(settings)).toEqual(expected.map((text) => expect.stringContaining(text)));
  });
});
