// Reads a real Active Directory (Samba, 10,000 recipients) in full, again unchanged, and again after a few changes, and
// compares with ldapsearch reading the same attributes. Needs what test/needs.ts names as samba; `node
// tools/bench/active-directory.ts [recipients]`.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECIPIENT_ATTRIBUTES } from '../../src/connectors/active-directory/attributes.ts';
import { RECIPIENTS } from '../../src/connectors/active-directory/recipient-kinds.ts';
import { formatFilter } from '../../src/connectors/ldap-client/filter.ts';
import { createInMemoryDirectoryCache } from '../../src/connectors/memory/stores/in-memory-directory-cache.ts';
import { Administrator } from '../../test/active-directory/administrator.ts';
import { connectTo, wholeDirectory } from '../../test/active-directory/connector.ts';
import {
  type DomainController,
  startDomainController,
} from '../../test/active-directory/domain-controller.ts';

const ROUNDS = 3;
const signal = new AbortController().signal;

const controller = await startDomainController({ objects: Number(process.argv[2] ?? 10_000) });
try {
  const cache = createInMemoryDirectoryCache();
  const read = async (remembering = cache) => {
    const { source, close } = connectTo(controller, {}, { cache: remembering });
    const { objects, isComplete } = await source.read(wholeDirectory, signal);
    await close();
    if (!isComplete || objects.length !== controller.manifest.recipients)
      throw new Error('not everything was read');
  };
  const full = await best(() => read(createInMemoryDirectoryCache()));
  await read();
  const unchanged = await best(() => read());
  const changed = await best(
    () => read(),
    () => changeOne(controller),
  );
  const ldapsearch = await best(() => searchWith(controller));
  const row = (what: string, { ms, cpuMs }: Measured) =>
    [
      what.padEnd(36),
      `${Math.round(ms)} ms`.padStart(10),
      `${(ms / ldapsearch.ms).toFixed(2)} x ldapsearch`.padStart(20),
      `${Math.round(cpuMs)} ms of CPU here`.padStart(24),
    ].join('');
  console.log(`${controller.manifest.recipients} recipients, LDAPS, best of ${ROUNDS}`);
  console.log(row('ldapsearch, the same attributes', ldapsearch));
  console.log(row('full reading', full));
  console.log(row('unchanged', unchanged));
  console.log(row('one person changed', changed));
} finally {
  await controller.stop();
}

interface Measured {
  readonly ms: number;
  /** Of this process; other processes on the machine change the time, but not this. */
  readonly cpuMs: number;
}

async function best(
  run: () => Promise<void>,
  prepare: () => Promise<void> = async () => {},
): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await prepare();
    const start = performance.now();
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    rounds.push({ ms: performance.now() - start, cpuMs: (user + system) / 1_000 });
  }
  return {
    ms: Math.min(...rounds.map(({ ms }) => ms)),
    cpuMs: Math.min(...rounds.map(({ cpuMs }) => cpuMs)),
  };
}

async function changeOne({ manifest }: DomainController): Promise<void> {
  const admin = await Administrator.signIn(controller);
  await admin.change(manifest.cases.topManager?.dn ?? '', { department: `Changed ${performance.now()}` });
  await admin.signOut();
}

async function searchWith({ address, caPem, reader, baseDn }: DomainController): Promise<void> {
  const caFile = join(tmpdir(), 'contactsync-bench-ca.pem');
  writeFileSync(caFile, caPem);
  const account = ['-D', reader.name, '-w', reader.password];
  const paging = ['-E', 'pr=1000/noprompt'];
  const search = ['-b', baseDn, formatFilter(RECIPIENTS), ...RECIPIENT_ATTRIBUTES];
  const child = spawn(
    'ldapsearch',
    ['-x', '-LLL', '-H', `ldaps://${address}`, ...account, ...paging, ...search],
    {
      stdio: 'ignore',
      env: { ...process.env, LDAPTLS_CACERT: caFile },
    },
  );
  await new Promise<void>((resolve, reject) => {
    child
      .on('error', reject)
      .on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ldapsearch: ${code}`))));
  });
}
