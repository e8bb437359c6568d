// The three messages of NTLM (MS-NLMP 2.2.1): what a server reads from types 1 and 3 and writes as type 2.

const signature = Buffer.from('NTLMSSP\0', 'latin1');

export const flags = {
  unicode: 0x1,
  requestTarget: 0x4,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  targetTypeDomain: 0x10000,
  extendedSessionSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  encryption128: 0x20000000,
  keyExchange: 0x40000000,
  encryption56: 0x80000000,
} as const;

export const avIds = {
  end: 0,
  computerName: 1,
  domainName: 2,
  dnsComputerName: 3,
  dnsDomainName: 4,
  dnsTreeName: 5,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10,
} as const;

export function messageType(message: Buffer): number | undefined {
  if (message.length < 12 || !message.subarray(0, 8).equals(signature)) return undefined;
  return message.readUInt32LE(8);
}

export function clientFlags(negotiate: Buffer): number {
  return negotiate.length >= 16 ? negotiate.readUInt32LE(12) : 0;
}

export interface Challenge {
  readonly challenge: Buffer;
  readonly flags: number;
  readonly targetName: string;
  readonly targetInfo: Buffer;
}

export function challengeMessage(given: Challenge): Buffer {
  const name = Buffer.from(given.targetName, 'utf16le');
  const head = Buffer.alloc(56);
  signature.copy(head);
  head.writeUInt32LE(2, 8);
  writeField(head, 12, name.length, 56);
  head.writeUInt32LE(given.flags >>> 0, 20);
  given.challenge.copy(head, 24);
  writeField(head, 40, given.targetInfo.length, 56 + name.length);
  // Windows Server 2019, NTLM revision 15.
  Buffer.from([10, 0, 0x63, 0x45, 0, 0, 0, 15]).copy(head, 48);
  return Buffer.concat([head, name, given.targetInfo]);
}

function writeField(head: Buffer, at: number, length: number, offset: number): void {
  head.writeUInt16LE(length, at);
  head.writeUInt16LE(length, at + 2);
  head.writeUInt32LE(offset, at + 4);
}

export function avPair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** undefined: no list of pairs that ends as it must. */
export function readAvPairs(bytes: Buffer): ReadonlyMap<number, Buffer> | undefined {
  const pairs = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    if (id === avIds.end) return pairs;
    if (at + 4 + length > bytes.length) return undefined;
    pairs.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}

export interface Authenticate {
  readonly domain: string;
  readonly user: string;
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  readonly sessionKey: Buffer;
  readonly flags: number;
  readonly message: Buffer;
}

/** undefined: no message of type 3. */
export function readAuthenticate(message: Buffer): Authenticate | undefined {
  if (messageType(message) !== 3 || message.length < 64) return undefined;
  const negotiated = message.readUInt32LE(60);
  const encoding = (negotiated & flags.unicode) === 0 ? 'latin1' : 'utf16le';
  const field = (at: number): Buffer | undefined => {
    const length = message.readUInt16LE(at);
    const offset = message.readUInt32LE(at + 4);
    return offset + length <= message.length ? message.subarray(offset, offset + length) : undefined;
  };
  const parts = [12, 20, 28, 36, 52].map(field);
  const [lmResponse, ntResponse, domain, user, sessionKey] = parts;
  if (
    lmResponse === undefined ||
    ntResponse === undefined ||
    domain === undefined ||
    user === undefined ||
    sessionKey === undefined
  )
    return undefined;
  return {
    domain: domain.toString(encoding),
    user: user.toString(encoding),
    lmResponse,
    ntResponse,
    sessionKey,
    flags: negotiated,
    message,
  };
}
