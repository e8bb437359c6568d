// Address lists by name or path, from the membership that Exchange keeps at every recipient.

import { asFailure, Failure } from '../../model/failure.ts';
import type { ExchangeAdminApi } from './admin-api.ts';
import { type AdminRow, texts } from './admin-row.ts';

/** `All Users`, `\All Users` and the whole path all name the list `\All Users`. */
export function addressListFits(row: AdminRow, wanted: string): boolean {
  const name = wanted.trim().replace(/^\\/, '').toLowerCase();
  return texts(row, 'AddressListMembership').some((list) => {
    const path = list.replace(/^\\/, '').toLowerCase();
    return path === name || path.split('\\').at(-1) === name;
  });
}

/**
 * A list nobody is in may be empty, renamed or misspelled. Only Get-AddressList can tell, and its role is in no role
 * group by default: what it does not confirm counts as missing, so that nothing is deleted because of it.
 */
export async function findMissingAddressLists(
  api: ExchangeAdminApi,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly Failure[]> {
  const missing: Failure[] = [];
  for (const name of names) {
    if (!(await exists(api, name, signal)))
      missing.push(new Failure('groupNotFound', { details: { addressList: name } }));
  }
  return missing;
}

async function exists(api: ExchangeAdminApi, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const page of api.invoke('Get-AddressList', { Identity: name }, {}, signal)) {
      if (page.length > 0) return true;
    }
    return false;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || failure.code === 'internalError') throw failure;
    return false;
  }
}
