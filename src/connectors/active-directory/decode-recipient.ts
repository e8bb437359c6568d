// A directory entry as a source object.

import { sourceObjectId } from '../../model/ids.ts';
import {
  type Known,
  SOURCE_ATTRIBUTES,
  type SourceAttribute,
  type SourceObject,
} from '../../model/source-object.ts';
import { readExtendedName, splitName } from '../ldap-client/distinguished-name.ts';
import { FIRST_VALUE_FROM, VALUES_FROM } from './attributes.ts';
import { type DirectoryEntry, firstValue, hidesAttributes, isUntold, valuesOf } from './directory-entry.ts';
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

/** Who is hidden must not be published because nobody could read it. */
function isHidden(entry: DirectoryEntry): Known<boolean> {
  const attribute = 'msExchHideFromAddressLists';
  return isUntold(entry, attribute) ? 'unknown' : firstValue(entry, attribute).toUpperCase() === 'TRUE';
}

function isDisabled(entry: DirectoryEntry): Known<boolean> {
  const attribute = 'userAccountControl';
  if (isUntold(entry, attribute)) return 'unknown';
  return (Number(firstValue(entry, attribute)) & ACCOUNT_DISABLED) !== 0;
}

function readPerson(entry: DirectoryEntry, names: NamesInDirectory): Attributes {
  const plain = Object.fromEntries(
    Object.entries(VALUES_FROM).map(([name, from]) => [name, valuesOf(entry, ...from)]),
  );
  const nameAt = (name: string) => namesOf(name, names);
  return {
    ...plain,
    manager: valuesOf(entry, 'manager').map(nameAt),
    assistant: [...valuesOf(entry, 'msExchAssistantName'), ...valuesOf(entry, 'assistant').map(nameAt)].slice(
      0,
      1,
    ),
    country: valuesOf(entry, 'c', 'co').slice(0, 1),
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
  if (hidesAttributes(entry))
    return SOURCE_ATTRIBUTES.filter((name) => attributes[name] === undefined || isPartlyUntold(entry, name));
  return SOURCE_ATTRIBUTES.filter(
    (name) =>
      isPartlyUntold(entry, name) ||
      (!names.isWhole &&
        (name === 'manager' || name === 'assistant') &&
        attributes[name] === undefined &&
        firstValue(entry, name) !== ''),
  );
}

/** Whether what was not told could have changed the values. */
function isPartlyUntold(entry: DirectoryEntry, name: SourceAttribute): boolean {
  if (entry.untold === undefined) return false;
  const isMissing = (attribute: string) => isUntold(entry, attribute);
  if (name === 'emailAddresses') return areAddressesUntold(entry);
  if (name === 'imAddresses') return isMissing('proxyAddresses');
  if (name === 'addressLists') return isMissing('showInAddressBook');
  const from = FIRST_VALUE_FROM[name];
  if (from === undefined) return VALUES_FROM[name]?.some(isMissing) ?? false;
  const used = from.findIndex((attribute) => firstValue(entry, attribute) !== '');
  return from.slice(0, used < 0 ? from.length : used).some(isMissing);
}

/** Whether the addresses, or which of them is the primary one, may be others than they seem. */
export function areAddressesUntold(entry: DirectoryEntry): boolean {
  if (isUntold(entry, 'proxyAddresses')) return true;
  if (hasPrimaryProxy(entry)) return false;
  return isUntold(entry, 'mail') || (smtpAddresses(entry).length === 0 && isUntold(entry, 'targetAddress'));
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

/** Primary first. `SMTP:` in capitals marks it; what has no such address goes by `mail`, or by where its mail is sent. */
export function smtpAddresses(entry: DirectoryEntry): readonly string[] {
  const proxies = addressesWithPrefix(entry, 'smtp');
  const mail = valuesOf(entry, 'mail').map((address) => address.trim());
  const all = hasPrimaryProxy(entry) ? proxies : [...mail, ...proxies];
  const target = firstValue(entry, 'targetAddress');
  return unique(all.length === 0 && /^smtp:/i.test(target) ? [target.slice(5).trim()] : all);
}

function hasPrimaryProxy(entry: DirectoryEntry): boolean {
  return valuesOf(entry, 'proxyAddresses').some((address) => address.startsWith('SMTP:'));
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
