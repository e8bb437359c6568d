import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { policyId } from '../model/ids.ts';
import type { Policy } from '../model/policy.ts';
import { askToEndRun } from './cancel-runs.ts';
import { boxId, person, personId, World } from './testing/world.ts';

function edit(world: World, parts: { [Part in keyof Policy]?: Partial<Policy[Part]> }): void {
  const policy = { ...world.policy } as Record<string, unknown>;
  for (const [name, part] of Object.entries(parts))
    policy[name] = { ...(policy[name] as object), ...(part as object) };
  world.policy = policy as unknown as Policy;
  world.revision += 1;
}

describe('a first run', () => {
  it('fills every mailbox and ends finished', async () => {
    const world = new World(30, 3);
    const run = await world.run();

    expect(run.state).toBe('finished');
    for (const box of [1, 2, 3]) expect(world.managed(box).size).toBe(30);
    expect(world.eventsOf('mailbox.applied').map(({ counts }) => counts.created)).toEqual([30, 30, 30]);
  });

  it('is told by the test run before, which writes nothing', async () => {
    const world = new World(5, 1);
    const writes = await world.writesDuring(() => world.run('test'));

    expect(writes).toEqual([]);
    expect(world.eventsOf('mailbox.planned')[0]?.counts.create).toBe(5);
    expect(world.box(1).foldersIn(world.box(1).contactsId)).toEqual([]);
  });
});

describe('the run after', () => {
  it('writes nothing when nothing changed, also with the ledger lost', async () => {
    const world = new World(10, 2);
    await world.run();
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    await world.ledger.forget();
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });

  it('writes exactly what changed', async () => {
    const world = new World(30, 1);
    await world.run();
    world.organization.putObject(person(1, { surname: ['Adler'] }));
    world.organization.removeObject(personId(2));
    world.organization.putObject(person(31));

    const writes = await world.writesDuring(() => world.run());

    expect(writes.sort()).toEqual(['create applied', 'delete applied', 'update applied']);
    expect(world.item(1, 1).properties.surname).toBe('Adler');
  });

  it('restores a contact the user deleted, or respects that for good', async () => {
    const world = new World(5, 1);
    await world.run();
    world.organization.userOf(boxId(1)).deleteContact(world.item(1, 3).id);
    await world.run('test');
    expect(await world.writesDuring(() => world.run())).toEqual(['create applied']);

    edit(world, { deletion: { deletedByUser: 'respect' } });
    world.organization.userOf(boxId(1)).deleteContact(world.item(1, 3).id);
    // A test run in between must not make us forget that the user deleted it.
    await world.run('test');
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    await world.ledger.forget();
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });

  it('empties a mailbox that left and forgets it', async () => {
    const world = new World(5, 10);
    await world.run();
    edit(world, { mailboxes: { exclude: ['box3@contoso.example'] } });
    await world.run();

    expect(world.managed(3).size).toBe(0);
    expect(world.box(3).foldersIn(world.box(3).contactsId)).toEqual([]);
    expect(await world.memory.readWrittenMailboxes(policyId(world.policy.id))).toHaveLength(9);
  });
});

describe('Half-read is not empty', () => {
  it.each([
    ['the source', (world: World) => (world.organization.trouble = { stopsAfter: 3 })],
    ['a hidden flag', (world: World) => (world.organization.trouble = { hidesHiddenFlag: true })],
  ])('%s: nothing is deleted, and the run says so', async (_what, make) => {
    const world = new World(10, 1);
    await world.run();
    make(world);
    const run = await world.run();

    expect(world.managed(1).size).toBe(10);
    expect(run.state).toBe('finishedWithErrors');
    expect(world.eventsOf('source.read')[0]?.gaps.map(({ number }) => number)).not.toEqual([]);
  });
});

