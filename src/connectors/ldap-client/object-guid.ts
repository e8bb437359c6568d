// Active Directory keeps ids as 16 bytes of which the first three groups stand in little-endian order
// ([MS-DTYP] 2.3.4.2), and security identifiers as counted lists of numbers ([MS-DTYP] 2.4.2.2).

/** undefined: not 16 bytes. */
export function guidText(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined;
  const group = (start: number, end: number) => bytes.subarray(start, end);
  const swapped = [group(0, 4), group(4, 6), group(6, 8)].map((part) => Buffer.from(part).reverse());
  return [...swapped, group(8, 10), group(10, 16)].map((part) => part.toString('hex')).join('-');
}

export function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  for (const [start, end] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ] as const)
    bytes.subarray(start, end).reverse();
  return bytes;
}

/** undefined: not a security identifier. */
export function sidText(bytes: Buffer): string | undefined {
  const count = bytes[1];
  if (count === undefined || bytes.length !== 8 + 4 * count) return undefined;
  const numbers = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + 4 * index));
  return ['S', bytes.readUInt8(0), bytes.readUIntBE(2, 6), ...numbers].join('-');
}

/** undefined: not the text of one. */
export function sidBytes(text: string): Buffer | undefined {
  const numbers = /^S((?:-\d+){3,18})$/.exec(text)?.[1]?.slice(1).split('-').map(Number);
  if (numbers === undefined) return undefined;
  const [revision = 1, authority = 0, ...others] = numbers;
  const bytes = Buffer.alloc(8 + 4 * others.length);
  bytes.writeUInt8(revision, 0);
  bytes.writeUInt8(others.length, 1);
  bytes.writeUIntBE(authority, 2, 6);
  for (const [index, number] of others.entries()) bytes.writeUInt32LE(number >>> 0, 8 + 4 * index);
  return bytes;
}
