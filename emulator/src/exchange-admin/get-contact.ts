// Get-Contact: the person fields of mail contacts. Their mail part is Get-MailContact's.

import type { Recipient } from '../organization/state.ts';
import { type Cmdlet, listParameter, requireKnownValues, resultOf, selectRecipients } from './cmdlet.ts';
import { personRow } from './recipient-row.ts';

const contactTypes = ['MailContact'];

export const getContact: Cmdlet = {
  name: 'Get-Contact',
  parameters: { Identity: 'text', Filter: 'text', RecipientTypeDetails: 'texts', ResultSize: 'size' },
  exclusive: [['Identity', 'Filter']],
  run(call) {
    const asked = listParameter(call, 'RecipientTypeDetails');
    if (asked !== undefined) requireKnownValues('RecipientTypeDetails', asked, contactTypes);
    const row = (recipient: Recipient) => personRow(recipient, call);
    return resultOf(call, selectRecipients(call, contactTypes, row), row);
  },
};