describe('the brake', () => {
  async function braked() {
    const world = new World(40, 3);
    await world.run();
    edit(world, { source: { exclude: [[{ property: 'surname', operator: 'startsWith', value: 'Nr1' }]] } });
    const run = await world.run();
    return { world, run, digest: world.eventsOf('brake.engaged')[0]?.digest ?? '' };
  }

  it('stops before any write and waits', async () => {
    const { world, run } = await braked();
    expect(run.state).toBe('awaitingApproval');
    expect(world.managed(1).size).toBe(40);
  });

  it('is released by the digest that was shown, and by no other', async () => {
    const { world, run, digest } = await braked();
    await expect(world.approve(run.id, 'something else')).rejects.toMatchObject({ code: 'planChanged' });
    const approved = await world.approve(run.id, digest);

    expect(approved.state).toBe('finished');
    expect(world.managed(1).size).toBe(29);
    await expect(world.approve(run.id, digest)).rejects.toMatchObject({ code: 'nothingToApprove' });
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });

  it('Plan and apply are apart in time: a phone that touched an item does not void the approval', async () => {
    const { world, run, digest } = await braked();
    world.organization.userOf(boxId(1)).touchContact(world.item(1, 12).id);
    const approved = await world.approve(run.id, digest);

    expect(approved.state).toBe('finished');
    expect(world.managed(1).size).toBe(29);
  });

  it('a mailbox that would lose more than was approved waits alone', async () => {
    const { world, run, digest } = await braked();
    const user = world.organization.userOf(boxId(2));
    // A stranger with our mark appears meanwhile, and an item moved on, so that the mailbox is planned again.
    user.touchContact(world.item(2, 12).id);
    const stranger = world.item(2, 5);
    world.box(2).createItem(stranger.folderId, stranger.properties, {
      ...(stranger.mark as NonNullable<typeof stranger.mark>),
      sourceObjectId: personId(4711),
    });
    const approved = await world.approve(run.id, digest);

    expect(approved.state).toBe('finishedWithErrors');
    expect(world.eventsOf('mailbox.failed')).toMatchObject([
      { primarySmtpAddress: 'box2@contoso.example', failure: { code: 'changedSincePlanned' } },
    ]);
    expect([world.managed(1).size, world.managed(2).size, world.managed(3).size]).toEqual([29, 41, 29]);
  });

  it('a waiting run is superseded by the next run and expires after 7 days', async () => {
    const first = await braked();
    await first.world.run('test');
    expect((await first.world.runs.read(first.run.id))?.state).toBe('awaitingApproval');
    await first.world.run();
    expect((await first.world.runs.read(first.run.id))?.state).toBe('superseded');

    const second = await braked();
    second.world.clock.advance(7 * 24 * 60 * 60 * 1000 + 1);
    await expect(second.world.approve(second.run.id, second.digest)).rejects.toMatchObject({
      code: 'nothingToApprove',
    });
  });
});

describe('An unknown outcome is not a failure', () => {
  it.each(['loseAnswer', 'loseRequest'] as const)(
    '%s of a create: one contact, counted once',
    async (kind) => {
      const world = new World(5, 1);
      world.box(1).trouble.atWrite(2, { kind });
      const run = await world.run();

      expect(run.state).toBe('finished');
      expect(world.box(1).items.filter((item) => item.mark !== undefined)).toHaveLength(5);
      expect(world.eventsOf('mailbox.applied')[0]?.counts).toMatchObject({ created: 5, failed: 0 });
    },
  );

  it('a user who deletes an item in the middle of a run is still respected', async () => {
    const world = new World(5, 1);
    await world.run();
    edit(world, { deletion: { deletedByUser: 'respect' } });
    for (const n of [1, 2, 3]) world.organization.putObject(person(n, { surname: ['New'] }));
    const victim = world.item(1, 2).id;
    const stop = world.organization.onWrite(() => {
      stop();
      world.organization.userOf(boxId(1)).deleteContact(victim);
    });
    await world.run();

    expect(world.managed(1).has(personId(2))).toBe(false);
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });
});

