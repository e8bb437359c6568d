// Reading directory objects: selection, filter, order, paging by `$skiptoken`, `$expand=manager`, and the rule that
// advanced queries need `ConsistencyLevel: eventual` together with `$count=true`.
import type { Organization, Recipient } from '../organization/state.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { type GraphCall, isObject, type Json, ok } from './call.ts';
import { type DirectoryType, directoryTypeOf, directoryTypes } from './directory-types.ts';
import { badRequest, GraphError, notEmulated } from './graph-error.ts';
import { matches, nodesOf, pathOfNode, type ValueAt } from './query/filter-match.ts';
import { type Filter, parseFilter } from './query/filter-syntax.ts';
import { booleanOption, numberOption, type QueryOptions, queryWith, selectOption } from './query/options.ts';
import { parseOrder, sorted } from './query/order.ts';

export const directoryListOptions = [
  '$select',
  '$top',
  '$skiptoken',
  '$count',
  '$filter',
  '$orderby',
  '$expand',
  '$search',
];
export const directoryEntityOptions = ['$select', '$expand'];

const usualPage = 100;
const largestPage = 999;
const mostAlternatives = 15;

export function unsupportedQuery(message: string): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message);
}

/** Objects of one type. */
export function listObjects(call: GraphCall, type: DirectoryType): EmulatorResponse {
  const { organization } = call.context;
  const { options } = call;
  requireConsistency(call, false);
  const select = checkedSelect(type, selectOption(options), true);
  const showManager = managerExpansion(type, options);
  const all = [...organization.recipients.values()].filter(
    (recipient) => directoryTypeOf(recipient)?.name === type.name,
  );
  const filter = options.has('$filter') ? parseFilter(options.get('$filter') ?? '') : undefined;
  if (filter !== undefined) checkPaths(filter, type);
  const found = filter === undefined ? all : all.filter((one) => matches(filter, valueAt(type, one)));
  return listPage(call, `${type.set}${selected(select)}`, ordered(call, type, found), (recipient) => ({
    ...view(type, recipient, select),
    ...showManager(organization, recipient),
  }));
}

/** One page of anything found in the directory; the caller has brought it into its order. */
export function listPage(
  call: GraphCall,
  contextPath: string,
  found: readonly Recipient[],
  show: (recipient: Recipient) => Json,
): EmulatorResponse {
  const { options } = call;
  const top = numberOption(options, '$top', 1) ?? usualPage;
  if (top > largestPage)
    throw badRequest(
      `Invalid page size specified: '${top}'. Must be between 1 and ${largestPage} inclusive.`,
    );
  const token = options.get('$skiptoken');
  const start = token === undefined ? 0 : startAfter(found, token);
  const page = found.slice(start, start + top);
  const last = page.at(-1);
  const next =
    last === undefined
      ? ''
      : `${call.root}${call.path}${queryWith(options, { $skiptoken: sealCursor(last.id) })}`;
  return ok({
    '@odata.context': `${call.root}/$metadata#${contextPath}`,
    // The count comes with the first page only.
    ...(booleanOption(options, '$count') && token === undefined ? { '@odata.count': found.length } : {}),
    value: page.map(show),
    ...(start + top < found.length ? { '@odata.nextLink': next } : {}),
  });
}

function sealCursor(id: string): string {
  return Buffer.from(`cursor:${id}`).toString('base64url');
}

function startAfter(found: readonly Recipient[], token: string): number {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const id = text.startsWith('cursor:') ? text.slice('cursor:'.length) : undefined;
  const index = id === undefined ? -1 : found.findIndex((recipient) => recipient.id === id);
  if (index >= 0) return index + 1;
  // In the order of ids the place is known even when the object itself has gone meanwhile.
  const after = id === undefined ? -1 : found.findIndex((recipient) => recipient.id > id);
  if (id === undefined) throw badRequest('Invalid skip token.');
  return after < 0 ? found.length : after;
}

