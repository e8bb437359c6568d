// One message of syslog for each announcement (RFC 5424): a datagram over UDP (RFC 5426), otherwise counted octets over a
// connection of its own (RFC 6587, RFC 5425 with TLS). Nobody answers: what was handed over counts as told.

import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Syslog } from '../../model/environment.ts';
import { Failure } from '../../model/failure.ts';
import type { Listener, OutgoingAnnouncement } from '../../ports/announcements.ts';
import { openGuard } from '../http/guard.ts';
import { tlsOptions } from './tls-options.ts';
import { reasonOf } from './webhook.ts';

export interface SyslogOptions {
  readonly server: Syslog;
  /** Of this computer. */
  readonly hostName: string;
  readonly processId: number;
  readonly additionalCa: string | undefined;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
const PORTS = { tls: 6514, tcp: 514, udp: 514 } as const satisfies Record<Syslog['transport'], number>;

/** Local use 0; RFC 5424 section 6.2.1. */
const FACILITY = 16;
const SEVERITIES = { error: 3, warning: 4, info: 6 } as const;

export function sendToSyslog(options: SyslogOptions): Listener {
  const { server, timeoutMs = TIMEOUT_MS } = options;
  const port = server.port ?? PORTS[server.transport];
  return {
    async tell(announcement, signal) {
      const message = Buffer.from(messageOf(announcement, options));
      const guard = openGuard(signal, timeoutMs);
      try {
        await (server.transport === 'udp'
          ? sendDatagram(message, server.host, port, guard.signal)
          : sendCounted(message, options, port, guard.signal));
        return {};
      } catch (cause) {
        if (signal.aborted) throw new Failure('cancelled', { cause });
        const details = { host: `${server.host}:${port}`, reason: reasonOf(cause) };
        throw new Failure('listenerUnreachable', { details, cause });
      } finally {
        guard.close();
      }
    },
  };
}

function messageOf(
  { severity, at, event, text }: OutgoingAnnouncement,
  { hostName, processId }: SyslogOptions,
): string {
  // Visible ASCII only, and never empty.
  const host = hostName.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
  const priority = FACILITY * 8 + SEVERITIES[severity];
  return `<${priority}>1 ${at.toISOString()} ${host} contactsync ${processId} ${event} - ${text}`;
}

function sendDatagram(message: Buffer, host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', signal });
    socket
      .on('error', reject)
      // Ended by the signal while the name is looked up: then nobody calls back.
      .on('close', () => reject(signal.reason as Error))
      .send(message, port, host, (error) => {
        if (error === null) resolve();
        else reject(error);
        socket.close();
      });
  });
}

function sendCounted(
  message: Buffer,
  { server: { host, transport }, additionalCa }: SyslogOptions,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket =
      transport === 'tls'
        ? connectTls({
            host,
            port,
            ...tlsOptions(additionalCa),
            ...(isIP(host) === 0 ? { servername: host } : {}),
          })
        : connectTcp({ host, port });
    const onAbort = () => socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    socket
      .on('error', reject)
      // Some servers never close: what has left this computer is told.
      .once(transport === 'tls' ? 'secureConnect' : 'connect', () => {
        socket.end(Buffer.concat([Buffer.from(`${message.length} `), message]), () => {
          resolve();
          socket.destroySoon();
        });
      })
      .on('close', () => {
        signal.removeEventListener('abort', onAbort);
        reject(new Error('closed'));
      })
      .resume();
    if (signal.aborted) onAbort();
  });
}
