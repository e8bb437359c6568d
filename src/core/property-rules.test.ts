import { describe, expect, it } from 'vitest';
import { CONTACT_PROPERTY_NAMES } from '../model/contact.ts';
import { SOURCE_ATTRIBUTES } from '../model/source-object.ts';
import { SLOT_GROUPS, usualSource } from './property-mapping.ts';
import { managedProperties, ruleFor } from './property-rules.ts';
import { testPolicy } from './test-policy.ts';

describe('property rules', () => {
  it('leaves alone what has no usual source, so that users can fill it in', () => {
    const managed = managedProperties(testPolicy());
    expect(CONTACT_PROPERTY_NAMES.filter((name) => !managed.has(name))).toEqual([
      'profession',
      'spouseName',
      'primaryPhone',
      'carPhone',
      'radioPhone',
      'callbackPhone',
      'companyMainPhone',
      'otherStreet',
      'otherCity',
      'otherState',
      'otherPostalCode',
      'otherCountry',
      'weddingAnniversary',
      'userField1',
      'userField2',
      'userField3',
      'userField4',
    ]);
  });

  it('manages what a rule gives a source, and nothing that is off', () => {
    const managed = managedProperties(
      testPolicy({
        contact: {
          properties: {
            carPhone: { from: 'customAttribute1' },
            userField1: { constant: '' },
            userField2: { prefix: 'x' },
            notes: { mode: 'off' },
            displayName: { mode: 'off' },
          },
        },
      }),
    );
    expect([managed.has('carPhone'), managed.has('userField1')]).toEqual([true, true]);
    expect([managed.has('userField2'), managed.has('notes'), managed.has('displayName')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('overwrites and clears unless told otherwise', () => {
    const policy = testPolicy({
      contact: { properties: { notes: { mode: 'keepEdited', whenEmpty: 'keep' } } },
    });
    expect(ruleFor(policy, 'notes')).toEqual({ mode: 'keepEdited', whenEmpty: 'keep' });
    expect(ruleFor(policy, 'manager')).toEqual({ mode: 'overwrite', whenEmpty: 'clear' });
  });

  it('reads every source attribute that a contact has a place for, each into one place', () => {
    const used = CONTACT_PROPERTY_NAMES.flatMap((name) => usualSource(name, 'sharedMailbox') ?? []);
    const several = new Set(
      SLOT_GROUPS.flatMap(({ attribute, slots }) => (slots.length > 1 ? [attribute] : [])),
    );
    const singles = used.filter((attribute) => !several.has(attribute));
    expect(new Set(singles).size).toBe(singles.length);
    expect(
      SOURCE_ATTRIBUTES.filter((name) => !used.includes(name) && !name.startsWith('customAttribute')),
    ).toEqual([
      'displayName',
      'alias',
      'categories',
      'fileAs',
      'isPrivate',
      'userPrincipalName',
      'employeeId',
      'addressLists',
      'organizationalUnit',
    ]);
  });
});
