import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedSchemas, SCHEMA_FOLDER, schemaText } from './publish-schema.ts';

const read = (name: string): string => readFileSync(join(SCHEMA_FOLDER, name), 'utf8');

describe('published schemas', () => {
  it.each(Object.entries(publishedSchemas()))('%s is current (npm run schema)', (name, schema) => {
    expect(read(name)).toBe(schemaText(schema));
    expect(JSON.parse(read(name))).toEqual(schema);
  });

  it('are the only files in their folder', () => {
    expect(readdirSync(SCHEMA_FOLDER).sort()).toEqual(Object.keys(publishedSchemas()).sort());
  });

  it('let a policy leave out what has a default, and refuse unknown keys', () => {
    const policy = publishedSchemas()['policy.schema.json'];
    expect(policy?.required).toEqual(['kind', 'version', 'id', 'name', 'environment', 'source']);
    expect(policy?.additionalProperties).toBe(false);
  });

  it('a list that does not fit on a line gets a line for each value', () => {
    expect(schemaText({ enum: ['a', 'b'] })).toBe('{\n  "enum": ["a", "b"]\n}\n');
    const long = 'x'.repeat(60);
    expect(schemaText([long, long])).toBe(`[\n  "${long}",\n  "${long}"\n]\n`);
  });
});
