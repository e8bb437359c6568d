// Ids of extended (MAPI) properties: `String 0x3A24`, `{type} {guid} Id {lid}`, `{type} {guid} Name {name}`.
// The service answers with lower-case hex without leading zeros and a lower-case GUID (`Integer 0x36`), keeps the
// case of a name, and compares ids in that form; the same form is the key in which values are stored.
import { GraphError } from './graph-error.ts';

export interface ExtendedPropertyId {
  readonly key: string;
  readonly type: ExtendedType;
}

const types = [
  'String',
  'Integer',
  'Short',
  'Long',
  'Boolean',
  'SystemTime',
  'Double',
  'Float',
  'Binary',
  'CLSID',
  'Currency',
] as const;
export type ExtendedType = (typeof types)[number];

const guid = '\\{[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\\}';
const tagForm = /^([A-Za-z]+) 0x([0-9A-Fa-f]{1,4})$/;
const idForm = new RegExp(`^([A-Za-z]+) (${guid}) Id 0x([0-9A-Fa-f]{1,8})$`);
const nameForm = new RegExp(`^([A-Za-z]+) (${guid}) Name (.+)$`, 's');

export function invalidExtendedProperty(id: string): GraphError {
  // The text of the service ends after the first sentence; the id is added so that a failing test names it.
  return new GraphError(
    400,
    'ErrorInvalidExtendedProperty',
    `The extended property attribute combination is invalid. (id '${id}')`,
  );
}

export function parseExtendedPropertyId(id: string): ExtendedPropertyId {
  const tag = tagForm.exec(id);
  if (tag) {
    const number = Number.parseInt(tag[2] ?? '', 16);
    // Tags from 0x8000 on belong to named properties, whose number differs in every mailbox.
    if (number === 0 || number >= 0x8000) throw invalidExtendedProperty(id);
    return withType(id, tag[1], (type) => `${type} 0x${number.toString(16)}`);
  }
  const numbered = idForm.exec(id);
  if (numbered) {
    const number = Number.parseInt(numbered[3] ?? '', 16);
    return withType(
      id,
      numbered[1],
      (type) => `${type} ${(numbered[2] ?? '').toLowerCase()} Id 0x${number.toString(16)}`,
    );
  }
  const named = nameForm.exec(id);
  if (named)
    return withType(
      id,
      named[1],
      (type) => `${type} ${(named[2] ?? '').toLowerCase()} Name ${named[3] ?? ''}`,
    );
  throw invalidExtendedProperty(id);
}

function withType(
  id: string,
  word: string | undefined,
  key: (type: ExtendedType) => string,
): ExtendedPropertyId {
  const type = types.find((candidate) => candidate === word);
  if (type === undefined) throw invalidExtendedProperty(id);
  return { key: key(type), type };
}

const valueForms: Readonly<Record<ExtendedType, RegExp>> = {
  String: /^[^]*$/,
  Integer: /^-?\d{1,10}$/,
  Short: /^-?\d{1,5}$/,
  Long: /^-?\d{1,19}$/,
  Boolean: /^(true|false)$/i,
  SystemTime: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  Double: /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/,
  Float: /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/,
  Binary: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  CLSID: /^\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$/,
  Currency: /^-?\d+(\.\d+)?$/,
};

/** Checks a value against its type and brings it into the form the service answers with. */
export function storedValue(id: ExtendedPropertyId, value: string): string {
  if (!valueForms[id.type].test(value))
    throw new GraphError(
      400,
      'ErrorInvalidExtendedPropertyValue',
      `The value of the extended property '${id.key}' is not valid for its type.`,
    );
  return id.type === 'Boolean' ? value.toLowerCase() : value;
}
