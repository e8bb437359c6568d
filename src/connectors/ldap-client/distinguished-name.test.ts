import * as fc from 'fast-check';
import { DN } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { holds } from '../../../test/properties/check-law.ts';
import {
  comparableName,
  escapeNameValue,
  isDistinguishedName,
  readExtendedName,
  splitName,
} from './distinguished-name.ts';

describe('distinguished names', () => {
  it('an escaped value is read as it was, and adds no part to the name', () => {
    holds(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        const dn = `CN=${escapeNameValue(value)},OU=People,DC=corp`;
        expect(splitName(dn)).toEqual([
          { type: 'CN', value },
          { type: 'OU', value: 'People' },
          { type: 'DC', value: 'corp' },
        ]);
      }),
    );
  });

  it('a no-break space at an end belongs to the value', () => {
    const value = '\u00a0 ';
    expect(splitName(`CN=${escapeNameValue(value)},DC=corp`)[0]).toEqual({ type: 'CN', value });
  });

  it('twin: a value that is not escaped does', () => {
    expect(splitName('CN=Müller, OU=x,DC=corp')).toHaveLength(3);
  });

  it('escapes as a library we did not write', () => {
    for (const value of ['Müller, Jürgen', '#hash', 'a"b+c<d>e;f=g\\h'])
      expect(`CN=${escapeNameValue(value)}`).toBe(new DN([]).addPairRDN('CN', value).toString());
  });

  it('reads quotes, hexadecimal pairs and blanks around the parts', () => {
    expect(splitName('cn = "a, b" , OU=M\\C3\\BCnchen;dc=x\\ ')).toEqual([
      { type: 'cn', value: 'a, b' },
      { type: 'OU', value: 'München' },
      { type: 'dc', value: 'x ' },
    ]);
  });

  it('compares without regard to case, blanks and the way of escaping', () => {
    expect(comparableName('CN=A\\2c B, DC=Corp')).toBe(comparableName('cn=a\\, b,dc=corp'));
  });

  it('tells names from other texts', () => {
    for (const text of ['OU=Sales,DC=corp', '2.5.4.3=x']) expect(isDistinguishedName(text)).toBe(true);
    for (const text of ['', 'Sales', 'anna@contoso.example', '=x', 'a b=c'])
      expect(isDistinguishedName(text)).toBe(false);
  });

  it('takes the ids out of the extended form', () => {
    expect(
      readExtendedName(
        '<GUID=85619BF8-3a89-5d63-af0a-0c179834cdc7>;<SID=S-1-5-21-1-2-3-1147>;CN=Nested 5,DC=corp',
      ),
    ).toEqual({
      guid: '85619bf8-3a89-5d63-af0a-0c179834cdc7',
      sid: 'S-1-5-21-1-2-3-1147',
      dn: 'CN=Nested 5,DC=corp',
    });
    expect(readExtendedName('<GUID=85619bf8-3a89-5d63-af0a-0c179834cdc7>;CN=x')).toMatchObject({
      sid: undefined,
      dn: 'CN=x',
    });
    expect(readExtendedName('CN=x').guid).toBeUndefined();
  });
});
