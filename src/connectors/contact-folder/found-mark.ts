// What stands on an item or folder where our mark would be.

import type { PolicyId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';

/** undefined: none. */
export type FoundMark = OwnershipMark | { readonly newer: number } | undefined;

export function isNewer(mark: FoundMark): mark is { readonly newer: number } {
  return mark !== undefined && 'newer' in mark;
}

export function isOurs(mark: FoundMark, policyId: PolicyId): boolean {
  return mark !== undefined && !isNewer(mark) && mark.policyId === policyId;
}

export function isSameMark(found: FoundMark, written: OwnershipMark): boolean {
  return (
    found !== undefined &&
    !isNewer(found) &&
    found.version === written.version &&
    found.policyId === written.policyId &&
    found.sourceObjectId === written.sourceObjectId &&
    found.fingerprint === written.fingerprint &&
    found.fieldFingerprints === written.fieldFingerprints
  );
}
