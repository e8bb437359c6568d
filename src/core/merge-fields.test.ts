import { describe, expect, it } from 'vitest';
import { CONTACT_PROPERTY_NAMES, type ContactProperties, type ContactProperty } from '../model/contact.ts';
import { policyId, sourceObjectId } from '../model/ids.ts';
import { contactFingerprint, fieldFingerprints } from './fingerprint.ts';
import { type Claim, mergeFields } from './merge-fields.ts';

const FIRST = policyId('00000000-0000-4000-8000-000000000001');
const SECOND = policyId('00000000-0000-4000-8000-000000000002');
const THIRD = policyId('00000000-0000-4000-8000-000000000003');
const ID = sourceObjectId('00000000-0000-4000-8000-0000000000aa');

const allBut = (...off: readonly ContactProperty[]): ReadonlySet<ContactProperty> =>
  new Set(CONTACT_PROPERTY_NAMES.filter((name) => !off.includes(name)));

const claim = (
  id: Claim['policyId'],
  properties: ContactProperties,
  more: { readonly managed?: Claim['managed']; readonly unknown?: readonly ContactProperty[] } = {},
): Claim => ({
  policyId: id,
  managed: more.managed ?? allBut(),
  person: { sourceObjectId: ID, properties, ...(more.unknown ? { unknownProperties: more.unknown } : {}) },
});

function merged(...claims: readonly Claim[]) {
  const properties = claims[0]?.person?.properties ?? {};
  const own = {
    sourceObjectId: ID,
    kind: 'userMailbox',
    label: 'Erika',
    properties,
    folderKey: '',
    fingerprint: contactFingerprint(properties),
    fieldFingerprints: fieldFingerprints(properties),
    losses: [],
  } as const;
  return mergeFields(own, FIRST, claims);
}

describe('a contact of several policies', () => {
  it('has each property from the first policy with a value, and says whose rules hold', () => {
    const contact = merged(
      claim(FIRST, { displayName: 'Erika', jobTitle: 'Head' }),
      claim(SECOND, { displayName: 'E. Muster', jobTitle: 'Boss', mobilePhone: '+49171' }),
      claim(THIRD, { mobilePhone: '+49172', notes: 'met in Ulm' }),
    );
    expect(contact.properties).toEqual({
      displayName: 'Erika',
      jobTitle: 'Head',
      mobilePhone: '+49171',
      notes: 'met in Ulm',
    });
    expect(contact.origins).toEqual({ mobilePhone: SECOND, notes: THIRD });
    expect(contact.fingerprint).toBe(contactFingerprint(contact.properties));
    expect(contact.fieldFingerprints).toBe(fieldFingerprints(contact.properties));
  });

  it('takes no value of a policy that does not manage the property', () => {
    const contact = merged(
      claim(FIRST, {}, { managed: allBut('notes') }),
      claim(SECOND, { notes: 'secret' }, { managed: allBut('notes') }),
    );
    expect(contact.properties).toEqual({});
  });

  it('leaves a property that only the second manages to its rules, also while it is empty', () => {
    const contact = merged(claim(FIRST, {}, { managed: allBut('notes') }), claim(SECOND, {}));
    expect(contact.origins).toEqual({ notes: SECOND });
  });

  it('takes an address as a whole: no street of one in the city of another', () => {
    const contact = merged(
      claim(FIRST, { businessCity: 'Ulm' }),
      claim(SECOND, { businessStreet: 'Main St 1', businessCity: 'Bonn', homeCity: 'Kiel' }),
    );
    expect(contact.properties).toEqual({ businessCity: 'Ulm', homeCity: 'Kiel' });
  });

  it('holds a number or address once, in whatever slots the policies have it', () => {
    const contact = merged(
      claim(FIRST, { emailAddress1: 'erika@contoso.example', businessPhone2: '+49 89 1' }),
      claim(SECOND, {
        emailAddress1: 'e@contoso.example',
        emailAddress2: 'Erika@contoso.example',
        emailAddress3: 'third@contoso.example',
        businessPhone1: '+49891',
      }),
    );
    expect(contact.properties).toEqual({
      emailAddress1: 'erika@contoso.example',
      emailAddress3: 'third@contoso.example',
      businessPhone1: '+49891',
    });
  });

  it('does not look further down for what somebody before could not tell', () => {
    const contact = merged(
      claim(FIRST, {}, { unknown: ['jobTitle'] }),
      claim(SECOND, { jobTitle: 'Boss', notes: 'x' }),
    );
    expect(contact.properties).toEqual({ notes: 'x' });
    expect(contact.unknownProperties).toEqual(['jobTitle']);
  });

  it('clears nothing that a policy may have, of which nobody knows what it wants', () => {
    const untold: Claim = { policyId: SECOND, managed: new Set(['notes', 'jobTitle']), person: undefined };
    const contact = merged(claim(FIRST, { jobTitle: 'Head' }), untold, claim(THIRD, { notes: 'x' }));
    expect(contact.properties).toEqual({ jobTitle: 'Head' });
    expect(contact.unknownProperties).toEqual(['notes']);
  });
});
