// A condition about what may not be read, in a directory that changes while it is read.

import { expect, it } from 'vitest';
import { equals, type LdapFilter, present } from '../ldap-client/filter.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import { DirectorySchema } from './directory-schema.ts';
import { NamedObjects } from './named-objects.ts';
import { ScopeReading } from './read-scope.ts';

const signal = new AbortController().signal;
const condition = equals('extensionAttribute1', 'yes');

interface Person {
  readonly id: number;
  /** undefined: it may not be read. */
  readonly fits: boolean | undefined;
}

/** true, false, or undefined as in RFC 4511, 4.5.1.7. */
function holds(filter: LdapFilter, person: Person): boolean | undefined {
  if (filter === condition) return person.fits;
  if (filter.kind === 'present') return true;
  if (filter.kind === 'not') {
    const inner = holds(filter.part, person);
    return inner === undefined ? undefined : !inner;
  }
  if (filter.kind !== 'and' && filter.kind !== 'or') throw new Error(`not expected: ${filter.kind}`);
  const parts = filter.parts.map((part) => holds(part, person));
  const decisive = filter.kind === 'or';
  if (parts.includes(decisive)) return decisive;
  return parts.includes(undefined) ? undefined : !decisive;
}

/** The reasons for which a reading by the condition is incomplete; `afterAll` changes people once all were listed. */
async function gapsOf(people: Person[], afterAll: () => void, bases: readonly string[] = ['DC=corp']) {
  const everybody = present('mailNickname');
  const reader: LdapReader = {
    facts: {
      defaultNamingContext: 'DC=corp',
      configurationNamingContext: 'CN=Configuration,DC=corp',
      rootDomainNamingContext: 'DC=corp',
      invocationId: undefined,
      dnsHostName: 'dc1.corp.contoso.example',
    },
    highestUsn: async () => undefined,
    async search(search, take) {
      if (search.base.startsWith('CN=')) return [];
      const found = people.filter((person) => holds(search.filter, person) === true);
      const name = (id: number) => `<GUID=00000000-0000-4000-8000-${String(id).padStart(12, '0')}>;CN=${id}`;
      take(found.map(({ id }) => ({ dn: name(id), attributes: new Map() })));
      if (search.filter === everybody) afterAll();
      return [];
    },
    hasAny: async () => false,
    readAll: async () => undefined,
  };
  const schema = new DirectorySchema(reader, false, signal);
  const reading = new ScopeReading(
    reader,
    {
      scope: { organizationalUnits: [], groups: [], addressLists: [], objects: [], ldapFilter: condition },
      attributes: [],
      everybody,
      baseDns: bases,
      globalCatalog: false,
      remembered: undefined,
      gapCode: 'sourceIncomplete',
      schema,
      named: new NamedObjects([], undefined, new Date(0)),
    },
    signal,
  );
  await reading.run();
  return reading.gaps.map(({ details }) => [details['reason'], details['count']]);
}

it('where everybody is decided, nobody is missing, whoever comes meanwhile', async () => {
  const people: Person[] = [
    { id: 1, fits: true },
    { id: 2, fits: false },
  ];
  expect(await gapsOf(people, () => people.push({ id: 9, fits: true }))).toEqual([]);
});

it('somebody who comes meanwhile does not make up for one that is not decided', async () => {
  const people: Person[] = [
    { id: 1, fits: true },
    { id: 2, fits: undefined },
  ];
  const quiet = await gapsOf(people, () => {});
  expect(quiet).toEqual([['untoldAttribute', 1]]);
  expect(await gapsOf(people, () => people.push({ id: 9, fits: true }))).toEqual(quiet);
});

it('one below two bases that overlap is one', async () => {
  const people: Person[] = [{ id: 2, fits: undefined }];
  expect(await gapsOf(people, () => {}, ['DC=corp', 'OU=Staff,DC=corp'])).toEqual([['untoldAttribute', 1]]);
});
