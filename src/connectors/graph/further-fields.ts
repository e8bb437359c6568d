// What a contact holds besides its contact properties, in Graph: further properties of MAPI, some of several values, and the
// two lists that v1.0 has itself. It knows neither attachments of contacts nor formatted notes.
// https://learn.microsoft.com/graph/api/resources/contact

import {
  FURTHER_PROPERTIES,
  FURTHER_PROPERTY_NAMES,
  type FurtherProperties,
  type FurtherProperty,
  type FurtherPropertyFacts,
} from '../../model/further-properties.ts';
import {
  entriesOfList,
  FURTHER_IN_MAPI,
  FURTHER_PLACES,
  type FurtherPlace,
  type FurtherSet,
  furtherValueIn,
} from '../contact-folder/further-places.ts';
import { isRecord } from '../graph-client/index.ts';
import { normalizedId } from './schema.ts';

/** Outlook's "none": a date cannot be taken off through Graph. */
export const NO_DATE = '4501-01-01T00:00:00Z';

const SETS: Readonly<Record<FurtherSet, string>> = {
  Address: '{00062004-0000-0000-C000-000000000046}',
  Common: '{00062008-0000-0000-C000-000000000046}',
  Task: '{00062003-0000-0000-C000-000000000046}',
};

const idOf = (place: Exclude<FurtherPlace, { readonly kind: 'imAddress' }>): string =>
  place.kind === 'tag'
    ? `${place.type} 0x${place.tag.toString(16).padStart(4, '0')}`
    : `${place.type} ${SETS[place.set]} Id 0x${place.id.toString(16)}`;

const IN_MAPI = FURTHER_IN_MAPI.filter(({ property }) => property !== 'children').map(
  ({ property, place }) => ({ property, id: idOf(place), isList: place.type === 'StringArray' }),
);

/** Ids of single values, and of those of several. */
export const FURTHER_SINGLE_IDS = IN_MAPI.filter(({ isList }) => !isList).map(({ id }) => id);
export const FURTHER_LIST_IDS = IN_MAPI.filter(({ isList }) => isList).map(({ id }) => id);

interface FurtherBody {
  readonly single: readonly { readonly id: string; readonly value: string }[];
  readonly children?: readonly string[];
  readonly multiValueExtendedProperties?: readonly {
    readonly id: string;
    readonly value: readonly string[];
  }[];
}

/** The parts of a body that write the set, the list of IM addresses left out. */
export function furtherBody(set: FurtherProperties): FurtherBody {
  const single = IN_MAPI.flatMap(({ property, id, isList }) => {
    const value = set[property];
    return value === undefined || isList ? [] : [{ id, value: value === '' ? noneOf(property) : value }];
  });
  const lists = IN_MAPI.flatMap(({ property, id, isList }) => {
    const value = set[property];
    return value === undefined || !isList ? [] : [{ id, value: entriesOfList(value) }];
  });
  return {
    single,
    ...(set.children === undefined ? {} : { children: entriesOfList(set.children) }),
    ...(lists.length === 0 ? {} : { multiValueExtendedProperties: lists }),
  };
}

/** An extended property cannot be taken off (graph-exo 1.6). */
function noneOf(property: FurtherProperty): string {
  const { kind, usual = '' }: FurtherPropertyFacts = FURTHER_PROPERTIES[property];
  return kind === 'time' ? NO_DATE : usual;
}

const IM_ADDRESSES = FURTHER_PROPERTY_NAMES.filter((name) => FURTHER_PLACES[name].kind === 'imAddress');

export function writesImAddresses(set: FurtherProperties): boolean {
  return IM_ADDRESSES.some((name) => set[name] !== undefined);
}

/** Those behind the first one, which is a contact property. */
export function furtherImAddresses(whole: FurtherProperties): readonly string[] {
  return IM_ADDRESSES.map((name) => whole[name] ?? '').filter((value) => value !== '');
}

/** `parts`: answers that each show some of the extended properties of one contact. */
export function furtherIn(parts: readonly Readonly<Record<string, unknown>>[]): FurtherProperties {
  const told = new Map<string, string | readonly string[]>();
  for (const part of parts)
    for (const list of [part['singleValueExtendedProperties'], part['multiValueExtendedProperties']])
      for (const entry of Array.isArray(list) ? list : [])
        if (isRecord(entry) && typeof entry.id === 'string')
          told.set(
            normalizedId(entry.id),
            Array.isArray(entry.value) ? entry.value.map(String) : String(entry.value),
          );
  const properties: Partial<Record<FurtherProperty, string>> = {};
  const add = (property: FurtherProperty, value: string | readonly string[]): void => {
    const read = furtherValueIn(property, value);
    if (read !== '') properties[property] = read;
  };
  for (const { property, id } of IN_MAPI) add(property, told.get(normalizedId(id)) ?? '');
  const [item] = parts;
  const [, ...addresses] = textsIn(item?.['imAddresses']);
  add('children', textsIn(item?.['children']));
  for (const [place, property] of IM_ADDRESSES.entries()) add(property, addresses[place] ?? '');
  return properties;
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
