// What a server can tell of the attributes that are read: which exist in this forest at all, and which a global catalog
// holds. An attribute that a global catalog leaves out looks empty at every object, and a condition about it fits nobody.

import { asFailure } from '../../model/failure.ts';
import { and, equals, type LdapFilter, or } from '../ldap-client/filter.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import { textOf } from '../ldap-client/values.ts';
import { EXTENSION_ATTRIBUTES } from './attributes.ts';

const NAMES_PER_SEARCH = 50;

/** Every global catalog holds it: when the schema says otherwise, it does not say what is held. */
const ALWAYS_HELD = 'objectClass';

/**
 * What the schemas of Windows and Exchange put into every global catalog. Only for servers that do not tell, since the
 * flag that says so is no part of a global catalog itself.
 */
const USUALLY_HELD: ReadonlySet<string> = new Set(
  [
    ...['uSNChanged', 'objectClass', 'objectGUID', 'distinguishedName', 'cn', 'name', 'displayName', 'mail'],
    ...['proxyAddresses', 'targetAddress', 'mailNickname', 'userAccountControl', 'userPrincipalName'],
    ...['msExchRecipientTypeDetails', 'msExchMailboxGuid', 'msExchRemoteRecipientType', 'homeMDB'],
    ...['msExchHomeServerName', 'msExchHideFromAddressLists', 'showInAddressBook', ...EXTENSION_ATTRIBUTES],
    ...['groupType', 'hideDLMembership', 'msExchDynamicDLFilter', 'msExchDynamicDLBaseDN', 'member'],
    ...[
      'memberOf',
      'primaryGroupID',
      'sAMAccountName',
      'objectCategory',
      'legacyExchangeDN',
      'givenName',
      'sn',
    ],
    ...['telephoneNumber', 'manager', 'l', 'st', 'c', 'homePhone'],
  ].map((name) => name.toLowerCase()),
);

export class DirectorySchema {
  readonly #reader: LdapReader;
  readonly #isGlobalCatalog: boolean;
  readonly #signal: AbortSignal;
  /** Attributes that exist, in lower case, and whether a global catalog holds them. */
  readonly #existing = new Map<string, boolean>();
  readonly #learned = new Set<string>();

  constructor(reader: LdapReader, isGlobalCatalog: boolean, signal: AbortSignal) {
    this.#reader = reader;
    this.#isGlobalCatalog = isGlobalCatalog;
    this.#signal = signal;
  }

  /** Reads what the schema says about these; the other methods know only of them. */
  async learn(attributes: Iterable<string>): Promise<void> {
    const names = [ALWAYS_HELD, ...attributes].map((name) => name.toLowerCase());
    const missing = [...new Set(names)].filter((name) => !this.#learned.has(name));
    for (let start = 0; start < missing.length; start += NAMES_PER_SEARCH)
      await this.#read(missing.slice(start, start + NAMES_PER_SEARCH));
    for (const name of missing) this.#learned.add(name);
  }

  /** Those that no object of the forest can have; none where the schema may not be read. */
  missing(attributes: readonly string[]): readonly string[] {
    return this.#existing.size === 0
      ? []
      : attributes.filter((name) => !this.#existing.has(name.toLowerCase()));
  }

  /** false: a global catalog that does not say what it holds; `notHeld` is a guess. */
  get isCertain(): boolean {
    return !this.#isGlobalCatalog || this.#existing.get(ALWAYS_HELD.toLowerCase()) === true;
  }

  /** Those that exist and of which this server says nothing. */
  notHeld(attributes: readonly string[]): readonly string[] {
    if (!this.#isGlobalCatalog) return [];
    const isTold = this.isCertain;
    return attributes.filter((name) => {
      const key = name.toLowerCase();
      if (this.#existing.size > 0 && !this.#existing.has(key)) return false;
      return isTold ? this.#existing.get(key) !== true : !USUALLY_HELD.has(key);
    });
  }

  async #read(names: readonly string[]): Promise<void> {
    const search = {
      base: `CN=Schema,${this.#reader.facts.configurationNamingContext}`,
      scope: 'one',
      filter: and(
        equals('objectClass', 'attributeSchema'),
        or(...names.map((name) => equals('lDAPDisplayName', name))),
      ),
      attributes: ['lDAPDisplayName', 'isMemberOfPartialAttributeSet'],
    } as const;
    try {
      await this.#reader.search(
        search,
        (page) => {
          for (const raw of page) {
            const isHeld = textOf(raw, 'isMemberOfPartialAttributeSet').toUpperCase() === 'TRUE';
            this.#existing.set(textOf(raw, 'lDAPDisplayName').toLowerCase(), isHeld);
          }
        },
        this.#signal,
      );
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (!['directoryBaseNotFound', 'directoryAccessDenied'].includes(failure.code)) throw failure;
    }
  }
}

/** Names of attributes that conditions of a filter are about; numbers (OIDs) are left out. */
export function attributesIn(filter: LdapFilter): readonly string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap(attributesIn);
    case 'not':
      return attributesIn(filter.part);
    default: {
      // `sn;lang-de` is an attribute with an option.
      const [name = ''] = (filter.attribute ?? '').split(';');
      return /^[a-z]/i.test(name) ? [name] : [];
    }
  }
}