describe('one bad thing never hides the others', () => {
  it('a contact that is refused', async () => {
    const world = new World(5, 1);
    world.box(1).trouble.atWrite(2, { kind: 'fail', code: 'contactRefused' });
    const run = await world.run();

    expect(run.state).toBe('finishedWithErrors');
    expect(world.managed(1).size).toBe(4);
    expect(await world.writesDuring(() => world.run())).toEqual(['create applied']);
  });

  it('a mailbox that breaks', async () => {
    const world = new World(5, 3);
    world.box(2).trouble.refuse('mailboxAccessDenied');
    const run = await world.run();

    expect(run.state).toBe('finishedWithErrors');
    expect(world.managed(1).size + world.managed(3).size).toBe(10);
  });

  it('every mailbox denied is one failure of the run: a right is missing', async () => {
    const world = new World(5, 3);
    for (const box of [1, 2]) world.box(box).trouble.refuse('mailboxAccessDenied');
    world.box(3).trouble.refuse('mailboxNotProvisioned');
    expect((await world.run()).state).toBe('failed');
    expect(world.eventsOf('run.ended')[0]?.failure?.code).toBe('everyMailboxDenied');

    world.box(3).trouble.relent();
    expect((await world.run()).state).toBe('finishedWithErrors');
  });

  it('a mailbox that is not provisioned yet is a notice', async () => {
    const world = new World(5, 2);
    world.box(2).trouble.refuse('mailboxNotProvisioned');
    expect((await world.run()).state).toBe('finished');
    expect(world.eventsOf('mailbox.skipped')).toHaveLength(1);
  });
});

describe('processes', () => {
  it('the second run of a policy is told who holds it', async () => {
    const world = new World(1, 1);
    await world.leases.acquire(`policy:${world.policy.id}`, 'service on host1');
    await expect(world.run()).rejects.toMatchObject({
      code: 'alreadyRunning',
      details: { holder: 'service on host1' },
    });
  });

  it('a mailbox that another process writes is tried again and then reported', async () => {
    const world = new World(3, 2);
    await world.leases.acquire(`mailbox:${boxId(1)}`, 'other');
    const run = await world.run();

    expect(run.state).toBe('finishedWithErrors');
    expect(world.eventsOf('mailbox.failed')).toMatchObject([{ failure: { code: 'mailboxBusy' } }]);
    expect(world.managed(2).size).toBe(3);
  });

  it('a mailbox that another run writes at the moment is waited for', async () => {
    const world = new World(3, 2);
    const lease = await world.leases.acquire(`mailbox:${boxId(1)}`, 'other');
    const { leases } = world.ports;
    let refusals = 0;
    const patient = {
      acquire: async (name: string, holder: string) => {
        const got = await leases.acquire(name, holder);
        if (name === `mailbox:${boxId(1)}` && !('release' in got)) refusals += 1;
        if (refusals === 4 && 'release' in lease) await lease.release();
        return got;
      },
    };
    Object.assign(world.ports, { leases: patient });
    const run = await world.run();

    expect(run.state).toBe('finished');
    expect(refusals).toBe(4);
    expect(world.managed(1).size).toBe(3);
  });

  it('a cancelled run says so, and the next one continues', async () => {
    const world = new World(60, 1);
    const controller = new AbortController();
    let writes = 0;
    const stop = world.organization.onWrite(() => {
      writes += 1;
      if (writes === 25) controller.abort(new Failure('cancelled', { details: { maximumMinutes: 10 } }));
    });
    const cancelled = await world.run('run', controller.signal);
    stop();

    expect(cancelled.state).toBe('cancelled');
    const last = (await world.runs.readEvents(cancelled.id)).at(-1);
    expect(last).toMatchObject({ type: 'run.ended', failure: { details: { maximumMinutes: 10 } } });
    expect(world.managed(1).size).toBeLessThan(60);
    expect((await world.run()).state).toBe('finished');
    expect(world.box(1).items.filter((item) => item.mark !== undefined)).toHaveLength(60);
  });
});

