// The certificate authorities that an environment trusts besides the usual ones. A file that adds nothing to them is told
// here: later it would only show as a server that is not trusted.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../ports/clock.ts';
import { type Log, silentLog } from '../ports/log.ts';
import { systemClock } from '../system/system-clock.ts';

/**
 * PEM of what can be used; undefined when no file is named. Throws `unreadableFile`, and `unusableCaFile` when nothing in
 * it can be used; what is of no use beside others is only logged, since bundles often keep old authorities.
 */
export function readAdditionalCa(
  file: string | undefined,
  clock: Clock = systemClock,
  log: Log = silentLog,
): string | undefined {
  if (file === undefined) return undefined;
  const certificates = readCertificates(file);
  const usable: X509Certificate[] = [];
  const refused: { readonly subject: string; readonly reason: Problem }[] = [];
  for (const certificate of certificates) {
    const reason = problemOf(certificate, clock.now());
    if (reason === undefined) usable.push(certificate);
    // Node writes one name part per line.
    else refused.push({ subject: certificate.subject.split('\n').join(', '), reason });
  }
  const [first] = refused;
  if (usable.length === 0 && first !== undefined)
    throw unusable(file, first.reason, { subject: first.subject });
  for (const { subject, reason } of refused)
    log.warn('a certificate of the file with additional authorities is of no use', { file, subject, reason });
  return usable.map(String).join('');
}

type Problem =
  | 'empty'
  | 'noCertificate'
  | 'damagedCertificate'
  | 'expired'
  | 'notYetValid'
  | 'notAnAuthority';

function unusable(file: string, reason: Problem, more: Readonly<Record<string, string>> = {}): Failure {
  return new Failure('unusableCaFile', { details: { file, setting: 'additionalCaFile', reason, ...more } });
}

function readCertificates(file: string): readonly X509Certificate[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Failure('unreadableFile', { details: { file, setting: 'additionalCaFile' }, cause });
  }
  const text = textOf(bytes);
  if (text.trim() === '') throw unusable(file, 'empty');
  const blocks = text.match(PEM_BLOCK) ?? [];
  if (text.split('-----BEGIN CERTIFICATE-----').length - 1 !== blocks.length) return damaged(file);
  if (blocks.length > 0) return blocks.map((block) => parse(block) ?? damaged(file));
  // What Windows exports as .cer unless told otherwise.
  const single = parse(bytes);
  if (single === undefined) throw unusable(file, 'noCertificate');
  return [single];
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Windows PowerShell redirects text as UTF-16. */
function textOf(bytes: Buffer): string {
  return bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
}

function parse(pemOrDer: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(pemOrDer);
  } catch {
    return undefined;
  }
}

function damaged(file: string): never {
  throw unusable(file, 'damagedCertificate');
}

function problemOf(certificate: X509Certificate, now: Date): Problem | undefined {
  if (certificate.validToDate <= now) return 'expired';
  if (certificate.validFromDate > now) return 'notYetValid';
  // One that a server made for itself is its own authority: trusted are then that server and nobody else.
  const isOwnAuthority = certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
  return certificate.ca || isOwnAuthority ? undefined : 'notAnAuthority';
}
