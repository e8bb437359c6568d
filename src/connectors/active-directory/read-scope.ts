// What a policy names in the directory, as entries: organization, units, filter, groups, address lists, single objects.
// One reading of one server; the caller repeats it elsewhere when the server fails under it.

import { asFailure, Failure } from '../../model/failure.ts';
import { isUuid } from '../../model/ids.ts';
import type { OrganizationalUnit } from '../../model/policy.ts';
import { isDistinguishedName, nameOfGuid } from '../ldap-client/distinguished-name.ts';
import { and, equals, type LdapFilter, or } from '../ldap-client/filter.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import { type AddressList, findAddressLists, readAddressLists } from './address-lists.ts';
import { smtpAddresses } from './decode-recipient.ts';
import type { DirectoryEntry } from './directory-entry.ts';
import { DirectoryReading, type SearchScope } from './directory-reading.ts';
import { readGroups } from './group-members.ts';
import { RECIPIENTS } from './recipient-kinds.ts';
import { readReferences } from './referrals.ts';
import type { Remembered } from './remembered.ts';

/** The union of what is named; nothing named: the organization. */
export interface NamedScope {
  readonly organizationalUnits: readonly OrganizationalUnit[];
  readonly groups: readonly string[];
  readonly addressLists: readonly string[];
  readonly ldapFilter: LdapFilter | undefined;
  /** Single objects by distinguished name, objectGUID or mail address. */
  readonly objects: readonly string[];
}

export interface ScopeReadingOptions {
  readonly scope: NamedScope;
  readonly attributes: readonly string[];
  /** What is looked for where no members, lists or objects are named. */
  readonly everybody: LdapFilter;
  /** Of the environment; empty: the domain of the server, or the forest of a global catalog. */
  readonly baseDns: readonly string[];
  readonly globalCatalog: boolean;
  readonly remembered: Remembered | undefined;
}

export class ScopeReading {
  readonly wanted = new Map<string, DirectoryEntry>();
  readonly gaps: Failure[] = [];
  readonly notFound: string[] = [];
  /** Everything that was met, in scope or not. */
  readonly met: DirectoryReading;
  addressLists: readonly AddressList[] = [];
  readonly #options: ScopeReadingOptions;
  readonly #signal: AbortSignal;
  readonly #lookupBase: string;

  constructor(reader: LdapReader, options: ScopeReadingOptions, signal: AbortSignal) {
    // A global catalog searches the whole forest below the empty name.
    this.#lookupBase = options.globalCatalog ? '' : reader.facts.defaultNamingContext;
    this.met = new DirectoryReading({
      reader,
      attributes: options.attributes,
      remembered: options.remembered,
      lookupBase: this.#lookupBase,
      signal,
    });
    this.#options = options;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const { scope, everybody, baseDns, attributes } = this.#options;
    const bases = baseDns.length > 0 ? baseDns : [this.#lookupBase];
    if (isNothingNamed(scope)) await this.#searchAll(bases, everybody);
    for (const { dn, includeChildren } of scope.organizationalUnits)
      await this.#search({ base: dn, scope: includeChildren ? 'sub' : 'one', filter: everybody });
    if (scope.ldapFilter !== undefined) await this.#searchAll(bases, and(everybody, scope.ldapFilter));
    if (scope.addressLists.length > 0 || attributes.includes('showInAddressBook'))
      this.addressLists = await readAddressLists(this.met.reader, this.#signal);
    await this.#readAddressLists(scope.addressLists, bases);
    await readGroups(
      {
        reading: this.met,
        lookupBase: this.#lookupBase,
        take: this.#take,
        onGap: (gap) => this.gaps.push(gap),
      },
      scope.groups,
    );
    await this.#readObjects(scope.objects);
    this.gaps.push(...(await readReferences(this.met, this.#signal)));
    if (this.met.withoutId > 0)
      this.gaps.push(
        new Failure('sourceIncomplete', {
          details: { reason: 'rowWithoutId', count: this.met.withoutId },
        }),
      );
  }

  readonly #take = (entry: DirectoryEntry): void => {
    this.wanted.set(entry.guid, entry);
  };

  async #searchAll(bases: readonly string[], filter: LdapFilter): Promise<void> {
    for (const base of bases) await this.#search({ base, scope: 'sub', filter });
  }

  async #search(search: SearchScope, take: (entry: DirectoryEntry) => void = this.#take): Promise<boolean> {
    try {
      await this.met.search(search, take);
      return true;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (!OF_THIS_BASE.has(failure.code)) throw failure;
      this.gaps.push(failure);
      return false;
    }
  }

  async #readAddressLists(names: readonly string[], bases: readonly string[]): Promise<void> {
    for (const name of names) {
      const lists = findAddressLists(this.addressLists, name);
      if (lists.length === 0)
        this.gaps.push(new Failure('groupNotFound', { details: { addressList: name } }));
      for (const { dn } of lists)
        await this.#searchAll(bases, and(this.#options.everybody, equals('showInAddressBook', dn)));
    }
  }

  async #readObjects(objects: readonly string[]): Promise<void> {
    const byAddress = new Map<string, string>();
    for (const object of objects) {
      const text = object.trim();
      const name = isUuid(text)
        ? nameOfGuid(text.toLowerCase())
        : isDistinguishedName(text)
          ? text
          : undefined;
      if (name === undefined) byAddress.set(text.toLowerCase(), object);
      else if (!(await this.#readObject(name))) this.notFound.push(object);
    }
    const addresses = [...byAddress.keys()];
    for (let start = 0; start < addresses.length; start += ADDRESSES_PER_SEARCH)
      await this.#readAddresses(addresses.slice(start, start + ADDRESSES_PER_SEARCH), byAddress);
    this.notFound.push(...byAddress.values());
  }

  async #readObject(name: string): Promise<boolean> {
    let isFound = false;
    try {
      await this.met.lookUp({ base: name, scope: 'base', filter: RECIPIENTS }, (entry) => {
        isFound = true;
        this.#take(entry);
      });
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (!OF_THIS_BASE.has(failure.code)) throw failure;
    }
    return isFound;
  }

  /** Takes those found out of `wanted`, which holds them by their comparable form. */
  async #readAddresses(addresses: readonly string[], wanted: Map<string, string>): Promise<void> {
    const fitting = addresses.flatMap((address) => [
      equals('mail', address),
      equals('proxyAddresses', `smtp:${address}`),
    ]);
    await this.met.lookUp(
      { base: this.#lookupBase, scope: 'sub', filter: and(this.#options.everybody, or(...fitting)) },
      (entry) => {
        this.#take(entry);
        for (const address of [...smtpAddresses(entry), ...(entry.values.mail ?? [])])
          wanted.delete(address.trim().toLowerCase());
      },
    );
  }
}

const ADDRESSES_PER_SEARCH = 50;

const OF_THIS_BASE: ReadonlySet<string> = new Set([
  'directoryBaseNotFound',
  'directoryReferral',
  'directoryAccessDenied',
  'invalidDistinguishedName',
]);

function isNothingNamed(scope: NamedScope): boolean {
  return (
    scope.organizationalUnits.length === 0 &&
    scope.groups.length === 0 &&
    scope.addressLists.length === 0 &&
    scope.objects.length === 0 &&
    scope.ldapFilter === undefined
  );
}
