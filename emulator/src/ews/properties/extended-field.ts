// ExtendedFieldURI: which combinations of attributes name a property, under which key the store has it, how an answer
// spells it (GUIDs in lower case, tags as hex without leading zeros), and which texts its type takes.

import { normalizeExtendedPropertyId } from '../../organization/extended-property-id.ts';
import { EwsError } from '../errors.ts';
import type { Element } from '../xml/reader.ts';
import type { Attributes } from '../xml/writer.ts';
import { type Value, wireTime } from './property-bag.ts';

export interface ExtendedField {
  readonly kind: 'extended';
  readonly key: string;
  readonly type: string;
  /** The attributes as an answer repeats them. */
  readonly attributes: Attributes;
}

const distinguishedSets: Readonly<Record<string, string>> = {
  Meeting: '6ed8da90-450b-101b-98da-00aa003f1305',
  Appointment: '00062002-0000-0000-c000-000000000046',
  Common: '00062008-0000-0000-c000-000000000046',
  PublicStrings: '00020329-0000-0000-c000-000000000046',
  Address: '00062004-0000-0000-c000-000000000046',
  InternetHeaders: '00020386-0000-0000-c000-000000000046',
  CalendarAssistant: '11000e07-b51b-40d6-af21-caa85edab1d0',
  UnifiedMessaging: '4442858e-a9e3-4e80-b900-317a210cc15b',
  Task: '00062003-0000-0000-c000-000000000046',
  Sharing: '00062040-0000-0000-c000-000000000046',
};

export function readExtendedField(element: Element): ExtendedField {
  const given = (name: string): string | undefined => element.attributes.get(name);
  const type = given('PropertyType') ?? '';
  const tag = given('PropertyTag');
  const distinguished = given('DistinguishedPropertySetId');
  const guid = given('PropertySetId')?.toLowerCase();
  const name = given('PropertyName');
  const id = given('PropertyId');
  // Types of the schema that no property of an item can have.
  if (['Error', 'Null', 'Object', 'ObjectArray'].includes(type)) throw invalidCombination();
  if (tag !== undefined) {
    if ([distinguished, guid, name, id].some((other) => other !== undefined)) throw invalidCombination();
    const number = Number(tag.toLowerCase());
    const hex = `0x${number.toString(16)}`;
    return {
      kind: 'extended',
      key: requireKey(`${type} ${hex}`),
      type,
      attributes: { PropertyTag: hex, PropertyType: type },
    };
  }
  const hasOneSet = (distinguished === undefined) !== (guid === undefined);
  const hasOneName = (name === undefined) !== (id === undefined);
  if (!hasOneSet || !hasOneName || name === '') throw invalidCombination();
  const set = guid ?? distinguishedSets[distinguished ?? ''];
  const last = name === undefined ? `Id ${Number(id)}` : `Name ${name}`;
  return {
    kind: 'extended',
    key: requireKey(`${type} {${set}} ${last}`),
    type,
    attributes: {
      DistinguishedPropertySetId: distinguished,
      PropertySetId: guid,
      PropertyName: name,
      PropertyId: id === undefined ? undefined : Number(id),
      PropertyType: type,
    },
  };
}

function requireKey(id: string): string {
  const key = normalizeExtendedPropertyId(id);
  if (key === undefined) throw invalidCombination();
  return key;
}

function invalidCombination(): EwsError {
  return new EwsError(
    'ErrorInvalidExtendedProperty',
    'The extended property attribute combination is invalid.',
  );
}

const numbers: Readonly<Record<string, readonly [bigint, bigint]>> = {
  Short: [-(2n ** 15n), 2n ** 15n - 1n],
  Integer: [-(2n ** 31n), 2n ** 31n - 1n],
  Long: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** The value as Exchange keeps it; throws where the text is none of the type. */
export function normalizedValue(field: Pick<ExtendedField, 'type'>, value: Value): Value {
  const isArray = field.type.endsWith('Array');
  const type = isArray ? field.type.slice(0, -'Array'.length) : field.type;
  if (isArray !== (typeof value !== 'string')) throw invalidValue();
  if (typeof value !== 'string') return value.map((one) => normalizedText(type, one));
  return normalizedText(type, value);
}

function normalizedText(type: string, text: string): string {
  const trimmed = text.trim();
  switch (type) {
    case 'String':
      return text;
    case 'Boolean':
      if (!/^(?:true|false|0|1)$/i.test(trimmed)) throw invalidValue();
      return String(trimmed === '1' || trimmed.toLowerCase() === 'true');
    case 'Short':
    case 'Integer':
    case 'Long': {
      const [least, most] = numbers[type] ?? [0n, 0n];
      if (!/^-?\d{1,19}$/.test(trimmed)) throw invalidValue();
      const number = BigInt(trimmed);
      if (number < least || number > most) throw invalidValue();
      return String(number);
    }
    case 'SystemTime':
    case 'ApplicationTime': {
      const time = new Date(trimmed);
      if (!/^\d{4}-\d{2}-\d{2}/.test(trimmed) || Number.isNaN(time.getTime())) throw invalidValue();
      return wireTime(time);
    }
    case 'Binary':
      if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(trimmed))
        throw invalidValue();
      return trimmed;
    case 'CLSID':
      if (!/^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i.test(trimmed)) throw invalidValue();
      return trimmed.toLowerCase();
    default:
      if (!Number.isFinite(Number(trimmed)) || trimmed === '') throw invalidValue();
      return trimmed;
  }
}

function invalidValue(): EwsError {
  return new EwsError('ErrorInvalidExtendedPropertyValue', 'The extended property value is invalid.');
}
