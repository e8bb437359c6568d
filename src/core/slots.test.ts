import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import { distinctValues, fillSlots, stableOrder } from './slots.ts';

describe('More values than slots', () => {
  it('orders addresses: primary, then by text, routing domains last', () => {
    const addresses = [
      'z@contoso.example',
      'a@contoso.onmicrosoft.com',
      'b@contoso.mail.onmicrosoft.com',
      'm@contoso.example',
      'c@example.com',
    ];
    expect(stableOrder('emailAddress1', addresses)).toEqual([
      'z@contoso.example',
      'c@example.com',
      'm@contoso.example',
      'a@contoso.onmicrosoft.com',
      'b@contoso.mail.onmicrosoft.com',
    ]);
    expect(stableOrder('emailAddress1', [])).toEqual([]);
  });

  it('counts equal values once', () => {
    expect(distinctValues('businessPhone1', ['+49 30 1', '+49301', '', ' ', '+49302'])).toEqual([
      '+49 30 1',
      '+49302',
    ]);
    expect(distinctValues('emailAddress1', ['A@b.example', 'a@B.example'])).toEqual(['A@b.example']);
  });

  it('fills in order and loses no value without saying so', () => {
    holds(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 6 }),
        fc.boolean(),
        (values, isClosed) => {
          const { values: filled, left } = fillSlots(
            [
              { property: 'emailAddress1', isClosed: false },
              { property: 'emailAddress2', isClosed },
            ],
            values,
          );
          const shown = [...filled.values()];
          const hidden = isClosed && values.length > 1 ? 1 : 0;
          expect(shown.length + left.length + hidden).toBe(values.length);
          expect(shown[0]).toBe(values[0]);
          expect(filled.has('emailAddress2')).toBe(!isClosed && values.length > 1);
        },
      ),
    );
  });
});
