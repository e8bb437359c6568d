// Looks into the contract's schemas: which keys may stand at a place. For hints when a key is misspelled.

import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** The schema at a path, or undefined where the path leaves it. */
function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  const here = unwrap(schema);
  const [step, ...rest] = path;
  if (step === undefined) return here;
  const inner = innerSchema(here, step);
  return inner === undefined ? undefined : schemaAt(inner, rest);
}

/** Keys of the object at the path; empty where none stands there. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  const here = schemaAt(schema, path) as z.core.$ZodTypes | undefined;
  return here?._zod.def.type === 'object' ? Object.keys(here._zod.def.shape) : [];
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
