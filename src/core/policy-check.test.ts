import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { checkPolicy } from './policy-check.ts';
import { filterRow, type TestPolicyParts, testPolicy } from './test-policy.ts';

function refusal(parts: TestPolicyParts): Failure | undefined {
  try {
    checkPolicy(testPolicy(parts));
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
}

describe('checkPolicy', () => {
  it('accepts the defaults and good rules', () => {
    expect(refusal({})).toBeUndefined();
    expect(
      refusal({
        contact: {
          properties: {
            notes: { template: '{notes}' },
            weddingAnniversary: { from: 'customAttribute1' },
            carPhone: { mode: 'off' },
            categories: { whenEmpty: 'keep' },
          },
        },
        source: { include: [[filterRow('department', 'matches', '^S')]] },
      }),
    ).toBeUndefined();
  });

  it('refuses sub-folders of the Contacts folder itself', () => {
    const failure = refusal({ folder: { subfolderPerDomain: true, useDefaultContacts: true } });
    expect(failure?.code).toBe('invalidDocument');
    expect(failure?.details.place).toBe('folder.subfolderPerDomain');
    expect(refusal({ folder: { useDefaultContacts: true } })).toBeUndefined();
  });

  it.each<readonly [TestPolicyParts, string, string, string | undefined]>([
    [
      { contact: { properties: { mobilPhone: {} } } },
      'invalidDocument',
      'contact.properties.mobilPhone',
      'mobilePhone',
    ],
    [
      { contact: { properties: { company: {} } } },
      'invalidDocument',
      'contact.properties.company',
      'companyName',
    ],
    [
      { contact: { properties: { toString: {} } } },
      'invalidDocument',
      'contact.properties.toString',
      undefined,
    ],
    [
      { contact: { properties: { notes: { from: 'note' } } } },
      'invalidDocument',
      'contact.properties.notes.from',
      'notes',
    ],
    [
      { contact: { properties: { notes: { from: 'notes', constant: 'x' } } } },
      'invalidDocument',
      'contact.properties.notes',
      undefined,
    ],
    [
      { contact: { properties: { carPhone: {} } } },
      'invalidDocument',
      'contact.properties.carPhone',
      undefined,
    ],
    [
      { contact: { properties: { notes: { template: '{' } } } },
      'invalidTemplate',
      'contact.properties.notes.template',
      undefined,
    ],
    [{ contact: { fileAs: '{sn}' } }, 'invalidTemplate', 'contact.fileAs', 'surname'],
    [{ contact: { displayName: '[' } }, 'invalidTemplate', 'contact.displayName', undefined],
    [
      { source: { exclude: [[filterRow('ou', 'isEmpty')]] } },
      'invalidFilter',
      'source.exclude[0][0].property',
      'organizationalUnit',
    ],
  ])('refuses %j', (parts, code, place, suggestion) => {
    const failure = refusal(parts);
    expect(failure?.code).toBe(code);
    expect(failure?.details.place).toBe(place);
    expect(failure?.details.suggestion).toBe(suggestion);
  });
});
