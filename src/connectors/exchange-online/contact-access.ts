// Whether the application may open contacts although its token does not say so: RBAC for Applications grants rights
// for some mailboxes that no token names, so only a trial call tells.
// https://learn.microsoft.com/exchange/permissions-exo/application-rbac

import { asFailure, Failure } from '../../model/failure.ts';
import { type GraphClient, requireSuccess } from '../graph-client/index.ts';

/** A management scope may leave out the first mailboxes, so a few are tried before it counts as a refusal. */
export const TRIED_MAILBOXES = 10;

/** Throws `consentMissing` when the mailbox refuses, another Failure when it says nothing about rights. */
export type OpenContactFolders = (mailbox: string, signal: AbortSignal) => Promise<void>;

export function createOpenContactFolders(client: GraphClient): OpenContactFolders {
  return async (mailbox, signal) => {
    const path = `/users/${encodeURIComponent(mailbox)}/contactFolders?$top=1&$select=id`;
    requireSuccess(await client.get(path, {}, signal));
  };
}

/** One mailbox that opens is enough. Throws `consentMissing` when none does. */
export async function requireContactAccess(
  open: OpenContactFolders,
  mailboxes: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<string> {
  let tried = 0;
  let refusal: Failure | undefined;
  let other: Failure | undefined;
  for await (const mailbox of mailboxes) {
    if (tried === TRIED_MAILBOXES) break;
    tried += 1;
    try {
      await open(mailbox, signal);
      return 'Contacts.ReadWrite is not granted tenant-wide, but a mailbox opened: RBAC for Applications grants it.';
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted || failure.facts.whoActs === 'us') throw failure;
      if (failure.code === 'consentMissing') refusal = failure;
      else other = failure;
    }
  }
  // A mailbox that is not provisioned or busy says nothing about the right: only then its own failure counts.
  if (refusal === undefined && other !== undefined) throw other;
  throw new Failure('consentMissing', {
    details: { ...refusal?.details, permission: 'Contacts.ReadWrite', resource: 'Microsoft Graph', tried },
    ...(refusal?.requestId === undefined ? {} : { requestId: refusal.requestId }),
    ...(refusal === undefined ? {} : { cause: refusal }),
  });
}
