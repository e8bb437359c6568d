import { describe, expect, it } from 'vitest';
import { changedProperties, editedSince } from './as-written.ts';
import { fieldFingerprints } from './fingerprint.ts';

const written = { displayName: 'Erika', surname: 'Muster', notes: 'two\nlines' };
const entry = { fieldFingerprints: fieldFingerprints(written) };

describe('what somebody changed since we wrote it', () => {
  it('is nothing where the server only spells it otherwise or fills in what it always does', () => {
    const stored = { ...written, notes: 'two\r\nlines ', fileAs: 'Muster, Erika' };
    expect(editedSince(entry, stored)).toEqual([]);
  });

  it('names fields with another value, without one, and with one that we never wrote', () => {
    const stored = { displayName: 'Erika M', notes: written.notes, spouseName: 'Sam' };
    expect([...(editedSince(entry, stored) ?? [])].sort()).toEqual(['displayName', 'spouseName', 'surname']);
    expect(changedProperties(entry.fieldFingerprints, stored)).toHaveLength(3);
  });

  it('is not what the mailbox keeps changing', () => {
    const stored = { ...written, surname: 'MUSTER!' };
    expect(editedSince({ ...entry, contested: { surname: 1 } }, stored)).toEqual(['surname']);
    expect(editedSince({ ...entry, contested: { surname: 2 } }, stored)).toEqual([]);
  });

  it('cannot be told where no fingerprints are known, or damaged ones', () => {
    expect(editedSince({ fieldFingerprints: '' }, {})).toBeUndefined();
    expect(editedSince({ fieldFingerprints: 'AAAA' }, written)).toBeUndefined();
  });
});