export function byId(found: readonly Recipient[]): readonly Recipient[] {
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function ordered(call: GraphCall, type: DirectoryType, found: readonly Recipient[]): readonly Recipient[] {
  const text = call.options.get('$orderby');
  if (text === undefined) return byId(found);
  const orders = parseOrder(text);
  for (const { path } of orders)
    if (
      !['displayName', 'userPrincipalName', 'mail'].includes(path.join('/')) ||
      !Object.hasOwn(type.properties, path.join('/'))
    )
      throw unsupportedQuery(`Sorting not supported for property '${path.join('/')}'.`);
  return sorted(byId(found), orders, (recipient) => valueAt(type, recipient));
}

function valueAt(type: DirectoryType, recipient: Recipient): ValueAt {
  return ([name = '', ...rest]) =>
    rest.reduce<unknown>(
      (value, field) => (isObject(value) ? value[field] : undefined),
      type.properties[name]?.(recipient),
    );
}

function checkPaths(filter: Filter, type: DirectoryType): void {
  for (const node of nodesOf(filter)) {
    const path = pathOfNode(node);
    if (path === undefined) continue;
    const [name = ''] = path;
    if (!Object.hasOwn(type.properties, name))
      throw notEmulated(`a filter on '${path.join('/')}' of ${type.name}`);
    if (type.onlySingle.includes(name))
      throw unsupportedQuery(
        `Unsupported or invalid query filter clause specified for property '${name}' of resource '${type.name}'.`,
      );
  }
}

/** Throws where a query is advanced and the request does not say so. */
export function requireConsistency(call: GraphCall, hasCast: boolean): void {
  const { options, request } = call;
  const level = request.headers.consistencylevel;
  if (level !== undefined && level !== 'eventual')
    throw badRequest(`Invalid value '${level}' for the header ConsistencyLevel.`);
  const text = options.get('$filter');
  const filter = text === undefined ? undefined : parseFilter(text);
  if (filter !== undefined) refuseNeverSupported(filter);
  const isAdvanced =
    hasCast ||
    options.has('$search') ||
    options.has('$count') ||
    (filter !== undefined && (options.has('$orderby') || hasAdvancedOperator(filter)));
  if (isAdvanced && (level !== 'eventual' || !booleanOption(options, '$count')))
    throw unsupportedQuery(
      'Unsupported Query. This query needs the header ConsistencyLevel: eventual and the query option $count=true.',
    );
  if (options.has('$search')) throw notEmulated("the query option '$search'");
}

function hasAdvancedOperator(filter: Filter): boolean {
  return [...nodesOf(filter)].some(
    (node) =>
      node.kind === 'not' ||
      (node.kind === 'compare' && node.operator !== 'eq') ||
      (node.kind === 'test' && node.test === 'endsWith') ||
      (node.kind === 'any' && node.body !== undefined && hasAdvancedOperator(node.body)),
  );
}

function refuseNeverSupported(filter: Filter): void {
  let alternatives = 1;
  for (const node of nodesOf(filter)) {
    if (node.kind === 'or') alternatives += 1;
    if (node.kind === 'in') alternatives = Math.max(alternatives, node.values.length);
    if (node.kind === 'test' && node.test === 'contains')
      throw unsupportedQuery("The filter function 'contains' is not supported.");
    if (node.kind === 'compare' && (node.operator === 'gt' || node.operator === 'lt'))
      throw unsupportedQuery(`The filter operator '${node.operator}' is not supported.`);
  }
  if (alternatives > mostAlternatives)
    throw unsupportedQuery(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${alternatives}. Max allowed: ${mostAlternatives}.`,
    );
}

export function checkedSelect(
  type: DirectoryType,
  select: readonly string[] | undefined,
  inCollection: boolean,
): readonly string[] | undefined {
  for (const name of select ?? []) {
    if (!Object.hasOwn(type.properties, name)) throw notEmulated(`the property '${name}' of ${type.name}`);
    if (inCollection && type.onlySingle.includes(name))
      throw new GraphError(
        501,
        'NotImplemented',
        `'${name}' cannot be read for a collection of ${type.set}.`,
      );
  }
  return select;
}

export function selected(select: readonly string[] | undefined): string {
  return select === undefined ? '' : `(${select.join(',')})`;
}

export function view(type: DirectoryType, recipient: Recipient, select: readonly string[] | undefined): Json {
  return Object.fromEntries(
    (select ?? type.usual).map((name) => [name, type.properties[name]?.(recipient) ?? null]),
  );
}

type ShowManager = (organization: Organization, recipient: Recipient) => Json;

/** `$expand=manager` or `$expand=manager($select=id,displayName)`. */
export function managerExpansion(type: DirectoryType, options: QueryOptions): ShowManager {
  const text = options.get('$expand');
  if (text === undefined) return () => ({});
  const match = /^manager(?:\(\$select=([A-Za-z,]+)\))?$/.exec(text);
  if (!match || type.name === 'group') throw notEmulated(`$expand=${text} of ${type.name}`);
  const select = checkedSelect(directoryTypes.user, match[1]?.split(','), true);
  return (organization, recipient) => {
    const manager = organization.recipients.get(recipient.managerId ?? '');
    if (manager === undefined || directoryTypeOf(manager)?.name !== 'user') return {};
    return {
      manager: { '@odata.type': '#microsoft.graph.user', ...view(directoryTypes.user, manager, select) },
    };
  };
}
