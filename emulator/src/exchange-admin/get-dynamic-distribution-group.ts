// Get-DynamicDistributionGroup: groups that are a filter; they exist in Exchange only, not in Entra.

import type { Recipient } from '../organization/state.ts';
import { type Cmdlet, type CmdletCall, resultOf, selectRecipients } from './cmdlet.ts';
import { membershipOf } from './dynamic-membership.ts';
import { mailRow } from './recipient-row.ts';
import type { Row } from './row.ts';

export const getDynamicDistributionGroup: Cmdlet = {
  name: 'Get-DynamicDistributionGroup',
  parameters: { Identity: 'text', Filter: 'text', ResultSize: 'size' },
  exclusive: [['Identity', 'Filter']],
  run(call) {
    const row = (recipient: Recipient) => groupRow(recipient, call);
    return resultOf(call, selectRecipients(call, ['DynamicDistributionGroup'], row), row);
  },
};

function groupRow(recipient: Recipient, call: CmdletCall): Row {
  return {
    ...mailRow(recipient, call),
    RecipientFilter: recipient.recipientFilter ?? '',
    LdapRecipientFilter: '',
    IncludedRecipients: '',
    CalculatedMembershipUpdateTime:
      recipient.recipientFilter === undefined ? null : membershipOf(recipient, call).calculatedAt,
    ManagedBy: [],
  };
}
