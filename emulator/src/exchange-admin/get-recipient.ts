// Get-Recipient: every kind of recipient in one list; `RecipientPreviewFilter` tells who matches a dynamic
// group's filter now.

import type { Recipient } from '../organization/state.ts';
import { invalidArgument } from './admin-error.ts';
import {
  type Cmdlet,
  filterFor,
  listParameter,
  requireKnownValues,
  resultOf,
  selectRecipients,
  textParameter,
} from './cmdlet.ts';
import { allRecipientTypeDetails, allRecipientTypes, recipientRow } from './recipient-row.ts';
import type { Row } from './row.ts';

const sortable = ['Name', 'DisplayName', 'Alias', 'Office', 'City', 'FirstName', 'LastName'];

export const getRecipient: Cmdlet = {
  name: 'Get-Recipient',
  parameters: {
    Identity: 'text',
    Filter: 'text',
    RecipientPreviewFilter: 'text',
    RecipientType: 'texts',
    RecipientTypeDetails: 'texts',
    Properties: 'texts',
    ResultSize: 'size',
    SortBy: 'text',
  },
  exclusive: [
    ['Identity', 'Filter'],
    ['Identity', 'RecipientPreviewFilter'],
    ['Filter', 'RecipientPreviewFilter'],
  ],
  run(call) {
    const row = (recipient: Recipient) => recipientRow(recipient, call);
    const details = listParameter(call, 'RecipientTypeDetails');
    const general = listParameter(call, 'RecipientType');
    const preview = textParameter(call, 'RecipientPreviewFilter');
    const sortBy = textParameter(call, 'SortBy');
    const properties = listParameter(call, 'Properties');

    const types = details && requireKnownValues('RecipientTypeDetails', details, allRecipientTypeDetails);
    let recipients = selectRecipients(call, types, row);
    if (general !== undefined) {
      const generalTypes = requireKnownValues('RecipientType', general, allRecipientTypes);
      recipients = recipients.filter((one) => generalTypes.includes(textOf(row(one), 'RecipientType')));
    }
    if (preview !== undefined) {
      const filter = filterFor(preview, row);
      recipients = recipients.filter((one) => filter(row(one)));
    }
    if (sortBy !== undefined) {
      const [property = ''] = requireKnownValues('SortBy', [sortBy], sortable);
      const key = (recipient: Recipient) => textOf(row(recipient), property).toLowerCase();
      recipients = recipients.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
    }
    const result = resultOf(call, recipients, row);
    if (properties === undefined) return result;
    const kept = new Set(requireKnownProperties(properties, result.propertyNames));
    const { source } = result;
    return {
      ...result,
      source: {
        length: source.length,
        rows: (from, to) => source.rows(from, to).map((one) => pick(one, kept)),
      },
    };
  },
};

function requireKnownProperties(asked: readonly string[], known: readonly string[]): string[] {
  return asked.map((name) => {
    const match = known.find((one) => one.toLowerCase() === name.toLowerCase());
    if (match === undefined)
      throw invalidArgument(`The property '${name}' of parameter 'Properties' is not supported.`);
    return match;
  });
}

function pick(row: Row, names: ReadonlySet<string>): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)));
}

function textOf(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}
