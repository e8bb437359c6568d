// Get-Recipient: every kind of recipient in one list; `RecipientPreviewFilter` tells who matches a dynamic
// group's filter now.

import type { Recipient } from '../organization/state.ts';
import { invalidArgument } from './admin-error.ts';
import { type Cmdlet, filterFor, requireKnownValues, resultOf, selectRecipients } from './cmdlet.ts';
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
    const { parameters } = call;
    const row = (recipient: Recipient) => recipientRow(recipient, call);
    const details = listOf(parameters['RecipientTypeDetails']);
    const general = listOf(parameters['RecipientType']);
    const types = details && requireKnownValues('RecipientTypeDetails', details, allRecipientTypeDetails);
    let recipients = selectRecipients(call, types, row);
    if (general !== undefined) {
      const generalTypes = requireKnownValues('RecipientType', general, allRecipientTypes);
      recipients = recipients.filter((one) => generalTypes.includes(String(row(one)['RecipientType'])));
    }
    if (parameters['RecipientPreviewFilter'] !== undefined) {
      const filter = filterFor(String(parameters['RecipientPreviewFilter']), row);
      recipients = recipients.filter((one) => filter(row(one)));
    }
    if (parameters['SortBy'] !== undefined) {
      const [property = ''] = requireKnownValues('SortBy', [String(parameters['SortBy'])], sortable);
      const key = (recipient: Recipient) => String(row(recipient)[property]).toLowerCase();
      recipients = recipients.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
    }
    const result = resultOf(call, recipients, row);
    const properties = listOf(parameters['Properties']);
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

function listOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
