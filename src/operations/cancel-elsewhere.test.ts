// A run that another process carries out, ended from here.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { InMemoryLeases } from '../connectors/memory/stores/in-memory-leases.ts';
import { World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';
import type { Leases } from '../ports/leases.ts';
import type { OperationsDependencies } from './dependencies.ts';

let directory = '';
let world: World;
/** The run holds here, before it writes the first mailbox. */
let reached = Promise.withResolvers<void>();
let goOn = Promise.withResolvers<void>();
let there: OpenedOperations;
let here: OpenedOperations;
let inside: OperationsDependencies;

function open(leases: Leases): Promise<OpenedOperations> {
  const { source, directory: mailboxes, targets } = world.ports;
  return openOperations(join(directory, 'data'), (dependencies) => {
    inside = {
      ...{ ...dependencies, leases, clock: world.clock },
      connect: async () => ({ source, directory: mailboxes, targets, close: async () => {} }),
    };
    return inside;
  });
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-cancel-'));
  world = new World(3, 2);
  reached = Promise.withResolvers();
  goOn = Promise.withResolvers();
  // Shared as rows are, and known at once instead of with the next renewal.
  const leases = new InMemoryLeases(world.clock);
  there = await open({
    async acquire(name, holder) {
      if (name.startsWith('mailbox:')) {
        reached.resolve();
        await goOn.promise;
      }
      return leases.acquire(name, holder);
    },
    heldBy: (name) => leases.heldBy(name),
    askToEnd: (name, held, askedBy) => leases.askToEnd(name, held, askedBy),
  });
  here = await open(leases);
  await here.environments.apply({
    text: JSON.stringify({
      ...{ kind: 'environment', version: 1, id: '11111111-2222-4333-8444-555555555555', name: 'contoso' },
      scenario: 'exchangeOnline',
      exchangeOnline: {
        organization: 'contoso.onmicrosoft.com',
        applicationId: '11111111-2222-4333-8444-666666666666',
      },
    }),
  });
  await here.policies.apply({
    text: JSON.stringify({
      ...{ kind: 'policy', version: 1, id: 'aaaaaaaa-2222-4333-8444-555555555555', name: 'All staff' },
      ...{ environment: 'contoso', source: { type: 'exchangeOnline' } },
    }),
  });
});

afterEach(async () => {
  goOn.resolve();
  await there.close();
  await here.close();
  rmSync(directory, { recursive: true, force: true });
});

it('is asked to end, does so before the next mailbox, and keeps its policy until then', async () => {
  const { id } = await there.runs.start({ policy: 'All staff', mode: 'run' });
  await reached.promise;
  await expect(here.policies.remove('All staff', { removeContacts: false })).rejects.toMatchObject({
    failure: { code: 'alreadyRunning', details: { run: id } },
  });

  expect(await here.runs.cancel(id)).toMatchObject({ state: 'applying' });
  goOn.resolve();
  for await (const _event of there.runs.events(id)) {
    // Until it is over.
  }
  expect(await here.runs.cancel(id)).toMatchObject({ state: 'cancelled' });
  expect(world.managed(1).size + world.managed(2).size).toBe(0);
  expect(await inside.audit.list({ action: 'run.cancel' })).toMatchObject([
    { subject: 'All staff', details: { run: id } },
  ]);
  await here.policies.remove('All staff', { removeContacts: false });
});
