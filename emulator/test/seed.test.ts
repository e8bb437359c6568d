// The seed: the same numbers give the same organization, and everything that breaks such products is in it.

import { expect, test } from 'vitest';
import type { Organization, Recipient } from '../src/organization/state.ts';
import { seedOrganization } from '../src/seed/seed.ts';

function plain(organization: Organization): string {
  return JSON.stringify(organization, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}

function all(organization: Organization): Recipient[] {
  return [...organization.recipients.values()];
}

const demo = seedOrganization({ seed: 1, recipients: 300, mailboxes: 40 });

function have(what: (recipient: Recipient) => boolean): number {
  return all(demo).filter(what).length;
}

test('the same seed and size give the same organization, ids and items included', () => {
  expect(plain(seedOrganization({ seed: 1, recipients: 300, mailboxes: 40 }))).toBe(plain(demo));
});

test('another seed gives other people', () => {
  const other = seedOrganization({ seed: 2, recipients: 300, mailboxes: 40 });
  const names = new Set(all(demo).map((one) => one.id));
  expect(all(other).filter((one) => names.has(one.id))).toEqual([]);
  expect(all(other).map((one) => one.displayName)).not.toEqual(all(demo).map((one) => one.displayName));
});

test.each([
  [0, 0],
  [3, 3],
  [5, 2],
  [40, 10],
  [60, 10],
  [300, 40],
  [2000, 100],
])(
  '%i recipients are that many, with %i user mailboxes, unique ids and addresses',
  (recipients, mailboxes) => {
    const organization = seedOrganization({ seed: 7, recipients, mailboxes });
    const list = all(organization);
    expect(list).toHaveLength(recipients);
    expect(list.filter((one) => one.recipientTypeDetails === 'UserMailbox')).toHaveLength(mailboxes);
    const addresses = list.flatMap((one) => one.emailAddresses).filter((one) => /^smtp:/i.test(one));
    expect(new Set(addresses.map((one) => one.toLowerCase())).size).toBe(addresses.length);
    expect(new Set(list.map((one) => one.alias)).size).toBe(recipients);
    expect(new Set(list.map((one) => one.exchangeObjectGuid)).size).toBe(recipients);
  },
);

test('only example domains are used', () => {
  const domains = new Set(
    all(demo)
      .flatMap((one) => [...one.emailAddresses, one.externalEmailAddress ?? '', one.userPrincipalName ?? ''])
      .filter((one) => one.includes('@'))
      .map((one) => one.slice(one.lastIndexOf('@') + 1)),
  );
  for (const domain of domains)
    expect(domain).toMatch(/\.example$|^example\.(com|net|org)$|^contoso\.onmicrosoft\.com$/);
});

test('every kind of recipient is there', () => {
  expect(new Set(all(demo).map((one) => one.recipientTypeDetails)).size).toBe(11);
});

test.each<[string, (recipient: Recipient) => boolean]>([
  ['German letters', (one) => /[äöüß]/i.test(one.displayName)],
  ['Czech letters', (one) => /[řěůčš]/i.test(one.displayName)],
  ['Japanese names', (one) => /\p{Script=Han}/u.test(one.displayName)],
  ['Arabic names', (one) => /\p{Script=Arabic}/u.test(one.displayName)],
  ['Hebrew names', (one) => /\p{Script=Hebrew}/u.test(one.displayName)],
  ['Portuguese letters', (one) => /[ãõç]/i.test(one.displayName)],
  ['letters outside the basic plane', (one) => /[\u{10000}-\u{10ffff}]/u.test(one.displayName)],
  ['decomposed letters', (one) => one.displayName !== one.displayName.normalize('NFC')],
  ['formulas', (one) => one.displayName === '=SUM(A1)'],
  ['markup', (one) => one.displayName === '<b>Bob</b>'],
  ['control characters', (one) => one.displayName.includes('\u0000')],
  ['lone surrogates', (one) => !one.displayName.isWellFormed()],
  ['titles of 300 characters', (one) => one.person.title?.length === 300],
  [
    'more than 3 addresses',
    (one) => one.emailAddresses.filter((address) => /^smtp:/i.test(address)).length > 3,
  ],
  ['more than 2 business phones', (one) => (one.person.otherTelephone?.length ?? 0) >= 2],
  ['extensions', (one) => /ext\. ?\d|x\d/.test(one.person.phone ?? '')],
  ['internal short numbers', (one) => /^\d{4}$/.test(one.person.phone ?? '')],
  ['people without any number', (one) => one.person.lastName !== undefined && one.person.phone === undefined],
  ['people with nothing but a name', (one) => Object.keys(one.person).length === 2],
  ['managers', (one) => one.managerId !== undefined],
  ['hidden people', (one) => one.hiddenFromAddressLists && one.recipientTypeDetails === 'UserMailbox'],
  ['hidden guests', (one) => one.hiddenFromAddressLists && one.recipientTypeDetails === 'GuestMailUser'],
  ['disabled accounts', (one) => one.accountEnabled === false && one.recipientTypeDetails === 'UserMailbox'],
  ['a mailbox that is not enabled for REST', (one) => one.mailbox?.isEnabledForRest === false],
  ['NoContactSync as it stands', (one) => one.customAttributes.includes('NoContactSync')],
  [
    'NoContactSync with blanks and in lower case',
    (one) => one.customAttributes.includes('  no contactsync '),
  ],
  [
    'NoContactSync in a list',
    (one) => one.customAttributes.some((value) => /;.*nocontactsync.*;/i.test(value)),
  ],
  ['what only looks like NoContactSync', (one) => one.customAttributes.includes('xNoContactSync')],
  [
    'NoMailboxSync on a mailbox',
    (one) => one.mailbox !== undefined && one.customAttributes.includes('NoMailboxSync'),
  ],
])('there are %s', (_what, is) => {
  expect(have(is)).toBeGreaterThan(0);
});

test('there are homonyms: different people with one display name', () => {
  const names = all(demo)
    .filter((one) => one.person.lastName !== undefined)
    .map((one) => one.displayName);
  expect(names.length - new Set(names).size).toBeGreaterThan(0);
});

test('countries and custom attributes differ enough for filters to mean something', () => {
  expect(new Set(all(demo).map((one) => one.person.country)).size).toBeGreaterThan(8);
});

test('groups nest, go in circles, are empty and are dynamic', () => {
  const byName = (name: string) => all(demo).find((one) => one.displayName === name);
  const [head, tail] = [byName('Snake Head'), byName('Snake Tail')];
  expect(head?.memberIds).toContain(tail?.id);
  expect(tail?.memberIds).toContain(head?.id);
  expect(tail?.memberIds).toContain(tail?.id);
  expect(byName('Europe')?.memberIds).toContain(byName('All Munich')?.id);
  expect(byName('Empty Group')?.memberIds).toEqual([]);
  expect(have((one) => one.recipientFilter !== undefined)).toBe(3);
});

test('every user mailbox holds private contacts of its user', () => {
  for (const { mailbox, recipientTypeDetails } of all(demo)) {
    if (recipientTypeDetails !== 'UserMailbox' || mailbox === undefined) continue;
    const items = [...mailbox.items.values()];
    expect(items.length).toBeGreaterThanOrEqual(2);
    expect(items.every((item) => item.madeByHand && item.extendedProperties.size === 0)).toBe(true);
  }
});

test('small organizations are free of oddities: nobody is marked, hidden or disabled', () => {
  for (const one of all(seedOrganization({ seed: 1, recipients: 12, mailboxes: 4 }))) {
    expect(one.hiddenFromAddressLists).toBe(false);
    expect(one.customAttributes.join('')).toBe('');
    expect(one.mailbox?.isEnabledForRest ?? true).toBe(true);
  }
});
