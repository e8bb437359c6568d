// Reads and changes an item by its MAPI properties, over the store that keeps contacts by other names. Values are
// texts, as on the wire; properties of several values are lists of them.

import type { ContactItem } from '../../organization/state.ts';
import {
  displayNameKey,
  emailPartKeys,
  hasPictureKey,
  itemClassKey,
  type Place,
  places,
  privateKey,
  sensitivityKey,
  slotKeys,
  subjectKey,
} from './mapi.ts';

export type Value = string | readonly string[];

type Readable = Pick<ContactItem, 'properties' | 'extendedProperties'> & Partial<ContactItem>;

export function readProperty(item: Readable, key: string): Value | undefined {
  const place = places.get(key);
  if (place !== undefined) {
    const value = readPlace(item, place);
    if (value !== undefined) return value;
  }
  return computed(item, key) ?? stored(item, key);
}

function stored(item: Readable, key: string): Value | undefined {
  const value = item.extendedProperties.get(key);
  return value !== undefined && /^\w+Array /.test(key) ? (JSON.parse(value) as string[]) : value;
}

function computed(item: Readable, key: string): Value | undefined {
  const { extendedProperties: extended } = item;
  switch (key) {
    case itemClassKey:
      return item.itemClass;
    case 'Binary 0x300b':
      return extended.get(key) ?? item.searchKey;
    case subjectKey:
      return extended.get(key) ?? readProperty(item, displayNameKey);
    case 'SystemTime 0x3007':
      return item.createdAt && wireTime(item.createdAt);
    case 'SystemTime 0x3008':
      return item.modifiedAt && wireTime(item.modifiedAt);
    case 'Integer 0xe23':
      return item.changeNumber === undefined ? undefined : String(item.changeNumber);
    case 'Integer 0xe08':
      return String(1024 + JSON.stringify(item.properties).length);
    case 'Boolean 0xe1b':
      return String(extended.get(hasPictureKey) === 'true' || (item.attachments ?? []).length > 0);
    case privateKey:
      return extended.get(key) ?? String(Number(extended.get(sensitivityKey) ?? 0) >= 2);
    default: {
      const named = emailPartKeys.originalNames.indexOf(key);
      if (named >= 0) return extended.get(key) ?? emailIn(item, named)?.name;
      const routed = emailPartKeys.routingTypes.indexOf(key);
      if (routed >= 0 && emailIn(item, routed) !== undefined) return extended.get(key) ?? 'SMTP';
      return undefined;
    }
  }
}

function readPlace(item: Readable, place: Place): Value | undefined {
  switch (place.kind) {
    case 'property':
      return asValue(item.properties[place.property]);
    case 'list':
      return asValue(slotsOf(item, place.list)[place.slot]);
    case 'email':
      return emailIn(item, place.slot)?.[place.part];
    case 'address': {
      const address = item.properties[place.address];
      return isRecord(address) ? asValue(address[place.field]) : undefined;
    }
  }
}

function asValue(value: unknown): Value | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

interface Email {
  readonly name: string;
  readonly address: string;
}

export function emailIn(item: Readable, slot: number): Email | undefined {
  const entry = slotsOf(item, 'emailAddresses')[slot];
  if (!isRecord(entry)) return undefined;
  const { name, address } = entry;
  return { name: typeof name === 'string' ? name : '', address: typeof address === 'string' ? address : '' };
}

// The store's lists have no gaps, the slots of MAPI may: where one is free, the properties of the slots are kept by
// their ids as well, and count for as long as they still spell the list.
function slotsOf(item: Readable, list: string): unknown[] {
  const entries = item.properties[list];
  if (!Array.isArray(entries)) return [];
  const keys = slotKeys[list] ?? [];
  const kept = keys.map((key) => item.extendedProperties.get(key));
  const spelled = kept.filter((value) => value !== undefined);
  if (spelled.length === 0 || JSON.stringify(spelled) !== JSON.stringify(entries.map(spelling)))
    return entries;
  const remaining = [...entries];
  return kept.map((value) => (value === undefined ? undefined : remaining.shift()));
}

