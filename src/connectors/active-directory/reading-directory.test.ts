import { expect, it } from 'vitest';
import { equals, present } from '../ldap-client/filter.ts';
import { cacheKey, type WantedPart } from './reading-directory.ts';

const parts = { baseDns: [], globalCatalog: false, account: 'CONTOSO\\reader' };
const facts = {
  defaultNamingContext: 'DC=corp',
  configurationNamingContext: 'CN=Configuration,DC=corp',
  rootDomainNamingContext: 'DC=corp',
  invocationId: '85619bf8-3a89-5d63-af0a-0c179834cdc7',
  dnsHostName: 'dc1.corp.contoso.example',
};
const part: WantedPart = {
  name: 'source',
  gapCode: 'sourceIncomplete',
  attributes: ['sn'],
  everybody: present('mailNickname'),
  scope: { organizationalUnits: [], groups: [], addressLists: [], objects: [], ldapFilter: undefined },
};

it('what is remembered belongs to what was asked for, of whom, by whom', () => {
  const key = (changed: Partial<WantedPart>, account = parts.account) =>
    cacheKey({ ...parts, account }, { ...part, ...changed }, { facts });
  const same = key({});
  expect(key({})).toBe(same);
  expect(key({}, 'contoso\\READER')).toBe(same);
  const others = [
    // A version that reads more must not find it missing everywhere.
    key({ attributes: ['sn', 'title'] }),
    key({ everybody: present('proxyAddresses') }),
    key({ name: 'mailboxes' }),
    key({ scope: { ...part.scope, ldapFilter: equals('sn', 'Smith') } }),
    key({ scope: { ...part.scope, ldapFilter: equals('sn', 'Smyth') } }),
    key({}, 'contoso\\other'),
  ];
  expect(new Set([same, ...others]).size).toBe(others.length + 1);
  expect(cacheKey(parts, part, { facts: { ...facts, invocationId: undefined } })).toBeUndefined();
});
