// Messages that say what is wrong, where, and what may have been meant.

import { expect, test } from 'vitest';
import { validateEnvironment, validatePolicy } from './validate-document.ts';

const minimal = {
  kind: 'policy',
  version: 1,
  id: '6F2C7A52-0d5e-4c0c-9f3c-2a1b7a0f6a11',
  name: ' Staff ',
  environment: 'Contoso',
  source: { type: 'exchangeOnline' },
};

function placesOf(value: unknown): unknown {
  try {
    validatePolicy(value);
    return [];
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'invalidDocument' });
    return (thrown as { details: { places: unknown } }).details.places;
  }
}

test('defaults are filled in, the id is written small and the name trimmed', () => {
  const policy = validatePolicy(minimal);
  expect(policy).toMatchObject({ name: 'Staff', enabled: true, folder: { name: 'Company Contacts' } });
  expect(policy.id).toBe('6f2c7a52-0d5e-4c0c-9f3c-2a1b7a0f6a11');
});

test.each([
  [{ sorce: {} }, 'sorce: unknown key; did you mean source?'],
  [{ folder: { nmae: 'x' } }, 'folder.nmae: unknown key; did you mean name?'],
  [{ deletion: { graceDay: 3 } }, 'deletion.graceDay: unknown key; did you mean graceDays?'],
  [
    { source: { type: 'exchangeOnline', include: [[{ property: 'a', operator: 'equals', val: 'x' }]] } },
    'source.include[0][0].val: unknown key; did you mean value?',
  ],
  [
    { contact: { properties: { jobTitle: { mod: 'off' } } } },
    'contact.properties.jobTitle.mod: unknown key; did you mean mode?',
  ],
  [{ canary: { zzzzzz: 1 } }, 'canary.zzzzzz: unknown key; known here: mailboxes, percent'],
  [
    { folder: { existing: 'adpot' } },
    'folder.existing: "adpot" is not allowed; allowed: refuse, adopt, use. Did you mean adopt?',
  ],
  [{ kind: 'environment' }, 'kind: "environment" is not allowed; allowed: policy.'],
  [{ name: undefined }, 'name: is missing'],
  [{ name: '  ' }, 'name: must have at least 1 character, not "  "'],
  [{ enabled: 'yes' }, 'enabled: must be true or false, not "yes"'],
  [{ id: 'abc' }, 'id: "abc" is not an id such as 6f2c7a52-0d5e-4c0c-9f3c-2a1b7a0f6a11'],
  [{ brake: { maxPeople: -1 } }, 'brake.maxPeople: must be at least 0, not -1'],
  [{ brake: { maxPeople: 1.5 } }, 'brake.maxPeople: must be a whole number, not 1.5'],
  [{ brake: { maxPeoplePercent: 101 } }, 'brake.maxPeoplePercent: must be at most 100, not 101'],
  [{ mailboxes: { groups: 'all' } }, 'mailboxes.groups: must be a list, not "all"'],
  [{ mailboxes: { types: [] } }, 'mailboxes.types: must have at least 1 entry, not an empty list'],
  [
    { source: { type: 'activedirectory' } },
    'source.type: "activedirectory" is not allowed; allowed: exchangeOnline, activeDirectory, sharedMailbox, publicFolder. Did you mean activeDirectory?',
  ],
  [{ source: {} }, 'source.type: is missing'],
  [
    { source: { type: 'activeDirectory', excludeGuests: true } },
    'source.excludeGuests: unknown key; known here: type, groups, addressLists, recipientTypes, excludeHidden, excludeDisabled, excludeWithoutPhone, excludeWithoutEmail, include, exclude, organizationalUnits, objects, ldapFilter',
  ],
  [{ source: [] }, 'source: must be a group of keys, not an empty list'],
])('%j', (change, place) => {
  expect(placesOf({ ...minimal, ...change })).toEqual([place]);
});

test.each([null, undefined, 'text', 7, []])('%j is no document', (value) => {
  expect(placesOf(value)).toEqual([expect.stringMatching(/^the document: /)]);
});

test('every problem is named, and long values are cut', () => {
  const places = placesOf({ ...minimal, name: 'n'.repeat(500), enabled: 1, extra: 2 });
  expect(places).toEqual([
    `name: must have at most 120 characters, not "${'n'.repeat(59)}…`,
    'enabled: must be true or false, not 1',
    expect.stringContaining('extra: unknown key'),
  ]);
});

test('positions are shown and give the order', () => {
  const lines = new Map([
    ['enabled', 9],
    ['extra', 2],
  ]);
  const validate = () =>
    validatePolicy(
      { ...minimal, enabled: 1, extra: 2 },
      {
        origin: { file: 'staff.yaml' },
        locate: ([key]) => ({ line: lines.get(String(key)) ?? 0, column: 3 }),
      },
    );
  expect(validate).toThrow(
    expect.objectContaining({
      details: {
        file: 'staff.yaml',
        places: [
          expect.stringMatching(/^extra \(line 2, column 3\): unknown key/),
          'enabled (line 9, column 3): must be true or false, not 1',
        ],
      },
    }),
  );
});

test('an environment is checked by its own schema', () => {
  const environment = {
    kind: 'environment',
    version: 1,
    id: minimal.id,
    name: 'Contoso',
    scenario: 'exchangeOnline',
    exchangeOnline: {
      organization: 'contoso.onmicrosoft.com',
      applicationId: minimal.id,
      endpoints: { graph: 'http://graph.example.com' },
    },
  };
  expect(() => validateEnvironment(environment)).toThrow(
    expect.objectContaining({
      details: {
        places: [
          'exchangeOnline.endpoints.graph: "http://graph.example.com" is not an address of the allowed kind (https://…)',
        ],
      },
    }),
  );
});

test.each([
  ['https://svc:S3cretInUrl@host.contoso.example/', /: must not hold a user name or a password/],
  [
    'http://svc:S3cretInUrl@host.contoso.example/',
    /: "http:\/\/…@host\.contoso\.example\/" is not an address/,
  ],
  ['https//svc:S3cretInUrl@host.contoso.example/', /: "…@host\.contoso\.example\/" is not an address/],
  [
    'https://svc:S3cret/InUrl@host.contoso.example/',
    /: "https:\/\/…@host\.contoso\.example\/" is not an address/,
  ],
])('the password in %s is not repeated', (graph, first) => {
  const places = environmentPlaces({ endpoints: { graph } });
  expect(places[0]).toMatch(first);
  expect(places.join()).not.toContain('S3cret');
});

test('an address where a number or a word is asked for does not show its password either', () => {
  const address = 'https://svc:S3cretInUrl@host.contoso.example/';
  expect(
    environmentPlaces({ cloud: address, mailbox: address, useExchangeAdminApi: address }).join(),
  ).not.toContain('S3cret');
});

function environmentPlaces(settings: object): readonly string[] {
  const exchangeOnline = { organization: 'contoso.onmicrosoft.com', applicationId: minimal.id, ...settings };
  try {
    validateEnvironment({
      kind: 'environment',
      version: 1,
      id: minimal.id,
      name: 'Contoso',
      scenario: 'exchangeOnline',
      exchangeOnline,
    });
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'invalidDocument' });
    return (thrown as { details: { places: readonly string[] } }).details.places;
  }
  throw new Error('the environment fits');
}
