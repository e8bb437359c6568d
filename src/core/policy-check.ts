// What the schema of a policy cannot check, checked before it is saved: names of properties and attributes, templates,
// filter rows. The first defect is thrown with its place and, where one is near, the name that was probably meant.

import { CONTACT_PROPERTY_NAMES, type ContactProperty } from '../model/contact.ts';
import { Failure } from '../model/failure.ts';
import type { Policy, PropertyRule, SourcePart } from '../model/policy.ts';
import { validateFilterRows } from './filter-rows.ts';
import { nearMatch, unknownName } from './near-match.ts';
import { usualSource } from './property-mapping.ts';
import { hasOwnSource, isFilledByPolicy } from './property-rules.ts';
import { isSourceAttribute, nearSourceAttribute } from './source-attributes.ts';
import { parseTemplate } from './template.ts';
import { makeTimetable } from './timetable.ts';

/** Names from Graph and from the source that people type for contact properties. */
const OTHER_NAMES: Readonly<Record<string, ContactProperty>> = {
  company: 'companyName',
  office: 'officeLocation',
  firstName: 'givenName',
  lastName: 'surname',
  email: 'emailAddress1',
  emailAddress: 'emailAddress1',
  emailAddresses: 'emailAddress1',
  mobile: 'mobilePhone',
  mobilePhones: 'mobilePhone',
  businessPhone: 'businessPhone1',
  businessPhones: 'businessPhone1',
  homePhone: 'homePhone1',
  homePhones: 'homePhone1',
  street: 'businessStreet',
  city: 'businessCity',
  state: 'businessState',
  postalCode: 'businessPostalCode',
  country: 'businessCountry',
  webPage: 'businessHomePage',
  personalNotes: 'notes',
  assistant: 'assistantName',
  anniversary: 'weddingAnniversary',
  private: 'isPrivate',
};

const contactProperties: ReadonlySet<string> = new Set(CONTACT_PROPERTY_NAMES);

export function isContactProperty(name: string): name is ContactProperty {
  return contactProperties.has(name);
}

/** Throws Failure `invalidDocument`, `invalidTemplate` or `invalidFilter`. */
export function checkPolicy(policy: Pick<Policy, 'source' | 'contact' | 'folder' | 'schedule'>): void {
  const { subfolderPerDomain, useDefaultContacts } = policy.folder;
  if (subfolderPerDomain && useDefaultContacts) {
    throw invalid(
      'folder.subfolderPerDomain',
      'Sub-folders and the Contacts folder itself exclude each other: apps that show only Contacts show none of its sub-folders.',
    );
  }
  validateFilterRows(policy.source);
  checkContactPart(policy);
  checkSchedule(policy.schedule);
}

function checkSchedule(schedule: Policy['schedule']): void {
  if (schedule === undefined) return;
  // Whatever the environment's zone is: what never comes in one comes in none.
  const first = makeTimetable(schedule, 'UTC').next(new Date(0));
  if (first === undefined)
    throw invalid(
      'schedule',
      'It never falls due: there is no such day, or every moment lies in a blackout.',
    );
}

function checkContactPart({ contact, source }: Pick<Policy, 'source' | 'contact'>): void {
  parseTemplate(contact.displayName, 'contact.displayName');
  parseTemplate(contact.fileAs, 'contact.fileAs');
  for (const [name, rule] of Object.entries(contact.properties))
    checkRule(name, rule, source.type, `contact.properties.${name}`);
}

function checkRule(name: string, rule: PropertyRule, type: SourcePart['type'], place: string): void {
  if (!isContactProperty(name)) {
    const suggestion = nearMatch(name, CONTACT_PROPERTY_NAMES, OTHER_NAMES);
    throw invalid(place, unknownName('contact property', name, suggestion), suggestion);
  }
  const sources = (['from', 'template', 'constant'] as const).filter((key) => rule[key] !== undefined);
  if (sources.length > 1)
    throw invalid(place, `Only one of ${sources.join(' and ')} can be the source of a value.`);
  if (rule.from !== undefined && !isSourceAttribute(rule.from)) {
    const suggestion = nearSourceAttribute(rule.from);
    throw invalid(`${place}.from`, unknownName('source attribute', rule.from, suggestion), suggestion);
  }
  if (rule.template !== undefined) parseTemplate(rule.template, `${place}.template`);
  const usual = usualSource(name, type);
  const hasSource = hasOwnSource(rule) || isFilledByPolicy(name) || usual !== undefined;
  if (rule.mode !== 'off' && !hasSource) {
    throw invalid(place, `The property "${name}" has no usual source. Give from, template or constant.`);
  }
}

function invalid(place: string, problem: string, suggestion?: string): Failure {
  return new Failure('invalidDocument', {
    details: { place, problem, ...(suggestion === undefined ? {} : { suggestion }) },
  });
}
