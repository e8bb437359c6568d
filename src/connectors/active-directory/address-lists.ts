// Address lists by name, path, distinguished name or id. Who is in one is written at every recipient
// (showInAddressBook), which is what Exchange made of the list's filter.

import { asFailure } from '../../model/failure.ts';
import { comparableName, isDistinguishedName, readExtendedName } from '../ldap-client/distinguished-name.ts';
import { equals } from '../ldap-client/filter.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import { textOf } from '../ldap-client/values.ts';
import { listPath } from './decode-recipient.ts';

export interface AddressList {
  readonly guid: string;
  readonly dn: string;
  /** Such as `\Europe\Sales`. */
  readonly path: string;
  readonly displayName: string;
}

/** None where there is no Exchange organization. */
export async function readAddressLists(
  reader: LdapReader,
  signal: AbortSignal,
): Promise<readonly AddressList[]> {
  const lists: AddressList[] = [];
  const search = {
    base: `CN=Microsoft Exchange,CN=Services,${reader.facts.configurationNamingContext}`,
    scope: 'sub',
    filter: equals('objectClass', 'addressBookContainer'),
    attributes: ['displayName'],
  } as const;
  try {
    await reader.search(
      search,
      (page) => {
        for (const raw of page) {
          const { guid, dn } = readExtendedName(raw.dn);
          if (guid === undefined) continue;
          lists.push({ guid, dn, path: listPath(dn), displayName: textOf(raw, 'displayName') });
        }
      },
      signal,
    );
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code !== 'directoryBaseNotFound') throw failure;
  }
  return lists;
}

export function findAddressLists(lists: readonly AddressList[], wanted: string): readonly AddressList[] {
  const name = wanted.trim().replace(/^\\/, '').toLowerCase();
  const dn = isDistinguishedName(wanted) ? comparableName(wanted) : undefined;
  const exact = lists.filter(
    (list) =>
      list.path.slice(1).toLowerCase() === name ||
      list.guid === name ||
      (dn !== undefined && comparableName(list.dn) === dn),
  );
  if (exact.length > 0) return exact;
  return lists.filter(
    ({ path, displayName }) =>
      path.split('\\').at(-1)?.toLowerCase() === name || displayName.toLowerCase() === name,
  );
}
