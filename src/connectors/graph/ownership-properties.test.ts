import { expect, it } from 'vitest';
import { FIELDS_PROPERTY, IDENTITY_PROPERTY } from './ownership-properties.ts';
import { normalizedId } from './schema.ts';

// Frozen: with any other spelling the contacts of every installation would become foreign items.
it('Few names: the mark has the names it will have forever', () => {
  expect(IDENTITY_PROPERTY).toBe('String {15bc34ea-c5fa-4179-b6b3-4439305221e3} Name ContactSyncIdentity');
  expect(FIELDS_PROPERTY).toBe('String {15bc34ea-c5fa-4179-b6b3-4439305221e3} Name ContactSyncFields');
});

it('ids are compared without regard to the spelling of hex and GUID, but the name keeps its case', () => {
  expect(normalizedId('Integer 0x0036')).toBe(normalizedId('integer 0x36'));
  expect(normalizedId('String 0x3A24')).toBe(normalizedId('String 0x3a24'));
  expect(normalizedId(IDENTITY_PROPERTY.replace('15bc34ea', '15BC34EA'))).toBe(
    normalizedId(IDENTITY_PROPERTY),
  );
  expect(normalizedId('String {15bc34ea-c5fa-4179-b6b3-4439305221e3} Name contactsyncidentity')).not.toBe(
    normalizedId(IDENTITY_PROPERTY),
  );
});
