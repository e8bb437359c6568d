// Users, organizational contacts and group members as Graph shows them: what fills gaps of the admin REST, and what
// takes over when that is not reachable.

import { isUuid, type SourceObjectId, sourceObjectId } from '../../model/ids.ts';
import { CUSTOM_ATTRIBUTES, type Known } from '../../model/source-object.ts';
import type { GraphClient } from '../graph-client/index.ts';
import { countryCode } from './country-codes.ts';
import { type Attributes, isGuestName, onlyFilled, type PersonDetails } from './person-details.ts';

export interface GraphPerson extends PersonDetails {
  readonly id: SourceObjectId;
  readonly isMailEnabled: boolean;
  /** Names and addresses; only the Graph-only reading takes them from here. */
  readonly identity: Attributes;
  /** Custom attributes 1 to 15; Graph has them for users only. */
  readonly customAttributes: Known<Attributes>;
  readonly isHidden: Known<boolean>;
  readonly primarySmtpAddress: string;
  readonly displayName: string;
}

export interface GraphMember {
  readonly id: SourceObjectId;
  readonly isGroup: boolean;
}

export interface GraphGroup {
  readonly id: SourceObjectId;
  readonly displayName: string;
}

export interface GraphDirectory {
  users(signal: AbortSignal): AsyncIterable<readonly GraphPerson[]>;
  orgContacts(signal: AbortSignal): AsyncIterable<readonly GraphPerson[]>;
  /** Everybody below the group, nested groups too. */
  groupMembers(groupId: string, signal: AbortSignal): AsyncIterable<GraphMember>;
  /** By id, mail address or name; several when the name is not unique. */
  findGroups(name: string, signal: AbortSignal): Promise<readonly GraphGroup[]>;
}

const PAGE = '$top=999';

const USER_SELECT = [
  'id',
  'displayName',
  'mailNickname',
  'givenName',
  'surname',
  'mail',
  'proxyAddresses',
  'userPrincipalName',
  'userType',
  'accountEnabled',
  'showInAddressList',
  'imAddresses',
  'jobTitle',
  'department',
  'companyName',
  'officeLocation',
  'businessPhones',
  'mobilePhone',
  'faxNumber',
  'streetAddress',
  'city',
  'state',
  'postalCode',
  'country',
  'onPremisesExtensionAttributes',
];

const CONTACT_SELECT = [
  'id',
  'displayName',
  'mailNickname',
  'givenName',
  'surname',
  'mail',
  'proxyAddresses',
  'jobTitle',
  'department',
  'companyName',
  'addresses',
  'phones',
];

export function createGraphDirectory(client: GraphClient): GraphDirectory {
  async function* decoded<T>(path: string, signal: AbortSignal, decode: (row: GraphRow) => T | undefined) {
    for await (const page of client.pages(path, {}, signal)) {
      yield page
        .filter(isRow)
        .map(decode)
        .filter((one) => one !== undefined);
    }
  }
  return {
    users: (signal) => decoded(`/users?$select=${USER_SELECT.join(',')}&${PAGE}`, signal, decodeUser),
    orgContacts: (signal) =>
      decoded(`/contacts?$select=${CONTACT_SELECT.join(',')}&${PAGE}`, signal, decodeOrgContact),
    async *groupMembers(groupId, signal) {
      const path = `/groups/${encodeURIComponent(groupId)}/transitiveMembers?$select=id&${PAGE}`;
      for await (const page of decoded(path, signal, decodeMember)) yield* page;
    },
    async findGroups(name, signal) {
      const quoted = name.replaceAll("'", "''");
      const filter = isUuid(name)
        ? `id eq '${name.toLowerCase()}'`
        : `displayName eq '${quoted}' or mail eq '${quoted}'`;
      const found: GraphGroup[] = [];
      const path = `/groups?$filter=${encodeURIComponent(filter)}&$select=id,displayName&${PAGE}`;
      for await (const page of decoded(path, signal, decodeGroup)) found.push(...page);
      return found;
    },
  };
}

type GraphRow = Readonly<Record<string, unknown>>;

