// Marked items that lie in Contacts itself, as a scan shows them: one entry per policy.

import type { FolderId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { MarkedFolder } from '../../ports/mailbox-target.ts';

export interface MarkedInContacts {
  readonly folderId: FolderId;
  readonly marks: readonly OwnershipMark[];
}

export function contactsByPolicy({ folderId, marks }: MarkedInContacts): readonly MarkedFolder[] {
  return [...Map.groupBy(marks, ({ policyId }) => policyId)].map(([policyId, ofPolicy]) => ({
    policyId,
    folderId,
    name: '',
    itemCount: ofPolicy.length,
    isContacts: true,
  }));
}
