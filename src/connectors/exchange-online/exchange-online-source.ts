// ContactSource over the Exchange Online admin REST: Get-Recipient says who is there, Get-User and Get-Contact tell
// the person, Graph fills gaps where it may be read. Everything in bulk, never one call per person.

import { Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { SourcePart } from '../../model/policy.ts';
import type { SourceObject } from '../../model/source-object.ts';
import type { ContactSource, SourceReading } from '../../ports/contact-source.ts';
import type { Log } from '../../ports/log.ts';
import type { TokenProvider } from '../entra/token-provider.ts';
import { addressListFits, findMissingAddressLists } from './address-lists.ts';
import type { ExchangeAdminApi } from './admin-api.ts';
import { type AdminRow, guid, recipientId, text } from './admin-row.ts';
import { decodeRecipient, RECIPIENT_PROPERTIES } from './decode-recipient.ts';
import { drain, drainPart } from './drain.ts';
import { type GraphRights, readGraphRights } from './granted-graph.ts';
import type { GraphDirectory } from './graph-directory.ts';
import { readGroupMembers } from './group-members.ts';
import {
  DETAIL_PROPERTIES,
  type PersonDetails,
  readPersonDetails,
  USER_PROPERTIES,
} from './person-details.ts';
import { probeExchangeOnline } from './probe.ts';
import { hasAccount, recipientKind } from './recipient-kinds.ts';

export interface ExchangeOnlineParts {
  readonly api: ExchangeAdminApi;
  readonly graph: GraphDirectory;
  readonly tokens: TokenProvider;
  readonly log: Log;
}

export function createExchangeOnlineSource(parts: ExchangeOnlineParts): ContactSource {
  return {
    read: (scope, signal) => readSource(parts, scope, signal),
    probe: (signal) => probeExchangeOnline(parts, signal),
  };
}

type Rows = Map<SourceObjectId, AdminRow>;

async function readSource(
  parts: ExchangeOnlineParts,
  scope: SourcePart,
  signal: AbortSignal,
): Promise<SourceReading> {
  const rights = await readGraphRights(parts.tokens, parts.log, signal);
  const gaps: Failure[] = [];
  const rows = await readScope(parts, rights, scope, gaps, signal);
  const people = await readPeople(parts, rows, gaps, signal);
  const fromGraph = await readFromGraph(parts, rights, rows, gaps, signal);
  const objects: SourceObject[] = [];
  for (const [id, row] of rows) {
    const isContact = recipientKind(text(row, 'RecipientTypeDetails')) === 'mailContact';
    objects.push(
      decodeRecipient(row, id, {
        details: people.details.get(id),
        fromGraph: fromGraph.details.get(id),
        missesGraph: isContact ? fromGraph.missesContacts : fromGraph.missesUsers,
        managerName: people.managerName,
      }),
    );
  }
  return { objects, isComplete: gaps.length === 0, gaps };
}

/** The rows of everything in the scope. */
async function readScope(
  parts: ExchangeOnlineParts,
  rights: GraphRights,
  scope: SourcePart,
  gaps: Failure[],
  signal: AbortSignal,
): Promise<Rows> {
  const { groups, addressLists, recipientFilter } = scope;
  const rows: Rows = new Map();
  const wantsAll = groups.length === 0 && addressLists.length === 0 && recipientFilter === undefined;
  if (recipientFilter !== undefined) {
    await readRecipients(parts, { Filter: recipientFilter }, gaps, signal, (id, row) => rows.set(id, row));
  }
  let wantedIds: ReadonlySet<SourceObjectId> = new Set();
  if (groups.length > 0) {
    const graph = rights.groupMembers ? parts.graph : undefined;
    const members = await readGroupMembers(
      { api: parts.api, graph, gapCode: 'sourceIncomplete' },
      groups,
      signal,
    );
    for (const [id, row] of members.rows) rows.set(id, row);
    gaps.push(...members.gaps);
    wantedIds = members.idsOnly;
  }
  if (wantsAll || addressLists.length > 0 || wantedIds.size > 0) {
    const usedLists = new Set<string>();
    await readRecipients(parts, {}, gaps, signal, (id, row) => {
      const fitting = addressLists.filter((list) => addressListFits(row, list));
      for (const list of fitting) usedLists.add(list);
      if (wantsAll || fitting.length > 0 || wantedIds.has(id)) rows.set(id, row);
    });
    const unused = addressLists.filter((list) => !usedLists.has(list));
    gaps.push(...(await findMissingAddressLists(parts.api, unused, signal)));
  }
  return rows;
}

async function readRecipients(
  parts: ExchangeOnlineParts,
  narrowing: Readonly<Record<string, string>>,
  gaps: Failure[],
  signal: AbortSignal,
  take: (id: SourceObjectId, row: AdminRow) => void,
): Promise<void> {
  const pages = parts.api.invoke(
    'Get-Recipient',
    { ...narrowing, ResultSize: 'Unlimited' },
    { select: RECIPIENT_PROPERTIES },
    signal,
  );
  let withoutId = 0;
  const gap = await drain(pages, 'Get-Recipient', 'sourceIncomplete', signal, (page) => {
    for (const row of page) {
      const id = recipientId(row);
      if (id === undefined) withoutId += 1;
      else take(id, row);
    }
  });
  if (gap !== undefined) gaps.push(gap);
  if (withoutId > 0)
    gaps.push(new Failure('sourceIncomplete', { details: { reason: 'rowWithoutId', count: withoutId } }));
}

interface People {
  readonly details: ReadonlyMap<SourceObjectId, PersonDetails>;
  readonly managerName: (name: string) => string | undefined;
}

async function readPeople(
  parts: ExchangeOnlineParts,
  rows: Rows,
  gaps: Failure[],
  signal: AbortSignal,
): Promise<People> {
  const details = new Map<SourceObjectId, PersonDetails>();
  const displayNames = new Map<string, string>();
  const kinds = new Set([...rows.values()].map((row) => recipientKind(text(row, 'RecipientTypeDetails'))));
  let hasAllNames = true;

  const read = async (cmdlet: string, select: readonly string[]) => {
    const pages = parts.api.invoke(cmdlet, { ResultSize: 'Unlimited' }, { select }, signal);
    const take = (page: readonly AdminRow[]) => {
      for (const row of page) {
        displayNames.set(text(row, 'Name').toLowerCase(), text(row, 'DisplayName'));
        const id = recipientId(row);
        if (id !== undefined && rows.has(id)) details.set(id, readPersonDetails(row));
      }
    };
    const gap = await drainPart(pages, cmdlet, 'sourceIncomplete', signal, take);
    if (gap === undefined) return;
    gaps.push(gap);
    hasAllNames = false;
  };

  const wantsUsers =
    [...kinds].some(hasAccount) || [...rows.values()].some((row) => text(row, 'Manager') !== '');
  if (wantsUsers) await read('Get-User', USER_PROPERTIES);
  if (kinds.has('mailContact')) await read('Get-Contact', DETAIL_PROPERTIES);
  for (const row of rows.values())
    displayNames.set(text(row, 'Name').toLowerCase(), text(row, 'DisplayName'));

  return {
    details,
    managerName(name) {
      // Shown by the name, which is unique, or by the path that ends with it.
      const last = name.split('/').at(-1) ?? name;
      const found = displayNames.get(last.toLowerCase());
      if (found !== undefined) return found;
      if (!hasAllNames) return undefined;
      // A manager without mail is in no list of ours. An id in place of a name would mean nothing to anybody.
      return guid({ last }, 'last') === undefined ? last : '';
    },
  };
}

interface FromGraph {
  readonly details: ReadonlyMap<SourceObjectId, PersonDetails>;
  readonly missesUsers: boolean;
  readonly missesContacts: boolean;
}

async function readFromGraph(
  parts: ExchangeOnlineParts,
  rights: GraphRights,
  rows: Rows,
  gaps: Failure[],
  signal: AbortSignal,
): Promise<FromGraph> {
  const details = new Map<SourceObjectId, PersonDetails>();
  const kinds = new Set([...rows.values()].map((row) => recipientKind(text(row, 'RecipientTypeDetails'))));
  const read = async (
    isAllowed: boolean,
    step: string,
    pages: AsyncIterable<readonly (PersonDetails & { id: SourceObjectId })[]>,
  ) => {
    if (!isAllowed) return false;
    const gap = await drainPart(pages, step, 'sourceIncomplete', signal, (page) => {
      for (const person of page) if (rows.has(person.id)) details.set(person.id, person);
    });
    if (gap !== undefined) gaps.push(gap);
    return gap !== undefined;
  };
  const missesUsers = await read(
    rights.users && [...kinds].some(hasAccount),
    'Graph /users',
    parts.graph.users(signal),
  );
  const missesContacts = await read(
    rights.orgContacts && kinds.has('mailContact'),
    'Graph /contacts',
    parts.graph.orgContacts(signal),
  );
  return { details, missesUsers, missesContacts };
}
