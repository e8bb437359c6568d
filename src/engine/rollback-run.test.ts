import { describe, expect, it } from 'vitest';
import { boxId, person, personId, World } from './testing/world.ts';

const contents = (world: World) =>
  [...world.managed(1).entries()]
    .map(([id, item]) => ({ id, properties: item.properties, mark: item.mark }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

async function changedWorld() {
  const world = new World(30, 1);
  await world.run();
  const before = contents(world);
  world.organization.putObject(person(1, { surname: ['Adler'], businessPhones: [] }));
  world.organization.removeObject(personId(2));
  world.organization.putObject(person(31));
  const run = await world.run();
  return { world, before, run };
}

describe('rollback of a run', () => {
  it('restores every contact and mark', async () => {
    const { world, before, run } = await changedWorld();
    expect(contents(world)).not.toEqual(before);
    const undone = await world.rollback(run.id);

    expect(undone.state).toBe('finished');
    expect(contents(world)).toEqual(before);
    expect(world.eventsOf('mailbox.applied')[0]?.counts).toMatchObject({
      created: 1,
      updated: 1,
      deleted: 1,
    });
  });

  it('ends at a refusal that concerns the whole run', async () => {
    const { world, run } = await changedWorld();
    world.box(1).trouble.atWrite(1, { kind: 'fail', code: 'tokenRefused' });
    expect((await world.rollback(run.id)).state).toBe('failed');
  });

  it('as a test run shows the same counts and writes nothing', async () => {
    const { world, run } = await changedWorld();
    const writes = await world.writesDuring(() => world.rollback(run.id, 'test'));

    expect(writes).toEqual([]);
    expect(world.eventsOf('mailbox.planned')[0]?.counts).toMatchObject({ create: 1, update: 1, delete: 1 });
  });

  it('keeps and reports what a user changed since', async () => {
    const { world, run } = await changedWorld();
    const user = world.organization.userOf(boxId(1));
    user.editContact(world.item(1, 1).id, { surname: 'Mine', notes: 'my note' });
    user.editContact(world.item(1, 31).id, { mobilePhone: '+49170' });
    await world.rollback(run.id);

    expect(world.item(1, 1).properties).toMatchObject({ surname: 'Mine', notes: 'my note' });
    expect(world.item(1, 1).properties.businessPhone1).toBeDefined();
    expect(world.managed(1).has(personId(31))).toBe(true);
    expect(world.eventsOf('mailbox.planned')[0]?.notices).toMatchObject([
      { kind: 'changedSinceRun', count: 2 },
    ]);
  });

  it('can itself be rolled back', async () => {
    const { world, run } = await changedWorld();
    const after = contents(world).map(({ id, properties }) => ({ id, properties }));
    const undone = await world.rollback(run.id);
    await world.rollback(undone.id);
    expect(contents(world).map(({ id, properties }) => ({ id, properties }))).toEqual(after);
  });

  it('of the first run removes contacts and folder', async () => {
    const world = new World(5, 1);
    const run = await world.run();
    await world.rollback(run.id);

    expect(world.managed(1).size).toBe(0);
    expect(world.box(1).foldersIn(world.box(1).contactsId)).toEqual([]);
    expect((await world.run()).state).toBe('finished');
    expect(world.managed(1).size).toBe(5);
  });

  it('of a run that wrote nothing is refused', async () => {
    const world = new World(5, 1);
    const run = await world.run('test');
    await expect(world.rollback(run.id)).rejects.toMatchObject({ code: 'runNotReversible' });
  });

  it('of a run whose before-images are being pruned is refused, also when that begins just now', async () => {
    const world = new World(5, 1);
    const run = await world.run();
    const read = world.runs.read.bind(world.runs);
    let reads = 0;
    let prunedFrom = 0;
    world.runs.read = async (id) => {
      const found = await read(id);
      if (found === undefined || id !== run.id) return found;
      reads += 1;
      return reads < prunedFrom ? found : { ...found, imagesPrunedAt: '2026-11-23T00:00:00.000Z' };
    };
    await expect(world.rollback(run.id)).rejects.toMatchObject({ code: 'runNotReversible' });
    [reads, prunedFrom] = [0, 3];
    const late = await world.rollback(run.id);
    expect(late.state).toBe('failed');
    expect(world.eventsOf('run.ended')).toMatchObject([{ failure: { code: 'runNotReversible' } }]);
    expect(world.managed(1).size).toBe(5);
  });
});

/** Over all tries of the mailboxes. */
function written(world: World) {
  const sum = { created: 0, updated: 0, deleted: 0, failed: 0 };
  for (const { counts } of world.eventsOf('mailbox.applied')) {
    for (const key of ['created', 'updated', 'deleted', 'failed'] as const) sum[key] += counts[key];
  }
  return sum;
}

describe('rollback with lost answers', () => {
  it.each(['loseAnswer', 'loseRequest'] as const)('counts each write once with %s', async (kind) => {
    const { world, before, run } = await changedWorld();
    for (const nth of [1, 2, 3]) world.box(1).trouble.atWrite(nth, { kind });
    const undone = await world.rollback(run.id);

    expect(written(world)).toEqual({ created: 1, updated: 1, deleted: 1, failed: 0 });
    expect(contents(world)).toEqual(before);
    const outcomes: (string | undefined)[] = [];
    for await (const { outcome } of world.journal.readRun(undone.id)) outcomes.push(outcome);
    const expected = { loseAnswer: ['applied'], loseRequest: ['unknown', 'applied'] }[kind];
    expect(outcomes).toEqual(expected.flatMap((outcome) => [outcome, outcome, outcome]));
  });

  it('does not count a write that did not happen when the user deletes the contact meanwhile', async () => {
    const { world, run } = await changedWorld();
    const { id } = world.item(1, 1);
    for (const nth of [1, 2, 3]) world.box(1).trouble.atWrite(nth, { kind: 'loseRequest' });
    const stop = world.organization.onWrite(() => {
      stop();
      world.organization.userOf(boxId(1)).deleteContact(id);
    });
    await world.rollback(run.id);

    expect(written(world)).toEqual({ created: 1, updated: 0, deleted: 1, failed: 0 });
  });

  it.each([1, 2, 3])('at write %i ends the same', async (nth) => {
    const { world, before, run } = await changedWorld();
    world.box(1).trouble.atWrite(nth, { kind: 'loseAnswer' });
    await world.rollback(run.id);
    expect(contents(world)).toEqual(before);
  });

  it('finds a created contact by its mark when the answer of the run itself was lost', async () => {
    const world = new World(5, 1);
    world.box(1).trouble.atWrite(2, { kind: 'loseAnswer' });
    const run = await world.run();
    await world.rollback(run.id);
    expect(world.managed(1).size).toBe(0);
  });
});

describe('rollback of a run that sent something twice because its answer was lost', () => {
  it('counts a created contact once', async () => {
    const world = new World(5, 1);
    world.box(1).trouble.atWrite(2, { kind: 'loseRequest' });
    const run = await world.run();
    await world.rollback(run.id, 'test');
    expect(world.eventsOf('mailbox.planned')).toMatchObject([{ counts: { delete: 5 } }]);

    await world.rollback(run.id);
    expect(written(world)).toMatchObject({ deleted: 5 });
    expect(world.managed(1).size).toBe(0);
  });

  it('counts a created contact that stays once', async () => {
    const world = new World(5, 1);
    world.box(1).trouble.atWrite(2, { kind: 'loseRequest' });
    const run = await world.run();
    world.organization.userOf(boxId(1)).editContact(world.item(1, 2).id, { mobilePhone: '+49170' });
    await world.rollback(run.id, 'test');

    expect(world.eventsOf('mailbox.planned')).toMatchObject([
      { counts: { delete: 4 }, notices: [{ kind: 'changedSinceRun', count: 1 }] },
    ]);
  });

  it('counts an updated contact once, also when the second time more was written', async () => {
    const world = new World(5, 1);
    await world.run();
    const before = contents(world);
    for (const one of [1, 2]) world.organization.putObject(person(one, { surname: ['Adler'] }));
    for (const nth of [1, 2]) world.box(1).trouble.atWrite(nth, { kind: 'loseRequest' });
    const stop = world.organization.onWrite(() => {
      stop();
      world.organization.userOf(boxId(1)).editContact(world.item(1, 2).id, { givenName: 'Mine' });
    });
    const run = await world.run();
    await world.rollback(run.id, 'test');
    expect(world.eventsOf('mailbox.planned')).toMatchObject([{ counts: { update: 2 } }]);

    await world.rollback(run.id);
    expect(written(world)).toMatchObject({ updated: 2 });
    expect(contents(world).map(({ mark }) => mark)).toEqual(before.map(({ mark }) => mark));
    expect(world.item(1, 1).properties).toEqual(before[0]?.properties);
    expect(world.item(1, 2).properties).toEqual({ ...before[1]?.properties, givenName: 'Mine' });
  });

  it('still undoes both of two different updates of a contact', async () => {
    const world = new World(5, 1);
    await world.run();
    const before = contents(world);
    world.organization.putObject(person(1, { surname: ['Adler'] }));
    // The second round finds the value that the first one wrote changed back.
    world.organization.putObject(person(2, { surname: ['Adler'] }));
    world.box(1).trouble.atWrite(2, { kind: 'loseRequest' });
    const stop = world.organization.onWrite(() => {
      stop();
      const user = world.organization.userOf(boxId(1));
      user.editContact(world.item(1, 1).id, { surname: 'Nr1', fileAs: 'Nr1, Person' });
    });
    const run = await world.run();
    await world.rollback(run.id);

    expect(contents(world)).toEqual(before);
  });
});

describe('rollback of a mailbox in trouble', () => {
  it('is tried again, and what a broken batch had carried out is counted once', async () => {
    const world = new World(30, 1);
    const run = await world.run();
    world.box(1).trouble.atWrite(5, { kind: 'break', code: 'serviceUnavailable' });
    const undone = await world.rollback(run.id);

    expect(undone.state).toBe('finished');
    expect(world.managed(1).size).toBe(0);
    expect(written(world)).toMatchObject({ deleted: 30, failed: 0 });
  });

  it('is told when the trouble stays, with what was carried out', async () => {
    const world = new World(30, 1);
    const run = await world.run();
    for (const nth of [5, 6])
      world.box(1).trouble.atWrite(nth, { kind: 'break', code: 'serviceUnavailable' });
    const undone = await world.rollback(run.id);

    expect(undone.state).toBe('finishedWithErrors');
    expect(world.eventsOf('mailbox.failed')).toMatchObject([{ failure: { code: 'serviceUnavailable' } }]);
    expect(world.managed(1).size).toBe(26);
    expect(written(world)).toMatchObject({ deleted: 4 });
  });

  it('counts a contact that fails once, also when its mailbox is tried twice', async () => {
    const world = new World(30, 1);
    const run = await world.run();
    world.box(1).trouble.atWrite(1, { kind: 'fail', code: 'contactRefused' });
    world.box(1).trouble.atWrite(21, { kind: 'break', code: 'serviceUnavailable' });
    const undone = await world.rollback(run.id);

    expect(undone.state).toBe('finishedWithErrors');
    expect(written(world)).toMatchObject({ deleted: 29, failed: 1 });
    expect(world.managed(1).size).toBe(1);
  });

  it('is waited for while another run writes it', async () => {
    const world = new World(3, 2);
    const run = await world.run();
    const lease = await world.leases.acquire(`mailbox:${boxId(1)}`, 'other');
    const { leases } = world.ports;
    let refusals = 0;
    const patient = {
      acquire: async (name: string, holder: string) => {
        const got = await leases.acquire(name, holder);
        if (name === `mailbox:${boxId(1)}` && !('release' in got)) refusals += 1;
        if (refusals === 3 && 'release' in lease) await lease.release();
        return got;
      },
    };
    Object.assign(world.ports, { leases: patient });
    const undone = await world.rollback(run.id);

    expect(undone.state).toBe('finished');
    expect(world.managed(1).size).toBe(0);
  });
});
