import { describe, expect, it } from 'vitest';
import { policyId, runId } from '../model/ids.ts';
import type { Run } from '../model/run.ts';
import { cleanUp } from './clean-up.ts';
import { placesByLedger, placesByReading } from './find-person.ts';
import { boxId, person, personId, World } from './testing/world.ts';

const WANTED = personId(2);
const policyOf = ({ policy }: World) => policyId(policy.id);
const anySignal = () => new AbortController().signal;

let nextRun = 0;

/** As the operations do it: withheld first, then removed from every mailbox that may hold the person. */
async function remove(world: World, mode: 'run' | 'test' = 'run'): Promise<Run> {
  nextRun += 1;
  if (mode === 'run')
    await world.withheld.withhold({
      id: WANTED,
      label: 'Person 2',
      since: '2026-11-02T08:00:00.000Z',
      by: 'admin',
    });
  const places = await placesByLedger(world.policy, WANTED, world);
  return cleanUp(
    {
      runId: runId(`00000000-0000-4000-8000-${String(nextRun).padStart(12, '0')}`),
      revision: { policy: world.policy, revision: world.revision },
      mailboxes: places.map(({ mailbox }) => mailbox),
      people: new Set([WANTED]),
      mode,
      holder: 'test',
      onEvent: (event) => world.events.push(event),
    },
    world.ports,
    anySignal(),
  );
}

async function filled(people = 5, mailboxes = 3): Promise<World> {
  const world = new World(people, mailboxes);
  await world.run();
  return world;
}

const versions = (world: World, box: number) =>
  new Map([...world.managed(box)].filter(([id]) => id !== WANTED).map(([id, { version }]) => [id, version]));

