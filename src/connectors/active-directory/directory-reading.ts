// Everything one reading has met, up to date. Where an earlier reading is remembered, the server is asked only for ids
// and sequence numbers of what is in scope, and for the values of what changed. So what left the scope, was moved or
// deleted is noticed as in a full reading, since it is the same search.

import { nameOfGuid, readExtendedName } from '../ldap-client/distinguished-name.ts';
import { and, equals, type LdapFilter, or } from '../ldap-client/filter.ts';
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
import { findUnreadable, readable } from './unreadable.ts';

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
  readonly #askable: readonly string[];
  readonly #notHeld: readonly string[];
  readonly #names: AttributeNames;
  readonly #remembered: Remembered | undefined;
  readonly #lookupBase: string;
  readonly #signal: AbortSignal;

  constructor(options: {
    readonly reader: LdapReader;
    readonly attributes: readonly string[];
    /** Of these a global catalog says nothing. */
    readonly notHeld: readonly string[];
    /** Of these no object can have a value. */
    readonly missing: readonly string[];
    readonly remembered: Remembered | undefined;
    /** Where any object of the organization is found. */
    readonly lookupBase: string;
    readonly signal: AbortSignal;
  }) {
    this.reader = options.reader;
    this.#attributes = options.attributes;
    this.#notHeld = options.notHeld;
    const untellable = new Set([...options.notHeld, ...options.missing]);
    this.#askable = options.attributes.filter((attribute) => !untellable.has(attribute));
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

  /** Which objects a search fits: ids, and names where the server does not say the id. */
  async ids(search: SearchScope): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    const onPage = (page: readonly RawEntry[]) => {
      for (const raw of page) {
        const { guid, dn } = readExtendedName(raw.dn);
        ids.add(guid ?? dn);
      }
    };
    await this.reader.search({ ...search, attributes: ['1.1'] }, onPage, this.#signal);
    return ids;
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

  /** Extended names of the members; undefined: the group is gone; `'changing'`: it never held still. */
  async readMembers(
    group: DirectoryEntry,
    isFresh: boolean,
  ): Promise<readonly string[] | 'changing' | undefined> {
    const known = this.#remembered?.members.get(group.guid);
    const isSame = known !== undefined && group.usn !== '' && known.usn === group.usn;
    const names =
      isSame && !isFresh
        ? known.names
        : await this.reader.readAll(nameOfGuid(group.guid), 'member', this.#signal);
    if (names !== undefined && names !== 'changing') this.members.set(group.guid, { usn: group.usn, names });
    return names;
  }

  async #fetch(guids: readonly string[], isFull: boolean): Promise<void> {
    for (let start = 0; start < guids.length; start += IDS_PER_SEARCH) {
      const ids = guids.slice(start, start + IDS_PER_SEARCH);
      await this.#search(this.#byIds(ids), isFull, () => {}, true);
    }
  }

  #byIds(guids: readonly string[]): SearchScope {
    const filter = or(...guids.map((guid) => equals('objectGUID', guidBytes(guid))));
    return { base: this.#lookupBase, scope: 'sub', filter };
  }

  async #search(
    search: SearchScope,
    isFull: boolean,
    take: (entry: DirectoryEntry) => void,
    isLookup = false,
  ): Promise<void> {
    const changed: string[] = [];
    const fresh: DirectoryEntry[] = [];
    const keep = (entry: DirectoryEntry) => {
      this.entries.set(entry.guid, entry);
      take(entry);
    };
    const onPage = (page: readonly RawEntry[]) => {
      for (const raw of page) {
        const read = readEntry(raw, isFull ? this.#names : SEQUENCE_NAMES);
        if (read === undefined) {
          this.withoutId += 1;
          continue;
        }
        const entry = this.entries.get(read.guid) ?? (isFull ? undefined : this.#unchanged(read));
        if (entry !== undefined) keep(entry);
        else if (isFull) fresh.push(read);
        else changed.push(read.guid);
      }
    };
    const attributes = isFull ? this.#attributes : SEQUENCE;
    let references: readonly string[];
    try {
      references = await this.reader.search({ ...search, attributes }, onPage, this.#signal);
      for (const entry of await this.#withUntold(search, fresh)) keep(entry);
    } catch (thrown) {
      // Nobody could be asked what they hide, so nothing that is absent counts as empty.
      for (const entry of fresh) keep(leavingOpen(entry, this.#attributes));
      throw thrown;
    }
    if (!isLookup) for (const reference of references) this.references.add(reference);
    if (changed.length === 0) return;
    await this.#fetch(changed, true);
    for (const guid of changed) {
      const entry = this.entries.get(guid);
      if (entry !== undefined) take(entry);
    }
  }

  /** The same entries, with what the server did not tell of them. */
  async #withUntold(
    search: SearchScope,
    entries: readonly DirectoryEntry[],
  ): Promise<readonly DirectoryEntry[]> {
    const doubtful = this.#askable.filter((attribute) =>
      entries.some(({ values }) => values[attribute] === undefined),
    );
    const unreadable = await findUnreadable(
      (attributes, among) => this.#readableIds(search, attributes, among),
      doubtful,
      entries.map(({ guid }) => guid),
    );
    return entries.map((entry) => {
      const hidden = unreadable.get(entry.guid) ?? [];
      if (hidden === 'gone') return leavingOpen(entry, this.#attributes);
      const absent = hidden.filter((attribute) => entry.values[attribute] === undefined);
      if (absent.length > 0) return { ...entry, untold: [...this.#notHeld, ...absent] };
      return this.#notHeld.length === 0 ? entry : { ...entry, untold: this.#notHeld };
    });
  }

  async #readableIds(
    search: SearchScope,
    attributes: readonly string[],
    among: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const { base, scope, filter } = among.length <= IDS_PER_SEARCH ? this.#byIds(among) : search;
    return this.ids({ base, scope, filter: and(filter, ...readable(attributes)) });
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
          ...this.#byIds(ids),
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

function leavingOpen(entry: DirectoryEntry, attributes: readonly string[]): DirectoryEntry {
  return { ...entry, untold: attributes.filter((attribute) => entry.values[attribute] === undefined) };
}

function displayNameOf(entry: DirectoryEntry): string {
  return firstValue(entry, 'displayName') || firstValue(entry, 'name');
}

export function idOfName(extendedName: string): string | undefined {
  return readExtendedName(extendedName).guid;
}
