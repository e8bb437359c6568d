// Values that the contract suites use again and again.

import { CONTACT_PROPERTIES, type ContactProperties, type ContactProperty } from '../../src/model/contact.ts';
import {
  mailboxId,
  type PolicyId,
  policyId,
  runId,
  type SourceObjectId,
  sourceObjectId,
} from '../../src/model/ids.ts';
import type { OwnershipMark, TargetMailbox } from '../../src/model/mailbox.ts';
import type { FolderPart } from '../../src/model/policy.ts';

const uuid = (kind: string, number: number) =>
  `${kind}0000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

export const samplePolicyId = (number = 1): PolicyId => policyId(uuid('a', number));
export const sampleMailboxId = (number = 1) => mailboxId(uuid('b', number));
export const sampleSourceObjectId = (number = 1): SourceObjectId => sourceObjectId(uuid('c', number));
export const sampleRunId = (number = 1) => runId(uuid('d', number));

/** The fingerprint is 16 bytes in base64url, as every codec of marks may expect. */
export function sampleMark(policy: PolicyId, number: number, writing = 0): OwnershipMark {
  const bytes = Buffer.alloc(16, number % 256);
  bytes.writeUInt32BE(number, 0);
  bytes.writeUInt32BE(writing, 4);
  return {
    version: 1,
    policyId: policy,
    sourceObjectId: sampleSourceObjectId(number),
    fingerprint: bytes.toString('base64url'),
    fieldFingerprints: bytes.toString('base64url'),
  };
}

export const sampleMailbox = (number = 1): TargetMailbox => ({
  id: sampleMailboxId(number),
  displayName: `Mailbox ${number}`,
  primarySmtpAddress: `mailbox${number}@contoso.example`,
  location: 'exchangeOnline',
  ownerId: undefined,
});

export const sampleFolder = (changes: Partial<FolderPart> = {}): FolderPart => ({
  name: 'Company Contacts',
  subfolderPerDomain: false,
  useDefaultContacts: false,
  existing: 'refuse',
  ...changes,
});

export const person = (number: number, more: ContactProperties = {}): ContactProperties => ({
  displayName: `Person ${number}`,
  fileAs: `${number}, Person`,
  givenName: 'Person',
  surname: `${number}`,
  emailAddress1: `person${number}@contoso.example`,
  ...more,
});

const VALUE_BY_KIND = {
  text: (name) => `${name} Ünïcode 漢字 😀`,
  lines: (name) => `${name} first line\r\nsecond line`,
  email: (name) => `${name.toLowerCase()}@contoso.example`,
  phone: () => '+49 30 1234567',
  date: () => '1984-02-29',
  flag: () => 'true',
  categories: () => 'Blue;Company Contacts',
  url: () => 'https://contoso.example/people?id=1&x=ä',
} as const satisfies Record<(typeof CONTACT_PROPERTIES)[ContactProperty]['kind'], (name: string) => string>;

/** A contact with a value in every property except the named ones. */
export function fullPerson(except: readonly ContactProperty[]): ContactProperties {
  const all: Partial<Record<ContactProperty, string>> = {};
  for (const [name, { kind }] of Object.entries(CONTACT_PROPERTIES)) {
    const property = name as ContactProperty;
    if (!except.includes(property)) all[property] = VALUE_BY_KIND[kind](property);
  }
  return all;
}

/** Without what servers do to every contact: line ends become CRLF, blanks at the ends go. */
export function withoutNormalization(properties: ContactProperties): ContactProperties {
  return Object.fromEntries(
    Object.entries(properties)
      .map(([name, value]) => [name, value.replace(/\r\n|\r/g, '\n').trim()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
