// What an item holds besides its contact properties, in EWS: further properties, as MAPI names them, and attachments.

import type { FurtherProperty } from '../../model/further-properties.ts';
import { FURTHER_PROPERTY_NAMES, type FurtherProperties } from '../../model/further-properties.ts';
import type { ItemFurther } from '../../ports/contact-folders.ts';
import type { AttachedFile } from '../../ports/further-data.ts';
import {
  entriesOfList,
  FURTHER_IN_MAPI,
  FURTHER_PLACES,
  type FurtherPlace,
  furtherValueIn,
} from '../contact-folder/further-places.ts';
import {
  allExtendedIn,
  type ExtendedValue,
  inSet,
  type MapiProperty,
  pathOf,
  tagged,
} from './mapi-property.ts';
import { booleanOf, childOf, childrenOf, textOf, type XmlElement } from './xml-element.ts';
import type { Xml } from './xml-writer.ts';

const IN_MAPI = FURTHER_IN_MAPI.map(({ property, place }) => ({ property, place, mapi: mapiOf(place) }));

function mapiOf(place: Exclude<FurtherPlace, { readonly kind: 'imAddress' }>): MapiProperty {
  return place.kind === 'tag'
    ? tagged(`0x${place.tag.toString(16)}`, place.type)
    : inSet(place.set, place.id, place.type);
}

/** Paths to ask for, beside item:Attachments and contacts:ImAddresses. */
export const FURTHER_PATHS: readonly Xml[] = IN_MAPI.map(({ mapi }) => pathOf(mapi));

/** Those of the set that are properties of MAPI. */
export function furtherValues(set: FurtherProperties): readonly ExtendedValue[] {
  return IN_MAPI.flatMap(({ property, place, mapi }) => {
    const value = set[property];
    if (value === undefined) return [];
    return [{ property: mapi, value: place.type === 'StringArray' ? entriesOfList(value) : value }];
  });
}

/** Those of the set that are entries of contacts:ImAddresses. */
export function imAddressesIn(
  set: FurtherProperties,
): readonly { readonly key: string; readonly value: string }[] {
  return FURTHER_PROPERTY_NAMES.flatMap((property) => {
    const place = FURTHER_PLACES[property];
    const value = set[property];
    return place.kind === 'imAddress' && value !== undefined
      ? [{ key: `ImAddress${place.slot}`, value }]
      : [];
  });
}

export function furtherIn(item: XmlElement): ItemFurther {
  const properties: Partial<Record<FurtherProperty, string>> = {};
  const extended = allExtendedIn(item);
  for (const { property, mapi } of IN_MAPI) {
    const value = furtherValueIn(property, extended.get(mapi.key) ?? '');
    if (value !== '') properties[property] = value;
  }
  const addresses = childrenOf(childOf(item, 'ImAddresses'), 'Entry');
  for (const property of FURTHER_PROPERTY_NAMES) {
    const place = FURTHER_PLACES[property];
    if (place.kind !== 'imAddress') continue;
    const entry = addresses.find(({ attributes }) => attributes['Key'] === `ImAddress${place.slot}`);
    const value = furtherValueIn(property, entry?.text ?? '');
    if (value !== '') properties[property] = value;
  }
  const attached = childOf(item, 'Attachments')?.children ?? [];
  const isPicture = (one: XmlElement) => booleanOf(textOf(one, 'IsContactPhoto')) === true;
  const picture = attached.find(isPicture);
  return {
    properties,
    pictureStamp: picture === undefined ? '' : stampOf(picture),
    files: attached.filter((one) => !isPicture(one)).map(fileOf),
  };
}

function fileOf(attachment: XmlElement): AttachedFile {
  return {
    id: childOf(attachment, 'AttachmentId')?.attributes['Id'] ?? '',
    name: textOf(attachment, 'Name'),
    stamp: stampOf(attachment),
    isFile: attachment.name === 'FileAttachment',
  };
}

/** Attachments have no version: a file is replaced by deleting it and making another. */
function stampOf(attachment: XmlElement): string {
  return `${textOf(attachment, 'Size')} ${textOf(attachment, 'LastModifiedTime')}`;
}
