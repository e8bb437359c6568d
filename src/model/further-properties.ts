// What a contact item can hold besides the contact properties: nothing that a policy writes, but carried along where
// contacts are copied as a whole.

/** `usual`: the value that says as much as none. A `list` has one entry a line. */
export interface FurtherPropertyFacts {
  readonly kind: 'text' | 'list' | 'number' | 'flag' | 'time';
  readonly usual?: string;
}

const text = { kind: 'text' } as const;
const time = { kind: 'time' } as const;
const number = { kind: 'number', usual: '0' } as const;
const flag = { kind: 'flag', usual: 'false' } as const;

/** `time`: ISO 8601 in UTC to the second. The names stand in marks: append, never rename. */
export const FURTHER_PROPERTIES = {
  telex: text,
  isdn: text,
  ttyPhone: text,
  imAddress2: text,
  imAddress3: text,
  children: { kind: 'list' },
  companies: { kind: 'list' },
  customerId: text,
  account: text,
  governmentId: text,
  organizationalId: text,
  personalHomePage: text,
  ftpSite: text,
  hobbies: text,
  referredBy: text,
  computerNetworkName: text,
  language: text,
  location: text,
  mileage: text,
  billing: text,
  freeBusyAddress: text,
  gender: number,
  importance: { kind: 'number', usual: '1' },
  /** Personal (1) or confidential (3); private is a contact property. */
  sensitivity: number,
  flagStatus: number,
  flagIcon: number,
  flagToDoItem: number,
  flagRequest: text,
  flagTitle: text,
  flagCompletedAt: time,
  flagStart: time,
  flagDue: time,
  taskStatus: number,
  taskStart: time,
  taskDue: time,
  taskCompletedOn: time,
  isTaskComplete: flag,
  hasReminder: flag,
  reminderAt: time,
  nextReminderAt: time,
} as const satisfies Record<string, FurtherPropertyFacts>;

export type FurtherProperty = keyof typeof FURTHER_PROPERTIES;
export const FURTHER_PROPERTY_NAMES = Object.keys(FURTHER_PROPERTIES) as readonly FurtherProperty[];

/** Only those with a value that says something. */
export type FurtherProperties = Readonly<Partial<Record<FurtherProperty, string>>>;

/** What goes along with the write of an item. */
export interface FurtherChange {
  /** '' clears. */
  readonly set: FurtherProperties;
  /** As it will stand after the change, for protocols that replace a group at once. */
  readonly whole: FurtherProperties;
  /** The notes as HTML, in place of their text. */
  readonly formattedNotes?: string;
}
