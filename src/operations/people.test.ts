// Where a person's data lies when several policies fill a folder and meet by address: the contact may bear another id.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { boxId, personId, World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';
import { policyId, sourceObjectId } from '../model/ids.ts';

const STAFF = '11111111-2222-4333-8444-00000000000a';
const CUSTOMERS = '11111111-2222-4333-8444-00000000000b';
/** The contact item of the first person of the directory. */
const ITEM = sourceObjectId('00000000-0000-4000-9000-000000000001');

let directory = '';
let world: World;
let operations: OpenedOperations;

const policyText = (name: string, id: string, priority: number, source: object) =>
  JSON.stringify({
    ...{ kind: 'policy', version: 1, id, name, environment: 'contoso', source },
    mailboxes: { addresses: ['box1@contoso.example', 'box2@contoso.example'] },
    folder: { name: 'Everybody', merge: { priority, meetBy: 'emailAddress' } },
  });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-people-'));
  world = new World(3, 2);
  operations = await openOperations(join(directory, 'data'), (dependencies) => {
    const { clock, runs, journal, ledger, memory, withheld, leases } = world;
    return {
      ...dependencies,
      ...{ clock, runs, journal, ledger, memory, withheld, leases },
      async connect() {
        const { source, directory: mailboxes, targets } = world.ports;
        return { source, directory: mailboxes, targets, close: async () => {} };
      },
    };
  });
  await operations.environments.apply({
    text: JSON.stringify({
      ...{ kind: 'environment', version: 1, id: '11111111-2222-4333-8444-666666666666', name: 'contoso' },
      scenario: 'exchangeOnline',
      exchangeOnline: {
        organization: 'contoso.onmicrosoft.com',
        applicationId: '11111111-2222-4333-8444-777777777777',
      },
    }),
  });
  await operations.policies.apply({ text: policyText('Staff', STAFF, 1, { type: 'exchangeOnline' }) });
  const mailbox = 'customers@contoso.example';
  await operations.policies.apply({
    text: policyText('Customers', CUSTOMERS, 2, { type: 'sharedMailbox', mailbox }),
  });
  await world.memory.saveOffer(policyId(CUSTOMERS), {
    people: [{ sourceObjectId: ITEM, properties: { spouseName: 'Tom' }, address: 'person1@contoso.example' }],
    former: [],
    mailboxIds: [boxId(1), boxId(2)],
  });
  const { id } = await operations.runs.start({ policy: 'Staff', mode: 'run' });
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

const boxes = ['box1@contoso.example', 'box2@contoso.example'];

it.each([false, true])(
  'the contact that stands for the person is told, with its id (reading: %s)',
  async (isReading) => {
    const { places, merged } = await operations.people.where({ person: ITEM, isReading });
    expect(places.filter(({ state }) => state === 'held')).toEqual([]);
    expect(merged).toMatchObject([
      { person: { id: personId(1), label: 'Person 1' }, mergedWith: ['Customers'] },
    ]);
    expect(
      merged[0]?.places.map(({ primarySmtpAddress, policy, state }) => [primarySmtpAddress, policy, state]),
    ).toEqual(boxes.map((box) => [box, 'Staff', 'held']));
  },
);

it('who is met by nobody, or whose counterpart lies nowhere, has nothing to be told of', async () => {
  const alone = await operations.people.where({ person: personId(2) });
  expect([alone.places.length, alone.merged]).toEqual([2, []]);
  const first = await operations.people.where({ person: personId(1) });
  expect([first.places.length, first.merged]).toEqual([2, []]);
});

it('removing one of the two leaves the contact of the other, without the values of the one', async () => {
  const spouses = () =>
    [1, 2].flatMap((box) => [...world.managed(box).values()].map(({ properties }) => properties.spouseName));
  expect(spouses()).toContain('Tom');
  await operations.people.withhold(ITEM);
  const { id } = await operations.runs.start({ policy: 'Staff', mode: 'run' });
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
  expect(spouses()).not.toContain('Tom');
  const { places, merged } = await operations.people.where({ person: ITEM });
  expect([places, merged]).toEqual([[], []]);
});

it('an empty name is no name', async () => {
  for (const person of ['', '  '])
    await expect(operations.people.where({ person })).rejects.toMatchObject({ failure: { code: 'usage' } });
  await expect(operations.people.where({ person: 'Nobody' })).rejects.toMatchObject({
    failure: { code: 'notFound' },
  });
});
