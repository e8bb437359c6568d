// Get-DistributionGroupMember: direct members only, hidden ones included; a nested group is one row.

import type { Recipient } from '../organization/state.ts';
import { type Cmdlet, requireRecipient, resultOf, textParameter } from './cmdlet.ts';
import { distributionGroupTypes } from './get-distribution-group.ts';
import { recipientRow } from './recipient-row.ts';

export const getDistributionGroupMember: Cmdlet = {
  name: 'Get-DistributionGroupMember',
  parameters: { Identity: 'text', ResultSize: 'size' },
  required: ['Identity'],
  run(call) {
    const group = requireRecipient(call, textParameter(call, 'Identity') ?? '', distributionGroupTypes);
    const members = (group.memberIds ?? [])
      .map((id) => call.organization.recipients.get(id))
      .filter((member) => member !== undefined);
    return resultOf(call, members, (recipient: Recipient) => recipientRow(recipient, call));
  },
};
