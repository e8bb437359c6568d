// Whom a person means with a policy to clean up, and what a scan tells of it, also where nothing is remembered.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUpRequest, RunView } from '@contactsync/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { boxId, World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';

const POLICY = 'aaaaaaaa-2222-4333-8444-555555555555';
const BOXES = [1, 2, 3, 4, 5, 6, 7];

let directory = '';
let world: World;
let operations: OpenedOperations;

async function open(name = 'data'): Promise<void> {
  operations = await openOperations(join(directory, name), (dependencies) => ({
    ...dependencies,
    clock: world.clock,
    connect: async () => {
      const { source, directory: mailboxes, targets } = world.ports;
      return { source, directory: mailboxes, targets, close: async () => {} };
    },
  }));
  const environment = {
    ...{ kind: 'environment', version: 1, id: '11111111-2222-4333-8444-555555555555', name: 'contoso' },
    scenario: 'exchangeOnline',
    exchangeOnline: {
      organization: 'contoso.onmicrosoft.com',
      applicationId: '11111111-2222-4333-8444-666666666666',
    },
  };
  await operations.environments.apply({ text: JSON.stringify(environment) });
}

/** As if the database was lost: another one, over the same mailboxes. */
async function openAnew(): Promise<void> {
  await operations.close();
  await open('anew');
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-clean-up-'));
  world = new World(3, BOXES.length);
  await open();
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

async function apply(folder: object = {}): Promise<void> {
  const policy = {
    ...{ kind: 'policy', version: 1, id: POLICY, name: 'All staff', environment: 'contoso', folder },
    source: { type: 'exchangeOnline' },
  };
  await operations.policies.apply({ text: JSON.stringify(policy) });
}

async function over({ id }: RunView): Promise<RunView> {
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
  return operations.runs.get(id);
}

const fill = async () => over(await operations.runs.start({ policy: 'All staff', mode: 'run' }));
const cleanUp = async (request: Omit<CleanUpRequest, 'mode'>) =>
  over(await operations.runs.cleanUp({ mode: 'run', ...request }));

async function approve(run: RunView): Promise<RunView> {
  const { brake } = await operations.runs.report(run.id);
  return over(await operations.runs.approve(run.id, brake?.digest ?? ''));
}

const filled = () => BOXES.filter((box) => world.managed(box).size > 0);

describe('a clean-up', () => {
  it('of named mailboxes empties these, whatever the case of the address', async () => {
    await apply();
    await fill();
    expect(await cleanUp({ policy: 'All staff', mailboxes: ['BOX2@contoso.example'] })).toMatchObject({
      state: 'finished',
      kind: 'cleanup',
    });
    expect(filled()).toEqual([1, 3, 4, 5, 6, 7]);
    const unknown = cleanUp({ policy: 'All staff', mailboxes: ['nobody@contoso.example'] });
    await expect(unknown).rejects.toMatchObject({ failure: { code: 'notFound' } });
  });

  it('of a whole policy waits, and an edited policy voids the plan', async () => {
    await apply();
    await fill();
    const waiting = await cleanUp({ policy: 'All staff' });
    expect(waiting.state).toBe('awaitingApproval');
    await apply({ name: 'Renamed' });
    await expect(approve(waiting)).rejects.toMatchObject({ failure: { code: 'planChanged' } });
    expect(filled()).toEqual(BOXES);
    expect(await approve(await cleanUp({ policy: 'All staff' }))).toMatchObject({ state: 'finished' });
    expect(filled()).toEqual([]);
  });

  it('of a policy that was removed goes by its id, and asks for an approval even for one mailbox', async () => {
    await apply();
    await fill();
    await operations.policies.remove('All staff', { removeContacts: false });
    const one = await cleanUp({ policy: POLICY, mailboxes: ['box1@contoso.example'] });
    expect(one).toMatchObject({ state: 'awaitingApproval', policyName: 'All staff' });
    await approve(one);
    expect(filled()).toEqual([2, 3, 4, 5, 6, 7]);
    const undone = await over(await operations.runs.rollback({ run: one.id, mailboxes: [], mode: 'run' }));
    expect(undone.state).toBe('finished');
    expect(filled()).toEqual(BOXES);
  });

  it('of a policy that nobody remembers is searched for in every mailbox', async () => {
    await apply();
    await fill();
    await openAnew();
    await expect(cleanUp({ policy: POLICY })).rejects.toMatchObject({ failure: { code: 'notFound' } });
    await expect(cleanUp({ policy: 'All staff', environment: 'contoso' })).rejects.toMatchObject({
      failure: { code: 'notFound' },
    });
    const waiting = await cleanUp({ policy: POLICY, environment: 'contoso' });
    expect(waiting.state).toBe('awaitingApproval');
    await approve(waiting);
    expect(filled()).toEqual([]);
    await expect(cleanUp({ policy: POLICY, environment: 'contoso' })).rejects.toMatchObject({
      failure: { code: 'notFound' },
    });
  });

  it('of a stored policy finds with a search what the database has forgotten', async () => {
    await apply();
    await fill();
    await openAnew();
    await apply();
    expect(await cleanUp({ policy: 'All staff' })).toMatchObject({ state: 'finished' });
    expect(filled()).toEqual(BOXES);
    await approve(await cleanUp({ policy: 'All staff', isSearching: true }));
    expect(filled()).toEqual([]);
  });

  it('leaves what users dragged to Contacts, unless somebody says that the policy wrote there', async () => {
    await apply();
    await fill();
    const box = world.box(1);
    world.organization.userOf(boxId(1)).moveContact(world.item(1, 1).id, box.contactsId);
    await openAnew();
    await approve(await cleanUp({ policy: POLICY, environment: 'contoso', isSearching: true }));
    expect(filled()).toEqual([1]);
    expect(box.itemsIn(box.contactsId)).toHaveLength(1);
    await approve(await cleanUp({ policy: POLICY, environment: 'contoso', inContacts: true }));
    expect(filled()).toEqual([]);
  });
});

describe('a scan', () => {
  it('tells of each policy whether it is known here, how much carries its mark, and when it last ran', async () => {
    await apply();
    await fill();
    const all = { policyId: POLICY, mailboxes: 7, items: 21, name: 'All staff' };
    const scan = () => operations.runs.scan('contoso');
    expect((await scan()).policies).toMatchObject([{ ...all, state: 'stored' }]);
    await operations.policies.remove('All staff', { removeContacts: false });
    const lastRunAt = expect.any(String);
    expect((await scan()).policies).toMatchObject([{ ...all, state: 'removed', lastRunAt }]);
    await openAnew();
    const { name: _, ...rest } = all;
    expect((await scan()).policies).toEqual([{ ...rest, state: 'unknown' }]);
  });

  it('of some mailboxes looks into these, and tells what lies in Contacts itself apart', async () => {
    await apply();
    await fill();
    const { id } = world.item(1, 1);
    world.organization.userOf(boxId(1)).moveContact(id, world.box(1).contactsId);
    const scan = await operations.runs.scan('contoso', undefined, { mailboxes: ['box1@contoso.example'] });
    expect(scan).toMatchObject({ mailboxes: 1, isComplete: true });
    expect(scan.folders).toMatchObject([
      { folder: 'Company Contacts', items: 2 },
      { folder: '', items: 1, isContacts: true },
    ]);
  });

  it('names the mailboxes that it could not look into', async () => {
    world.box(1).trouble.refuse('mailboxAccessDenied');
    const scan = await operations.runs.scan('contoso');
    expect(scan.isComplete).toBe(false);
    expect(scan.failures).toMatchObject([
      { primarySmtpAddress: 'box1@contoso.example', failure: { code: 'mailboxAccessDenied' } },
    ]);
  });
});

describe('a clean-up of what other tools left', () => {
  const rules = { categories: ['Imported'], fileAs: [], folders: [] };
  const leftovers = (request: object = {}) =>
    operations.runs.cleanUpLeftovers({ environment: 'contoso', rules, mode: 'run', ...request });

  it('needs a rule, and none that stands for everything', async () => {
    const nothing = { categories: [], fileAs: [], folders: [] };
    for (const given of [nothing, { ...rules, fileAs: ['*'] }, { ...nothing, folders: [' / '] }])
      await expect(leftovers({ rules: given })).rejects.toMatchObject({ failure: { code: 'usage' } });
    const mailboxes = ['nobody@contoso.example'];
    await expect(leftovers({ mailboxes })).rejects.toMatchObject({ failure: { code: 'notFound' } });
  });

  it('is planned, approved and rolled back like that of a policy', async () => {
    const user = world.organization.userOf(boxId(1));
    user.addContact({ displayName: 'Left over', categories: 'Imported' });
    const inContacts = () => world.box(1).itemsIn(world.box(1).contactsId).length;
    const waiting = await over(await leftovers());
    expect(waiting).toMatchObject({ state: 'awaitingApproval', policyName: 'leftovers of other tools' });
    const plans = [];
    for await (const plan of operations.runs.plan(waiting.id, 'box1@contoso.example')) plans.push(plan);
    expect(plans[0]?.changes).toMatchObject([
      { label: 'Left over', reason: 'leftoverCategory', rule: 'Imported', isPermanent: false },
    ]);
    await approve(waiting);
    expect(inContacts()).toBe(0);
    await over(await operations.runs.rollback({ run: waiting.id, mailboxes: [], mode: 'run' }));
    expect(inContacts()).toBe(1);
    // A newer plan takes the place of one that waits.
    const first = await over(await leftovers());
    await over(await leftovers());
    expect((await operations.runs.get(first.id)).state).toBe('superseded');
  });
});
