// Get-Mailbox: user, shared, room and equipment mailboxes.

import type { Recipient } from '../organization/state.ts';
import { type Cmdlet, listParameter, requireKnownValues, resultOf, selectRecipients } from './cmdlet.ts';
import { mailboxRow } from './recipient-row.ts';

const mailboxTypes = ['UserMailbox', 'SharedMailbox', 'RoomMailbox', 'EquipmentMailbox'];

export const getMailbox: Cmdlet = {
  name: 'Get-Mailbox',
  parameters: { Identity: 'text', Filter: 'text', RecipientTypeDetails: 'texts', ResultSize: 'size' },
  exclusive: [['Identity', 'Filter']],
  run(call) {
    const asked = listParameter(call, 'RecipientTypeDetails');
    const types =
      asked === undefined ? mailboxTypes : requireKnownValues('RecipientTypeDetails', asked, mailboxTypes);
    const row = (recipient: Recipient) => mailboxRow(recipient, call);
    return resultOf(call, selectRecipients(call, types, row), row);
  },
};