describe('removing a person everywhere', () => {
  it('takes the contact out of every mailbox and leaves everybody else untouched', async () => {
    const world = await filled();
    const before = versions(world, 1);
    const writes = await world.writesDuring(() => remove(world));
    expect(writes).toEqual(['delete applied', 'delete applied', 'delete applied']);
    for (const box of [1, 2, 3]) expect(world.managed(box).has(WANTED)).toBe(false);
    expect(versions(world, 1)).toEqual(before);
    expect(world.box(1).items.some(({ mark }) => mark?.sourceObjectId === WANTED)).toBe(false);
  });

  it('as a test run withholds nobody and writes nothing', async () => {
    const world = await filled();
    expect(await world.writesDuring(() => remove(world, 'test'))).toEqual([]);
    const planned = world.eventsOf('mailbox.planned');
    expect(planned.at(-1)).toMatchObject({ purpose: 'fill', counts: { delete: 1, keep: 4 } });
    expect((await world.withheld.ids()).size).toBe(0);
  });

  it('the next run neither brings the person back nor reads the others again', async () => {
    const world = await filled();
    await remove(world);
    const record = await world.ledger.read(policyOf(world), boxId(1));
    expect(record?.entries.map(({ fingerprint }) => fingerprint !== '')).toEqual([true, true, true, true]);
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    expect(world.eventsOf('source.read')[0]?.excluded).toEqual({ withheld: 1 });
  });

  it('is not counted by the brake, however small the policy', async () => {
    const world = await filled(3);
    await remove(world);
    expect((await world.run()).state).toBe('finished');
  });

  it('no strategy, no grace and no half-read source stands against it', async () => {
    for (const strategy of ['never', 'grace', 'handOver'] as const) {
      const world = new World(5, 1);
      world.policy = { ...world.policy, deletion: { ...world.policy.deletion, strategy } };
      await world.run();
      await world.withheld.withhold({ id: WANTED, label: '', since: '2026-11-02T08:00:00.000Z', by: '' });
      // Already the next run of the policy removes the person, without a run of its own.
      await world.run();
      expect(world.managed(1).has(WANTED), strategy).toBe(false);
    }
  });

  it('what the user edited goes to Deleted Items, never further, and is not left in place', async () => {
    const world = await filled(5, 1);
    world.policy = { ...world.policy, deletion: { ...world.policy.deletion, strategy: 'handOver' } };
    world.organization.userOf(boxId(1)).editContact(world.item(1, 2).id, { notes: 'met at the fair' });
    await remove(world);
    expect(world.managed(1).has(WANTED)).toBe(false);
    const kept = world.box(1).items.filter(({ properties }) => properties.notes === 'met at the fair');
    expect(kept).toHaveLength(1);
    expect(kept.every(({ folderId }) => world.box(1).isDeletedFolder(folderId))).toBe(true);
  });

  it('deletions of other contacts by the user are still known afterwards', async () => {
    const world = await filled(5, 1);
    world.policy = { ...world.policy, deletion: { ...world.policy.deletion, deletedByUser: 'respect' } };
    world.organization.userOf(boxId(1)).deleteContact(world.item(1, 4).id);
    await remove(world);
    await world.run();
    expect(world.managed(1).has(personId(4))).toBe(false);
    expect(world.managed(1).size).toBe(3);
  });

  it('after the release the next run copies the person again', async () => {
    const world = await filled();
    await remove(world);
    await world.withheld.release(WANTED);
    await world.run();
    for (const box of [1, 2, 3]) expect(world.managed(box).has(WANTED)).toBe(true);
  });

  it('a mailbox of which the ledger forgot everything is emptied of the person as well', async () => {
    const world = await filled();
    await world.ledger.forget();
    await remove(world);
    for (const box of [1, 2, 3]) expect(world.managed(box).has(WANTED)).toBe(false);
  });

  it('the mailboxes are remembered as written to', async () => {
    const world = await filled();
    await remove(world);
    expect(await world.memory.readWrittenMailboxes(policyOf(world))).toHaveLength(3);
  });

  it('a mailbox that left with its contacts is emptied of the person too, and is not emptied of the others', async () => {
    const world = await filled(5, 2);
    world.policy = {
      ...world.policy,
      deletion: { ...world.policy.deletion, mailboxLeft: 'leave' },
      mailboxes: { ...world.policy.mailboxes, exclude: ['box2@contoso.example'] },
    };
    await world.run();
    expect(world.managed(2).size).toBe(5);
    await remove(world);
    expect(world.managed(2).has(WANTED)).toBe(false);
    expect(world.managed(2).size).toBe(4);
  });

  it('an approval given later does not bring the person back', async () => {
    const world = await filled(30, 1);
    world.policy = { ...world.policy, source: { ...world.policy.source, excludeWithoutPhone: true } };
    world.revision = 2;
    world.organization.removeObject(WANTED);
    await world.run();
    // Person 2 comes back together with a deletion of most others, so that the plan waits.
    world.organization.putObject(person(2));
    for (let n = 10; n <= 30; n += 1) world.organization.removeObject(personId(n));
    const waiting = await world.run();
    expect(waiting.state).toBe('awaitingApproval');
    const digest = world.eventsOf('brake.engaged')[0]?.digest ?? '';
    await world.withheld.withhold({ id: WANTED, label: '', since: '2026-11-02T08:00:00.000Z', by: '' });
    await world.approve(waiting.id, digest);
    expect(world.managed(1).has(WANTED)).toBe(false);
    expect(world.managed(1).size).toBe(8);
  });
});

describe('where a person is', () => {
  it('by the ledger: held, not held, and not known', async () => {
    const world = await filled();
    await world.ledger.forget(policyOf(world), boxId(2));
    world.organization.userOf(boxId(3)).deleteContact(world.item(3, 2).id);
    await world.run('test');
    await world.ledger.markDirty(policyOf(world), boxId(2));
    const places = await placesByLedger(world.policy, WANTED, world);
    expect(places.map(({ mailbox, state }) => [mailbox.id, state])).toEqual([
      [boxId(1), 'held'],
      [boxId(2), 'unknown'],
    ]);
  });

  it("by reading: with a user's copies, and with what could not be read", async () => {
    const world = await filled();
    world.organization.userOf(boxId(1)).copyContact(world.item(1, 2).id);
    world.box(2).trouble.refuse('mailboxAccessDenied');
    const places = await placesByReading(
      {
        policy: world.policy,
        person: WANTED,
        mailboxes: await world.memory.readWrittenMailboxes(policyOf(world)),
      },
      world.ports.targets,
      anySignal(),
    );
    expect(places.map(({ mailbox, state, items }) => [mailbox.id, state, items])).toEqual([
      [boxId(1), 'held', 2],
      [boxId(2), 'unknown', undefined],
      [boxId(3), 'held', 1],
    ]);
  });
});
