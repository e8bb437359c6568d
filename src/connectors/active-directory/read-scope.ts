// What a policy names in the directory, as entries: organization, units, filter, groups, address lists, single objects.
// One reading of one server; the caller repeats it elsewhere when the server fails under it.

import { asFailure, Failure } from '../../model/failure.ts';
import { isUuid } from '../../model/ids.ts';
import type { OrganizationalUnit } from '../../model/policy.ts';
import { isDistinguishedName, nameOfGuid } from '../ldap-client/distinguished-name.ts';
import { and, equals, type LdapFilter, not, or, present } from '../ldap-client/filter.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import { type AddressList, findAddressLists, readAddressLists } from './address-lists.ts';
import { smtpAddresses } from './decode-recipient.ts';
import type { DirectoryEntry } from './directory-entry.ts';
import { DirectoryReading, type SearchScope } from './directory-reading.ts';
import { attributesIn, type DirectorySchema } from './directory-schema.ts';
import type { GapCode } from './doubts.ts';
import { readGroups } from './group-members.ts';
import type { NamedObjects } from './named-objects.ts';
import { isRecipient, POSSIBLE_RECIPIENTS } from './recipient-kinds.ts';
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
  readonly gapCode: GapCode;
  /** Has learned the attributes. */
  readonly schema: DirectorySchema;
  readonly named: NamedObjects;
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
      notHeld: options.schema.notHeld(options.attributes),
      missing: options.schema.missing(options.attributes),
      remembered: options.remembered,
      lookupBase: this.#lookupBase,
      signal,
    });
    this.#options = options;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const { scope, everybody, baseDns, attributes, globalCatalog, gapCode } = this.#options;
    const bases = baseDns.length > 0 ? baseDns : [this.#lookupBase];
    await this.#checkConditions(present('mailNickname'), 'noExchangeSchema');
    // Who is missing, and why, cannot be told then: nobody may be deleted because of it.
    if (!this.#options.schema.isCertain)
      this.gaps.push(new Failure(gapCode, { details: { reason: 'globalCatalog' } }));
    if (isNothingNamed(scope)) await this.#searchAll(bases, everybody);
    for (const { dn, includeChildren } of scope.organizationalUnits)
      await this.#search({ base: dn, scope: includeChildren ? 'sub' : 'one', filter: everybody });
    if (scope.ldapFilter !== undefined) {
      await this.#checkConditions(scope.ldapFilter, 'unknownAttribute');
      await this.#searchAll(bases, and(everybody, scope.ldapFilter));
      await this.#checkDecided(bases, scope.ldapFilter);
    }
    if (scope.addressLists.length > 0 || attributes.includes('showInAddressBook'))
      this.addressLists = await readAddressLists(this.met.reader, this.#signal);
    await this.#readAddressLists(scope.addressLists, bases);
    await readGroups(
      {
        reading: this.met,
        lookupBase: this.#lookupBase,
        isGlobalCatalog: globalCatalog,
        checkConditions: (filter) => this.#checkConditions(filter, 'unknownAttribute'),
        take: this.#take,
        onGap: (gap) => this.gaps.push(gap),
      },
      scope.groups,
    );
    await this.#readObjects(scope.objects);
    this.gaps.push(...(await readReferences(this.met, this.#signal)));
    if (this.met.withoutId > 0)
      this.gaps.push(
        new Failure(gapCode, { details: { reason: 'rowWithoutId', count: this.met.withoutId } }),
      );
  }

  readonly #take = (entry: DirectoryEntry): void => {
    if (isRecipient(entry)) this.wanted.set(entry.guid, entry);
  };

  /** A condition about an attribute that does not exist, or that a global catalog does not hold, silently fits nobody. */
  async #checkConditions(filter: LdapFilter, whenMissing: string): Promise<void> {
    const { schema, gapCode } = this.#options;
    const attributes = [...new Set(attributesIn(filter))];
    await schema.learn(attributes);
    for (const [reason, names] of [
      [whenMissing, schema.missing(attributes)],
      ['notInGlobalCatalog', schema.notHeld(attributes)],
    ] as const)
      for (const attribute of names) this.gaps.push(new Failure(gapCode, { details: { reason, attribute } }));
  }

  /** Neither true nor false is a condition about what may not be read: whether it fits is not known. */
  async #checkDecided(bases: readonly string[], filter: LdapFilter): Promise<void> {
    const { everybody, gapCode, remembered } = this.#options;
    // Rights leave no trace in sequence numbers; the daily full reading looks.
    if (remembered !== undefined) return;
    // Not two numbers: somebody who comes between the two searches would make up for somebody who is not decided.
    const open = new Set<string>();
    for (const base of bases) {
      for (const id of await this.met.ids({ base, scope: 'sub', filter: everybody })) open.add(id);
      const isTold = or(filter, not(filter));
      const told = await this.met.ids({ base, scope: 'sub', filter: and(everybody, isTold) });
      for (const id of told) open.delete(id);
    }
    const count = open.size;
    if (count > 0)
      this.gaps.push(new Failure(gapCode, { details: { reason: 'untoldAttribute', filter: true, count } }));
  }

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
      for (const { dn } of lists) {
        const isMember = equals('showInAddressBook', dn);
        await this.#searchAll(bases, and(this.#options.everybody, isMember));
        await this.#checkDecided(bases, isMember);
      }
    }
    if (names.length > 0) await this.#checkConditions(present('showInAddressBook'), 'noExchangeSchema');
  }

  async #readObjects(objects: readonly string[]): Promise<void> {
    const byAddress = new Map<string, string>();
    const missing: string[] = [];
    for (const object of objects) {
      const text = object.trim();
      const name = isUuid(text)
        ? nameOfGuid(text.toLowerCase())
        : isDistinguishedName(text)
          ? text
          : undefined;
      if (name === undefined) byAddress.set(text.toLowerCase(), object);
      else if (!(await this.#readObject(name, object))) missing.push(object);
    }
    const addresses = [...byAddress.keys()];
    for (let start = 0; start < addresses.length; start += ADDRESSES_PER_SEARCH)
      await this.#readAddresses(addresses.slice(start, start + ADDRESSES_PER_SEARCH), byAddress);
    missing.push(...byAddress.values());
    for (const object of missing) await this.#placeMissing(object);
  }

  async #readObject(name: string, object: string): Promise<boolean> {
    let isFound = false;
    try {
      await this.met.lookUp({ base: name, scope: 'base', filter: POSSIBLE_RECIPIENTS }, (entry) => {
        if (!isRecipient(entry)) return;
        isFound = true;
        this.#take(entry);
        this.#options.named.found(object, entry.guid);
      });
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (!OF_THIS_BASE.has(failure.code)) throw failure;
      if (failure.code === 'directoryReferral' || failure.code === 'directoryAccessDenied') {
        this.gaps.push(failure);
        return true;
      }
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
        if (!isRecipient(entry)) return;
        this.#take(entry);
        for (const address of [...smtpAddresses(entry), ...(entry.values.mail ?? [])]) {
          const key = address.trim().toLowerCase();
          const object = wanted.get(key);
          if (object !== undefined) this.#options.named.found(object, entry.guid);
          wanted.delete(key);
        }
      },
    );
  }

  /**
   * Nobody goes by this name. Who never did cannot be lost; who did is looked for by id, since a name that changed is no
   * farewell.
   */
  async #placeMissing(object: string): Promise<void> {
    const { named } = this.#options;
    const guid = named.idOf(object);
    if (guid === undefined) {
      this.notFound.push(object);
      return;
    }
    await this.met.require([guid]);
    const entry = this.met.entries.get(guid);
    if (entry !== undefined && isRecipient(entry) && isDistinguishedName(object.trim())) {
      this.#take(entry);
      named.found(object, guid);
    } else if (entry === undefined ? named.isProvedGone(object) : !isRecipient(entry))
      this.notFound.push(object);
    else
      this.gaps.push(
        new Failure('directoryObjectNotFound', {
          details: { object, reason: entry === undefined ? 'notHereYet' : 'otherAddress' },
        }),
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
