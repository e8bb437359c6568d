// Publishes the schemas of policy and environment as JSON Schema, so that editors complete and check the files that
// people write. Run it with "npm run schema" after a change of the contract.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Announcement, Environment, Policy, TestAnnouncement } from '../contract/src/index.ts';

export const SCHEMA_FOLDER = join(import.meta.dirname, '..', 'contract', 'schema');

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** File name -> JSON Schema of what people write, in which whatever has a default may be left out. */
export function publishedSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    'policy.schema.json': titled(Policy, 'contactSync policy'),
    'environment.schema.json': titled(Environment, 'contactSync environment'),
    'announcement.schema.json': titled(z.union([Announcement, TestAnnouncement]), 'contactSync announcement'),
  };
}

function titled(schema: z.ZodType, title: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { ...($schema === undefined ? {} : { $schema }), title, ...rest };
}

/** The text of a published file: short lists and objects on one line, as the formatter of this repository wants it. */
export function schemaText(value: unknown): string {
  return `${write(value, 0, 0)}\n`;
}

const LINE_WIDTH = 110;

/** `used`: characters that already stand on the line. */
function write(value: unknown, depth: number, used: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const pairs = isList
    ? value.map((item): readonly [string, unknown] => ['', item])
    : Object.entries(value).map(([key, item]) => [`${JSON.stringify(key)}: `, item] as const);
  const [open, close] = isList ? '[]' : '{}';
  if (pairs.length === 0) return `${open}${close}`;
  if (isList) {
    const short = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    const isFlat = value.every((item) => typeof item !== 'object' || item === null);
    if (isFlat && used + short.length + 1 <= LINE_WIDTH) return short;
  }
  const indent = '  '.repeat(depth + 1);
  const lines = pairs.map(
    ([key, item]) => `${indent}${key}${write(item, depth + 1, indent.length + key.length)}`,
  );
  return `${open}\n${lines.join(',\n')}\n${'  '.repeat(depth)}${close}`;
}

if (import.meta.main) {
  for (const [name, schema] of Object.entries(publishedSchemas())) {
    writeFileSync(join(SCHEMA_FOLDER, name), schemaText(schema));
    console.log(`contract/schema/${name} written`);
  }
}
