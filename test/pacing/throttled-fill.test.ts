// Several mailboxes are filled while the service allows the application far less than the mailboxes together could take.
// The run ends, everything is there, and refusals stay a small part of what is sent.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PacingLimits } from '../../src/connectors/http/pacing.ts';
import type { TrafficState } from '../../src/ports/traffic.ts';
import { PacedTenant } from './paced-tenant.ts';

const [MAILBOXES, CONTACTS] = [20, 100];
/**
 * Refusals per 1,000 requests. Measured: 19 to 42 with 200 requests in 10 seconds, 35 to 38 with 400; most of them before
 * the limit is found. Where batches are sent on all at once, sixteen more in each of the two mailboxes that show it. With
 * as many at once as there is room for: 104 to 188.
 */
const MOST_REFUSED = 70;

let tenant: PacedTenant;

beforeAll(async () => {
  tenant = await PacedTenant.start({ mailboxes: MAILBOXES, contacts: CONTACTS });
});
afterAll(() => tenant.close());

async function fillWith(
  most: number,
  batchDispatch: 'four-at-a-time' | 'all-at-once',
  pacing: Partial<PacingLimits> = {},
) {
  await tenant.behave({
    limits: { mailboxConcurrency: true, mailboxRequests: true, appRequests: { most, seconds: 10 } },
    latency: { milliseconds: 250 },
    batchDispatch,
  });
  const done = await tenant.fill({ pacing });
  expect(done).toMatchObject({ state: 'finished', counts: { created: MAILBOXES * CONTACTS }, problems: [] });
  expect(await tenant.itemsPerMailbox()).toEqual(Array.from({ length: MAILBOXES }, () => CONTACTS));
  const { requests, refused } = await tenant.control.usage();
  const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
  return { done, refused, perThousand: (refusals / requests) * 1_000, traffic: done.traffic.state() };
}

const hasWaited = ({ refusals, waitedMs, underWay }: TrafficState) => {
  expect(refusals).toBeGreaterThan(0);
  expect(waitedMs).toBeGreaterThan(0);
  expect(underWay).toBe(0);
};

test.each([
  { most: 200, batchDispatch: 'four-at-a-time' },
  { most: 400, batchDispatch: 'all-at-once' },
] as const)(
  'with $most requests in 10 seconds for all mailboxes and batches sent on $batchDispatch, no storm of refusals',
  async ({ most, batchDispatch }) => {
    const { done, refused, perThousand, traffic } = await fillWith(most, batchDispatch);
    expect(refused.appRequests).toBeGreaterThan(0);
    expect(perThousand).toBeLessThan(MOST_REFUSED);
    hasWaited(traffic);
    // Not by creeping either: at least half of what the service allows.
    const allowedMs = ((MAILBOXES * CONTACTS) / most) * 10_000;
    expect(done.elapsedMs).toBeLessThan(2 * allowedMs);
  },
);

test('twin: with as many at once as there is room for, there is one', async () => {
  const { perThousand } = await fillWith(200, 'four-at-a-time', { start: 256, floor: 256 });
  expect(perThousand).toBeGreaterThan(MOST_REFUSED);
});

test('with room enough nothing is refused', async () => {
  const { refused, traffic } = await fillWith(100_000, 'four-at-a-time');
  expect(refused).toEqual({});
  expect(traffic).toMatchObject({ refusals: 0, waitedMs: 0, waitingUntil: undefined, mailboxesWaiting: 0 });
});
