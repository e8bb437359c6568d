import { describe, expect, test } from 'vitest';
import { checkRights, hasRight, RIGHTS } from './required-rights.ts';

const names = (rights: readonly { readonly name: string }[]) => rights.map((right) => right.name);

describe('checkRights', () => {
  test('the minimum of specification 4.3 is enough', () => {
    expect(checkRights('graph', ['Contacts.ReadWrite', 'Mail.Send']).missing).toEqual([]);
    expect(checkRights('exchange', ['Exchange.ManageAsApp']).missing).toEqual([]);
  });

  test('without any, exactly the required ones are missing', () => {
    expect(names(checkRights('graph', []).missing)).toEqual(['Contacts.ReadWrite', 'Mail.Send']);
    expect(names(checkRights('exchange', []).missing)).toEqual(['Exchange.ManageAsApp']);
  });

  test('a wider permission includes the narrow ones and is not in excess', () => {
    const { optional, excess } = checkRights('graph', ['Directory.Read.All']);
    expect(names(optional)).toEqual(['Mail.ReadWrite']);
    expect(excess).toEqual([]);
  });

  test('what is used for nothing is in excess', () => {
    expect(checkRights('graph', ['Sites.FullControl.All', 'Mail.Send']).excess).toEqual([
      'Sites.FullControl.All',
    ]);
  });
});

test('hasRight knows wider permissions, but none that is not in the table', () => {
  expect(hasRight(['Group.Read.All'], 'GroupMember.Read.All')).toBe(true);
  expect(hasRight(['GroupMember.Read.All'], 'User.Read.All')).toBe(false);
  expect(new Set(names(RIGHTS)).size).toBe(RIGHTS.length);
});
