// A directory entry as a source object.

import { sourceObjectId } from '../../model/ids.ts';
import {
  CUSTOM_ATTRIBUTES,
  type Known,
  SOURCE_ATTRIBUTES,
  type SourceAttribute,
  type SourceObject,
} from '../../model/source-object.ts';
import { readExtendedName, splitName } from '../ldap-client/distinguished-name.ts';
import { EXTENSION_ATTRIBUTES } from './attributes.ts';
import { type DirectoryEntry, firstValue, hidesAttributes, valuesOf } from './directory-entry.ts';
import { canBeDisabled, recipientKind } from './recipient-kinds.ts';

/** What an entry says by pointing at other objects. */
export interface NamesInDirectory {
  /** Display name of the object with the id; undefined: there is none with this id. */
  displayName(guid: string): string | undefined;
  /** Path of the address list with the id, such as `\All Users`; undefined: it is not known. */
  addressList(guid: string): string | undefined;
  /** false: the names were not all read, so a missing one means nothing. */
  readonly isWhole: boolean;
}

export type Attributes = Readonly<Partial<Record<SourceAttribute, readonly string[]>>>;

/** userAccountControl, ACCOUNTDISABLE. */
const ACCOUNT_DISABLED = 0x2;

export function decodeRecipient(entry: DirectoryEntry, names: NamesInDirectory): SourceObject {
  const kind = recipientKind(entry);
  const attributes = onlyFilled({
    ...readPerson(entry, names),
    emailAddresses: smtpAddresses(entry),
    imAddresses: addressesWithPrefix(entry, 'sip'),
    addressLists: addressLists(entry, names),
    organizationalUnit: [canonicalParent(entry.dn)],
    ...customAttributes(entry),
  });
  const unknown = unknownAttributes(entry, names, attributes);
  return {
    id: sourceObjectId(entry.guid),
    kind,
    attributes,
    isHidden: isHidden(entry),
    isDisabled: canBeDisabled(kind) ? isDisabled(entry) : false,
    isGuest: false,
    ...(unknown.length === 0 ? {} : { unknownAttributes: unknown }),
  };
}

function isHidden(entry: DirectoryEntry): Known<boolean> {
  const flag = firstValue(entry, 'msExchHideFromAddressLists').toUpperCase();
  return flag === '' && hidesAttributes(entry) ? 'unknown' : flag === 'TRUE';
}

function isDisabled(entry: DirectoryEntry): Known<boolean> {
  if (hidesAttributes(entry)) return 'unknown';
  return (Number(firstValue(entry, 'userAccountControl')) & ACCOUNT_DISABLED) !== 0;
}

function readPerson(entry: DirectoryEntry, names: NamesInDirectory): Attributes {
  const all = (...attributes: readonly string[]) => valuesOf(entry, ...attributes);
  return {
    displayName: all('displayName'),
    alias: all('mailNickname'),
    title: all('personalTitle'),
    givenName: all('givenName'),
    middleName: all('middleName'),
    surname: all('sn'),
    generation: all('generationQualifier'),
    initials: all('initials'),
    phoneticGivenName: all('msDS-PhoneticFirstName'),
    phoneticSurname: all('msDS-PhoneticLastName'),
    phoneticCompany: all('msDS-PhoneticCompanyName'),
    jobTitle: all('title'),
    department: all('department'),
    company: all('company'),
    office: all('physicalDeliveryOfficeName'),
    manager: all('manager').map((name) => namesOf(name, names)),
    assistant: [...all('msExchAssistantName'), ...all('assistant').map((name) => namesOf(name, names))].slice(
      0,
      1,
    ),
    businessPhones: all('telephoneNumber', 'otherTelephone'),
    homePhones: all('homePhone', 'otherHomePhone'),
    mobilePhones: all('mobile', 'otherMobile'),
    businessFax: all('facsimileTelephoneNumber'),
    otherFax: all('otherFacsimileTelephoneNumber'),
    pager: all('pager', 'otherPager'),
    assistantPhone: all('telephoneAssistant'),
    street: all('streetAddress'),
    postOfficeBox: all('postOfficeBox'),
    city: all('l'),
    state: all('st'),
    postalCode: all('postalCode'),
    country: (all('c').length > 0 ? all('c') : all('co')).slice(0, 1),
    homeStreet: all('homePostalAddress'),
    webPage: all('wWWHomePage', 'url'),
    notes: all('info'),
    userPrincipalName: all('userPrincipalName'),
    employeeId: all('employeeID'),
  };
}

