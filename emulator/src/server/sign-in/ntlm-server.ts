// The server's side of NTLM: a challenge for each type 1, then the proof in type 3, made with the account's password
// and, where Extended Protection wants it, with the channel binding of this server's certificate. NTLMv1 is refused.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Account, netbiosDomain, type OnPremises } from '../../organization/on-premises.ts';
import type { EmulatorContext } from '../exchange.ts';
import { channelBinding } from './channel-binding.ts';
import { md4 } from './md4.ts';
import {
  type Authenticate,
  avIds,
  avPair,
  challengeMessage,
  clientFlags,
  flags,
  messageType,
  readAuthenticate,
  readAvPairs,
} from './ntlm-messages.ts';

/** What a TCP connection remembers. */
export interface NtlmConnection {
  account?: Account;
  handshake?: { readonly negotiate: Buffer; readonly challengeMessage: Buffer; readonly challenge: Buffer };
}

export type NtlmStep =
  | { readonly kind: 'challenge'; readonly message: Buffer }
  | { readonly kind: 'accepted'; readonly account: Account }
  /** `isWrongPassword`: the proof was made with another password; anything else does not count against the account. */
  | { readonly kind: 'refused'; readonly account: Account | undefined; readonly isWrongPassword: boolean };

export function continueNtlm(
  connection: NtlmConnection,
  message: Buffer,
  context: EmulatorContext,
): NtlmStep {
  switch (messageType(message)) {
    case 1:
      return challenge(connection, message, context);
    case 3:
      return check(connection, message, context);
    default:
      return refused();
  }
}

function refused(account?: Account, isWrongPassword = false): NtlmStep {
  return { kind: 'refused', account, isWrongPassword };
}

function challenge(connection: NtlmConnection, negotiate: Buffer, context: EmulatorContext): NtlmStep {
  const serverChallenge = randomBytes(8);
  const wanted = clientFlags(negotiate);
  const always = flags.unicode | flags.requestTarget | flags.ntlm | flags.targetTypeDomain | flags.targetInfo;
  const onWish =
    flags.alwaysSign |
    flags.extendedSessionSecurity |
    flags.version |
    flags.encryption128 |
    flags.encryption56 |
    flags.keyExchange;
  const message = challengeMessage({
    challenge: serverChallenge,
    flags: always | (wanted & onWish),
    targetName: netbiosDomain,
    targetInfo: targetInfo(context),
  });
  delete connection.account;
  connection.handshake = { negotiate, challengeMessage: message, challenge: serverChallenge };
  return { kind: 'challenge', message };
}

function targetInfo({ onPremises, clock }: EmulatorContext): Buffer {
  const text = (value: string): Buffer => Buffer.from(value, 'utf16le');
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64LE((BigInt(clock.now().getTime()) + 11_644_473_600_000n) * 10_000n);
  return Buffer.concat([
    avPair(avIds.domainName, text(netbiosDomain)),
    avPair(avIds.computerName, text('EX01')),
    avPair(avIds.dnsDomainName, text(onPremises.dnsDomain)),
    avPair(avIds.dnsComputerName, text(`ex01.${onPremises.dnsDomain}`)),
    avPair(avIds.dnsTreeName, text(onPremises.dnsDomain)),
    avPair(avIds.timestamp, timestamp),
    avPair(avIds.end, Buffer.alloc(0)),
  ]);
}

function check(connection: NtlmConnection, message: Buffer, context: EmulatorContext): NtlmStep {
  const { handshake } = connection;
  delete connection.handshake;
  const given = readAuthenticate(message);
  if (handshake === undefined || given === undefined) return refused();
  const { onPremises } = context;
  const account = onPremises.find(given.user, given.domain);
  if (account === undefined) return refused();
  // Sixteen bytes of proof and a blob: the response of NTLMv1 is exactly 24 bytes and not accepted from anybody.
  if (given.ntResponse.length <= 24) return refused(account);
  const proof = given.ntResponse.subarray(0, 16);
  const blob = given.ntResponse.subarray(16);
  const key = responseKey(account, given);
  if (!same(hmacMd5(key, Buffer.concat([handshake.challenge, blob])), proof)) return refused(account, true);
  const pairs = readAvPairs(blob.subarray(28));
  if (pairs === undefined || blob[0] !== 1 || blob[1] !== 1) return refused(account);
  const sessionKey = hmacMd5(key, proof);
  if (!hasItsIntegrity(given, pairs, handshake, sessionKey)) return refused(account);
  return isBound(pairs, onPremises, context) ? { kind: 'accepted', account } : refused(account);
}

// NTOWFv2 (MS-NLMP 3.3.2): with the domain as the client wrote it.
function responseKey(account: Account, { user, domain }: Authenticate): Buffer {
  return hmacMd5(
    md4(Buffer.from(account.password, 'utf16le')),
    Buffer.from(user.toUpperCase() + domain, 'utf16le'),
  );
}

/** Whoever says there is a MIC has to have it right. */
function hasItsIntegrity(
  given: Authenticate,
  pairs: ReadonlyMap<number, Buffer>,
  handshake: NonNullable<NtlmConnection['handshake']>,
  sessionBaseKey: Buffer,
): boolean {
  const avFlags = pairs.get(avIds.flags);
  if (avFlags === undefined || (avFlags.readUInt32LE(0) & 2) === 0) return true;
  if (given.message.length < 88) return false;
  const mic = Buffer.from(given.message.subarray(72, 88));
  const zeroed = Buffer.from(given.message);
  zeroed.fill(0, 72, 88);
  const key = exportedSessionKey(given, sessionBaseKey);
  return same(hmacMd5(key, Buffer.concat([handshake.negotiate, handshake.challengeMessage, zeroed])), mic);
}

function exportedSessionKey(given: Authenticate, sessionBaseKey: Buffer): Buffer {
  if ((given.flags & flags.keyExchange) === 0 || given.sessionKey.length !== 16) return sessionBaseKey;
  return rc4(sessionBaseKey, given.sessionKey);
}

/** Extended Protection: `allow` looks at a binding that is there, `require` wants one; a wrong one never passes. */
function isBound(
  pairs: ReadonlyMap<number, Buffer>,
  { signIn }: OnPremises,
  { certificate }: EmulatorContext,
): boolean {
  if (signIn.extendedProtection === 'none') return true;
  const binding = pairs.get(avIds.channelBindings);
  const isAbsent = binding === undefined || binding.every((byte) => byte === 0);
  if (isAbsent) return signIn.extendedProtection === 'allow';
  return same(binding, channelBinding(certificate));
}

function hmacMd5(key: Buffer, data: Buffer): Buffer {
  return createHmac('md5', key).update(data).digest();
}

function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

// RC4 is gone from OpenSSL's default provider, too.
function rc4(key: Buffer, data: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 0xff] ?? 0;
  const swap = (i: number, j: number): void => {
    const kept = at(i);
    state[i & 0xff] = at(j);
    state[j & 0xff] = kept;
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 0xff;
    swap(i, j);
  }
  let i = 0;
  let j = 0;
  return Buffer.from(
    data.map((byte) => {
      i = (i + 1) & 0xff;
      j = (j + at(i)) & 0xff;
      swap(i, j);
      return byte ^ at(at(i) + at(j));
    }),
  );
}
