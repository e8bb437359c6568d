// Trouble at random for soak tests: repeatable, at its rate, and only of kinds that pass.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { EmulatorControl, passingKinds, type RandomFaultChoice } from '../src/index.ts';
import { type GraphTenant, startGraphTenant } from './graph-tenant.ts';

let tenant: GraphTenant;
let control: EmulatorControl;
let mailboxes: readonly string[];

beforeAll(async () => {
  tenant = await startGraphTenant();
  control = new EmulatorControl(tenant.emulator.url, tenant.emulator.caPem);
  const people = [...tenant.emulator.organization.recipients.values()];
  mailboxes = people.filter((one) => one.mailbox !== undefined).map((one) => one.id);
});
afterAll(async () => {
  await control.close();
  await tenant.close();
});

/** The first kinds that strike a mailbox, seen from the log; the token is new for each request. */
async function run(choice: RandomFaultChoice, order: readonly string[], each = 60): Promise<string[]> {
  await control.clearFaults();
  await control.clearRequests();
  await control.setRandomFaults(choice);
  for (let number = 0; number < each; number += 1)
    for (const id of order) {
      const headers = { authorization: `Bearer ${tenant.tokenWith(['Contacts.ReadWrite'])}` };
      await tenant.send('GET', `/users/${id}/contacts?$top=1`, { headers }).catch(() => undefined);
    }
  const log = (await control.requests()).filter((one) => one.face === 'graph');
  await control.clearFaults();
  return log.map((one) => `${one.path} ${one.fault ?? '-'}`);
}

test('the same seed brings the same trouble to each mailbox, whatever the order; another seed does not', async () => {
  const first = await run({ rate: 0.3, seed: 5 }, mailboxes);
  const again = await run({ rate: 0.3, seed: 5 }, mailboxes.toReversed());
  const sorted = (lines: readonly string[]) =>
    mailboxes.map((id) => lines.filter((line) => line.includes(id)));
  expect(sorted(again)).toEqual(sorted(first));
  expect(sorted(await run({ rate: 0.3, seed: 6 }, mailboxes))).not.toEqual(sorted(first));
});

test('at its rate, with kinds that pass and can happen to the request', async () => {
  const lines = await run({ rate: 0.2, seed: 1 }, mailboxes, 100);
  const kinds = lines.map((line) => line.split(' ')[1]).filter((kind) => kind !== '-');
  expect(kinds.length / lines.length).toBeGreaterThan(0.12);
  expect(kinds.length / lines.length).toBeLessThan(0.28);
  expect(new Set(kinds).size).toBeGreaterThan(5);
  expect(kinds.filter((kind) => !passingKinds.some((one) => one === kind))).toEqual([]);
  expect(kinds.filter((kind) => kind?.startsWith('batch-') || kind?.startsWith('delta-'))).toEqual([]);
});

test('kinds that do not pass come when they are named; rate 0 ends it', async () => {
  const lines = await run({ rate: 1, kinds: ['access-denied'] }, mailboxes, 2);
  expect(lines.every((line) => line.endsWith(' access-denied'))).toBe(true);
  expect((await run({ rate: 0 }, mailboxes, 5)).every((line) => line.endsWith(' -'))).toBe(true);
  await control.setRandomFaults({ rate: 1, kinds: ['throttled'], faces: ['entra'] });
  expect((await tenant.send('GET', '/users')).status).toBe(200);
  await control.clearFaults();
});
