import { describe, expect, it } from 'vitest';
import type { FolderPart, Policy } from '../model/policy.ts';
import { checkCompanions, companionsOf } from './companions-check.ts';
import { testPolicy } from './test-policy.ts';

const policy = (number: number, folder: Partial<FolderPart> = {}, environment = 'Contoso'): Policy => ({
  ...testPolicy({ folder: { merge: { meetBy: 'id', priority: number }, ...folder } }),
  id: `00000000-0000-4000-8000-00000000000${number}`,
  name: `Nr ${number}`,
  environment,
});
const others = (...list: readonly Policy[]): readonly string[] =>
  companionsOf(policy(1), [policy(1), ...list]).map(({ name }) => name);

describe('policies of one folder', () => {
  it('are those that name it, however it is spelled, in the same environment', () => {
    expect(others(policy(2), policy(3, { name: 'company CONTACTS' }, 'contoso'))).toEqual(['Nr 2', 'Nr 3']);
    expect(others(policy(2, { name: 'Other' }), policy(3, {}, 'Fabrikam'))).toEqual([]);
  });

  it('are none that do not ask for it', () => {
    const { merge: _, ...folder } = testPolicy().folder;
    expect(others({ ...policy(2), folder })).toEqual([]);
    expect(companionsOf({ ...policy(2), folder }, [policy(1)])).toEqual([]);
  });

  it('in the Contacts folder itself the name does not count', () => {
    const here = policy(1, { useDefaultContacts: true });
    const list = [policy(2, { useDefaultContacts: true, name: 'Other' }), policy(3)];
    expect(companionsOf(here, list).map(({ name }) => name)).toEqual(['Nr 2']);
  });

  it.each([
    ['folder.merge.priority', { merge: { meetBy: 'id', priority: 1 } }],
    ['folder.merge.meetBy', { merge: { meetBy: 'emailAddress', priority: 2 } }],
    ['folder.subfolderPerDomain', { subfolderPerDomain: true }],
  ] as const)('must agree: %s', (place, folder) => {
    const other = policy(2, folder);
    expect(() => checkCompanions(policy(1), [other])).toThrow(
      expect.objectContaining({
        code: 'policiesDisagree',
        details: expect.objectContaining({ place, otherPolicy: 'Nr 2' }) as unknown,
      }) as Error,
    );
  });

  it('may stand beside each other otherwise', () => {
    expect(() => checkCompanions(policy(1), [policy(1), policy(2), policy(3)])).not.toThrow();
  });
});
