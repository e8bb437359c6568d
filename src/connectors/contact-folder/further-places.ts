// Where the further properties of a contact item lie in MAPI, and the texts by which both protocols exchange their values.
// MS-OXPROPS for tags and ids; flags and reminders: MS-OXOFLAG, MS-OXORMDR.

import {
  FURTHER_PROPERTIES,
  FURTHER_PROPERTY_NAMES,
  type FurtherProperty,
  type FurtherPropertyFacts,
} from '../../model/further-properties.ts';

export type FurtherType = 'String' | 'StringArray' | 'Integer' | 'Short' | 'Boolean' | 'SystemTime';
export type FurtherSet = 'Address' | 'Common' | 'Task';

export type FurtherPlace =
  | { readonly kind: 'tag'; readonly tag: number; readonly type: FurtherType }
  | { readonly kind: 'id'; readonly set: FurtherSet; readonly id: number; readonly type: FurtherType }
  /** The slots of a list that both protocols have a name for. */
  | { readonly kind: 'imAddress'; readonly slot: 2 | 3 };

const tag = (number: number, type: FurtherType = 'String'): FurtherPlace => ({
  kind: 'tag',
  tag: number,
  type,
});
const id = (set: FurtherSet, number: number, type: FurtherType): FurtherPlace => ({
  kind: 'id',
  set,
  id: number,
  type,
});

export const FURTHER_PLACES: Readonly<Record<FurtherProperty, FurtherPlace>> = {
  telex: tag(0x3a2c),
  isdn: tag(0x3a2d),
  ttyPhone: tag(0x3a4b),
  imAddress2: { kind: 'imAddress', slot: 2 },
  imAddress3: { kind: 'imAddress', slot: 3 },
  children: tag(0x3a58, 'StringArray'),
  companies: id('Common', 0x8539, 'StringArray'),
  customerId: tag(0x3a4a),
  account: tag(0x3a00),
  governmentId: tag(0x3a07),
  organizationalId: tag(0x3a10),
  personalHomePage: tag(0x3a50),
  ftpSite: tag(0x3a4c),
  hobbies: tag(0x3a43),
  referredBy: tag(0x3a47),
  computerNetworkName: tag(0x3a49),
  language: tag(0x3a0c),
  location: tag(0x3a0d),
  mileage: id('Common', 0x8534, 'String'),
  billing: id('Common', 0x8535, 'String'),
  freeBusyAddress: id('Address', 0x80d8, 'String'),
  gender: tag(0x3a4d, 'Short'),
  importance: tag(0x17, 'Integer'),
  sensitivity: tag(0x36, 'Integer'),
  flagStatus: tag(0x1090, 'Integer'),
  flagIcon: tag(0x1095, 'Integer'),
  flagToDoItem: tag(0xe2b, 'Integer'),
  flagRequest: id('Common', 0x8530, 'String'),
  flagTitle: id('Common', 0x85a4, 'String'),
  flagCompletedAt: tag(0x1091, 'SystemTime'),
  flagStart: id('Common', 0x8516, 'SystemTime'),
  flagDue: id('Common', 0x8517, 'SystemTime'),
  taskStatus: id('Task', 0x8101, 'Integer'),
  taskStart: id('Task', 0x8104, 'SystemTime'),
  taskDue: id('Task', 0x8105, 'SystemTime'),
  taskCompletedOn: id('Task', 0x810f, 'SystemTime'),
  isTaskComplete: id('Task', 0x811c, 'Boolean'),
  hasReminder: id('Common', 0x8503, 'Boolean'),
  reminderAt: id('Common', 0x8502, 'SystemTime'),
  nextReminderAt: id('Common', 0x8560, 'SystemTime'),
};

/** In the table's order, with those that are properties of MAPI alone. */
export const FURTHER_IN_MAPI = FURTHER_PROPERTY_NAMES.flatMap((property) => {
  const place = FURTHER_PLACES[property];
  return place.kind === 'imAddress' ? [] : [{ property, place }];
});

/** What a server told of one; '' where that says as much as nothing. */
export function furtherValueIn(property: FurtherProperty, told: string | readonly string[]): string {
  const facts: FurtherPropertyFacts = FURTHER_PROPERTIES[property];
  const value = typeof told === 'string' ? readAs(facts.kind, told) : linesOf(told);
  // Private is a contact property, told elsewhere.
  if (property === 'sensitivity' && value === '2') return '';
  return value === facts.usual ? '' : value;
}

function readAs(kind: FurtherPropertyFacts['kind'], text: string): string {
  switch (kind) {
    case 'flag':
      return text.trim().toLowerCase();
    case 'time': {
      const time = new Date(text);
      // Years before 1602 and from 4500 on are MAPI's ways to say "none".
      const year = time.getUTCFullYear();
      return Number.isNaN(year) || year < 1602 || year >= 4500 ? '' : `${time.toISOString().slice(0, 19)}Z`;
    }
    default:
      return text.trim();
  }
}

function linesOf(entries: readonly string[]): string {
  return entries
    .map((entry) => entry.replace(/\s+/g, ' ').trim())
    .filter((entry) => entry !== '')
    .join('\n');
}

export function entriesOfList(value: string): readonly string[] {
  return value.split('\n').filter((entry) => entry !== '');
}
