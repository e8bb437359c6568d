// Get-DistributionGroup: distribution and mail-enabled security groups; neither dynamic ones nor Microsoft 365
// groups.

import type { Recipient } from '../organization/state.ts';
import {
  type Cmdlet,
  type CmdletCall,
  listParameter,
  requireKnownValues,
  resultOf,
  selectRecipients,
} from './cmdlet.ts';
import { mailRow } from './recipient-row.ts';
import type { Row } from './row.ts';

export const distributionGroupTypes = ['MailUniversalDistributionGroup', 'MailUniversalSecurityGroup'];

export const getDistributionGroup: Cmdlet = {
  name: 'Get-DistributionGroup',
  parameters: { Identity: 'text', Filter: 'text', RecipientTypeDetails: 'texts', ResultSize: 'size' },
  exclusive: [['Identity', 'Filter']],
  run(call) {
    const asked = listParameter(call, 'RecipientTypeDetails');
    const types =
      asked === undefined
        ? distributionGroupTypes
        : requireKnownValues('RecipientTypeDetails', asked, distributionGroupTypes);
    const row = (recipient: Recipient) => groupRow(recipient, call);
    return resultOf(call, selectRecipients(call, types, row), row);
  },
};

function groupRow(recipient: Recipient, call: CmdletCall): Row {
  return {
    ...mailRow(recipient, call),
    GroupType:
      recipient.recipientTypeDetails === 'MailUniversalSecurityGroup'
        ? 'Universal, SecurityEnabled'
        : 'Universal',
    ManagedBy: [],
    MemberJoinRestriction: 'Closed',
    MemberDepartRestriction: 'Open',
    RequireSenderAuthenticationEnabled: true,
  };
}