describe('a run that somebody else asks to end', () => {
  it('is cancelled between two writes, and the next one continues', async () => {
    const world = new World(60, 1);
    const asked: Promise<boolean>[] = [];
    let writes = 0;
    const stop = world.organization.onWrite(() => {
      writes += 1;
      if (writes === 25)
        asked.push(
          world.runs
            .list({ limit: 1 })
            .then(([run]) => run !== undefined && askToEndRun(run, 'admin', world.ports)),
        );
    });
    const cancelled = await world.run();
    stop();

    expect(await Promise.all(asked)).toEqual([true]);
    expect(cancelled.state).toBe('cancelled');
    const last = (await world.runs.readEvents(cancelled.id)).at(-1);
    expect(last).toMatchObject({ failure: { code: 'cancelled', details: { askedBy: 'admin' } } });
    expect(world.managed(1).size).toBeLessThan(60);
    expect(await askToEndRun(cancelled, 'admin', world.ports)).toBe(false);
    expect((await world.run()).state).toBe('finished');
    expect(world.managed(1).size).toBe(60);
  });

  it('is not taken for a later one of its policy', async () => {
    const world = new World(3, 1);
    const ended = await world.run();
    await world.leases.acquire(`policy:${world.policy.id}`, 'service on host1');
    expect(await askToEndRun(ended, 'admin', world.ports)).toBe(false);
  });
});

describe('canary', () => {
  it('a failed wave ends the run before the others', async () => {
    const world = new World(5, 4);
    edit(world, { canary: { mailboxes: ['box2@contoso.example'] } });
    world.box(2).trouble.atWrite(1, { kind: 'fail', code: 'contactRefused' });
    const run = await world.run();

    expect(run.state).toBe('finishedWithErrors');
    expect(world.eventsOf('wave.started').map(({ wave }) => wave)).toEqual(['canary']);
    expect(world.managed(1).size).toBe(0);
    expect(world.eventsOf('run.ended')[0]?.failure?.code).toBe('waveFailed');
  });
});

it('a lease that is lost on the way stops the writing of that mailbox alone', async () => {
  const world = new World(60, 2);
  const lost = new AbortController();
  const { leases } = world;
  const losing = {
    acquire: async (name: string, holder: string) => {
      const lease = await leases.acquire(name, holder);
      return name === `mailbox:${boxId(1)}` && 'release' in lease
        ? { ...lease, release: () => lease.release(), lost: lost.signal }
        : lease;
    },
  };
  let writes = 0;
  world.organization.onWrite(({ mailboxId }) => {
    if (mailboxId === boxId(1)) writes += 1;
    if (writes === 25) lost.abort();
  });
  Object.assign(world.ports, { leases: losing });
  const run = await world.run();

  expect(run.state).toBe('finishedWithErrors');
  expect(world.managed(2).size).toBe(60);
  expect(world.managed(1).size).toBeLessThan(60);
  expect(world.eventsOf('mailbox.failed')).toMatchObject([{ failure: { code: 'mailboxBusy' } }]);
});

it('a plan that the brake stopped costs the next run no reading of contacts', async () => {
  const world = new World(30, 1);
  await world.run();
  const whole = world.policy;
  edit(world, { source: { include: [[{ property: 'surname', operator: 'equals', value: 'Nobody' }]] } });
  expect((await world.run()).state).toBe('awaitingApproval');
  world.policy = whole;
  world.revision += 1;
  const { targets } = world.ports;
  let read = 0;
  const counting = {
    ...targets,
    scan: targets.scan.bind(targets),
    open: (...parts: Parameters<typeof targets.open>) => {
      const target = targets.open(...parts);
      const readContacts = target.readContacts.bind(target);
      target.readContacts = (ids, signal) => {
        read += ids.length;
        return readContacts(ids, signal);
      };
      return target;
    },
  };
  Object.assign(world.ports, { targets: counting });
  expect(await world.writesDuring(() => world.run())).toEqual([]);
  expect(read).toBe(0);
});
