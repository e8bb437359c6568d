// Paths to fields as requests name them: of an item or folder, of one entry of a list, or an extended property.

import { EwsError } from '../errors.ts';
import { SchemaViolation } from '../schema/types.ts';
import { attribute, type Element } from '../xml/reader.ts';
import {
  addressEntryKeys,
  addressPartKey,
  addressParts,
  emailEntryKeys,
  type Field,
  type FieldShape,
  fieldsByUri,
} from './contact-fields.ts';
import { type ExtendedField, readExtendedField } from './extended-field.ts';
import { slotKeys } from './mapi.ts';

export interface IndexedField {
  readonly kind: 'indexed';
  readonly field: Field;
  /** Such as EmailAddress1, MobilePhone, Business. */
  readonly index: string;
  /** Of a postal address: Street, City… */
  readonly part: string | undefined;
  readonly key: string;
}

export type FieldPath =
  | { readonly kind: 'field'; readonly uri: string; readonly field: Field | undefined }
  | IndexedField
  | ExtendedField;

const otherUris = new Set([
  'item:ItemId',
  'folder:FolderId',
  'folder:ParentFolderId',
  'folder:FolderClass',
  'folder:DisplayName',
  'folder:TotalCount',
  'folder:ChildFolderCount',
  'folder:UnreadCount',
  'folder:EffectiveRights',
  'folder:DistinguishedFolderId',
  'folder:ManagedFolderInformation',
  'folder:PermissionSet',
  'folder:SharingEffectiveRights',
  'folder:SearchParameters',
]);
// Fields of other kinds of items: asked for on a contact they are ignored, as clients rely on.
const ofOtherKinds =
  /^(?:message|task|calendar|meeting|meetingRequest|postitem|conversation|persona|distributionlist):/;

export function readPath(element: Element): FieldPath {
  if (element.name === 't:ExtendedFieldURI') return readExtendedField(element);
  const uri = attribute(element, 'FieldURI');
  if (element.name === 't:IndexedFieldURI') return readIndexed(element, uri);
  const field = fieldsByUri.get(uri);
  if (field === undefined && !otherUris.has(uri) && !ofOtherKinds.test(uri)) {
    throw new SchemaViolation(
      `The 'FieldURI' attribute is invalid - The value '${uri}' is invalid according to its datatype 'UnindexedFieldURIType' - The Enumeration constraint failed.`,
      element,
    );
  }
  return { kind: 'field', uri, field };
}

function readIndexed(element: Element, uri: string): IndexedField {
  const index = attribute(element, 'FieldIndex');
  const found = indexedKey(uri, index);
  if (found === undefined) {
    throw new SchemaViolation(
      `The 'FieldURI' attribute is invalid - The value '${uri}' is invalid according to its datatype 'DictionaryURIType'.`,
      element,
    );
  }
  if (found.key === undefined)
    throw new EwsError('ErrorInvalidPropertyRequest', `The property has no entry '${index}'.`);
  return { kind: 'indexed', field: found.field, index, part: found.part, key: found.key };
}

function indexedKey(
  uri: string,
  index: string,
): { field: Field; part: string | undefined; key: string | undefined } | undefined {
  const [, name = '', part] = uri.split(':');
  if (name === 'PhysicalAddress') {
    const field = requireField('contacts:PhysicalAddresses');
    const isKnown = addressParts.some((one) => one === part);
    if (!isKnown || part === undefined) return undefined;
    return { field, part, key: addressEntryKeys.includes(index) ? addressPartKey(index, part) : undefined };
  }
  if (part !== undefined) return undefined;
  switch (name) {
    case 'EmailAddress': {
      const slot = emailEntryKeys.indexOf(index);
      return {
        field: requireField('contacts:EmailAddresses'),
        part: undefined,
        key: slotKeys['emailAddresses']?.[slot],
      };
    }
    case 'PhoneNumber':
    case 'ImAddress': {
      const field = requireField(name === 'PhoneNumber' ? 'contacts:PhoneNumbers' : 'contacts:ImAddresses');
      return { field, part: undefined, key: entryKey(field.shape, index) };
    }
    default:
      return undefined;
  }
}

function entryKey(shape: FieldShape, index: string): string | undefined {
  return shape.kind === 'entries' ? shape.keys[index] : undefined;
}

function requireField(uri: string): Field {
  const field = fieldsByUri.get(uri);
  if (field === undefined) throw new Error(`no field ${uri}`);
  return field;
}

/** The one property behind a path, for restrictions and sorting. */
export function keyOf(path: FieldPath): string {
  if (path.kind !== 'field') return path.key;
  const shape = path.field?.shape;
  if (shape !== undefined && 'key' in shape) return shape.key;
  if (shape?.kind === 'body') return 'String 0x1000';
  const folderKeys: Readonly<Record<string, string>> = {
    'folder:DisplayName': 'String 0x3001',
    'folder:FolderClass': 'String 0x3613',
    'folder:TotalCount': 'Integer 0x3602',
    'folder:ChildFolderCount': 'Integer 0x6638',
  };
  const key = folderKeys[path.uri];
  if (key === undefined)
    throw new EwsError(
      'ErrorUnsupportedPathForQuery',
      `The property '${path.uri}' cannot be used in a query.`,
    );
  return key;
}
