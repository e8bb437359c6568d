// A row of Get-Recipient (or a group member, which has the same form), with the person's details, as a source object.

import type { SourceObjectId } from '../../model/ids.ts';
import {
  CUSTOM_ATTRIBUTES,
  type Known,
  type SourceAttribute,
  type SourceObject,
  type SourceObjectKind,
} from '../../model/source-object.ts';
import { type AdminRow, flag, text, texts } from './admin-row.ts';
import {
  type Attributes,
  DETAIL_ATTRIBUTES,
  isGuestName,
  mergeAttributes,
  onlyFilled,
  PARTLY_DETAIL_ATTRIBUTES,
  type PersonDetails,
  readPersonFields,
} from './person-details.ts';
import { canBeDisabled, hasAccount, recipientKind } from './recipient-kinds.ts';

const CUSTOM_PROPERTIES = CUSTOM_ATTRIBUTES.map(customPropertyOf);

export const RECIPIENT_PROPERTIES = [
  'ExternalDirectoryObjectId',
  'Guid',
  'Name',
  'DisplayName',
  'Alias',
  'RecipientType',
  'RecipientTypeDetails',
  'PrimarySmtpAddress',
  'EmailAddresses',
  'HiddenFromAddressListsEnabled',
  'AddressListMembership',
  'WindowsLiveID',
  'FirstName',
  'LastName',
  'Title',
  'Department',
  'Company',
  'Office',
  'Phone',
  'City',
  'StateOrProvince',
  'PostalCode',
  'CountryOrRegion',
  'Notes',
  'Manager',
  ...CUSTOM_PROPERTIES,
] as const;

function customPropertyOf(attribute: SourceAttribute): string {
  return `C${attribute.slice(1)}`;
}

export interface RecipientContext {
  /** From Get-User or Get-Contact; undefined: they do not know the object, or were not read. */
  readonly details: PersonDetails | undefined;
  readonly fromGraph: PersonDetails | undefined;
  /** A Graph reading that should have been there failed: what it would have filled is unknown. */
  readonly missesGraph: boolean;
  /** Display name of a manager by the name Exchange shows; undefined: cannot be told. */
  readonly managerName: (name: string) => string | undefined;
}

export function decodeRecipient(row: AdminRow, id: SourceObjectId, context: RecipientContext): SourceObject {
  const { details, fromGraph } = context;
  const kind = recipientKind(text(row, 'RecipientTypeDetails'));
  const manager = text(row, 'Manager');
  const managerName = manager === '' ? '' : context.managerName(manager);
  const attributes = mergeAttributes(
    onlyFilled({
      displayName: texts(row, 'DisplayName'),
      alias: texts(row, 'Alias'),
      emailAddresses: smtpAddresses(row),
      imAddresses: addressesWithPrefix(row, 'sip'),
      addressLists: texts(row, 'AddressListMembership'),
      manager: [managerName ?? ''],
      ...customAttributes(row),
    }),
    details?.attributes ?? {},
    readPersonFields(row),
    onlyFilled({ userPrincipalName: hasAccount(kind) ? texts(row, 'WindowsLiveID') : [] }),
    fromGraph?.attributes ?? {},
  );
  const unknown = unknownAttributes(row, kind, attributes, context, managerName === undefined);
  return {
    id,
    kind,
    attributes,
    isHidden: flag(row, 'HiddenFromAddressListsEnabled'),
    isDisabled: canBeDisabled(kind) ? disabled(details, fromGraph) : false,
    isGuest:
      kind === 'guestMailUser' ||
      isGuestName(text(row, 'WindowsLiveID')) ||
      details?.isGuest === true ||
      fromGraph?.isGuest === true,
    ...(unknown.length === 0 ? {} : { unknownAttributes: unknown }),
  };
}

function disabled(details: PersonDetails | undefined, fromGraph: PersonDetails | undefined): Known<boolean> {
  if (details !== undefined && details.isDisabled !== 'unknown') return details.isDisabled;
  return fromGraph?.isDisabled ?? 'unknown';
}

function unknownAttributes(
  row: AdminRow,
  kind: SourceObjectKind,
  attributes: Attributes,
  context: RecipientContext,
  isManagerUnknown: boolean,
): readonly SourceAttribute[] {
  const unknown = new Set<SourceAttribute>();
  for (const attribute of CUSTOM_ATTRIBUTES) {
    if (!(customPropertyOf(attribute) in row)) unknown.add(attribute);
  }
  if (!('AddressListMembership' in row)) unknown.add('addressLists');
  if (isManagerUnknown) unknown.add('manager');
  const isPerson = hasAccount(kind) || kind === 'mailContact';
  // Exchange does not keep it, and reading it from Graph would make it come and go with a permission.
  if (hasAccount(kind)) unknown.add('employeeId');
  if (isPerson && context.details === undefined) {
    for (const attribute of DETAIL_ATTRIBUTES)
      if (attributes[attribute] === undefined) unknown.add(attribute);
    for (const attribute of PARTLY_DETAIL_ATTRIBUTES) unknown.add(attribute);
  }
  if (isPerson && context.missesGraph && context.fromGraph === undefined) {
    for (const attribute of GRAPH_ATTRIBUTES) if (attributes[attribute] === undefined) unknown.add(attribute);
  }
  return [...unknown];
}

/** What Graph may fill where Exchange has nothing. */
export const GRAPH_ATTRIBUTES: readonly SourceAttribute[] = [
  'givenName',
  'surname',
  'jobTitle',
  'department',
  'company',
  'office',
  'imAddresses',
  'businessPhones',
  'mobilePhones',
  'businessFax',
  'street',
  'city',
  'state',
  'postalCode',
  'country',
];

function customAttributes(row: AdminRow): Attributes {
  return Object.fromEntries(
    CUSTOM_ATTRIBUTES.map((attribute) => [attribute, texts(row, customPropertyOf(attribute))]),
  );
}

/** Primary first; `SMTP:` in capitals marks it, PrimarySmtpAddress names it. */
export function smtpAddresses(row: AdminRow): readonly string[] {
  const primary = text(row, 'PrimarySmtpAddress').trim();
  const all = [...(primary === '' ? [] : [primary]), ...addressesWithPrefix(row, 'smtp')];
  const seen = new Set<string>();
  return all.filter((address) => {
    const key = address.toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
}

function addressesWithPrefix(row: AdminRow, prefix: string): readonly string[] {
  const entries = texts(row, 'EmailAddresses').map((entry) => {
    const colon = entry.indexOf(':');
    return { prefix: entry.slice(0, colon), address: entry.slice(colon + 1).trim() };
  });
  const wanted = entries.filter((entry) => entry.prefix.toLowerCase() === prefix && entry.address !== '');
  const isPrimary = (entry: { prefix: string }) => entry.prefix === prefix.toUpperCase();
  return [...wanted.filter(isPrimary), ...wanted.filter((entry) => !isPrimary(entry))].map(
    (entry) => entry.address,
  );
}
