// ContactSource over the Exchange Online admin REST: Get-Recipient says who is there, Get-User and Get-Contact tell
// the person, Graph fills gaps where it may be read. Everything in bulk, never one call per person.

import { Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { ExchangeOnlineSource } from '../../model/policy.ts';
import type { SourceObject } from '../../model/source-object.ts';
import type { ContactSource, SourceReading } from '../../ports/contact-source.ts';
import type { Log } from '../../ports/log.ts';
import type { TokenProvider } from '../entra/token-provider.ts';
import { addressListFits, findMissingAddressLists } from './address-lists.ts';
import type { ExchangeAdminApi } from './admin-api.ts';
import { type AdminRow, recipientId, text } from './admin-row.ts';
import { decodeRecipient, RECIPIENT_PROPERTIES } from './decode-recipient.ts';
import { drain } from './drain.ts';
import { type GraphRights, readGraphRights } from './granted-graph.ts';
import type { GraphDirectory } from './graph-directory.ts';
import { readGroupMembers } from './group-members.ts';
import { type ProbedParts, probeExchangeOnline } from './probe.ts';
import { readPeople } from './read-people.ts';
import { recipientKind } from './recipient-kinds.ts';
import { scopeOfTenant } from './scope-of-tenant.ts';

export interface ExchangeOnlineParts {
  readonly api: ExchangeAdminApi;
  readonly graph: GraphDirectory;
  readonly tokens: TokenProvider;
  readonly log: Log;
}

export function createExchangeOnlineSource(parts: ProbedParts): ContactSource {
  return {
    read: (scope, signal) => readSource(parts, scopeOfTenant(scope), signal),
    probe: (signal) => probeExchangeOnline(parts, signal),
  };
}

type Rows = Map<SourceObjectId, AdminRow>;

async function readSource(
  parts: ExchangeOnlineParts,
  scope: ExchangeOnlineSource,
  signal: AbortSignal,
): Promise<SourceReading> {
  const rights = await readGraphRights(parts.tokens, parts.log, signal);
  const gaps: Failure[] = [];
  const rows = await readScope(parts, rights, scope, gaps, signal);
  const people = await readPeople(parts, rights, rows, signal);
  gaps.push(...people.gaps);
  const objects: SourceObject[] = [];
  for (const [id, row] of rows) {
    const isContact = recipientKind(text(row, 'RecipientTypeDetails')) === 'mailContact';
    objects.push(
      decodeRecipient(row, id, {
        details: people.fromExchange.get(id),
        fromGraph: people.fromGraph.get(id),
        missesGraph: isContact ? people.missesGraphContacts : people.missesGraphUsers,
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
  scope: ExchangeOnlineSource,
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