function decodeUser(row: GraphRow): GraphPerson | undefined {
  const id = idOf(row);
  if (id === undefined) return undefined;
  const extension = isRow(row.onPremisesExtensionAttributes) ? row.onPremisesExtensionAttributes : undefined;
  const userPrincipalName = textOf(row.userPrincipalName);
  return {
    ...commonOf(row, id),
    attributes: onlyFilled({
      ...commonAttributes(row),
      userPrincipalName: [userPrincipalName],
      imAddresses: textsOf(row.imAddresses),
      office: [textOf(row.officeLocation)],
      businessPhones: textsOf(row.businessPhones),
      mobilePhones: [textOf(row.mobilePhone)],
      businessFax: [textOf(row.faxNumber)],
      street: [textOf(row.streetAddress)],
      city: [textOf(row.city)],
      state: [textOf(row.state)],
      postalCode: [textOf(row.postalCode)],
      country: [countryCode(textOf(row.country))],
    }),
    isDisabled: typeof row.accountEnabled === 'boolean' ? !row.accountEnabled : 'unknown',
    isGuest: row.userType === 'Guest' || isGuestName(userPrincipalName),
    customAttributes: extension === undefined ? 'unknown' : extensionAttributes(extension),
    // Often null although the user is shown or hidden (Graph documentation issue 5380): only "no" says something.
    isHidden: row.showInAddressList === false ? true : 'unknown',
  };
}

function decodeOrgContact(row: GraphRow): GraphPerson | undefined {
  const id = idOf(row);
  if (id === undefined) return undefined;
  const address = Array.isArray(row.addresses) && isRow(row.addresses[0]) ? row.addresses[0] : {};
  const phone = (type: string) =>
    (Array.isArray(row.phones) ? row.phones : [])
      .filter((one): one is GraphRow => isRow(one) && one.type === type)
      .map((one) => textOf(one.number));
  return {
    ...commonOf(row, id),
    attributes: onlyFilled({
      ...commonAttributes(row),
      office: [textOf(address.officeLocation)],
      businessPhones: phone('business'),
      mobilePhones: phone('mobile'),
      businessFax: phone('businessFax'),
      street: [textOf(address.street)],
      city: [textOf(address.city)],
      state: [textOf(address.state)],
      postalCode: [textOf(address.postalCode)],
      country: [countryCode(textOf(address.countryOrRegion))],
    }),
    isDisabled: false,
    isGuest: false,
    customAttributes: 'unknown',
    isHidden: 'unknown',
  };
}

function commonOf(row: GraphRow, id: SourceObjectId) {
  const primary = textsOf(row.proxyAddresses).find((entry) => entry.startsWith('SMTP:'));
  return {
    id,
    identity: identityAttributes(row),
    displayName: textOf(row.displayName),
    isMailEnabled: textOf(row.mail) !== '' || primary !== undefined,
    primarySmtpAddress: primary === undefined ? textOf(row.mail) : primary.slice('SMTP:'.length),
  };
}

function commonAttributes(row: GraphRow): Attributes {
  return {
    givenName: [textOf(row.givenName)],
    surname: [textOf(row.surname)],
    jobTitle: [textOf(row.jobTitle)],
    department: [textOf(row.department)],
    company: [textOf(row.companyName)],
  };
}

function identityAttributes(row: GraphRow): Attributes {
  const proxies = textsOf(row.proxyAddresses);
  const smtp = [
    ...proxies.filter((entry) => entry.startsWith('SMTP:')),
    ...proxies.filter((entry) => entry.startsWith('smtp:')),
  ].map((entry) => entry.slice('smtp:'.length));
  return onlyFilled({
    displayName: [textOf(row.displayName)],
    alias: [textOf(row.mailNickname)],
    emailAddresses: smtp.length > 0 ? smtp : [textOf(row.mail)],
  });
}

function extensionAttributes(extension: GraphRow): Attributes {
  return onlyFilled(
    Object.fromEntries(
      CUSTOM_ATTRIBUTES.map((name) => [name, [textOf(extension[name.replace('custom', 'extension')])]]),
    ),
  );
}

function decodeMember(row: GraphRow): GraphMember | undefined {
  const id = idOf(row);
  return id === undefined ? undefined : { id, isGroup: row['@odata.type'] === '#microsoft.graph.group' };
}

function decodeGroup(row: GraphRow): GraphGroup | undefined {
  const id = idOf(row);
  return id === undefined ? undefined : { id, displayName: textOf(row.displayName) };
}

function idOf(row: GraphRow): SourceObjectId | undefined {
  return typeof row.id === 'string' && isUuid(row.id) ? sourceObjectId(row.id) : undefined;
}

function isRow(value: unknown): value is GraphRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
