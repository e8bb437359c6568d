// The service as a process, killed from outside at moments drawn from a seed while three policies stand in its queue, and
// started again each time: each of them runs to its end once, in order, and nobody stands twice anywhere.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueuedView } from '@contactsync/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ItemView } from '../../emulator/src/control/client.ts';
import { Installation } from '../end-to-end/installation.ts';
import { quietTime } from '../quiet-time.ts';
import { seeded } from './random-points.ts';

const NAMES = ['First', 'Second', 'Third'] as const;
const idOf = (index: number) => `aaaaaaaa-2222-4333-8444-00000000000${index}`;
const KILLS = process.env.REQUIRE_ALL === '1' ? 8 : 4;
/** Signs of life in one life: requests at the services, and events of runs. More than three runs make. */
const MOST_SIGNS = 120;

let box: Installation;

beforeAll(async () => {
  box = await Installation.start({ recipients: 25, mailboxes: 4 });
  await box.setUp();
  await box.withCommands('called', async () => {
    for (const [index, name] of NAMES.entries())
      await box.json(['policy', 'apply', box.write(`${name}.yaml`, policyText(index, name))]);
  });
});
afterAll(() => box.close());

const policyText = (index: number, name: string) => `kind: policy
version: 1
id: ${idOf(index)}
name: ${name}
environment: contoso
source:
  type: exchangeOnline
folder:
  name: ${name} folder
schedule:
  timeZone: Europe/Berlin
  times: [{ at: ["${quietTime('Europe/Berlin', new Date())}"] }]
`;

function database<T>(use: (open: DatabaseSync) => T): T {
  const open = new DatabaseSync(join(box.dataDirectory, 'contactsync.db'), { timeout: 30_000 });
  try {
    return use(open);
  } finally {
    open.close();
  }
}

const count = (table: string): number =>
  database((open) => Number(open.prepare(`select count(*) as n from ${table}`).get()?.n));

const runs = (): readonly { readonly policy: string; readonly state: string }[] =>
  database((open) =>
    open
      .prepare('select policy_id, state from run order by seq')
      .all()
      .map(({ policy_id, state }) => ({ policy: String(policy_id), state: String(state) })),
  );

const ended = () => runs().filter(({ state }) => state !== 'interrupted');

const signsOfLife = () => box.emulator.context.log.counts().total + count('run_event');

/** As if the last look at each schedule lay two days back. */
const missRuns = () =>
  database((open) => {
    for (const index of NAMES.keys())
      open
        .prepare('insert or replace into schedule_state (policy_id, considered_until) values (?, ?)')
        .run(idOf(index), new Date(Date.now() - 48 * 60 * 60_000).toISOString());
  });

/** One life of the service, until `isOver` says so. It never ends by itself. */
async function serveUntil(isOver: () => boolean, how: 'SIGKILL' | 'SIGTERM') {
  const { child, answer } = box.spawn(['serve']);
  while (!isOver()) {
    if (child.exitCode !== null) throw new Error(`the service ended: ${JSON.stringify(await answer)}`);
    await pause(5);
  }
  child.kill(how);
  const end = await answer;
  // Nobody is alive; a minute passes.
  database((open) => open.prepare('update lease set expires_ms = 0').run());
  return end;
}

const isAllDone = () => ended().length >= NAMES.length && count('run_queue') === 0;

const namesIn = (folder: string, items: readonly ItemView[]): readonly string[] =>
  items
    .filter(({ folderPath }) => folderPath === folder)
    .map(({ properties }) => `${String(properties.displayName)} ${JSON.stringify(properties.emailAddresses)}`)
    .sort();

describe('a service that is killed', () => {
  it('loses no policy of its queue and runs none twice to its end', async () => {
    missRuns();
    const chance = seeded(20_261_123);
    let killedInTheMiddle = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const limit = signsOfLife() + Math.floor(chance() ** 2 * MOST_SIGNS);
      const hasBegun = count('run_queue') > 0;
      await serveUntil(() => signsOfLife() > limit || (hasBegun && isAllDone()), 'SIGKILL');
      if (count('run_queue') > 0) killedInTheMiddle += 1;
    }
    expect(killedInTheMiddle).toBeGreaterThan(1);
    const { exitCode } = await serveUntil(isAllDone, 'SIGTERM');
    expect(exitCode).toBe(0);
    expect(ended()).toEqual(NAMES.map((_, index) => ({ policy: idOf(index), state: 'finished' })));
    expect((await box.json<{ queue: QueuedView[] }>(['queue'])).queue).toEqual([]);

    for (const { primarySmtpAddress } of await box.control.people('UserMailbox')) {
      const { items } = await box.control.mailbox(primarySmtpAddress);
      const [first = [], ...others] = NAMES.map((name) => namesIn(`Contacts/${name} folder`, items));
      expect(first.length).toBeGreaterThan(10);
      expect(new Set(first).size).toBe(first.length);
      for (const other of others) expect(other).toEqual(first);
    }
  });
});
