// Two policies of the same people and one folder, run one after the other. The laws for any history are in
// test/properties/shared-folder.test.ts.

import { describe, expect, it } from 'vitest';
import { MailboxUser } from '../connectors/memory/mailbox-user.ts';
import { companionsOf } from '../core/companions-check.ts';
import { type TestPolicyParts, testPolicy } from '../core/test-policy.ts';
import { policyId, runId } from '../model/ids.ts';
import type { ContactPlan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { Run } from '../model/run.ts';
import { cleanUp } from './clean-up.ts';
import { explainContact } from './explain-contact.ts';
import { boxId, person, personId, World } from './testing/world.ts';

class TwoPolicies extends World {
  readonly first: Policy;
  readonly second: Policy;

  constructor(people: number, first: TestPolicyParts = {}, second: TestPolicyParts = {}) {
    super(people, 1);
    this.first = { ...withPriority(1, first), name: 'First' };
    this.second = {
      ...withPriority(2, second),
      id: '22222222-2222-4333-8444-555555555555',
      name: 'Second',
    };
    Object.assign(this.ports, {
      companionsOf: async (policy: Policy) => companionsOf(policy, [this.first, this.second]),
    });
  }

  async runOf(policy: Policy, mode: 'run' | 'test' = 'run'): Promise<Run> {
    this.policy = policy;
    return this.run(mode);
  }

  /** Who wrote what stands in the mailbox. */
  writers(): readonly string[] {
    const box = this.box(1);
    return box.items
      .filter(({ folderId }) => !box.isDeletedFolder(folderId))
      .map(({ mark, properties }) => {
        const policy = [this.first, this.second].find(({ id }) => id === mark?.policyId);
        return `${policy?.name} ${properties.displayName}`;
      })
      .sort();
  }

  async planOf({ id }: Run): Promise<ContactPlan | undefined> {
    return (await this.runs.readPlan(id, boxId(1)))?.plan;
  }
}

function withPriority(priority: number, { folder, ...parts }: TestPolicyParts): Policy {
  return testPolicy({ ...parts, folder: { merge: { meetBy: 'id', priority }, ...folder } });
}

const boss = { contact: { properties: { jobTitle: { constant: 'Boss' } } } };

describe('a person of two policies', () => {
  it('stands there once, with what the second one adds, and the test run says from where', async () => {
    const world = new TwoPolicies(2, {}, boss);
    await world.runOf(world.second);
    const test = await world.runOf(world.first, 'test');
    await world.runOf(world.first);
    const change = (await world.planOf(test))?.changes[0];
    expect(change).toMatchObject({ kind: 'create', reason: 'new' });
    const { brake } = world.second;
    await world.runOf({ ...world.second, brake: { ...brake, maxUnexplainedPercentPerMailbox: 100 } });
    expect(world.writers()).toEqual(['First Person 1', 'First Person 2']);
    expect(world.item(1, 1).properties.jobTitle).toBe('Boss');
    world.second.contact.properties.jobTitle = {
      mode: 'overwrite',
      whenEmpty: 'clear',
      replace: [],
      constant: 'CEO',
    };
    await world.runOf(world.second);
    const again = await world.planOf(await world.runOf(world.first, 'test'));
    expect(again?.changes[0]).toMatchObject({
      kind: 'update',
      fields: [{ property: 'jobTitle', from: 'Boss', to: 'CEO', of: policyId(world.second.id) }],
    });
  });

  it('is written by the first alone where it ran before', async () => {
    const world = new TwoPolicies(1);
    await world.runOf(world.first);
    const writes = await world.writesDuring(() => world.runOf(world.second));
    expect(writes).toEqual([]);
    const [planned] = world.eventsOf('mailbox.planned');
    expect(planned?.notices).toEqual([
      { kind: 'writtenByOtherPolicy', count: 1, sourceObjectIds: [personId(1)], policies: ['First'] },
    ]);
  });

  it('why says whose contact it is', async () => {
    const world = new TwoPolicies(1);
    await world.runOf(world.first);
    const { explanation } = await explainContact(
      {
        revision: { policy: world.second, revision: 1 },
        defaultCountry: 'DE',
        limit: { kind: 'trial', maxMailboxes: 1000, mayWrite: true, endsAt: undefined },
        mailboxAddress: 'box1@contoso.example',
        contact: 'Person 1',
      },
      world.ports,
      new AbortController().signal,
    );
    expect(explanation.answer.code).toBe('isWrittenByOther');
    expect(explanation.answer.params.policy).toBe('First');
  });

  it('who leaves the first one stays in its contact until the second one has written its own', async () => {
    const second = { source: { excludeHidden: false } };
    const world = new TwoPolicies(1, {}, second);
    for (const policy of [world.first, world.second]) await world.runOf(policy);
    world.organization.putObject({ ...person(1), isHidden: true });
    const noBrake = { ...world.first, brake: { ...world.first.brake, percentFromPeople: 100 } };
    await world.runOf(noBrake);
    expect(world.writers()).toEqual(['First Person 1']);
    expect(world.eventsOf('mailbox.planned')[0]?.notices[0]?.kind).toBe('waitsForOtherPolicy');
    await world.runOf(world.second);
    await world.runOf({ ...noBrake, brake: { ...noBrake.brake, maxUnexplainedPercentPerMailbox: 100 } });
    expect(world.writers()).toEqual(['Second Person 1']);
  });

  it('who leaves the second one loses what that one added, unless the user changed it', async () => {
    const married = { contact: { properties: { spouseName: { constant: 'Tom' } } } };
    const world = new TwoPolicies(2, {}, married);
    await world.runOf(world.second);
    await world.runOf(world.first);
    const spouses = () => [1, 2].map((number) => world.item(1, number).properties.spouseName);
    expect(spouses()).toEqual(['Tom', 'Tom']);
    new MailboxUser(world.box(1)).editContact(world.item(1, 2).id, { spouseName: 'Kim' });
    for (const number of [1, 2]) await world.memory.removeFromOffers(personId(number));
    await world.runOf(world.first);
    expect(spouses()).toEqual([undefined, 'Kim']);
    const writes = await world.writesDuring(() => world.runOf(world.first));
    expect([writes, spouses()]).toEqual([[], [undefined, 'Kim']]);
  });

  it('is not left to a policy that cannot write into the mailbox', async () => {
    const world = new TwoPolicies(1);
    world.box(1).trouble.atWrite(1, { kind: 'break', code: 'mailboxAccessDenied' });
    await world.runOf(world.first);
    await world.runOf(world.second);
    expect(world.writers()).toEqual(['Second Person 1']);
  });

  it('is written by the second again when the contacts of the first were removed', async () => {
    const world = new TwoPolicies(1);
    for (const policy of [world.first, world.second]) await world.runOf(policy);
    await cleanUp(
      {
        runId: runId('99999999-0000-4000-8000-000000000001'),
        revision: { policy: world.first, revision: 1 },
        mailboxes: await world.memory.readWrittenMailboxes(policyId(world.first.id)),
        mode: 'run',
        holder: 'test',
      },
      world.ports,
      new AbortController().signal,
    );
    expect(world.writers()).toEqual([]);
    await world.runOf(world.second);
    expect(world.writers()).toEqual(['Second Person 1']);
  });

  it('tells nothing by a test run', async () => {
    const world = new TwoPolicies(1);
    await world.runOf(world.first, 'test');
    expect(await world.memory.readOffer(policyId(world.first.id))).toBeUndefined();
    expect(world.writers()).toEqual([]);
  });
});

describe('merging what stood there twice', () => {
  async function twice(): Promise<TwoPolicies> {
    const world = new TwoPolicies(10, {}, boss);
    const alone = (policy: Policy): Policy => {
      const { merge: _, ...folder } = policy.folder;
      return { ...policy, folder };
    };
    await world.runOf(alone(world.first));
    await world.runOf(alone(world.second));
    expect(world.writers()).toHaveLength(20);
    await world.runOf(world.first);
    return world;
  }

  it('asks before it takes many contacts away, and then takes only its own', async () => {
    const world = await twice();
    const run = await world.runOf(world.second);
    expect(run.state).toBe('awaitingApproval');
    const [brake] = world.eventsOf('brake.engaged');
    expect(brake?.reasons).toMatchObject([{ rule: 'mailbox', count: 10, base: 10 }]);
    const approved = await world.approve(run.id, brake?.digest ?? '');
    expect(approved.state).toBe('finished');
    expect(world.writers()).toHaveLength(10);
    expect(world.writers().every((name) => name.startsWith('First'))).toBe(true);
    // What was approved is told to the others as well.
    await world.runOf(world.first);
    expect(world.item(1, 1).properties.jobTitle).toBe('Boss');
  });

  it('plans again what the other policy changed before the approval', async () => {
    const world = await twice();
    const run = await world.runOf(world.second);
    const [brake] = world.eventsOf('brake.engaged');
    // Meanwhile the first one lost somebody; whoever stays there is the second one's.
    world.first.source.exclude.push([{ property: 'displayName', operator: 'equals', value: 'Person 1' }]);
    await world.runOf(world.first);
    await world.approve(run.id, brake?.digest ?? '');
    expect(world.writers().filter((name) => name.endsWith('Person 1'))).toContain('Second Person 1');
  });
});

it('a value that a degraded reading could not tell is cleared when a better one says there is none', async () => {
  const world = new World(1, 1);
  world.organization.putObject(person(1, { jobTitle: ['Head'] }));
  await world.run();
  world.organization.trouble = { hidesAttributes: ['jobTitle'] };
  await world.run();
  expect(world.item(1, 1).properties.jobTitle).toBe('Head');
  world.organization.heal();
  world.organization.putObject(person(1));
  await world.run();
  expect(world.item(1, 1).properties.jobTitle ?? '').toBe('');
});
