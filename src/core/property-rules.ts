// What the policy says about each contact property: whether it may be written at all, and how a value that differs or
// vanished is treated. The planner and the mapping both ask here.

import { CONTACT_PROPERTY_NAMES, type ContactProperty } from '../model/contact.ts';
import type { ContactPart, PropertyRule, SourcePart } from '../model/policy.ts';
import { usualSource } from './property-mapping.ts';

/** A policy, or whatever has its contact part. */
export interface HasContactPart {
  readonly contact: ContactPart;
}

export interface HasSourceType extends HasContactPart {
  readonly source: Pick<SourcePart, 'type'>;
}

export interface EffectiveRule {
  readonly mode: PropertyRule['mode'];
  readonly whenEmpty: PropertyRule['whenEmpty'];
}

const DEFAULT_RULE: PropertyRule = { mode: 'overwrite', whenEmpty: 'clear', replace: [] };

/** Filled by other parts of the policy than a source attribute. */
const FROM_POLICY: ReadonlySet<ContactProperty> = new Set([
  'displayName',
  'fileAs',
  'categories',
  'isPrivate',
]);

export function isFilledByPolicy(property: ContactProperty): boolean {
  return FROM_POLICY.has(property);
}

export function propertyRule(policy: HasContactPart, property: ContactProperty): PropertyRule {
  const { properties } = policy.contact;
  return Object.hasOwn(properties, property) ? (properties[property] ?? DEFAULT_RULE) : DEFAULT_RULE;
}

export function ruleFor(policy: HasContactPart, property: ContactProperty): EffectiveRule {
  const { mode, whenEmpty } = propertyRule(policy, property);
  return { mode, whenEmpty };
}

/** Whether the rule itself says where the value comes from. */
export function hasOwnSource(rule: PropertyRule): boolean {
  return rule.from !== undefined || rule.template !== undefined || rule.constant !== undefined;
}

/**
 * Properties the policy may write or clear. Categories and the private flag are always among them, so that taking them
 * out of the policy clears what we wrote; what we never wrote is the user's.
 */
export function managedProperties(policy: HasSourceType): ReadonlySet<ContactProperty> {
  return new Set(
    CONTACT_PROPERTY_NAMES.filter((property) => {
      const rule = propertyRule(policy, property);
      if (rule.mode === 'off') return false;
      const usual = usualSource(property, policy.source.type);
      return FROM_POLICY.has(property) || usual !== undefined || hasOwnSource(rule);
    }),
  );
}
