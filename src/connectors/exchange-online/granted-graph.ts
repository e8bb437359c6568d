// Which parts of the directory the application may read through Graph, from the roles of its token.

import { asFailure } from '../../model/failure.ts';
import type { Log } from '../../ports/log.ts';
import type { TokenProvider } from '../entra/token-provider.ts';
import { hasRight } from './required-rights.ts';

export interface GraphRights {
  readonly users: boolean;
  readonly orgContacts: boolean;
  readonly groupMembers: boolean;
}

const NO_RIGHTS: GraphRights = { users: false, orgContacts: false, groupMembers: false };

/** Graph only adds to what Exchange shows: without a token for it the reading does without. */
export async function readGraphRights(
  tokens: TokenProvider,
  log: Log,
  signal: AbortSignal,
): Promise<GraphRights> {
  try {
    const { roles } = await tokens.token('graph', signal);
    return {
      users: hasRight(roles, 'User.Read.All'),
      orgContacts: hasRight(roles, 'OrgContact.Read.All'),
      groupMembers: hasRight(roles, 'GroupMember.Read.All'),
    };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted) throw failure;
    log.warn('no token for Microsoft Graph, the directory is read through Exchange alone', {
      ...failure.toRecord(),
    });
    return NO_RIGHTS;
  }
}
