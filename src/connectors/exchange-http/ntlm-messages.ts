// The three messages of NTLM version 2 (MS-NLMP 2.2.1, 3.3.2), as far as a client needs them. Version 1 is never
// produced: an answer without target information is refused. The key exchange, which would need RC4, is not offered.

import { createHmac } from 'node:crypto';
import { md4 } from './md4.ts';

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const FLAG = {
  unicode: 0x0000_0001,
  requestTarget: 0x0000_0004,
  ntlm: 0x0000_0200,
  alwaysSign: 0x0000_8000,
  extendedSessionSecurity: 0x0008_0000,
  targetInfo: 0x0080_0000,
  version: 0x0200_0000,
  key128: 0x2000_0000,
  key56: 0x8000_0000,
} as const;
const OFFERED = Object.values(FLAG).reduce((all, flag) => (all | flag) >>> 0, 0);
/** Windows 10, NTLM revision 15: servers look at nothing but the revision. */
const VERSION = Buffer.from([10, 0, 0, 0, 0, 0, 0, 15]);

const PAIR = { end: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const;
const HAS_INTEGRITY_CODE = 2;
const INTEGRITY_CODE_AT = 72;
const HEADER_LENGTH = 88;

export interface NtlmCredentials {
  /** `DOMAIN\user` or a user principal name. */
  readonly account: string;
  readonly password: string;
}

export interface Challenge {
  readonly message: Buffer;
  readonly flags: number;
  readonly serverChallenge: Buffer;
  readonly targetInfo: readonly Pair[];
}

interface Pair {
  readonly id: number;
  readonly value: Buffer;
}

export interface AnswerOptions {
  readonly credentials: NtlmCredentials;
  readonly negotiate: Buffer;
  readonly challenge: Challenge;
  /** See channel-binding.ts; undefined outside TLS or where it is switched off. */
  readonly channelBinding: Buffer | undefined;
  /** Service principal name, such as HTTP/mail.contoso.example. */
  readonly targetName: string;
  /** 8 random bytes. */
  readonly clientChallenge: Buffer;
  /** Only used when the server tells no time. */
  readonly now: Date;
}

export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40);
  SIGNATURE.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(OFFERED, 12);
  VERSION.copy(message, 32);
  return message;
}

/** undefined: not a challenge, or one that allows version 1 only. */
export function readChallenge(message: Buffer): Challenge | undefined {
  const isChallenge =
    message.length >= 48 && message.subarray(0, 8).equals(SIGNATURE) && message.readUInt32LE(8) === 2;
  if (!isChallenge) return undefined;
  const flags = message.readUInt32LE(20);
  const targetInfo = readPairs(fieldAt(message, 40));
  if ((flags & FLAG.targetInfo) === 0 || targetInfo === undefined) return undefined;
  return { message, flags, serverChallenge: message.subarray(24, 32), targetInfo };
}

export function authenticateMessage(options: AnswerOptions): Buffer {
  const { credentials, negotiate, challenge, clientChallenge } = options;
  const { user, domain } = nameOf(credentials.account);
  const key = ntowfv2(credentials.password, user, domain);
  const timestamp = challenge.targetInfo.find(({ id }) => id === PAIR.timestamp)?.value;
  const time = timestamp ?? fileTime(options.now);
  const proofOf = (blob: Buffer) => hmac(key, challenge.serverChallenge, blob);
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    time,
    clientChallenge,
    Buffer.alloc(4),
    writePairs(pairsFor(options, timestamp !== undefined)),
    Buffer.alloc(4),
  ]);
  const proof = proofOf(blob);
  // A server that tells the time gets no LM answer (MS-NLMP 3.1.5.1.2).
  const lm =
    timestamp === undefined
      ? Buffer.concat([hmac(key, challenge.serverChallenge, clientChallenge), clientChallenge])
      : Buffer.alloc(24);
  const message = compose({
    lm,
    nt: Buffer.concat([proof, blob]),
    domain: utf16(domain),
    user: utf16(user),
    flags: (challenge.flags & OFFERED) >>> 0,
  });
  if (timestamp !== undefined) {
    const sessionKey = hmac(key, proof);
    hmac(sessionKey, negotiate, challenge.message, message).copy(message, INTEGRITY_CODE_AT);
  }
  return message;
}