function namesOf(extendedName: string, names: NamesInDirectory): string {
  const { guid } = readExtendedName(extendedName);
  return guid === undefined ? '' : (names.displayName(guid) ?? '');
}

function unknownAttributes(
  entry: DirectoryEntry,
  names: NamesInDirectory,
  attributes: Attributes,
): readonly SourceAttribute[] {
  const doubtful = hidesAttributes(entry)
    ? SOURCE_ATTRIBUTES
    : names.isWhole
      ? []
      : (['manager', 'assistant'] as const).filter((attribute) => firstValue(entry, attribute) !== '');
  return doubtful.filter((attribute) => attributes[attribute] === undefined);
}

function addressLists(entry: DirectoryEntry, names: NamesInDirectory): readonly string[] {
  return valuesOf(entry, 'showInAddressBook').map((name) => {
    const { guid, dn } = readExtendedName(name);
    return (guid === undefined ? undefined : names.addressList(guid)) ?? listPath(dn);
  });
}

/** `CN=Sales,CN=Europe,CN=All Address Lists,…` is the list `\Europe\Sales`. */
export function listPath(dn: string): string {
  const names: string[] = [];
  for (const { value } of splitName(dn)) {
    if (/^All (Global )?Address Lists$|^Offline Address Lists$/i.test(value)) break;
    names.unshift(value);
  }
  return `\\${names.join('\\')}`;
}

/** Where the object lies, as Exchange shows it: `corp.example.com/Sales/Berlin`. */
export function canonicalParent(dn: string): string {
  const [, ...above] = splitName(dn);
  const domain = above.filter(({ type }) => type.toLowerCase() === 'dc').map(({ value }) => value);
  const containers = above.filter(({ type }) => type.toLowerCase() !== 'dc').map(({ value }) => value);
  return [domain.join('.'), ...containers.toReversed()].join('/');
}

function customAttributes(entry: DirectoryEntry): Attributes {
  return Object.fromEntries(
    CUSTOM_ATTRIBUTES.map((attribute, index) => [
      attribute,
      valuesOf(entry, EXTENSION_ATTRIBUTES[index] ?? ''),
    ]),
  );
}

/** Primary first. `SMTP:` in capitals marks it; what has no such address goes by `mail`, or by where its mail is sent. */
export function smtpAddresses(entry: DirectoryEntry): readonly string[] {
  const proxies = addressesWithPrefix(entry, 'smtp');
  const hasPrimary = valuesOf(entry, 'proxyAddresses').some((address) => address.startsWith('SMTP:'));
  const mail = valuesOf(entry, 'mail').map((address) => address.trim());
  const all = hasPrimary ? proxies : [...mail, ...proxies];
  const target = firstValue(entry, 'targetAddress');
  return unique(all.length === 0 && /^smtp:/i.test(target) ? [target.slice(5).trim()] : all);
}

function unique(addresses: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return addresses.filter((address) => {
    const key = address.toLowerCase();
    return address !== '' && !seen.has(key) && seen.add(key);
  });
}

function addressesWithPrefix(entry: DirectoryEntry, prefix: string): readonly string[] {
  const wanted = valuesOf(entry, 'proxyAddresses')
    .map((address) => ({
      prefix: address.slice(0, prefix.length + 1),
      address: address.slice(prefix.length + 1).trim(),
    }))
    .filter((one) => one.prefix.toLowerCase() === `${prefix}:` && one.address !== '');
  const isPrimary = (one: { prefix: string }) => one.prefix === `${prefix.toUpperCase()}:`;
  return [...wanted.filter(isPrimary), ...wanted.filter((one) => !isPrimary(one))].map(
    ({ address }) => address,
  );
}

function onlyFilled(attributes: Attributes): Attributes {
  const filled: Partial<Record<SourceAttribute, readonly string[]>> = {};
  for (const [name, values] of Object.entries(attributes) as [SourceAttribute, readonly string[]][]) {
    const kept = values.filter((value) => value.trim() !== '');
    if (kept.length > 0) filled[name] = kept;
  }
  return filled;
}
