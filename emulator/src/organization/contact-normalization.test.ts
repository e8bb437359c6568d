import { expect, test } from 'vitest';
import { normalizeChangedContact, normalizeNewContact } from './contact-normalization.ts';

test('blanks go, line ends become CRLF, birthdays shift, e-mail entries gain names', () => {
  expect(
    normalizeNewContact({
      displayName: '  Erika Muster ',
      personalNotes: 'one\ntwo\r\nthree\rfour',
      birthday: '1980-05-06T00:00:00Z',
      emailAddresses: [
        { address: ' e@example.net ' },
        { name: 'Work', address: 'w@example.net' },
        { address: '' },
      ],
      businessPhones: [' 1 ', ''],
      businessAddress: { street: 'Weg 1\nHaus 2', city: ' Berlin ', state: '' },
    }),
  ).toEqual({
    displayName: 'Erika Muster',
    fileAs: 'Erika Muster',
    personalNotes: 'one\r\ntwo\r\nthree\r\nfour',
    birthday: '1980-05-06T11:59:00Z',
    emailAddresses: [
      { name: 'e@example.net', address: 'e@example.net' },
      { name: 'Work', address: 'w@example.net' },
    ],
    businessPhones: ['1'],
    businessAddress: { street: 'Weg 1\r\nHaus 2', city: 'Berlin' },
  });
});

test('what is null, empty or an empty list is unset', () => {
  expect(normalizeNewContact({ jobTitle: null, department: '', categories: [], homeAddress: {} })).toEqual(
    {},
  );
});

test('display name and file-as are made from the name where they are absent', () => {
  expect(normalizeNewContact({ givenName: 'Erika', surname: 'Muster' })).toMatchObject({
    displayName: 'Erika Muster',
    fileAs: 'Muster, Erika',
  });
  expect(normalizeNewContact({ companyName: 'Contoso' })).toMatchObject({
    displayName: 'Contoso',
    fileAs: 'Contoso',
  });
});

test('changing a part of the name makes the display name anew unless it is sent along', () => {
  const stored = normalizeNewContact({ displayName: 'The Boss', givenName: 'Erika', surname: 'Muster' });
  expect(normalizeChangedContact(stored, { surname: 'Neu' })).toMatchObject({
    displayName: 'Erika Neu',
    fileAs: 'Neu, Erika',
  });
  expect(normalizeChangedContact(stored, { surname: 'Neu', displayName: 'The Boss' })).toMatchObject({
    displayName: 'The Boss',
  });
  expect(normalizeChangedContact(stored, { jobTitle: 'Buyer' })).toMatchObject({ displayName: 'The Boss' });
});

test('a file-as that somebody chose stays when the name changes', () => {
  const stored = normalizeNewContact({ givenName: 'Erika', surname: 'Muster', fileAs: 'Chosen' });
  expect(normalizeChangedContact(stored, { surname: 'Neu' })).toMatchObject({ fileAs: 'Chosen' });
});

test('null clears, what is absent stays, parts of an address merge', () => {
  const stored = normalizeNewContact({
    jobTitle: 'Buyer',
    mobilePhone: '1',
    homeAddress: { city: 'Berlin', street: 'Weg' },
  });
  const changed = normalizeChangedContact(stored, { jobTitle: null, homeAddress: { city: 'Brno' } });
  expect(changed).not.toHaveProperty('jobTitle');
  expect(changed).toMatchObject({ mobilePhone: '1', homeAddress: { city: 'Brno', street: 'Weg' } });
});

test('the e-mail addresses by slot and as a list are one thing', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, address: `${name}@example.net` }));
  const stored = normalizeNewContact({ primaryEmailAddress: a, secondaryEmailAddress: b });
  expect(stored['emailAddresses']).toEqual([a, b]);
  expect(normalizeChangedContact(stored, { secondaryEmailAddress: c })['emailAddresses']).toEqual([a, c]);
  expect(normalizeChangedContact(stored, { primaryEmailAddress: null })['emailAddresses']).toEqual([b]);
  expect(normalizeChangedContact(stored, { emailAddresses: [] })).not.toHaveProperty('emailAddresses');
});
