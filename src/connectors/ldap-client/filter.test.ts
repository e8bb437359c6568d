import * as fc from 'fast-check';
import { BerReader, BerWriter, FilterParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { expectFailure } from '../../../test/contract/mailbox-target/bench.ts';
import { holds } from '../../../test/properties/check-law.ts';
import {
  and,
  equals,
  escapeFilterValue,
  formatFilter,
  type LdapFilter,
  not,
  or,
  present,
  writeFilter,
} from './filter.ts';
import { parseFilter } from './parse-filter.ts';

const attribute = fc.constantFrom('cn', 'sn', 'msDS-PhoneticLastName', 'cn;lang-de', '1.2.840.113556.1.4.1');
const bytes = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((array) => Buffer.from(array));
const { filter } = fc.letrec<{ filter: LdapFilter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    attribute.map(present),
    fc.record({
      kind: fc.constantFrom('equal', 'atLeast', 'atMost', 'approximately'),
      attribute,
      value: bytes,
    }),
    fc
      .record({
        attribute,
        initial: fc.option(bytes),
        any: fc.array(bytes, { maxLength: 3 }),
        final: fc.option(bytes),
      })
      .filter(({ initial, any, final }) => initial !== null || any.length > 0 || final !== null)
      .map(
        ({ attribute, initial, any, final }): LdapFilter => ({
          kind: 'substring',
          attribute,
          ...(initial === null ? {} : { initial }),
          any,
          ...(final === null ? {} : { final }),
        }),
      ),
    fc.record({
      kind: fc.constant('extensible'),
      attribute,
      rule: attribute,
      matchesDn: fc.boolean(),
      value: bytes,
    }),
    tie('filter').map(not),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((parts) => and(...parts)),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((parts) => or(...parts)),
  ) as fc.Arbitrary<LdapFilter>,
}));

describe('filters', () => {
  it('the text of a filter means that filter, whatever the values', () => {
    holds(
      fc.property(filter, (original) => {
        expect(parseFilter(formatFilter(original))).toEqual(original);
      }),
    );
  });

  it('a value stays a value: no text in it adds a condition', () => {
    holds(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(parseFilter(`(cn=${escapeFilterValue(value)})`)).toEqual(equals('cn', value));
        expect(escapeFilterValue(value)).toMatch(/^[ -~]*$/);
      }),
    );
  });

  it('twin: without escaping a value becomes a condition of its own', () => {
    expect(parseFilter('(|(cn=x)(objectClass=*))')).not.toEqual(or(equals('cn', 'x)(objectClass=*')));
  });

  it('goes over the wire as a reader we did not write understands it', () => {
    for (const text of [
      '(&(objectClass=user)(|(sn=Groß)(sn>=M))(!(l=Berlin)))',
      '(cn=a*b*c)',
      '(cn=*b*)',
      '(userAccountControl:1.2.840.113556.1.4.803:=2)',
      '(cn~=Meier)',
      '(a<=5)',
    ]) {
      const writer = new BerWriter();
      writeFilter(writer, parseFilter(text));
      const read = FilterParser.parse(new BerReader(writer.buffer));
      expect(read.toString().toLowerCase()).toBe(text.toLowerCase());
    }
  });

  it.each([
    ['', 1, '"("'],
    ['no such -operator', 1, '"("'],
    ['(cn=a', 6, '")"'],
    ['(cn=a))', 7, 'the end of the filter'],
    ['(&(cn=a)(sn=b)', 15, '"("'],
    ['(&)', 3, '"("'],
    ['(cn a)', 4, '"=", "<=", ">=", "~=" or ":"'],
    ['(=a)', 2, 'an attribute'],
    ['(cn=a\\2)', 6, 'two hexadecimal digits after the backslash'],
    ['(cn=a(b))', 6, '")"; a bracket inside a value is written \\28'],
    ['(:=a)', 3, 'a matching rule'],
    ['(!(cn=a)(sn=b))', 9, '")"'],
  ])('%s is refused at position %i', async (text, position, expected) => {
    const failure = await expectFailure(
      Promise.resolve().then(() => parseFilter(text)),
      'invalidFilter',
    );
    expect(failure.details).toEqual({ position, expected });
  });

  it('refuses brackets without end instead of exhausting the stack', async () => {
    await expectFailure(
      Promise.resolve().then(() => parseFilter('(!'.repeat(100_000))),
      'invalidFilter',
    );
  });

  it('any text is either understood or refused with a position in it', () => {
    holds(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'( ) & | ! = * \\ < > ~ : a b ä'.split(' ')) }),
        (text) => {
          try {
            parseFilter(text);
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'invalidFilter' });
          }
        },
      ),
    );
  });

  it('blanks between conditions do not matter, blanks in values do', () => {
    expect(parseFilter(' (& (cn= a b ) (sn=c) ) ')).toEqual(and(equals('cn', ' a b '), equals('sn', 'c')));
  });
});
