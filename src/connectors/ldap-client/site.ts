// In which site of Active Directory this computer is. Only a domain controller can tell, from the address it sees and the
// subnets it knows: it is asked as Windows asks it, without signing in.
// https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/895a7744-aff3-4f64-bcfa-f8c05915d2e9 (LDAP ping)

import { asFailure, Failure } from '../../model/failure.ts';
import type { Log } from '../../ports/log.ts';
import { type ConnectionSettings, LdapConnection, type ServerAddress } from './connection.ts';
import { and, equals } from './filter.ts';

/** NETLOGON_NT_VERSION_5 and NETLOGON_NT_VERSION_5EX: answer in the form that names sites. */
const NT_VERSION = Buffer.from([0x06, 0, 0, 0]);
/** LOGON_SAM_LOGON_RESPONSE_EX, LOGON_SAM_USER_UNKNOWN_EX. */
const OPERATION_CODES: ReadonlySet<number> = new Set([23, 25]);
/** Operation code, zeros, flags and the GUID of the domain. */
const HEAD_BYTES = 24;
/** DnsForestName, DnsDomainName, DnsHostName, NetbiosDomainName, NetbiosComputerName, UserName, DcSiteName come before. */
const NAMES_BEFORE = 7;

/** As many are asked as may be switched off at a time; then the site stays unknown. */
const MOST_ASKED = 3;

/** The site, from the first server that answers; undefined where none does, or none knows. No password is sent. */
export async function askSite(
  servers: readonly ServerAddress[],
  settings: ConnectionSettings,
  log: Log,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const server of servers.slice(0, MOST_ASKED)) {
    try {
      const connection = await LdapConnection.open(server, settings, signal);
      try {
        const { entries } = await connection.search(
          {
            base: '',
            scope: 'base',
            // An `and` also around a single condition: that is the only form of a filter that asks for this.
            filter: and(equals('NtVer', NT_VERSION)),
            attributes: ['netlogon'],
            controls: [],
          },
          signal,
        );
        const answer = entries[0]?.attributes.get('netlogon')?.[0];
        return answer === undefined ? undefined : clientSite(answer);
      } finally {
        connection.close();
      }
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
      log.debug('a domain controller does not tell the site', { ...failure.toRecord() });
    }
  }
  return undefined;
}

/** ClientSiteName of NETLOGON_SAM_LOGON_RESPONSE_EX; undefined where it is empty or the answer has another form. */
export function clientSite(answer: Buffer): string | undefined {
  if (answer.length < HEAD_BYTES || !OPERATION_CODES.has(answer.readUInt16LE(0))) return undefined;
  let offset = HEAD_BYTES;
  try {
    for (let name = 0; name < NAMES_BEFORE; name += 1) ({ end: offset } = readName(answer, offset));
    const { labels } = readName(answer, offset);
    const site = labels.join('.');
    return isSiteName(site) ? site : undefined;
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** Whether it can stand in the name of a DNS record. */
function isSiteName(text: string): boolean {
  return /^[\p{L}\p{N}_-]{1,63}$/u.test(text);
}

const POINTER = 0xc0;

/** A compressed name (RFC 1035, 4.1.4). Throws RangeError when it does not end within the answer. */
function readName(
  bytes: Buffer,
  start: number,
): { readonly labels: readonly string[]; readonly end: number } {
  const labels: string[] = [];
  let offset = start;
  let before = start;
  let end: number | undefined;
  for (;;) {
    const length = bytes.readUInt8(offset);
    if (length === 0) return { labels, end: end ?? offset + 1 };
    if (length >= POINTER) {
      end ??= offset + 2;
      const target = ((length & ~POINTER) << 8) | bytes.readUInt8(offset + 1);
      // Always further back, so that it comes to an end.
      if (target >= before) throw new RangeError('a pointer that leads nowhere');
      before = target;
      offset = target;
      continue;
    }
    const last = offset + 1 + length;
    if (last > bytes.length) throw new RangeError('a name beyond the end');
    labels.push(bytes.toString('utf8', offset + 1, last));
    offset = last;
  }
}
