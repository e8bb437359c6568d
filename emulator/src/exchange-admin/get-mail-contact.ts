// Get-MailContact: the mail part of mail contacts. Their person fields are Get-Contact's.

import type { Recipient } from '../organization/state.ts';
import { type Cmdlet, resultOf, selectRecipients } from './cmdlet.ts';
import { mailRow } from './recipient-row.ts';

export const getMailContact: Cmdlet = {
  name: 'Get-MailContact',
  parameters: { Identity: 'text', Filter: 'text', ResultSize: 'size' },
  exclusive: [['Identity', 'Filter']],
  run(call) {
    const row = (recipient: Recipient) => mailRow(recipient, call);
    return resultOf(call, selectRecipients(call, ['MailContact'], row), row);
  },
};
