// Active Directory keeps ids as 16 bytes of which the first three groups stand in little-endian order
// ([MS-DTYP] 2.3.4.2).

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
