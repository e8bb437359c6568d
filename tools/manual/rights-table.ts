// The rights of the app registration, from the table that probes read.

import { RIGHTS, type Right } from '../../src/connectors/exchange-online/required-rights.ts';
import { code, plain, table } from './markdown.ts';

const API = { graph: 'Microsoft Graph', exchange: 'Office 365 Exchange Online' } as const;

export function rightsTable(isRequired: boolean): string {
  return table(
    ['Permission', 'API', isRequired ? 'Needed for' : 'Adds', 'Can be scoped', 'Included in'],
    RIGHTS.filter((right) => right.isRequired === isRequired).map(row),
  );
}

function row(right: Right): readonly string[] {
  return [
    code(right.name),
    API[right.resource],
    plain(right.usedFor),
    right.canBeScoped ? 'yes, by RBAC for Applications' : 'no',
    right.includedIn.map(code).join(', '),
  ];
}
