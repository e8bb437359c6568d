// Everything one reading has met, up to date. Where an earlier reading is remembered, the server is asked only for ids
// and sequence numbers of what is in scope, and for the values of what changed. So what left the scope, was moved or
// deleted is noticed as in a full reading, since it is the same search.

import { nameOfGuid, readExtendedName } from '../ldap-client/distinguished-name.ts';
import { equals, type LdapFilter, or } from '../ldap-client/filter.ts';
import type { RawEntry } from '../ldap-client/messages.ts';
import { guidBytes } from '../ldap-client/object-guid.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import {
  type AttributeNames,
  attributeNames,
  type DirectoryEntry,
  firstValue,
  readEntry,
} from './directory-entry.ts';
import type { Remembered, RememberedMembers } from './remembered.ts';

/** Ids in one filter: from here on a longer one costs a domain controller more than the way there and back. */
const IDS_PER_SEARCH = 50;

const SEQUENCE = ['uSNChanged'];
const SEQUENCE_NAMES = attributeNames(SEQUENCE);
const DISPLAYED = ['displayName', 'name'];
const DISPLAYED_NAMES = attributeNames(DISPLAYED);

export interface SearchScope {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: LdapFilter;
}

export class DirectoryReading {
  readonly reader: LdapReader;
  readonly entries = new Map<string, DirectoryEntry>();
  readonly members = new Map<string, RememberedMembers>();
  /** Addresses of other servers that searches pointed to. */
  readonly references = new Set<string>();
  /** Entries whose id the server did not say. */
  withoutId = 0;
  readonly #attributes: readonly string[];
  readonly #names: AttributeNames;
  readonly #remembered: Remembered | undefined;
  readonly #lookupBase: string;
  readonly #signal: AbortSignal;

  constructor(options: {
    readonly reader: LdapReader;
    readonly attributes: readonly string[];
    readonly remembered: Remembered | undefined;
    /** Where any object of the organization is found. */
    readonly lookupBase: string;
    readonly signal: AbortSignal;
  }) {
    this.reader = options.reader;
    this.#attributes = options.attributes;
    this.#names = attributeNames(options.attributes);
    this.#remembered = options.remembered;
    this.#lookupBase = options.lookupBase;
    this.#signal = options.signal;
  }

  /** Calls `take` for every object found, when its entry is known; in an incomplete search, for those up to there. */
  async search(search: SearchScope, take: (entry: DirectoryEntry) => void): Promise<void> {
    await this.#search(search, this.#remembered === undefined, take);
  }

  /** As `search`, for something that is where it is looked for or nowhere: pointers to other domains mean nothing. */
  async lookUp(search: SearchScope, take: (entry: DirectoryEntry) => void): Promise<void> {
    await this.#search(search, this.#remembered === undefined, take, true);
  }

  /** Brings the entries with these ids into `entries`; ids that nobody has are left out. */
  async require(guids: Iterable<string>): Promise<void> {
    const missing = [...new Set(guids)].filter((guid) => !this.entries.has(guid));
    const isRemembered = (guid: string) => this.#remembered?.entries.has(guid) === true;
    await this.#fetch(missing.filter(isRemembered), false);
    await this.#fetch(
      missing.filter((guid) => !isRemembered(guid)),
      true,
    );
  }

  /** Extended names of the members; undefined: the group is gone. */
  async readMembers(group: DirectoryEntry, isFresh: boolean): Promise<readonly string[] | undefined> {
    const known = this.#remembered?.members.get(group.guid);
    const isSame = known !== undefined && group.usn !== '' && known.usn === group.usn;
    const names =
      isSame && !isFresh
        ? known.names
        : await this.reader.readAll(nameOfGuid(group.guid), 'member', this.#signal);
    if (names !== undefined) this.members.set(group.guid, { usn: group.usn, names });
    return names;
  }

  async #fetch(guids: readonly string[], isFull: boolean): Promise<void> {
    for (let start = 0; start < guids.length; start += IDS_PER_SEARCH) {
      const ids = guids.slice(start, start + IDS_PER_SEARCH);
      const filter = or(...ids.map((guid) => equals('objectGUID', guidBytes(guid))));
      await this.#search({ base: this.#lookupBase, scope: 'sub', filter }, isFull, () => {}, true);
    }
  }

  async #search(
    search: SearchScope,
    isFull: boolean,
    take: (entry: DirectoryEntry) => void,
    isLookup = false,
  ): Promise<void> {
    const changed: string[] = [];
    const onPage = (page: readonly RawEntry[]) => {
      for (const raw of page) {
        const read = readEntry(raw, isFull ? this.#names : SEQUENCE_NAMES);
        if (read === undefined) {
          this.withoutId += 1;
          continue;
        }
        const entry = isFull ? read : (this.entries.get(read.guid) ?? this.#unchanged(read));
        if (entry === undefined) {
          changed.push(read.guid);
          continue;
        }
        this.entries.set(entry.guid, entry);
        take(entry);
      }
    };
    const attributes = isFull ? this.#attributes : SEQUENCE;
    const references = await this.reader.search({ ...search, attributes }, onPage, this.#signal);
    if (!isLookup) for (const reference of references) this.references.add(reference);
    if (changed.length === 0) return;
    await this.#fetch(changed, true);
    for (const guid of changed) {
      const entry = this.entries.get(guid);
      if (entry !== undefined) take(entry);
    }
  }

  /** Names above an object change without its sequence number, so the name is the one the server says now. */
  #unchanged({ guid, usn, dn, sid }: DirectoryEntry): DirectoryEntry | undefined {
    const known = this.#remembered?.entries.get(guid);
    return known === undefined || usn === '' || known.usn !== usn ? undefined : { ...known, dn, sid };
  }

  /** Display names of whatever has these ids. */
  async displayNames(guids: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    const missing: string[] = [];
    for (const guid of new Set(guids)) {
      const entry = this.entries.get(guid);
      if (entry === undefined) missing.push(guid);
      else names.set(guid, displayNameOf(entry));
    }
    for (let start = 0; start < missing.length; start += IDS_PER_SEARCH) {
      const ids = missing.slice(start, start + IDS_PER_SEARCH);
      await this.reader.search(
        {
          base: this.#lookupBase,
          scope: 'sub',
          filter: or(...ids.map((guid) => equals('objectGUID', guidBytes(guid)))),
          attributes: DISPLAYED,
        },
        (page) => {
          for (const raw of page) {
            const entry = readEntry(raw, DISPLAYED_NAMES);
            if (entry !== undefined) names.set(entry.guid, displayNameOf(entry));
          }
        },
        this.#signal,
      );
    }
    return names;
  }
}

function displayNameOf(entry: DirectoryEntry): string {
  return firstValue(entry, 'displayName') || firstValue(entry, 'name');
}

export function idOfName(extendedName: string): string | undefined {
  return readExtendedName(extendedName).guid;
}
