// Decides whether one object passes a parsed `$filter`. Values come from a function, so that each resource says
// itself what a path means; text is compared without regard to case, as Entra and Exchange do.
import { badRequest, notEmulated } from '../graph-error.ts';
import type { CompareOperator, Filter, Literal, Operand } from './filter-syntax.ts';

/** The value at a property path: scalar, array of scalars or objects, null or undefined when unset. */
export type ValueAt = (path: readonly string[]) => unknown;

export function matches(filter: Filter, valueAt: ValueAt): boolean {
  switch (filter.kind) {
    case 'and':
      return matches(filter.left, valueAt) && matches(filter.right, valueAt);
    case 'or':
      return matches(filter.left, valueAt) || matches(filter.right, valueAt);
    case 'not':
      return !matches(filter.operand, valueAt);
    case 'compare':
      return compare(filter.operator, evaluate(filter.left, valueAt), evaluate(filter.right, valueAt));
    case 'in': {
      const value = evaluate(filter.left, valueAt);
      return filter.values.some((candidate) => compare('eq', value, candidate));
    }
    case 'test':
      return test(filter.test, evaluate(filter.left, valueAt), evaluate(filter.right, valueAt));
    case 'any':
      return any(filter.path, filter.variable, filter.body, valueAt);
  }
}

function any(path: readonly string[], variable: string, body: Filter | undefined, valueAt: ValueAt): boolean {
  const value = valueAt(path);
  if (value !== undefined && value !== null && !Array.isArray(value))
    throw badRequest(`Any/All may only be used following a collection: '${path.join('/')}'.`);
  const elements: readonly unknown[] = Array.isArray(value) ? value : [];
  if (body === undefined) return elements.length > 0;
  return elements.some((element) =>
    matches(body, (inner) => {
      if (inner[0] !== variable)
        throw notEmulated(`'${inner.join('/')}' inside any(${variable}: …): only ${variable} may be used`);
      return inner.slice(1).reduce<unknown>((at, name) => property(at, name), element);
    }),
  );
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function evaluate(operand: Operand, valueAt: ValueAt): Literal {
  if (operand.kind === 'literal') return operand.value;
  if (operand.kind === 'cast') {
    const value = evaluate(operand.operand, valueAt);
    if (!/^Edm\.(Int16|Int32|Int64|Double|Single|Decimal)$/.test(operand.type))
      throw notEmulated(`cast to ${operand.type}`);
    return value === null || value === '' ? null : Number(value);
  }
  const value = valueAt(operand.path);
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw badRequest(`A collection or complex value cannot be compared: '${operand.path.join('/')}'.`);
}

function compare(operator: CompareOperator, left: Literal, right: Literal): boolean {
  const a = typeof left === 'string' ? left.toLowerCase() : left;
  const b = typeof right === 'string' ? right.toLowerCase() : right;
  switch (operator) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'gt':
      return a !== null && b !== null && a > b;
    case 'ge':
      return a !== null && b !== null && a >= b;
    case 'lt':
      return a !== null && b !== null && a < b;
    case 'le':
      return a !== null && b !== null && a <= b;
  }
}

function test(kind: 'startsWith' | 'endsWith' | 'contains', left: Literal, right: Literal): boolean {
  if (typeof right !== 'string') throw badRequest(`${kind} needs a text as its second argument.`);
  if (typeof left !== 'string') return false;
  const text = left.toLowerCase();
  const wanted = right.toLowerCase();
  if (kind === 'startsWith') return text.startsWith(wanted);
  return kind === 'endsWith' ? text.endsWith(wanted) : text.includes(wanted);
}

/** Every node of the tree, for checks of what a resource allows in a filter. */
export function* nodesOf(filter: Filter): Generator<Filter> {
  yield filter;
  if (filter.kind === 'and' || filter.kind === 'or') {
    yield* nodesOf(filter.left);
    yield* nodesOf(filter.right);
  } else if (filter.kind === 'not') yield* nodesOf(filter.operand);
}

/** The property path a node is about, the bound variable of `any` left out. */
export function pathOf(operand: Operand): readonly string[] {
  if (operand.kind === 'literal') return [];
  return operand.kind === 'cast' ? pathOf(operand.operand) : operand.path;
}

/** The property path a test or comparison is about; undefined for and, or, not. */
export function pathOfNode(node: Filter): readonly string[] | undefined {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'not':
      return undefined;
    case 'any':
      return node.path;
    default:
      return pathOf(node.left);
  }
}
