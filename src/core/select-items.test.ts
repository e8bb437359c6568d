import { describe, expect, it } from 'vitest';
import { sourceObjectId } from '../model/ids.ts';
import type { SharedMailboxSource } from '../model/policy.ts';
import type { SourceObject } from '../model/source-object.ts';
import { mapContact } from './map.ts';
import { selectContacts } from './select.ts';
import { testPolicy } from './test-policy.ts';

const shared: SharedMailboxSource = {
  type: 'sharedMailbox',
  mailbox: 'customers@contoso.example',
  folders: [],
  categories: [],
  includePrivate: false,
  excludeWithoutPhone: false,
  excludeWithoutEmail: false,
  include: [],
  exclude: [],
};

const item = (
  attributes: SourceObject['attributes'],
  kind: SourceObject['kind'] = 'contactItem',
): SourceObject => ({
  id: sourceObjectId('00000000-0000-4000-8000-000000000001'),
  kind,
  attributes,
  isHidden: false,
  isDisabled: false,
  isGuest: false,
});

const named = { displayName: ['Anna Kern'] };

function verdict(object: SourceObject, change: Partial<SharedMailboxSource> = {}): string {
  const { selected, excluded, undecided } = selectContacts([object], { ...shared, ...change });
  expect(undecided).toEqual([]);
  return selected.length === 1 ? 'selected' : (excluded[0]?.reason ?? 'nothing');
}

describe('contact items of a mailbox', () => {
  it('are selected without address and number, unless the policy asks for one', () => {
    expect(verdict(item(named))).toBe('selected');
    expect(verdict(item(named), { excludeWithoutEmail: true })).toBe('withoutEmail');
    expect(verdict(item(named), { excludeWithoutPhone: true })).toBe('withoutPhone');
  });

  it('are left out when private, unless the policy wants those too', () => {
    const secret = item({ ...named, isPrivate: ['true'] });
    expect(verdict(secret)).toBe('private');
    expect(verdict(secret, { includePrivate: true })).toBe('selected');
  });

  it('need one of the chosen categories, in any case', () => {
    const customer = item({ ...named, categories: ['KUNDEN', 'Red'] });
    expect(verdict(customer, { categories: ['Kunden', 'Partner'] })).toBe('selected');
    expect(verdict(customer, { categories: ['Partner'] })).toBe('withoutCategory');
    expect(verdict(item(named), { categories: ['Partner'] })).toBe('withoutCategory');
  });

  it('have no custom attributes: a category or a user field marks them NoContactSync', () => {
    expect(verdict(item({ ...named, categories: ['No ContactSync'] }))).toBe('noContactSync');
    expect(verdict(item({ ...named, userField3: ['x; nocontactsync'] }))).toBe('noContactSync');
    expect(verdict(item({ ...named, notes: ['NoContactSync'] }))).toBe('selected');
  });

  it('need something to call them by: a number will do', () => {
    expect(verdict(item({ notes: ['to be asked'] }))).toBe('withoutName');
    expect(verdict(item({ displayName: ['\u0000'] }))).toBe('withoutName');
    const caller = item({ mobilePhones: ['+49 170 1234567'] });
    expect(verdict(caller)).toBe('selected');
    const policy = { ...testPolicy(), source: shared };
    expect(mapContact(caller, policy, {}).properties.displayName).toBe('+49 170 1234567');
  });

  it('are people: a contact list is none', () => {
    expect(verdict(item(named, 'contactList'))).toBe('contactList');
  });

  it('keep what directories do not know, their categories and their private flag', () => {
    const attributes = {
      ...named,
      spouse: ['Tom'],
      carPhone: ['+49 30 901820'],
      userField1: ['K 4711'],
      categories: ['Customer'],
      isPrivate: ['true'],
    };
    const wanted = {
      spouseName: 'Tom',
      carPhone: '+4930901820',
      userField1: 'K 4711',
      categories: 'Customer',
      isPrivate: 'true',
    };
    const policy = testPolicy();
    expect(mapContact(item(attributes), { ...policy, source: shared }, {}).properties).toMatchObject(wanted);
    // The twin: under a policy of a directory these are the user's.
    const other = mapContact(item(attributes), policy, {}).properties;
    expect([other.spouseName, other.carPhone, other.userField1]).toEqual([undefined, undefined, undefined]);
  });
});
