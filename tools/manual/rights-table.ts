// The rights of the app registration, from the table that probes read.

import { RIGHTS, type Right } from '../../src/connectors/exchange-online/required-rights.ts';
import { code, plain, table } from './markdown.ts';

const API = { graph: 'Microsoft Graph', exchange: 'Office 365 Exchange Online' } as const;

export function rightsTable(kind: 'required' | 'hybrid' | 'optional'): string {
  return table(
    ['Permission', 'API', kind === 'optional' ? 'Adds' : 'Needed for', 'Can be scoped', 'Included in'],
    RIGHTS.flatMap((right) => {
      const { isRequired, usedFor, neededInHybrid } = right;
      if (kind === 'hybrid') return neededInHybrid === undefined ? [] : [row(right, neededInHybrid)];
      return isRequired === (kind === 'required') ? [row(right, usedFor)] : [];
    }),
  );
}

function row(right: Right, purpose: string): readonly string[] {
  return [
    code(right.name),
    API[right.resource],
    plain(purpose),
    right.canBeScoped ? 'yes, by RBAC for Applications' : 'no',
    right.includedIn.map(code).join(', '),
  ];
}