function spelling(entry: unknown): string {
  return isRecord(entry) ? String(entry['address']) : String(entry);
}

/** Changes of one item, gathered property by property and then handed to the store at once. */
export class PropertyChanges {
  readonly #item: Readable;
  readonly #properties: Record<string, unknown> = {};
  readonly #extended = new Map<string, string>();
  readonly #removed = new Set<string>();
  readonly #slots = new Map<string, unknown[]>();
  itemClass: string | undefined;

  constructor(item: Readable = { properties: {}, extendedProperties: new Map() }) {
    this.#item = item;
  }

  /** As it will be. */
  read(key: string): Value | undefined {
    return readProperty(
      {
        ...this.#item,
        properties: { ...this.#item.properties, ...this.#properties },
        extendedProperties: new Map([...this.#item.extendedProperties, ...this.#extended]),
      },
      key,
    );
  }

  set(key: string, value: Value): void {
    const place = places.get(key);
    if (key === itemClassKey) this.itemClass = String(value);
    else if (place === undefined) this.#setExtended(key, value);
    else this.#setPlace(place, value);
  }

  remove(key: string): void {
    const place = places.get(key);
    if (place !== undefined) this.#setPlace(place, undefined);
    this.#extended.delete(key);
    this.#removed.add(key);
  }

  /** What the store takes. */
  contents(): { properties: Record<string, unknown>; extendedProperties: ReadonlyMap<string, string> } {
    for (const [list, all] of this.#slots) {
      const keys = slotKeys[list] ?? [];
      // A name without an address is no entry.
      const slots = all.map((entry) =>
        isRecord(entry) && entry['address'] === undefined ? undefined : entry,
      );
      this.#properties[list] = slots.filter((entry) => entry !== undefined);
      const hasGap = slots.some(
        (entry, slot) => entry !== undefined && slot > 0 && slots[slot - 1] === undefined,
      );
      keys.forEach((key, slot) => {
        const entry = slots[slot];
        if (hasGap && entry !== undefined) this.#setExtended(key, spelling(entry));
        else this.#removed.add(key);
      });
    }
    return { properties: this.#properties, extendedProperties: this.#extended };
  }

  /** After the store took the rest: it has no way to take an extended property away. */
  applyRemovals(item: ContactItem): void {
    for (const key of this.#removed) if (!this.#extended.has(key)) item.extendedProperties.delete(key);
  }

  #setExtended(key: string, value: Value): void {
    this.#removed.delete(key);
    this.#extended.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  }

  #setPlace(place: Place, value: Value | undefined): void {
    switch (place.kind) {
      case 'property':
        this.#properties[place.property] = value ?? null;
        return;
      case 'list':
        this.#slotsFor(place.list)[place.slot] = value;
        return;
      case 'address': {
        const before = this.#properties[place.address] ?? this.#item.properties[place.address];
        this.#properties[place.address] = {
          ...(isRecord(before) ? before : {}),
          [place.field]: value ?? null,
        };
        return;
      }
      case 'email':
        this.#setEmail(place.slot, place.part, value === undefined ? undefined : String(value));
    }
  }

  #setEmail(slot: number, part: 'address' | 'name', value: string | undefined): void {
    const slots = this.#slotsFor('emailAddresses');
    const before = isRecord(slots[slot]) ? slots[slot] : {};
    if (part === 'address') {
      // Another address is another person: the name the old one was shown by does not stay.
      const isSame = before['address'] === value || before['address'] === undefined;
      slots[slot] = value === undefined ? undefined : { ...(isSame ? before : {}), address: value };
    } else if (value === undefined) {
      slots[slot] = before['address'] === undefined ? undefined : { address: before['address'] };
    } else {
      slots[slot] = { ...before, name: value };
    }
  }

  #slotsFor(list: string): unknown[] {
    const known = this.#slots.get(list);
    if (known !== undefined) return known;
    const slots = (slotKeys[list] ?? []).map((_, slot) => slotsOf(this.#item, list)[slot]);
    this.#slots.set(list, slots);
    return slots;
  }
}

export function wireTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
