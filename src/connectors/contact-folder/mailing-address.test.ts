// The address for letters, as the values of MAPI.

import { describe, expect, it } from 'vitest';
import type { ContactProperties } from '../../model/contact.ts';
import { concernsAddress, mailingAddress } from './mailing-address.ts';

const shown = (properties: ContactProperties) =>
  Object.fromEntries(
    mailingAddress(properties).map(({ place, value }) => [
      ('tag' in place ? place.tag : place.id).toString(16),
      value,
    ]),
  );

describe('the address for letters', () => {
  it('is that of the business, in parts and as a whole', () => {
    const properties = {
      businessStreet: 'Main Street 1',
      businessCity: 'Berlin',
      businessPostalCode: '10115',
      businessCountry: 'Germany',
      homeCity: 'Bonn',
    };
    const whole = 'Main Street 1\r\n10115 Berlin\r\nGermany';
    expect(shown(properties)).toEqual({
      8022: '2',
      ...{ '3a29': 'Main Street 1', '3a27': 'Berlin', '3a28': '', '3a2a': '10115', '3a26': 'Germany' },
      ...{ '3a15': whole, '801b': whole },
    });
  });

  it('is another one where there is none of the business, and none where there is none', () => {
    expect(shown({ homeCity: 'Bonn' })).toMatchObject({ 8022: '1', '3a27': 'Bonn', '801a': 'Bonn' });
    expect(shown({ otherCity: 'Ulm' })).toMatchObject({ 8022: '3', '801c': 'Ulm' });
    expect(new Set(Object.values(shown({ displayName: 'Anna' })))).toEqual(new Set(['0', '']));
  });

  it('changes with addresses alone', () => {
    expect(concernsAddress(['displayName', 'mobilePhone'])).toBe(false);
    expect(concernsAddress(['displayName', 'homeCity'])).toBe(true);
  });
});
