// A contact item as a source object: the properties of a contact under the neutral names of attributes.

import { ATTRIBUTE_OF } from '../../model/attribute-of-property.ts';
import type { ContactProperties, ContactProperty } from '../../model/contact.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { SourceAttribute, SourceObject } from '../../model/source-object.ts';
import type { SourceItem } from '../../ports/contact-folders.ts';

const PLACES = Object.entries(ATTRIBUTE_OF) as readonly (readonly [ContactProperty, SourceAttribute])[];

export function sourceObjectOf(id: SourceObjectId, { kind, properties }: SourceItem): SourceObject {
  return {
    id,
    kind: kind === 'contact' ? 'contactItem' : 'contactList',
    attributes: attributesOf(properties),
    isHidden: false,
    isDisabled: false,
    isGuest: false,
  };
}

function attributesOf(properties: ContactProperties): SourceObject['attributes'] {
  const attributes: Partial<Record<SourceAttribute, string[]>> = {};
  for (const [property, attribute] of PLACES) {
    const values = valuesOf(property, properties[property] ?? '');
    if (values.length > 0) attributes[attribute] = [...(attributes[attribute] ?? []), ...values];
  }
  return attributes;
}

function valuesOf(property: ContactProperty, text: string): readonly string[] {
  const values = property === 'categories' ? text.split(';').map((name) => name.trim()) : [text];
  return values.filter((value) => value.trim() !== '');
}
