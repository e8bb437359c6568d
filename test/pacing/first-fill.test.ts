// How near the first fill of one large folder comes to what the service allows: four requests at a time, each as long
// as the service takes. By the service's clock, on which the product's own work counts as processor time.

import { expect, onTestFinished, test } from 'vitest';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import type { MailboxTarget } from '../../src/ports/mailbox-target.ts';
import { type Fill, PacedTenant } from './paced-tenant.ts';

const CONTACTS = 1_000;
const LATENCY_MS = 250;
const AT_ONCE = 4;

/** Enough to see it, and one contact after the other is slow in real time too. */
const CONTACTS_OF_TWIN = 200;

async function tenantWith(contacts: number): Promise<PacedTenant> {
  const tenant = await PacedTenant.start({ mailboxes: 1, contacts });
  onTestFinished(() => tenant.close());
  return tenant;
}

const shareOfBest = ({ elapsedMs, counts }: Fill) => (counts.created * LATENCY_MS) / AT_ONCE / elapsedMs;

async function fill(
  tenant: PacedTenant,
  batchDispatch: 'four-at-a-time' | 'all-at-once',
  adjust: (ports: RunPorts) => RunPorts = (ports) => ports,
): Promise<Fill> {
  await tenant.behave({ limits: true, latency: { milliseconds: LATENCY_MS }, batchDispatch });
  const done = await tenant.fill({ adjust });
  expect(done).toMatchObject({ state: 'finished', problems: [] });
  expect(await tenant.itemsPerMailbox()).toEqual([done.counts.created]);
  return done;
}

test.each([
  { batchDispatch: 'four-at-a-time', refused: 0 },
  // The first batch shows it: four parts are taken, sixteen refused.
  { batchDispatch: 'all-at-once', refused: 16 },
] as const)(
  'a folder of 1,000 contacts is filled at 90 % of the speed the service allows, with batches sent on $batchDispatch',
  async ({ batchDispatch, refused }) => {
    const tenant = await tenantWith(CONTACTS);
    const done = await fill(tenant, batchDispatch);
    expect(done.counts.created).toBe(CONTACTS);
    expect(shareOfBest(done)).toBeGreaterThanOrEqual(0.9);
    expect((await tenant.control.usage()).refused.mailboxConcurrency ?? 0).toBe(refused);
  },
);

test('twin: one contact after the other takes four times as long', async () => {
  const tenant = await tenantWith(CONTACTS_OF_TWIN);
  const slow = await fill(tenant, 'four-at-a-time', (ports) => ({
    ...ports,
    targets: oneByOne(ports.targets),
  }));
  expect(slow.counts.created).toBe(CONTACTS_OF_TWIN);
  expect(shareOfBest(slow)).toBeLessThan(0.3);
});

function oneByOne(targets: RunPorts['targets']): RunPorts['targets'] {
  return {
    ...targets,
    open(...args) {
      const target = targets.open(...args);
      const applyChanges: MailboxTarget['applyChanges'] = async (changes, signal) => {
        const outcomes = [];
        for (const change of changes) outcomes.push(...(await target.applyChanges([change], signal)));
        return outcomes;
      };
      return {
        readFolder: (...rest) => target.readFolder(...rest),
        readContacts: (...rest) => target.readContacts(...rest),
        readUnmarked: (...rest) => target.readUnmarked(...rest),
        readElsewhere: (...rest) => target.readElsewhere(...rest),
        applyFolder: (...rest) => target.applyFolder(...rest),
        applyChanges,
      };
    },
  };
}
