// What may stand as the domain of Active Directory, and that `environment apply` refuses the rest with its place.

import { expect, it } from 'vitest';
import { ActiveDirectory } from './environment.ts';

const problems = (domain: string): readonly string[] => {
  const parsed = ActiveDirectory.safeParse({ account: 'CORP\\contactsync', domain });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
};

it.each([
  'corp.contoso.example',
  'CORP.Contoso.Example',
  'corp',
  'corp.contoso.example.',
  'münchen.contoso.example',
  'xn--mnchen-3ya.contoso.example',
  'a_b.2nd-site.contoso.example',
])('%s is the name of a domain', (domain) => {
  expect(problems(domain)).toEqual([]);
});

it.each([
  ' corp.contoso.example ',
  'a b',
  '*',
  '*.contoso.example',
  '..',
  '.',
  'corp..example',
  '-corp.example',
  'ldap://corp.contoso.example',
  'corp.contoso.example:636',
  'DC=corp,DC=example',
  '192.0.2.1',
  'corp.example\n',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(127)}example`,
])('%j is none', (domain) => {
  expect(problems(domain)).toEqual([
    'domain must be the DNS name of the domain, such as corp.contoso.example',
  ]);
});

it('an empty one is refused as well', () => {
  expect(problems('')).not.toEqual([]);
});
