// The persons behind the recipients in scope: Get-User, Get-Contact and Graph are read side by side, in bulk.

import type { Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import { type AdminRow, guid, recipientId, text } from './admin-row.ts';
import { drainPart } from './drain.ts';
import type { ExchangeOnlineParts } from './exchange-online-source.ts';
import type { GraphRights } from './granted-graph.ts';
import type { GraphPerson } from './graph-directory.ts';
import {
  DETAIL_PROPERTIES,
  type PersonDetails,
  readPersonDetails,
  USER_PROPERTIES,
} from './person-details.ts';
import { hasAccount, recipientKind } from './recipient-kinds.ts';

export type RecipientRows = ReadonlyMap<SourceObjectId, AdminRow>;

export interface People {
  readonly fromExchange: ReadonlyMap<SourceObjectId, PersonDetails>;
  readonly fromGraph: ReadonlyMap<SourceObjectId, PersonDetails>;
  /** Graph may be read, and stopped before it had shown all of them. */
  readonly missesGraphUsers: boolean;
  readonly missesGraphContacts: boolean;
  /** The display name of a manager by the name Exchange shows; undefined: cannot be told. */
  readonly managerName: (name: string) => string | undefined;
  readonly gaps: readonly Failure[];
}

export async function readPeople(
  { api, graph }: ExchangeOnlineParts,
  rights: GraphRights,
  rows: RecipientRows,
  signal: AbortSignal,
): Promise<People> {
  const all = [...rows.values()];
  const kinds = new Set(all.map((row) => recipientKind(text(row, 'RecipientTypeDetails'))));
  const hasUsers = [...kinds].some(hasAccount);
  const hasContacts = kinds.has('mailContact');
  const hasManagers = all.some((row) => text(row, 'Manager') !== '');
  const fromExchange = new Map<SourceObjectId, PersonDetails>();
  const fromGraph = new Map<SourceObjectId, PersonDetails>();
  const displayNames = new Map<string, string>();

  const fromCmdlet = (isWanted: boolean, cmdlet: string, select: readonly string[]) => {
    if (!isWanted) return undefined;
    const pages = api.invoke(cmdlet, { ResultSize: 'Unlimited' }, { select }, signal);
    return drainPart(pages, cmdlet, 'sourceIncomplete', signal, (page) => {
      for (const row of page) {
        displayNames.set(text(row, 'Name').toLowerCase(), text(row, 'DisplayName'));
        const id = recipientId(row);
        if (id !== undefined && rows.has(id)) fromExchange.set(id, readPersonDetails(row));
      }
    });
  };
  const graphPeople = (isWanted: boolean, step: string, pages: AsyncIterable<readonly GraphPerson[]>) => {
    if (!isWanted) return undefined;
    return drainPart(pages, step, 'sourceIncomplete', signal, (page) => {
      for (const person of page) if (rows.has(person.id)) fromGraph.set(person.id, person);
    });
  };

  const [usersGap, contactsGap, graphUsersGap, graphContactsGap] = await Promise.all([
    // Managers have accounts, also where only mail contacts are in scope.
    fromCmdlet(hasUsers || hasManagers, 'Get-User', USER_PROPERTIES),
    fromCmdlet(hasContacts, 'Get-Contact', DETAIL_PROPERTIES),
    graphPeople(rights.users && hasUsers, 'Graph /users', graph.users(signal)),
    graphPeople(rights.orgContacts && hasContacts, 'Graph /contacts', graph.orgContacts(signal)),
  ]);
  for (const row of all) displayNames.set(text(row, 'Name').toLowerCase(), text(row, 'DisplayName'));
  const hasAllNames = usersGap === undefined && contactsGap === undefined;
  return {
    fromExchange,
    fromGraph,
    missesGraphUsers: graphUsersGap !== undefined,
    missesGraphContacts: graphContactsGap !== undefined,
    managerName: (name) => findManager(name, displayNames, hasAllNames),
    gaps: [usersGap, contactsGap, graphUsersGap, graphContactsGap].filter((gap) => gap !== undefined),
  };
}

function findManager(
  name: string,
  displayNames: ReadonlyMap<string, string>,
  hasAllNames: boolean,
): string | undefined {
  // Shown by the name, which is unique, or by a path that ends with it; a name may have a slash of its own.
  const last = name.split('/').at(-1) ?? name;
  const found = displayNames.get(name.toLowerCase()) ?? displayNames.get(last.toLowerCase());
  if (found !== undefined) return found;
  if (!hasAllNames) return undefined;
  // A manager without mail is in no list of ours. An id in place of a name would mean nothing to anybody.
  return guid({ last }, 'last') === undefined ? last : '';
}
