// The emulator as a process of its own: prints one line of JSON when it is ready, ends on SIGTERM, SIGINT or,
// if asked to, when its standard input closes (so that it cannot outlive who started it).

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmulator } from './index.ts';
import { defaultSize, seededApp } from './seed/seed.ts';

const usage = `Usage: node emulator/src/bin.ts [options]
  --port N             default: any free port
  --seed N             default: 1; the same seed and size give the same people
  --recipients N       default: ${defaultSize.recipients}
  --mailboxes N        user mailboxes among them; default: ${defaultSize.mailboxes}
  --on-premises N      so many of the user mailboxes are held in the building; default: every one is shown by
                       Graph and EWS alike
  --ca-file PATH       where to write the CA certificate; default: a new temporary directory
  --exit-with-stdin    end when standard input closes
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      seed: { type: 'string' },
      recipients: { type: 'string' },
      mailboxes: { type: 'string' },
      'on-premises': { type: 'string' },
      'ca-file': { type: 'string' },
      'exit-with-stdin': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return;
  }
  const emulator = await startEmulator({
    port: whole('--port', values.port, 0),
    seed: whole('--seed', values.seed, 1),
    recipients: whole('--recipients', values.recipients, defaultSize.recipients),
    mailboxes: whole('--mailboxes', values.mailboxes, defaultSize.mailboxes),
    ...(values['on-premises'] === undefined
      ? {}
      : { onPremisesMailboxes: whole('--on-premises', values['on-premises'], 0) }),
  });
  const ownDirectory = values['ca-file'] === undefined ? mkdtempSync(join(tmpdir(), 'emulator-')) : undefined;
  const caFile = values['ca-file'] ?? join(ownDirectory ?? '', 'ca.pem');
  writeFileSync(caFile, emulator.caPem);
  const stop = (): void => {
    if (ownDirectory !== undefined) rmSync(ownDirectory, { recursive: true, force: true });
    void emulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (values['exit-with-stdin'] === true) process.stdin.once('close', stop).once('end', stop).resume();
  const { tenantId, initialDomain, domains, recipients } = emulator.organization;
  const ready = {
    url: emulator.url,
    ewsUrl: emulator.ewsUrl,
    serviceAccount: emulator.serviceAccount.userName,
    caFile,
    tenantId,
    initialDomain,
    domains,
    clientId: seededApp.clientId,
    recipients: recipients.size,
    pid: process.pid,
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d+$/.test(text)) throw new Error(`${name} takes a whole number, not '${text}'`);
  return Number(text);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
});
