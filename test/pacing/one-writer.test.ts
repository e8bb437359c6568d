// One gate per mailbox over all processes: each process has a gate of its own, and the lease of the mailbox lets only
// one of them write. Two openings of one data directory, each with its own connection, stand for two processes; that
// leases hold between real ones is shown beside the store.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import type { Leases } from '../../src/ports/leases.ts';
import { type FillOptions, PacedTenant, pacedPolicy } from './paced-tenant.ts';

const [MAILBOXES, CONTACTS] = [3, 60];
const perMailbox = (items: number) => Array.from({ length: MAILBOXES }, () => items);
const policies = [
  pacedPolicy,
  {
    ...pacedPolicy,
    id: '0b5e0c11-7d1a-4c55-9a53-6f1d3f1f0b0a',
    name: 'Second',
    folder: { ...pacedPolicy.folder, name: 'Second' },
  },
];

let tenant: PacedTenant;
let dataDirectory: string;

beforeAll(async () => {
  tenant = await PacedTenant.start({ mailboxes: MAILBOXES, contacts: CONTACTS });
});
afterAll(() => tenant.close());

async function bothAtOnce(more: Pick<FillOptions, 'adjust'> = {}) {
  // Without the limit, so that it is seen how many there would be.
  await tenant.behave({ latency: { milliseconds: 250 } });
  dataDirectory = tenant.dataDirectory();
  const fills = await Promise.all(
    policies.map((policy) => tenant.fill({ dataDirectory, policy, holder: policy.name, ...more })),
  );
  const { mailboxes } = await tenant.control.usage();
  return { fills, mostAtOnce: Math.max(...Object.values(mailboxes).map((one) => one.mostAtOnce)) };
}

test('two processes write the same mailboxes: never more than four requests at once in one of them', async () => {
  const { fills, mostAtOnce } = await bothAtOnce();
  expect(mostAtOnce).toBe(4);
  // Who finds a mailbox taken waits for it.
  expect(fills.flatMap(({ problems }) => problems)).toEqual([]);
  const created = fills.reduce((sum, { counts }) => sum + counts.created, 0);
  expect(created).toBe(MAILBOXES * policies.length * CONTACTS);
  expect(await tenant.itemsPerMailbox()).toEqual(perMailbox(CONTACTS * policies.length));
});

test('twin: with a lease for everybody there are eight', async () => {
  const generous: Leases = {
    acquire: async () => ({ release: async () => {} }),
    heldBy: async () => undefined,
    askToEnd: async () => false,
  };
  const togetherAt = meetings(policies.length);
  const { mostAtOnce } = await bothAtOnce({
    adjust: (ports) => ({ ...ports, leases: generous, targets: waitingFirst(ports.targets, togetherAt) }),
  });
  expect(mostAtOnce).toBe(8);
});

/** Whoever comes waits until so many have come to the same place. */
function meetings(size: number): (place: string) => Promise<void> {
  const places = new Map<string, { readonly all: PromiseWithResolvers<void>; here: number }>();
  return (place) => {
    const meeting = places.get(place) ?? { all: Promise.withResolvers<void>(), here: 0 };
    places.set(place, meeting);
    meeting.here += 1;
    if (meeting.here >= size) meeting.all.resolve();
    return meeting.all.promise;
  };
}

/** Before the first write to each mailbox; without it one process could be done before the other begins. */
function waitingFirst(
  targets: RunPorts['targets'],
  togetherAt: (place: string) => Promise<void>,
): RunPorts['targets'] {
  return {
    ...targets,
    open(...args) {
      const target = targets.open(...args);
      let isMet = false;
      return {
        readFolder: (...rest) => target.readFolder(...rest),
        readContacts: (...rest) => target.readContacts(...rest),
        readUnmarked: (...rest) => target.readUnmarked(...rest),
        readElsewhere: (...rest) => target.readElsewhere(...rest),
        applyFolder: (...rest) => target.applyFolder(...rest),
        async applyChanges(...rest) {
          if (!isMet) await togetherAt(args[0].id);
          isMet = true;
          return target.applyChanges(...rest);
        },
      };
    },
  };
}
