// Takes the right to read an attribute from somebody, as an administrator would: an entry that denies, put first into
// the object's access list ([MS-DTYP] 2.4).

import { type Client, Control } from 'ldapts';

export const ATTRIBUTE_IDS = {
  member: 'bf9679c0-0de6-11d0-a285-00aa003049e2',
  thumbnailPhoto: '8d3bca50-1d7e-11d0-a081-00aa006c33ed',
  userAccountControl: 'bf967a68-0de6-11d0-a285-00aa003049e2',
} as const;

const DENY_OBJECT = 0x06;
/** For the object and everything below it. */
const INHERITED = 0x02;
const READ_PROPERTY = 0x10;
const HAS_OBJECT_TYPE = 0x01;
const DACL_OFFSET = 16;

/** Only the access list is read and written, not the owner. */
const ACCESS_LIST_ONLY = [
  new (class extends Control {
    constructor() {
      super('1.2.840.113556.1.4.801', { critical: true });
    }
    override writeControl(writer: Parameters<Control['write']>[0]): void {
      writer.writeBuffer(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x04]), 0x04);
    }
  })(),
];

export async function denyRead(admin: Client, dn: string, attributeId: string, who: Buffer): Promise<void> {
  const attribute = 'nTSecurityDescriptor';
  const { searchEntries } = await admin.search(
    dn,
    { scope: 'base', attributes: [attribute], explicitBufferAttributes: [attribute] },
    ACCESS_LIST_ONLY,
  );
  const descriptor = searchEntries[0]?.[attribute];
  if (!Buffer.isBuffer(descriptor)) throw new Error(`no access list at ${dn}`);
  const { Attribute, Change } = await import('ldapts');
  const modification = new Attribute({
    type: attribute,
    values: [withEntry(descriptor, denial(attributeId, who))],
  });
  await admin.modify(dn, new Change({ operation: 'replace', modification }), ACCESS_LIST_ONLY);
}

function denial(attributeId: string, who: Buffer): Buffer {
  const hex = attributeId.replaceAll('-', '');
  const id = Buffer.concat([
    Buffer.from(hex.slice(0, 8), 'hex').reverse(),
    Buffer.from(hex.slice(8, 12), 'hex').reverse(),
    Buffer.from(hex.slice(12, 16), 'hex').reverse(),
    Buffer.from(hex.slice(16), 'hex'),
  ]);
  const head = Buffer.alloc(12);
  head.writeUInt8(DENY_OBJECT, 0);
  head.writeUInt8(INHERITED, 1);
  head.writeUInt16LE(12 + id.length + who.length, 2);
  head.writeUInt32LE(READ_PROPERTY, 4);
  head.writeUInt32LE(HAS_OBJECT_TYPE, 8);
  return Buffer.concat([head, id, who]);
}

function withEntry(descriptor: Buffer, entry: Buffer): Buffer {
  const start = descriptor.readUInt32LE(DACL_OFFSET);
  const list = Buffer.from(descriptor.subarray(start, start + descriptor.readUInt16LE(start + 2)));
  list.writeUInt16LE(list.length + entry.length, 2);
  list.writeUInt16LE(list.readUInt16LE(4) + 1, 4);
  const head = Buffer.alloc(20);
  head.writeUInt8(descriptor.readUInt8(0), 0);
  head.writeUInt16LE(descriptor.readUInt16LE(2), 2);
  head.writeUInt32LE(head.length, DACL_OFFSET);
  return Buffer.concat([head, list.subarray(0, 8), entry, list.subarray(8)]);
}
