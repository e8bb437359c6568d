// A real Active Directory domain controller (Samba) for tests, on a loopback address of its own, with a generated
// company directory. See domain-controller/readme.md.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';

export interface SpecialCase {
  readonly dn: string;
  readonly objectGUID: string;
  readonly kind: string;
  readonly hidden: boolean;
  readonly members?: number;
}

export interface Manifest {
  readonly recipients: number;
  readonly hidden: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly cases: Readonly<Record<string, SpecialCase>>;
}

export interface Account {
  readonly name: string;
  readonly password: string;
}

export interface DomainController {
  readonly address: string;
  readonly baseDn: string;
  readonly caPem: string;
  /** Name in its certificate, besides the address and localhost. */
  readonly serverName: string;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly reader: Account & { readonly dn: string };
  readonly administrator: Account;
  readonly manifest: Manifest;
  stop(): Promise<void>;
}

export interface DomainControllerOptions {
  readonly objects: number;
  /** Refuses simple binds without TLS. */
  readonly requiresTls?: boolean;
}

const SCRIPTS = join(import.meta.dirname, 'domain-controller');
const run = promisify(execFile);

export async function startDomainController(options: DomainControllerOptions): Promise<DomainController> {
  const folder = mkdtempSync(join(tmpdir(), 'contactsync-domain-controller-'));
  const address = await freeAddress();
  const stop = async () => {
    await run(join(SCRIPTS, 'stop.sh'), [folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  await run(join(SCRIPTS, 'start.sh'), [
    '--dir',
    folder,
    '--address',
    address,
    '--objects',
    String(options.objects),
    '--cache',
    join(tmpdir(), 'contactsync-domain-controllers'),
    ...(options.requiresTls === true ? ['--require-tls'] : []),
  ]).catch(async (thrown: unknown) => {
    // Interrupted, it may have the server running already.
    await stop();
    throw thrown;
  });
  const facts = parseEnv(readFileSync(join(folder, 'connection.env'), 'utf8'));
  const fact = (name: string) => facts[name] ?? fail(`connection.env has no ${name}`);
  const file = (name: string) => readFileSync(join(folder, 'tls', name), 'utf8');
  return {
    address,
    baseDn: fact('AD_BASE_DN'),
    caPem: file('ca.pem'),
    serverName: fact('AD_SERVER_NAME'),
    tls: { cert: file('cert.pem'), key: file('key.pem') },
    reader: { name: fact('AD_BIND_UPN'), password: fact('AD_BIND_PASSWORD'), dn: fact('AD_BIND_DN') },
    administrator: { name: fact('AD_ADMIN_UPN'), password: fact('AD_ADMIN_PASSWORD') },
    manifest: JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')),
    stop,
  };
}

function fail(message: string): never {
  throw new Error(message);
}

/** Samba's ports are fixed, so it is the address that must be free. Where to begin follows from the process. */
async function freeAddress(): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const number = (process.pid * 61 + attempt * 7) % 60_000;
    const address = `127.0.${2 + Math.floor(number / 250)}.${1 + (number % 250)}`;
    if (await isFree(address)) return address;
  }
  throw new Error('no free loopback address');
}

function isFree(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(389, address, () => probe.close(() => resolve(true)));
  });
}
