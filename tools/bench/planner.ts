// A job: one run over mailboxes in which nothing has changed, with the product's own database for everything but what is
// generated. `ledger` says whether the ledger's records are generated too or stand in ledger.db, written by this job
// before the measuring begins.

import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { rulesDigest } from '../../src/core/fingerprint.ts';
import { mapContacts } from '../../src/core/map.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import { runId } from '../../src/model/ids.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import { silentLog } from '../../src/ports/log.ts';
import { ensureDataDirectory } from '../../src/store/open-database.ts';
import { openStores } from '../../src/store/open-stores.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import { benchLimit, benchPolicy } from './bench-policy.ts';
import {
  GeneratedLedger,
  generatedDirectory,
  generatedRecord,
  generatedTargets,
  POLICY_ID,
  type RecordMaker,
} from './generated-mailboxes.ts';
import { answerJob } from './job.ts';
import { benchPerson, sourceObjectOf } from './people.ts';

export interface PlannerJob {
  readonly dataDirectory: string;
  readonly mailboxes: number;
  readonly contacts: number;
  readonly ledger: 'generated' | 'database';
}

export interface PlannerResult {
  /** Of the run alone. */
  readonly cpuSeconds: number;
  readonly makingSeconds: number;
  readonly kept: number;
  /** The heap after a collection, when the run had planned its last mailbox and was still under way. */
  readonly liveMegabytes: number;
}

const signal = new AbortController().signal;

await answerJob(
  async ({ dataDirectory, mailboxes, contacts, ledger }: PlannerJob): Promise<PlannerResult> => {
    ensureDataDirectory(dataDirectory);
    const stores = await openStores({
      ...{ dataDirectory, clock: systemClock, log: silentLog, environmentVariables: {} },
    });
    const objects = Array.from({ length: contacts }, (_, index) => sourceObjectOf(benchPerson(index + 1)));
    const wanted = mapContacts({ selected: objects }, benchPolicy, { country: 'DE' });
    const maker: RecordMaker = { wanted, rulesDigest: rulesDigest(benchPolicy) };
    const directory = generatedDirectory(mailboxes);
    const generated = new GeneratedLedger(maker);
    if (ledger === 'database') await fillLedger(stores.ledger, maker, mailboxes);

    let kept = 0;
    let liveMegabytes = 0;
    const start = process.cpuUsage();
    const run = await runPolicy(
      {
        runId: runId(randomUUID()),
        revision: { policy: benchPolicy, revision: 1 },
        mode: 'run',
        holder: 'bench',
        limit: benchLimit,
        defaultCountry: 'DE',
        onEvent: (event) => {
          if (event.type !== 'mailbox.planned') return;
          kept += event.counts.keep;
          if (kept === mailboxes * contacts) liveMegabytes = liveHeap();
        },
      },
      {
        ...stores,
        source: { read: async () => ({ objects, isComplete: true, gaps: [] }), probe: async () => [] },
        directory,
        targets: generatedTargets,
        ledger: ledger === 'database' ? stores.ledger : generated,
        clock: systemClock,
        log: silentLog,
      },
      signal,
    );
    const { user, system } = process.cpuUsage(start);
    await stores.close();
    if (run.state !== 'finished' || kept !== mailboxes * contacts)
      throw new Error(`the run ended ${run.state} with ${kept} contacts kept`);
    return { cpuSeconds: (user + system) / 1e6, makingSeconds: generated.makingSeconds, kept, liveMegabytes };
  },
);

function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

async function fillLedger(ledger: Ledger, maker: RecordMaker, mailboxes: number): Promise<void> {
  const { mailboxes: all } = await generatedDirectory(mailboxes).readMailboxes(benchPolicy.mailboxes, signal);
  for (const { id } of all) await ledger.write({ ...generatedRecord(maker, id), policyId: POLICY_ID });
}
