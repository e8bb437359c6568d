// Get-DynamicDistributionGroupMember: the list as last calculated, hidden members included.

import type { Recipient } from '../organization/state.ts';
import { type Cmdlet, requireRecipient, resultOf, textParameter } from './cmdlet.ts';
import { membershipOf } from './dynamic-membership.ts';
import { recipientRow } from './recipient-row.ts';

export const getDynamicDistributionGroupMember: Cmdlet = {
  name: 'Get-DynamicDistributionGroupMember',
  parameters: { Identity: 'text', ResultSize: 'size' },
  required: ['Identity'],
  run(call) {
    const group = requireRecipient(call, textParameter(call, 'Identity') ?? '', ['DynamicDistributionGroup']);
    const members = membershipOf(group, call)
      .memberIds.map((id) => call.organization.recipients.get(id))
      .filter((member) => member !== undefined);
    return resultOf(call, members, (recipient: Recipient) => recipientRow(recipient, call));
  },
};
