// Looks into the contract's schemas: which keys may stand at a place. For hints when a key is misspelled.

import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** The schema at a path of the document, or undefined where the path leaves it. */
function schemaAt(schema: Schema, path: readonly PropertyKey[], document: unknown): Schema | undefined {
  const here = chosen(unwrap(schema), document);
  const [step, ...rest] = path;
  if (here === undefined || step === undefined) return here;
  const inner = innerSchema(here, step);
  return inner === undefined ? undefined : schemaAt(inner, rest, valueIn(document, step));
}

/** Keys of the object at the path; empty where none stands there. */
export function keysAt(schema: Schema, path: readonly PropertyKey[], document: unknown): readonly string[] {
  const here = schemaAt(schema, path, document) as z.core.$ZodTypes | undefined;
  return here?._zod.def.type === 'object' ? Object.keys(here._zod.def.shape) : [];
}

/** The words by which the document may choose among several forms, where the path leads to that choice. */
export function choicesAt(
  schema: Schema,
  path: readonly PropertyKey[],
  document: unknown,
): readonly string[] {
  const [name, outer] = [path.at(-1), path.slice(0, -1)];
  let here: Schema | undefined = unwrap(schema);
  let value = document;
  for (const step of outer) {
    const form: Schema | undefined = here === undefined ? undefined : chosen(here, value);
    const inner: Schema | undefined = form === undefined ? undefined : innerSchema(form, step);
    here = inner === undefined ? undefined : unwrap(inner);
    value = valueIn(value, step);
  }
  if (here === undefined || typeof name !== 'string') return [];
  return formsOf(here).flatMap((form) => literalsOf(innerSchema(form, name)));
}

/** Of several forms the one that the document names; undefined when it names none of them. */
function chosen(schema: Schema, document: unknown): Schema | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== 'union' || !('discriminator' in def)) return schema;
  const name = String(def.discriminator);
  const word = valueIn(document, name);
  return formsOf(schema).find((form) => literalsOf(innerSchema(form, name)).some((one) => one === word));
}

function formsOf(schema: Schema): readonly Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'union' ? def.options : [];
}

function literalsOf(schema: Schema | undefined): readonly string[] {
  const def = (schema as z.core.$ZodTypes | undefined)?._zod.def;
  return def?.type === 'literal' ? def.values.map(String) : [];
}

function valueIn(value: unknown, step: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
}

function unwrap(schema: Schema): Schema {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'default':
    case 'prefault':
    case 'optional':
    case 'nullable':
    case 'readonly':
      return unwrap(def.innerType);
    default:
      return schema;
  }
}

function innerSchema(schema: Schema, step: PropertyKey): Schema | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'array') return def.element;
  if (def.type === 'record') return def.valueType;
  return def.type === 'object' && typeof step === 'string' ? def.shape[step] : undefined;
}
