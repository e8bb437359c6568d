// One row of a cmdlet's result, and how values are taken from it. Unset text is '', collections may be a single text.

import { isUuid, type SourceObjectId, sourceObjectId } from '../../model/ids.ts';
import type { Known } from '../../model/source-object.ts';

export type AdminRow = Readonly<Record<string, unknown>>;

const NO_GUID = '00000000-0000-0000-0000-000000000000';

export function text(row: AdminRow, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}

/** Non-empty values in the order of the row. */
export function texts(row: AdminRow, ...names: readonly string[]): readonly string[] {
  return names
    .flatMap((name) => {
      const value = row[name];
      return Array.isArray(value) ? value : [value];
    })
    .filter((value): value is string => typeof value === 'string' && value.trim() !== '');
}

/** A property that is not there at all was not read: that is not "false". */
export function flag(row: AdminRow, name: string): Known<boolean> {
  const value = row[name];
  if (typeof value === 'boolean') return value;
  if (value === 'True' || value === 'true') return true;
  if (value === 'False' || value === 'false') return false;
  return 'unknown';
}

export function guid(row: AdminRow, name: string): string | undefined {
  const value = text(row, name)
    .replace(/^\{|\}$/g, '')
    .toLowerCase();
  return isUuid(value) && value !== NO_GUID ? value : undefined;
}

/**
 * The id in Entra ID, the same that Graph shows. Dynamic groups and mail-enabled public folders exist in Exchange
 * only: for them its own id, which is as stable.
 */
export function recipientId(row: AdminRow): SourceObjectId | undefined {
  const id = guid(row, 'ExternalDirectoryObjectId') ?? guid(row, 'Guid');
  return id === undefined ? undefined : sourceObjectId(id);
}
