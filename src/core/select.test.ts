import { describe, expect, it } from 'vitest';
import { sourceObjectId } from '../model/ids.ts';
import type { ExchangeOnlineSource } from '../model/policy.ts';
import type { SourceObject } from '../model/source-object.ts';
import { selectContacts } from './select.ts';
import { filterRow, testPolicy } from './test-policy.ts';

const base: SourceObject = {
  id: sourceObjectId('00000000-0000-4000-8000-000000000001'),
  kind: 'userMailbox',
  attributes: {
    displayName: ['Anna Kern'],
    emailAddresses: ['anna@contoso.example'],
    businessPhones: ['+49 30 901820'],
  },
  isHidden: false,
  isDisabled: false,
  isGuest: false,
};

function verdict(object: Partial<SourceObject>, source: Partial<ExchangeOnlineSource> = {}): string {
  const selection = selectContacts([{ ...base, ...object }], testPolicy({ source }).source);
  expect(selection.hasUnknown).toBe(selection.undecided.length > 0);
  if (selection.selected.length === 1) return 'selected';
  const [left] = [...selection.excluded, ...selection.undecided];
  expect(left?.label).not.toBe('');
  return `${selection.excluded.length === 1 ? 'excluded' : 'undecided'}: ${left?.reason}`;
}

describe('selectContacts', () => {
  it.each([
    ['a plain mailbox user', {}, {}, 'selected'],
    ['a room', { kind: 'roomMailbox' }, {}, 'excluded: type'],
    ['a room that is asked for', { kind: 'roomMailbox' }, { recipientTypes: ['roomMailbox'] }, 'selected'],
    ['a hidden one', { isHidden: true }, {}, 'excluded: hidden'],
    ['a hidden one where hidden are wanted', { isHidden: true }, { excludeHidden: false }, 'selected'],
    ['a disabled one', { isDisabled: true }, {}, 'excluded: disabled'],
    ['a guest', { isGuest: true }, {}, 'excluded: guest'],
    [
      'a guest that is asked for',
      { kind: 'guestMailUser', isGuest: true },
      { recipientTypes: ['guestMailUser'], excludeGuests: false },
      'selected',
    ],
    [
      'one without phone',
      { attributes: { displayName: ['B'] } },
      { excludeWithoutPhone: true },
      'excluded: withoutPhone',
    ],
    [
      'one with a mobile phone',
      { attributes: { mobilePhones: ['1'] } },
      { excludeWithoutPhone: true },
      'selected',
    ],
    [
      'one without address',
      { attributes: { displayName: ['B'] } },
      { excludeWithoutEmail: true },
      'excluded: withoutEmail',
    ],
    ['a marked one', { attributes: { customAttribute3: ['no contactsync'] } }, {}, 'excluded: noContactSync'],
    [
      'a marked and hidden room',
      { kind: 'roomMailbox', isHidden: true, attributes: { customAttribute3: ['NoContactSync'] } },
      {},
      'excluded: noContactSync',
    ],
    ['one not included', {}, { include: [[filterRow('department', 'isNotEmpty')]] }, 'excluded: notIncluded'],
    [
      'one included and excluded',
      {},
      {
        include: [[filterRow('displayName', 'isNotEmpty')]],
        exclude: [[filterRow('displayName', 'startsWith', 'anna')]],
      },
      'excluded: excluded',
    ],
  ] as const)('%s', (_, object, source, expected) => {
    expect(verdict(object, source as Partial<ExchangeOnlineSource>)).toBe(expected);
  });

  it('half-read is not empty: what is unknown is neither selected nor excluded', () => {
    expect(verdict({ isHidden: 'unknown' })).toBe('undecided: unknownHidden');
    expect(verdict({ isHidden: 'unknown' }, { excludeHidden: false })).toBe('selected');
    expect(verdict({ isDisabled: 'unknown' })).toBe('undecided: unknownAttribute');
    expect(verdict({ unknownAttributes: ['customAttribute1'] })).toBe('undecided: unknownMark');
    expect(
      verdict({ unknownAttributes: ['department'] }, { include: [[filterRow('department', 'isNotEmpty')]] }),
    ).toBe('undecided: unknownAttribute');
    expect(
      verdict({ attributes: {}, unknownAttributes: ['mobilePhones'] }, { excludeWithoutPhone: true }),
    ).toBe('undecided: unknownAttribute');
    expect(verdict({ unknownAttributes: ['mobilePhones'] }, { excludeWithoutPhone: true })).toBe('selected');
  });

  it('prefers a certain reason to a doubt', () => {
    expect(verdict({ isHidden: 'unknown', isGuest: true })).toBe('excluded: guest');
    expect(verdict({ unknownAttributes: ['customAttribute1'], kind: 'roomMailbox' })).toBe('excluded: type');
  });

  it('loses nobody: every object is in exactly one list', () => {
    const objects = Array.from(
      { length: 60 },
      (_, index): SourceObject => ({
        ...base,
        id: sourceObjectId(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
        isHidden: index % 3 === 0 ? 'unknown' : index % 3 === 1,
        isGuest: index % 4 === 0,
      }),
    );
    const { selected, excluded, undecided } = selectContacts(objects, testPolicy().source);
    const ids = [
      ...selected.map((object) => object.id),
      ...excluded.map((left) => left.sourceObjectId),
      ...undecided.map((left) => left.sourceObjectId),
    ];
    expect(new Set(ids).size).toBe(60);
    expect(ids).toHaveLength(60);
  });
});
