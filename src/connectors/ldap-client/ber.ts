// Takes BER apart, as far as LDAP uses it (RFC 4511, 5.1): definite lengths, tags of one byte. Values stay bytes of the
// message they came in, so that nothing is decoded that nobody asks for.

export interface BerElement {
  readonly tag: number;
  /** First byte of the content. */
  readonly start: number;
  /** First byte after it. */
  readonly end: number;
}

/** undefined: the buffer does not hold the whole element yet. Throws RangeError for what is no BER of LDAP. */
export function readElement(buffer: Buffer, offset: number): BerElement | undefined {
  if (offset + 2 > buffer.length) return undefined;
  const tag = buffer.readUInt8(offset);
  const first = buffer.readUInt8(offset + 1);
  if (first < 0x80) return within(buffer, tag, offset + 2, first);
  const bytes = first & 0x7f;
  // 0 would be the indefinite form, which RFC 4511 forbids.
  if (bytes === 0 || bytes > 4) throw new RangeError('length of a BER element');
  if (offset + 2 + bytes > buffer.length) return undefined;
  return within(buffer, tag, offset + 2 + bytes, buffer.readUIntBE(offset + 2, bytes));
}

function within(buffer: Buffer, tag: number, start: number, length: number): BerElement | undefined {
  const end = start + length;
  return end > buffer.length ? undefined : { tag, start, end };
}

/** The elements inside of another one. Throws RangeError when they do not fill it exactly. */
export function childrenOf(buffer: Buffer, parent: BerElement): readonly BerElement[] {
  const children: BerElement[] = [];
  for (let offset = parent.start; offset < parent.end; ) {
    const element = readElement(buffer, offset);
    if (element === undefined || element.end > parent.end) throw new RangeError('cut BER element');
    children.push(element);
    offset = element.end;
  }
  return children;
}

export function bytesOf(buffer: Buffer, element: BerElement): Buffer {
  return buffer.subarray(element.start, element.end);
}

export function textOf(buffer: Buffer, element: BerElement): string {
  return buffer.toString('utf8', element.start, element.end);
}

export function numberOf(buffer: Buffer, element: BerElement): number {
  const length = element.end - element.start;
  if (length < 1 || length > 6) throw new RangeError('size of a BER number');
  return buffer.readIntBE(element.start, length);
}
