// `$filter` on contacts. Two collections have rules of their own: e-mail addresses may only be compared by
// `address eq`, and extended properties are looked up by id before their value is compared.
import type { ContactItem } from '../organization/state.ts';
import { contactPropertyType, readOnlyContactProperties } from './contact-properties.ts';
import { contactValue, extendedValueOf } from './contact-view.ts';
import { extendedPropertyKey } from './extended-properties.ts';
import { badRequest, GraphError, notEmulated } from './graph-error.ts';
import type { ValueAt } from './query/filter-match.ts';
import { matches, nodesOf, pathOf } from './query/filter-match.ts';
import type { Filter, Operand } from './query/filter-syntax.ts';

type AnyFilter = Extract<Filter, { kind: 'any' }>;

export function checkContactFilter(filter: Filter): void {
  for (const node of nodesOf(filter)) {
    if (node.kind === 'any') {
      const collection = node.path.join('/');
      if (collection === 'emailAddresses') requireAddressEquals(node);
      else if (collection === 'singleValueExtendedProperties') extendedTest(node);
      else if (contactPropertyType(collection) !== 'texts')
        throw notEmulated(`any() on '${collection}' in a contact filter`);
    } else if (node.kind === 'compare' || node.kind === 'test') {
      for (const operand of [node.left, node.right]) requireContactPath(operand);
    } else if (node.kind === 'in') requireContactPath(node.left);
  }
}

export function contactMatches(filter: Filter, item: ContactItem): boolean {
  switch (filter.kind) {
    case 'and':
      return contactMatches(filter.left, item) && contactMatches(filter.right, item);
    case 'or':
      return contactMatches(filter.left, item) || contactMatches(filter.right, item);
    case 'not':
      return !contactMatches(filter.operand, item);
    case 'any':
      if (filter.path[0] === 'singleValueExtendedProperties') {
        const { key, test } = extendedTest(filter);
        return matches(test, () => extendedValueOf(item)(key));
      }
      return matches(filter, contactValueAt(item));
    default:
      return matches(filter, contactValueAt(item));
  }
}

export function contactValueAt(item: ContactItem): ValueAt {
  return ([name = '', ...rest]) => {
    if (name === 'createdDateTime') return item.createdAt.toISOString().replace(/\.\d{3}Z$/, 'Z');
    if (name === 'lastModifiedDateTime') return item.modifiedAt.toISOString().replace(/\.\d{3}Z$/, 'Z');
    if (name === 'parentFolderId') return item.parentFolderId;
    const value = contactValue(item, name);
    return rest.reduce<unknown>(
      (at, field) => (typeof at === 'object' && at !== null ? Reflect.get(at, field) : undefined),
      value,
    );
  };
}

function requireContactPath(operand: Operand): void {
  const [name] = pathOf(operand);
  if (name === undefined) return;
  if (contactPropertyType(name) !== undefined || readOnlyContactProperties.includes(name)) return;
  throw badRequest(`Could not find a property named '${name}' on type 'Microsoft.OutlookServices.Contact'.`);
}

function requireAddressEquals(node: AnyFilter): void {
  const { body } = node;
  const isEquality =
    body?.kind === 'compare' &&
    body.operator === 'eq' &&
    pathOf(body.left).join('/') === `${node.variable}/address` &&
    body.right.kind === 'literal';
  if (!isEquality)
    throw new GraphError(
      400,
      'ErrorInvalidUrlQueryFilter',
      "The query filter contains one or more invalid nodes: emailAddresses/any allows only 'address eq'.",
    );
}

function extendedTest(node: AnyFilter): { key: string; test: Filter } {
  const { body, variable } = node;
  if (
    body?.kind === 'and' &&
    body.left.kind === 'compare' &&
    body.left.operator === 'eq' &&
    pathOf(body.left.left).join('/') === `${variable}/id` &&
    body.left.right.kind === 'literal' &&
    typeof body.left.right.value === 'string' &&
    (body.right.kind === 'compare' || body.right.kind === 'test') &&
    pathOf(body.right.left).join('/') === `${variable}/value`
  )
    return { key: extendedPropertyKey(body.left.right.value), test: body.right };
  throw notEmulated(
    "a filter on singleValueExtendedProperties other than Any(ep: ep/id eq '…' and ep/value …)",
  );
}
