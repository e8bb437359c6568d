// Rows of a cmdlet's result and their JSON: OData's extra members name the types that JSON cannot carry.

export interface Guid {
  readonly guid: string;
}

export type RowValue = string | number | boolean | null | readonly string[] | Date | Guid;
export type Row = Readonly<Record<string, RowValue>>;

export function guid(text: string): Guid {
  return { guid: text };
}

/** `names`: only these, compared without regard to case. */
export function rowJson(row: Row, names: ReadonlySet<string> | undefined): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (names !== undefined && !names.has(name.toLowerCase())) continue;
    if (Array.isArray(value)) {
      json[`${name}@odata.type`] = '#Collection(String)';
      json[name] = value;
    } else if (value instanceof Date) {
      json[`${name}@data.type`] = 'System.DateTime';
      json[name] = name.endsWith('UTC') ? ticks(value, 'Z') : ticks(value, '+00:00');
    } else if (typeof value === 'object' && value !== null && 'guid' in value) {
      json[`${name}@data.type`] = 'System.Guid';
      json[`${name}@odata.type`] = '#Guid';
      json[name] = value.guid;
    } else {
      json[name] = value;
    }
  }
  return json;
}

// .NET prints seven digits of a second.
function ticks(date: Date, zone: string): string {
  return `${date.toISOString().slice(0, 23)}0000${zone}`;
}
