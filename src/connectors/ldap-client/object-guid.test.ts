import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../../test/properties/check-law.ts';
import { guidBytes, guidText } from './object-guid.ts';

describe('object ids', () => {
  it('the first three groups stand in little-endian order', () => {
    const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    expect(guidText(bytes)).toBe('33221100-5544-7766-8899-aabbccddeeff');
  });

  it('text and bytes are two forms of the same', () => {
    holds(
      fc.property(fc.uuid(), (text) => {
        expect(guidText(guidBytes(text))).toBe(text);
      }),
    );
  });

  it('anything but 16 bytes is no id', () => {
    expect(guidText(Buffer.alloc(15))).toBeUndefined();
    expect(guidText(Buffer.alloc(0))).toBeUndefined();
  });
});
