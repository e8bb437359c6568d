// What a request wants to see of each item or folder: the base shape and the properties added to it.

import { child, type Element, requireChild } from '../xml/reader.ts';
import type { ExtendedField } from './extended-field.ts';
import { type FieldPath, readPath } from './field-path.ts';

export interface Shape {
  readonly base: 'IdOnly' | 'Default' | 'AllProperties';
  readonly bodyType: 'Best' | 'HTML' | 'Text';
  readonly uris: ReadonlySet<string>;
  /** Entries of lists asked for one by one: by the list's URI, then by index (and part of an address). */
  readonly entries: ReadonlyMap<
    string,
    readonly { readonly index: string; readonly part: string | undefined }[]
  >;
  readonly extended: readonly ExtendedField[];
}

export function readShape(element: Element): Shape {
  const paths: readonly FieldPath[] =
    child(element, 't:AdditionalProperties')?.children.map((one) => readPath(one)) ?? [];
  const entries = new Map<string, { index: string; part: string | undefined }[]>();
  for (const path of paths) {
    if (path.kind !== 'indexed') continue;
    const list = entries.get(path.field.uri) ?? [];
    list.push({ index: path.index, part: path.part });
    entries.set(path.field.uri, list);
  }
  return {
    base: requireChild(element, 't:BaseShape').text as Shape['base'],
    bodyType: (child(element, 't:BodyType')?.text ?? 'Best') as Shape['bodyType'],
    uris: new Set(paths.flatMap((path) => (path.kind === 'field' ? [path.uri] : []))),
    entries,
    extended: paths.filter((path) => path.kind === 'extended'),
  };
}
