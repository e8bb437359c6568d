// The people of the bench: made from their number, with the properties that a usual directory fills.

import { type SourceObjectId, sourceObjectId } from '../../src/model/ids.ts';
import type { SourceObject } from '../../src/model/source-object.ts';

export interface BenchPerson {
  readonly number: number;
  readonly alias: string;
  readonly displayName: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly title: string;
  readonly department: string;
  readonly company: string;
  readonly office: string;
  readonly phone: string;
  readonly mobilePhone: string;
  readonly streetAddress: string;
  readonly city: string;
  readonly postalCode: string;
  readonly country: string;
}

const FIRST = ['Anna', 'Jürgen', 'Zoë', 'Peter', 'María', 'Łukasz', 'Ingrid', 'Tom', 'Sven', 'Chloé'];
const LAST = ['Schmidt', 'Müller', 'Novák', 'García', 'Olsen', 'Brown', 'Kowalska', 'Rossi', 'Weiß'];
const DEPARTMENTS = ['Sales', 'Purchasing', 'Quality Assurance', 'Finance', 'Research', 'Logistics', 'Legal'];
const CITIES = ['Hamburg', 'München', 'Leipzig', 'Köln', 'Stuttgart', 'Bremen'];

const pick = (values: readonly string[], number: number): string => values[number % values.length] ?? '';

/** `changed`: after a promotion with a new telephone. */
export function benchPerson(number: number, changed = false): BenchPerson {
  const firstName = pick(FIRST, number);
  const lastName = `${pick(LAST, number)} ${number}`;
  const digits = String(number).padStart(5, '0');
  return {
    number,
    alias: `person${number}`,
    displayName: `${lastName}, ${firstName}`,
    firstName,
    lastName,
    title: changed ? 'Head of Team' : 'Specialist',
    department: pick(DEPARTMENTS, number),
    company: 'Contoso Example AG',
    office: `Building ${number % 12}, room ${number % 400}`,
    phone: `+49 89 ${changed ? 65 : 64}${digits}`,
    mobilePhone: `+49 151 23${digits}`,
    streetAddress: `Beispielstraße ${(number % 120) + 1}`,
    city: pick(CITIES, number),
    postalCode: `8${digits.slice(1)}`,
    country: 'DE',
  };
}

export const addressOf = (person: BenchPerson): string => `${person.alias}@contoso.example`;
export const mailboxAlias = (number: number): string => `box${number}`;

const hex = (number: number): string => number.toString(16).padStart(12, '0');
export const personId = (number: number): SourceObjectId =>
  sourceObjectId(`00000000-0000-4000-a000-${hex(number)}`);

/** As a source reads them, for the planner without a service. */
export function sourceObjectOf(person: BenchPerson): SourceObject {
  return {
    id: personId(person.number),
    kind: 'mailContact',
    attributes: {
      displayName: [person.displayName],
      givenName: [person.firstName],
      surname: [person.lastName],
      jobTitle: [person.title],
      department: [person.department],
      company: [person.company],
      office: [person.office],
      emailAddresses: [addressOf(person)],
      businessPhones: [person.phone],
      mobilePhones: [person.mobilePhone],
      street: [person.streetAddress],
      city: [person.city],
      postalCode: [person.postalCode],
      country: [person.country],
    },
    isHidden: false,
    isDisabled: false,
    isGuest: false,
  };
}
