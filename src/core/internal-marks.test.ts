import { describe, expect, it } from 'vitest';
import { sourceObjectId } from '../model/ids.ts';
import type { SourceObject } from '../model/source-object.ts';
import { carriesMark, hasNoContactSync, hasNoMailboxSync } from './internal-marks.ts';

const person: SourceObject = {
  id: sourceObjectId('00000000-0000-4000-8000-000000000001'),
  kind: 'userMailbox',
  attributes: {},
  isHidden: false,
  isDisabled: false,
  isGuest: false,
};

describe('internal marks', () => {
  it.each([
    'NoContactSync',
    'nocontactsync',
    ' No ContactSync ',
    'No\u00a0Contact\u2009Sync',
    'No\u200bContact\u00adSync',
    'VIP; NoContactSync',
    'a,NO CONTACT SYNC,b',
    'ＮｏＣｏｎｔａｃｔＳｙｎｃ',
  ])('finds NoContactSync in %j', (value) => {
    expect(carriesMark([value], 'NoContactSync')).toBe(true);
  });

  it.each(['', 'NoMailboxSync', 'NoContactSync2', 'no-contact-sync', 'NoContactSync VIP', 'NoContact;Sync'])(
    'does not find it in %j',
    (value) => {
      expect(carriesMark([value], 'NoContactSync')).toBe(false);
    },
  );

  it('looks into each of the fifteen custom attributes and nowhere else', () => {
    for (let number = 1; number <= 15; number++) {
      const attributes = { [`customAttribute${number}`]: ['x', 'NoContactSync'] };
      expect(hasNoContactSync({ ...person, attributes })).toBe(true);
    }
    expect(hasNoContactSync({ ...person, attributes: { notes: ['NoContactSync'] } })).toBe(false);
  });

  it('says unknown when an attribute is unknown, and yes when the mark was found all the same', () => {
    expect(hasNoContactSync({ ...person, unknownAttributes: ['customAttribute7'] })).toBe('unknown');
    expect(hasNoContactSync({ ...person, unknownAttributes: ['manager'] })).toBe(false);
    expect(
      hasNoContactSync({
        ...person,
        attributes: { customAttribute1: ['NoContactSync'] },
        unknownAttributes: ['customAttribute7'],
      }),
    ).toBe(true);
    expect(hasNoMailboxSync('unknown')).toBe('unknown');
    expect(hasNoMailboxSync(['x', 'No MailboxSync'])).toBe(true);
    expect(hasNoMailboxSync([])).toBe(false);
  });
});
