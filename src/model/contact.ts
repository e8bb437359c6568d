// The one list of contact properties we can write, and a contact as it is wanted in a mailbox.

import type { PolicyId, SourceObjectId } from './ids.ts';
import type { SourceObjectKind } from './source-object.ts';

/** How a property's value is normalized, compared and cut; `generated`: a server fills it by itself when absent. */
export interface ContactPropertyFacts {
  readonly kind: 'text' | 'lines' | 'email' | 'phone' | 'date' | 'flag' | 'categories' | 'url';
  /** Longest value sent, in UTF-16 code units. */
  readonly maxLength: number;
  readonly generated?: true;
}

const text = { kind: 'text', maxLength: 255 } as const;
const phone = { kind: 'phone', maxLength: 255 } as const;
const lines = { kind: 'lines', maxLength: 32_000 } as const;

/**
 * Every value is one string. `flag`: 'true' or absent; `date`: YYYY-MM-DD; `categories`: names sorted and joined
 * by ';' (a category name cannot contain it). The ORDER of this table is part of the field fingerprint format
 * (one bit each): append only, never reorder or remove.
 */
export const CONTACT_PROPERTIES = {
  displayName: { kind: 'text', maxLength: 255, generated: true },
  fileAs: { kind: 'text', maxLength: 255, generated: true },
  title: text,
  givenName: text,
  middleName: text,
  surname: text,
  generation: text,
  initials: text,
  nickName: text,
  phoneticGivenName: text,
  phoneticSurname: text,
  phoneticCompany: text,
  companyName: text,
  department: text,
  jobTitle: text,
  profession: text,
  officeLocation: text,
  manager: text,
  assistantName: text,
  spouseName: text,
  emailAddress1: { kind: 'email', maxLength: 255 },
  emailAddress2: { kind: 'email', maxLength: 255 },
  emailAddress3: { kind: 'email', maxLength: 255 },
  imAddress: text,
  businessPhone1: phone,
  businessPhone2: phone,
  homePhone1: phone,
  homePhone2: phone,
  mobilePhone: phone,
  businessFax: phone,
  homeFax: phone,
  otherFax: phone,
  pager: phone,
  primaryPhone: phone,
  carPhone: phone,
  radioPhone: phone,
  otherPhone: phone,
  callbackPhone: phone,
  assistantPhone: phone,
  companyMainPhone: phone,
  businessStreet: lines,
  businessPostOfficeBox: text,
  businessCity: text,
  businessState: text,
  businessPostalCode: text,
  businessCountry: text,
  homeStreet: lines,
  homeCity: text,
  homeState: text,
  homePostalCode: text,
  homeCountry: text,
  otherStreet: lines,
  otherCity: text,
  otherState: text,
  otherPostalCode: text,
  otherCountry: text,
  businessHomePage: { kind: 'url', maxLength: 255 },
  notes: lines,
  birthday: { kind: 'date', maxLength: 10 },
  weddingAnniversary: { kind: 'date', maxLength: 10 },
  categories: { kind: 'categories', maxLength: 2_000 },
  isPrivate: { kind: 'flag', maxLength: 4 },
  userField1: text,
  userField2: text,
  userField3: text,
  userField4: text,
} as const satisfies Record<string, ContactPropertyFacts>;

export type ContactProperty = keyof typeof CONTACT_PROPERTIES;
export const CONTACT_PROPERTY_NAMES = Object.keys(CONTACT_PROPERTIES) as readonly ContactProperty[];

/** Only non-empty values. */
export type ContactProperties = Readonly<Partial<Record<ContactProperty, string>>>;

/** A source object as it shall stand in a mailbox; the same for every mailbox of the policy. */
export interface MappedContact {
  readonly sourceObjectId: SourceObjectId;
  readonly kind: SourceObjectKind;
  /** For reports and screens, also when the policy does not write a display name. */
  readonly label: string;
  readonly properties: ContactProperties;
  /** '' is the contact folder itself, otherwise the name of the sub-folder (an SMTP domain). */
  readonly folderKey: string;
  readonly fingerprint: string;
  readonly fieldFingerprints: string;
  /** Values the contact has no slot for, and values that were cut or dropped by rule. */
  readonly losses: readonly MappingLoss[];
  /**
   * Properties whose source attributes this reading could not tell: absent above, but a stored value must neither be
   * cleared nor compared because of that.
   */
  readonly unknownProperties?: readonly ContactProperty[];
  /** Primary mail address at the source, normalized; only where policies meet by it (docs/decisions/0015). */
  readonly address?: string;
  /**
   * Of a contact that several policies make up: the properties that another policy than the one that writes it decides
   * about, with that policy.
   */
  readonly origins?: Origins;
  /** As the policies of the folder have it together, where that differs; only to show it. */
  readonly together?: { readonly properties: ContactProperties; readonly origins: Origins };
}

export type Origins = Readonly<Partial<Record<ContactProperty, PolicyId>>>;

export interface MappingLoss {
  readonly property: ContactProperty;
  readonly reason: 'noSlot' | 'cut' | 'invalidPhone' | 'internalNumber' | 'illegalCharacters';
  readonly count: number;
}
