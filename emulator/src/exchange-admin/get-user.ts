// Get-User: the person fields of everybody who has an account.

import type { Recipient } from '../organization/state.ts';
import { type Cmdlet, listParameter, requireKnownValues, resultOf, selectRecipients } from './cmdlet.ts';
import { personRow } from './recipient-row.ts';

const userTypes = [
  'UserMailbox',
  'SharedMailbox',
  'RoomMailbox',
  'EquipmentMailbox',
  'MailUser',
  'GuestMailUser',
];

export const getUser: Cmdlet = {
  name: 'Get-User',
  parameters: { Identity: 'text', Filter: 'text', RecipientTypeDetails: 'texts', ResultSize: 'size' },
  exclusive: [['Identity', 'Filter']],
  run(call) {
    const asked = listParameter(call, 'RecipientTypeDetails');
    const types =
      asked === undefined ? userTypes : requireKnownValues('RecipientTypeDetails', asked, userTypes);
    const row = (recipient: Recipient) => personRow(recipient, call);
    return resultOf(call, selectRecipients(call, types, row), row);
  },
};