/** The key of a password for version 2 (MS-NLMP 3.3.2). */
export function ntowfv2(password: string, user: string, domain: string): Buffer {
  return hmac(md4(utf16(password)), utf16(upperCase(user) + domain));
}

/**
 * As Windows does it: one UTF-16 unit becomes one other, or stays (its table is in the specification of exFAT, 7.2.5.1).
 * Unicode would make two letters of `ß`, and `I` of the dotless `ı`; Windows leaves whatever does not lead back.
 */
function upperCase(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charAt(at);
    const upper = unit.toUpperCase();
    const leadsBack = upper.length === 1 && (upper.toLowerCase() === unit || unit === FINAL_SIGMA);
    return leadsBack ? upper : unit;
  }).join('');
}

const FINAL_SIGMA = '\u03c2';

/** A user principal name goes whole into the user's field. */
function nameOf(account: string): { readonly user: string; readonly domain: string } {
  const at = account.indexOf('\\');
  return at < 0
    ? { user: account, domain: '' }
    : { user: account.slice(at + 1), domain: account.slice(0, at) };
}

function pairsFor(options: AnswerOptions, hasIntegrityCode: boolean): readonly Pair[] {
  const { challenge, channelBinding, targetName } = options;
  const own: readonly number[] = [PAIR.flags, PAIR.channelBindings, PAIR.targetName];
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(HAS_INTEGRITY_CODE);
  return [
    ...challenge.targetInfo.filter(({ id }) => !own.includes(id)),
    ...(hasIntegrityCode ? [{ id: PAIR.flags, value: flags }] : []),
    ...(channelBinding === undefined ? [] : [{ id: PAIR.channelBindings, value: channelBinding }]),
    { id: PAIR.targetName, value: utf16(targetName) },
  ];
}

function readPairs(bytes: Buffer | undefined): readonly Pair[] | undefined {
  if (bytes === undefined) return undefined;
  const pairs: Pair[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const id = bytes.readUInt16LE(at);
    const end = at + 4 + bytes.readUInt16LE(at + 2);
    if (id === PAIR.end) return pairs;
    if (end > bytes.length) return undefined;
    pairs.push({ id, value: bytes.subarray(at + 4, end) });
    at = end;
  }
  return undefined;
}

function writePairs(pairs: readonly Pair[]): Buffer {
  const parts = [...pairs, { id: PAIR.end, value: Buffer.alloc(0) }].map(({ id, value }) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat(parts);
}

/** Length, room, offset: the field's bytes, undefined when they lie outside. */
function fieldAt(message: Buffer, at: number): Buffer | undefined {
  const length = message.readUInt16LE(at);
  const offset = message.readUInt32LE(at + 4);
  return offset + length <= message.length ? message.subarray(offset, offset + length) : undefined;
}

function compose(parts: {
  readonly lm: Buffer;
  readonly nt: Buffer;
  readonly domain: Buffer;
  readonly user: Buffer;
  readonly flags: number;
}): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  SIGNATURE.copy(header);
  header.writeUInt32LE(3, 8);
  const none = Buffer.alloc(0);
  const payload: Buffer[] = [];
  let offset = HEADER_LENGTH;
  // The order of the fields: LM, NT, domain, user, workstation, session key.
  for (const [index, value] of [parts.lm, parts.nt, parts.domain, parts.user, none, none].entries()) {
    const at = 12 + index * 8;
    header.writeUInt16LE(value.length, at);
    header.writeUInt16LE(value.length, at + 2);
    header.writeUInt32LE(offset, at + 4);
    payload.push(value);
    offset += value.length;
  }
  header.writeUInt32LE(parts.flags, 60);
  VERSION.copy(header, 64);
  return Buffer.concat([header, ...payload]);
}

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const digest = createHmac('md5', key);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** 100 nanoseconds since 1601. */
function fileTime(date: Date): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE((BigInt(date.getTime()) + 11_644_473_600_000n) * 10_000n);
  return bytes;
}
