// `/users/delta`. Unlike Outlook's, a token of the directory stands for what the client has seen, which the emulator
// keeps; it lives seven days by the emulator's clock.
import { randomUUID } from 'node:crypto';
import type { Organization, Recipient } from '../organization/state.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { type GraphCall, type Json, ok } from './call.ts';
import { byId, checkedSelect, selected, unsupportedQuery, view } from './directory-list.ts';
import { directoryTypes } from './directory-types.ts';
import { badRequest, GraphError } from './graph-error.ts';
import { hasUserObject } from './mailbox-gate.ts';
import { type Filter, parseFilter } from './query/filter-syntax.ts';
import { selectOption } from './query/options.ts';

export const usersDeltaOptions = ['$select', '$filter', '$skiptoken', '$deltatoken'];

const pageSize = 200;
const mostIds = 50;
const lifetimeMs = 7 * 24 * 60 * 60 * 1000;

interface Scope {
  readonly select: readonly string[] | undefined;
  readonly ids: readonly string[] | undefined;
}

/** What a client has seen once it has read the round to its end. */
interface SeenState extends Scope {
  readonly seen: ReadonlyMap<string, Json>;
  readonly at: number;
}

interface Round extends SeenState {
  readonly entries: readonly Json[];
  readonly deltaToken: string;
}

interface Memory {
  readonly states: Map<string, SeenState>;
  readonly rounds: Map<string, Round>;
}

const memories = new WeakMap<Organization, Memory>();

export function usersDelta(call: GraphCall): EmulatorResponse {
  const { organization, clock } = call.context;
  const memory = memories.get(organization) ?? { states: new Map(), rounds: new Map() };
  memories.set(organization, memory);
  const now = clock.now().getTime();
  const skipToken = call.options.get('$skiptoken');
  if (skipToken !== undefined) return continueRound(call, memory, skipToken, now);

  const deltaToken = call.options.get('$deltatoken');
  const isLatest = deltaToken === 'latest';
  const before = deltaToken === undefined || isLatest ? undefined : stateOf(call, memory, deltaToken, now);
  if (before !== undefined && call.options.size > 1)
    throw badRequest('A delta token cannot be combined with other query options.');
  const scope: Scope = before ?? { select: readSelect(call), ids: readIds(call.options.get('$filter')) };
  const seen = snapshot(organization, scope);
  const entries = isLatest ? [] : changes(before?.seen, seen, call.preferences.minimal);
  const round: Round = {
    select: scope.select,
    ids: scope.ids,
    seen,
    at: now,
    entries,
    deltaToken: randomUUID(),
  };
  return showPage(call, memory, round, 0);
}

function continueRound(call: GraphCall, memory: Memory, token: string, now: number): EmulatorResponse {
  const [id = '', offset = ''] = token.split('.');
  const round = memory.rounds.get(id);
  if (round === undefined || !/^\d+$/.test(offset)) throw badRequest('Badly formed token.');
  if (now - round.at > lifetimeMs) throw expired(call);
  return showPage(call, memory, round, Number(offset));
}

function stateOf(call: GraphCall, memory: Memory, token: string, now: number): SeenState {
  const state = memory.states.get(token);
  if (state === undefined && !/^[0-9a-f-]{36}$/.test(token)) throw badRequest('Badly formed token.');
  if (state === undefined || now - state.at > lifetimeMs) throw expired(call);
  return state;
}

function expired(call: GraphCall): GraphError {
  return new GraphError(410, 'syncStateNotFound', 'Resync required: the delta token has expired.', {
    Location: `${call.root}/users/delta?$skiptoken=`,
  });
}

function showPage(call: GraphCall, memory: Memory, round: Round, offset: number): EmulatorResponse {
  const size = call.request.trace.fault?.kind === 'delta-empty-page' ? 0 : pageSize;
  const isLast = size > 0 && offset + size >= round.entries.length;
  const base = `${call.root}/users/delta`;
  let link: Json;
  if (isLast) {
    memory.states.set(round.deltaToken, {
      select: round.select,
      ids: round.ids,
      seen: round.seen,
      at: round.at,
    });
    link = { '@odata.deltaLink': `${base}?$deltatoken=${round.deltaToken}` };
  } else {
    memory.rounds.set(round.deltaToken, round);
    link = { '@odata.nextLink': `${base}?$skiptoken=${round.deltaToken}.${offset + size}` };
  }
  return ok(
    {
      '@odata.context': `${call.root}/$metadata#users${selected(round.select)}`,
      ...link,
      value: round.entries.slice(offset, offset + size),
    },
    call.preferences.minimal ? { 'Preference-Applied': 'return=minimal' } : {},
  );
}

function readSelect(call: GraphCall): readonly string[] | undefined {
  const select = selectOption(call.options);
  checkedSelect(
    directoryTypes.user,
    select?.filter((name) => name !== 'manager'),
    true,
  );
  return select;
}

function readIds(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const ids = idsOf(parseFilter(text));
  if (ids.length > mostIds) throw unsupportedQuery(`At most ${mostIds} objects can be tracked by a filter.`);
  return ids;
}

function idsOf(filter: Filter): readonly string[] {
  if (filter.kind === 'or') return [...idsOf(filter.left), ...idsOf(filter.right)];
  if (
    filter.kind === 'compare' &&
    filter.operator === 'eq' &&
    filter.left.kind === 'path' &&
    filter.left.path.join('/') === 'id' &&
    filter.right.kind === 'literal' &&
    typeof filter.right.value === 'string'
  )
    return [filter.right.value.toLowerCase()];
  throw unsupportedQuery('Only filters of the form id eq … or id eq … are supported for delta.');
}

function snapshot(organization: Organization, scope: Scope): ReadonlyMap<string, Json> {
  const users = byId([...organization.recipients.values()].filter(hasUserObject));
  const tracked = users.filter((user) => scope.ids?.includes(user.id) ?? true);
  return new Map(tracked.map((user) => [user.id, viewTracked(user, scope.select)]));
}

function viewTracked(user: Recipient, select: readonly string[] | undefined): Json {
  const properties = select?.filter((name) => name !== 'manager');
  const manager = select?.includes('manager') === true ? managerDelta(user) : {};
  return { ...view(directoryTypes.user, user, properties), ...manager, id: user.id };
}

function managerDelta({ managerId }: Recipient): Json {
  return managerId === undefined
    ? {}
    : { 'manager@delta': [{ '@odata.type': '#microsoft.graph.user', id: managerId }] };
}

function changes(
  before: ReadonlyMap<string, Json> | undefined,
  now: ReadonlyMap<string, Json>,
  isMinimal: boolean,
): readonly Json[] {
  const entries: Json[] = [];
  for (const [id, entry] of now) {
    const old = before?.get(id);
    if (old !== undefined && JSON.stringify(old) === JSON.stringify(entry)) continue;
    entries.push(old !== undefined && isMinimal ? difference(old, entry) : entry);
  }
  // A deleted user first lies in the recycle bin, which the service calls "changed".
  for (const id of before?.keys() ?? [])
    if (!now.has(id)) entries.push({ id, '@removed': { reason: 'changed' } });
  return entries;
}

function difference(old: Json, entry: Json): Json {
  const changed = Object.entries(entry).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]),
  );
  return { ...Object.fromEntries(changed), id: entry.id };
}
