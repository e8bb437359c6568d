// Every setting of a policy and of an environment, from the published schemas: name, what is allowed, default, meaning.

import { type JsonSchema, publishedSchemas } from '../publish-schema.ts';
import { code, plain, table } from './markdown.ts';
import { ENVIRONMENT_MEANINGS, POLICY_MEANINGS } from './policy-meanings.ts';

export interface Setting {
  /** Such as contact.phones.format; [] is any entry of a list, * any key. */
  readonly path: string;
  readonly allowed: string;
  readonly fallback: string;
  readonly meaning: string | undefined;
  readonly isRequired: boolean;
}

export function settingsOf(file: string, meanings: Readonly<Record<string, string>>): readonly Setting[] {
  const schema = publishedSchemas()[file];
  if (schema === undefined) throw new Error(`no schema ${file}`);
  return inside(schema, '', meanings);
}

function inside(schema: JsonSchema, path: string, meanings: Readonly<Record<string, string>>): Setting[] {
  const settings: Setting[] = [];
  const forms = formsOf(schema);
  for (const name of new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})))) {
    const having = forms.filter((form) => isSchema(form.properties?.[name]));
    const properties = having.map((form) => form.properties?.[name]).filter(isSchema);
    const [property] = properties;
    if (property === undefined) continue;
    const here = path === '' ? name : `${path}.${name}`;
    const isRequired = having.every((form) => form.required?.includes(name) ?? false);
    const described =
      meanings[here] ?? (property.description === undefined ? undefined : plain(property.description));
    settings.push({
      path: here,
      allowed: [...new Set(properties.map(allowedValues))].join(', '),
      fallback: fallbackOf(property, isRequired),
      meaning: described === undefined ? undefined : `${onlyWith(having, forms)}${described}`,
      isRequired,
    });
    settings.push(...below(property, here, meanings));
  }
  return settings;
}

/** A document that chooses among several forms has all of their settings. */
function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  const forms = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].filter(isSchema);
  return forms.length > 0 ? forms : [schema];
}

/** The word by which a form is chosen is the one that is constant in it. */
function onlyWith(having: readonly JsonSchema[], forms: readonly JsonSchema[]): string {
  if (having.length === forms.length) return '';
  const words = having.flatMap((form) =>
    Object.entries(form.properties ?? {}).flatMap(([name, property]) =>
      isSchema(property) && property.const !== undefined && !['kind', 'version'].includes(name)
        ? [code(`${name}: ${property.const}`)]
        : [],
    ),
  );
  return `Only with ${words.join(' and ')}. `;
}

function below(property: JsonSchema, path: string, meanings: Readonly<Record<string, string>>): Setting[] {
  if (property.properties !== undefined || formsOf(property)[0] !== property)
    return inside(property, path, meanings);
  const { additionalProperties, items } = property;
  if (isSchema(additionalProperties)) return below(additionalProperties, `${path}.*`, meanings);
  // The rows of filters look alike wherever they stand; they have a chapter of their own.
  if (/\.(include|exclude)$/.test(path) || !isSchema(items)) return [];
  return below(items, `${path}[]`, meanings);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function allowedValues(property: JsonSchema): string {
  if (property.const !== undefined) return code(String(property.const));
  if (property.enum !== undefined) return property.enum.map((value) => code(String(value))).join(', ');
  if (property.type === 'array') {
    const { items } = property;
    const inner = isSchema(items) && items.enum !== undefined ? ` of ${allowedValues(items)}` : '';
    return property.maxItems === undefined ? `list${inner}` : `list${inner}, at most ${property.maxItems}`;
  }
  if (property.type === 'boolean') return '`true`, `false`';
  if (property.type === 'integer' || property.type === 'number') return numbers(property);
  if (property.type === 'string') return texts(property);
  const forms = formsOf(property);
  if (forms[0] !== property && forms.every((form) => form.properties === undefined))
    return forms.map(allowedValues).join(', ');
  return 'settings below';
}

function numbers({ type, minimum, maximum }: JsonSchema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  const isUnbounded = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER;
  if (minimum === undefined && isUnbounded) return kind;
  return isUnbounded ? `${kind} from ${minimum ?? 0}` : `${kind} from ${minimum ?? 0} to ${maximum}`;
}

function texts({ format, maxLength, pattern }: JsonSchema): string {
  if (format === 'uuid') return 'UUID';
  if (format === 'uri') return 'URL';
  if (format === 'email') return 'mail address';
  if (pattern === '^[A-Z]{2}$') return 'two capital letters';
  return maxLength === undefined ? 'text' : `text, at most ${maxLength.toLocaleString('en-US')} characters`;
}

function fallbackOf(property: JsonSchema, isRequired: boolean): string {
  if (isRequired) return '*required*';
  const { default: value } = property;
  if (value === undefined || property.properties !== undefined || formsOf(property)[0] !== property)
    return '';
  if (Array.isArray(value))
    return value.length === 0 ? 'empty' : value.map((item) => code(String(item))).join(', ');
  // Whatever else is there by default has defaults of its own.
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? code(`${value}`)
    : 'empty';
}

export const policySettings = (): readonly Setting[] => settingsOf('policy.schema.json', POLICY_MEANINGS);
export const environmentSettings = (): readonly Setting[] =>
  settingsOf('environment.schema.json', ENVIRONMENT_MEANINGS);

/** One table per part of the document: its first level, then one for each part with settings of its own. */
export function settingTables(settings: readonly Setting[], level: string): string {
  const parts = new Map<string, Setting[]>([['', []]]);
  for (const setting of settings) {
    const part = setting.path.split('.', 1)[0] ?? '';
    const isPart = setting.allowed === 'settings below' && setting.path === part;
    const key = setting.path === part && !isPart ? '' : part;
    parts.set(key, [...(parts.get(key) ?? []), setting]);
  }
  return [...parts]
    .flatMap(([part, members]) => {
      const own = members.find(({ path }) => path === part);
      const rows = members
        .filter((member) => member !== own && member.allowed !== 'settings below')
        .map(({ path, allowed, fallback, meaning }) => [code(path), allowed, fallback, meaning ?? '']);
      const head = part === '' ? 'First level' : code(part);
      return [
        `${level} ${head}`,
        '',
        ...(own?.meaning === undefined ? [] : [own.meaning, '']),
        tableOf(rows),
        '',
      ];
    })
    .join('\n')
    .trimEnd();
}

function tableOf(rows: readonly (readonly string[])[]): string {
  return table(['Setting', 'Allowed', 'Default', 'Meaning'], rows);
}
