// Get-AddressList: needs the management role "Address Lists", which no role group of a tenant has by default
// (Exchange Online documentation, "Address lists in Exchange Online").

import { namedGuid } from '../organization/ids.ts';
import { objectNotFound } from './admin-error.ts';
import { type Cmdlet, textParameter } from './cmdlet.ts';
import { guid, type Row } from './row.ts';

const lists = [
  { name: 'All Contacts', filter: "((Alias -ne $null) -and (RecipientType -eq 'MailContact'))" },
  {
    name: 'All Distribution Lists',
    filter: "((Alias -ne $null) -and (RecipientType -eq 'DynamicDistributionGroup'))",
  },
  { name: 'All Groups', filter: "((Alias -ne $null) -and (RecipientType -like '*Group'))" },
  { name: 'All Rooms', filter: "((Alias -ne $null) -and (RecipientTypeDetails -eq 'RoomMailbox'))" },
  { name: 'All Users', filter: "((Alias -ne $null) -and (RecipientType -eq 'UserMailbox'))" },
];

export const getAddressList: Cmdlet = {
  name: 'Get-AddressList',
  parameters: { Identity: 'text' },
  managementRole: 'Address Lists',
  run(call) {
    const identity = textParameter(call, 'Identity');
    const rows = lists.map(rowOf).filter((row) => identity === undefined || isNamed(row, identity));
    if (identity !== undefined && rows.length === 0) throw objectNotFound(identity);
    return {
      source: { length: rows.length, rows: (from, to) => rows.slice(from, to) },
      warnings: [],
      propertyNames: Object.keys(rowOf({ name: '', filter: '' })),
    };
  },
};

function rowOf(list: { readonly name: string; readonly filter: string }): Row {
  return {
    Name: list.name,
    DisplayName: list.name,
    Identity: `\\${list.name}`,
    Path: `\\${list.name}`,
    Container: '\\',
    RecipientFilter: list.filter,
    RecipientFilterApplied: true,
    IncludedRecipients: '',
    Guid: guid(namedGuid(`address-list:${list.name}`)),
  };
}

function isNamed(row: Row, identity: string): boolean {
  const wanted = identity.replace(/^\\/, '').toLowerCase();
  return typeof row['Name'] === 'string' && row['Name'].toLowerCase() === wanted;
}
