// Who a dynamic distribution group holds: Exchange keeps a list and recalculates it once in 24 hours and when
// the filter was edited, so a person who matches since this morning may not be in it yet.

import type { Recipient } from '../organization/state.ts';
import { type CmdletCall, filterFor } from './cmdlet.ts';
import { recipientRow } from './recipient-row.ts';

export interface DynamicMembership {
  readonly filter: string;
  readonly calculatedAt: Date;
  readonly memberIds: readonly string[];
}

const lifetimeMs = 24 * 60 * 60 * 1000;
const memberships = new WeakMap<Recipient, DynamicMembership>();

export function membershipOf(group: Recipient, call: CmdletCall): DynamicMembership {
  const filter = group.recipientFilter ?? '';
  const stored = memberships.get(group);
  const isFresh = stored !== undefined && call.now.getTime() - stored.calculatedAt.getTime() < lifetimeMs;
  if (isFresh && stored.filter === filter) return stored;
  const row = (recipient: Recipient) => recipientRow(recipient, call);
  const matches = filterFor(filter, row);
  const memberIds = [...call.organization.recipients.values()]
    .filter((recipient) => recipient !== group && matches(row(recipient)))
    .map((recipient) => recipient.id);
  const membership = { filter, calculatedAt: call.now, memberIds };
  memberships.set(group, membership);
  return membership;
}
