// What a copy's mark says of everything that was carried besides the contact properties: digests, so that what changed at
// the original is told from what a user changed in the copy. The format is frozen, as that in fingerprint.ts is.

import {
  FURTHER_PROPERTY_NAMES,
  type FurtherProperties,
  type FurtherProperty,
} from '../model/further-properties.ts';
import { digestOf } from './fingerprint.ts';

export interface CarriedPicture {
  /** Stamp and digest of the original's. */
  readonly stamp: string;
  readonly original: string;
  /** Digest of what the mailbox made of it. */
  readonly stored: string;
}

export interface CarriedFile {
  /** Digest of name and stamp at the original. */
  readonly stamp: string;
  /** '' where the user's own stayed in place of it. */
  readonly content: string;
}

export interface Carried {
  readonly properties: Readonly<Partial<Record<FurtherProperty, string>>>;
  readonly picture?: CarriedPicture;
  readonly files: readonly CarriedFile[];
}

export const NOTHING_CARRIED: Carried = { properties: {}, files: [] };

/** What of an original a target can carry. */
export interface OriginalFurther {
  readonly properties: FurtherProperties;
  /** '' where it has none. */
  readonly pictureStamp: string;
  /** Stamps of files, as `fileStamp` makes them. */
  readonly files: readonly string[];
}

const FORMAT = 1;
const DIGEST_CHARACTERS = 8;

export function valueDigest(property: FurtherProperty, value: string): string {
  return digestOf(`contactSync further\u0000${property}\u0000${value}`).slice(0, DIGEST_CHARACTERS);
}

export function contentDigest(bytes: Uint8Array): string {
  return digestOf(bytes).slice(0, 2 * DIGEST_CHARACTERS);
}

export function fileStamp(name: string, stamp: string): string {
  return digestOf(`contactSync file\u0000${name}\u0000${stamp}`).slice(0, DIGEST_CHARACTERS);
}

/** Short enough to stand in lists; '' where there is nothing. */
export function furtherDigest({ properties, pictureStamp, files }: OriginalFurther): string {
  const values = FURTHER_PROPERTY_NAMES.flatMap((name) => {
    const value = properties[name] ?? '';
    return value === '' ? [] : [name, value];
  });
  if (values.length === 0 && pictureStamp === '' && files.length === 0) return '';
  return digestOf(JSON.stringify([values, pictureStamp, files.toSorted()])).slice(0, 11);
}

export function encodeCarried({ properties, picture, files }: Carried): string {
  return JSON.stringify([
    FORMAT,
    properties,
    picture === undefined ? [] : [picture.stamp, picture.original, picture.stored],
    files.map(({ stamp, content }) => [stamp, content]),
  ]);
}

/** What cannot be understood says that nothing was carried, so that nothing is taken for ours. */
export function decodeCarried(text: string): Carried {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return NOTHING_CARRIED;
  }
  if (!Array.isArray(read) || read[0] !== FORMAT) return NOTHING_CARRIED;
  const [, values, picture, files] = read;
  return {
    properties: digestsIn(values),
    ...pictureIn(picture),
    files: Array.isArray(files)
      ? files.filter(isTexts).flatMap(([stamp = '', content = '']) => [{ stamp, content }])
      : [],
  };
}

function digestsIn(values: unknown): Carried['properties'] {
  if (typeof values !== 'object' || values === null) return {};
  const told = new Map<string, unknown>(Object.entries(values));
  const digests: Partial<Record<FurtherProperty, string>> = {};
  for (const name of FURTHER_PROPERTY_NAMES) {
    const digest = told.get(name);
    if (typeof digest === 'string') digests[name] = digest;
  }
  return digests;
}

function pictureIn(picture: unknown): Pick<Carried, 'picture'> {
  if (!isTexts(picture)) return {};
  const [stamp, original, stored] = picture;
  return stamp === undefined || original === undefined || stored === undefined
    ? {}
    : { picture: { stamp, original, stored } };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

export interface FurtherPlan {
  /** '' clears. */
  readonly set: FurtherProperties;
  readonly carried: Carried['properties'];
  /** A value changed at the original and was changed by a user too. */
  readonly isKept: boolean;
}

/** Value by value, as with contact properties: what nobody changed in the copy follows the original. */
export function planFurther(
  wanted: FurtherProperties,
  stored: FurtherProperties,
  before: Carried['properties'],
): FurtherPlan {
  const set: Partial<Record<FurtherProperty, string>> = {};
  const carried: Partial<Record<FurtherProperty, string>> = {};
  let isKept = false;
  for (const name of FURTHER_PROPERTY_NAMES) {
    const to = wanted[name] ?? '';
    const from = stored[name] ?? '';
    const was = before[name];
    if (to !== '') carried[name] = valueDigest(name, to);
    if (to === from || carried[name] === was) continue;
    const isUntouched = was === undefined ? from === '' : from !== '' && valueDigest(name, from) === was;
    if (isUntouched) set[name] = to;
    else isKept = true;
  }
  return { set, carried, isKept };
}

/** Whether a copy still holds what was carried, and nothing else. */
export function holdsCarried(stored: FurtherProperties, { properties }: Carried): boolean {
  return FURTHER_PROPERTY_NAMES.every((name) => {
    const value = stored[name] ?? '';
    return properties[name] === (value === '' ? undefined : valueDigest(name, value));
  });
}
