// The ids by which Graph names the properties of the ownership mark.

import {
  CARRIED_PROPERTY_NAME,
  FIELDS_PROPERTY_NAME,
  IDENTITY_PROPERTY_NAME,
  OWNERSHIP_PROPERTY_SET,
} from '../../model/ownership-properties.ts';

const named = (name: string) => `String {${OWNERSHIP_PROPERTY_SET}} Name ${name}`;

export const IDENTITY_PROPERTY = named(IDENTITY_PROPERTY_NAME);
export const FIELDS_PROPERTY = named(FIELDS_PROPERTY_NAME);
export const CARRIED_PROPERTY = named(CARRIED_PROPERTY_NAME);
