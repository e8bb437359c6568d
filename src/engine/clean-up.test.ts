import { describe, expect, it } from 'vitest';
import { type MailboxId, policyId, runId } from '../model/ids.ts';
import type { JournalIntent } from '../model/ledger-record.ts';
import type { Run } from '../model/run.ts';
import type { Journal } from '../ports/journal.ts';
import { approveRun } from './approve-run.ts';
import { cleanUp } from './clean-up.ts';
import type { RunPorts } from './run-ports.ts';
import { boxId, person, World } from './testing/world.ts';

const anySignal = () => new AbortController().signal;
const idOf = ({ policy }: World) => policyId(policy.id);

let nextRun = 0;

interface Wish {
  readonly boxes?: readonly number[];
  readonly mode?: 'run' | 'test';
  readonly signal?: AbortSignal;
}

/** As the operations do it: the plan waits where more mailboxes are emptied than the brake of the policy allows. */
async function cleaned(world: World, { boxes, mode = 'run', signal = anySignal() }: Wish = {}): Promise<Run> {
  nextRun += 1;
  world.events = [];
  const written = await world.memory.readWrittenMailboxes(idOf(world));
  const chosen = boxes === undefined ? undefined : new Set<MailboxId>(boxes.map(boxId));
  return cleanUp(
    {
      runId: runId(`00000000-0000-4000-8000-${String(nextRun).padStart(12, '0')}`),
      revision: { policy: world.policy, revision: world.revision },
      mailboxes: written.filter(({ id }) => chosen?.has(id) ?? true),
      brake: { limits: world.policy.brake, written: new Set(written.map(({ id }) => id)) },
      mode,
      holder: 'test',
      onEvent: (event) => world.events.push(event),
    },
    world.ports,
    signal,
  );
}

/** Nobody has a license. */
async function approved(world: World, run: Run, ports: RunPorts = world.ports): Promise<Run> {
  const digest = world.eventsOf('brake.engaged')[0]?.digest ?? '';
  world.events = [];
  return approveRun(
    {
      runId: run.id,
      digest,
      approvedBy: 'admin',
      holder: 'test',
      limit: { kind: 'trial', maxMailboxes: 20, mayWrite: false, endsAt: '2026-01-01T00:00:00.000Z' },
      onEvent: (event) => world.events.push(event),
    },
    ports,
    anySignal(),
  );
}

async function filled(people = 5, mailboxes = 3): Promise<World> {
  const world = new World(people, mailboxes);
  await world.run();
  return world;
}

/** Everything about the contacts but their ids, versions and ages, which nobody can give back. */
const contents = (world: World, box: number) =>
  [...world.managed(box).values()]
    .map(({ properties, mark }) => ({ properties, mark }))
    .toSorted((a, b) => ((a.mark?.sourceObjectId ?? '') < (b.mark?.sourceObjectId ?? '') ? -1 : 1));

const folderNames = (world: World, box: number) =>
  world
    .box(box)
    .folders.filter(({ id }) => !world.box(box).isDeletedFolder(id))
    .map(({ name }) => name);

function withoutSurname(intent: JournalIntent): JournalIntent {
  if (intent.before === undefined) return intent;
  const { surname: _, ...properties } = intent.before.properties;
  return { ...intent, before: { ...intent.before, properties } };
}

describe('a clean-up', () => {
  it('plans everything first and waits for an approval, which needs no license', async () => {
    const world = await filled();
    let waiting: Run | undefined;
    const writes = await world.writesDuring(async () => {
      waiting = await cleaned(world);
    });
    expect(writes).toEqual([]);
    expect(waiting).toMatchObject({ kind: 'cleanup', state: 'awaitingApproval' });
    expect(world.eventsOf('brake.engaged')[0]?.reasons).toMatchObject([
      { rule: 'mailboxes', count: 3, base: 3, unit: 'percent' },
    ]);
    const run = await approved(world, waiting as Run);
    expect(run.state).toBe('finished');
    for (const box of [1, 2, 3]) {
      expect(world.managed(box).size).toBe(0);
      expect(folderNames(world, box)).not.toContain(world.policy.folder.name);
    }
    expect(await world.memory.readWrittenMailboxes(idOf(world))).toEqual([]);
  });

  it('of one mailbox among many waits for nobody, and leaves the others alone', async () => {
    const world = await filled(3, 6);
    const before = contents(world, 2);
    expect((await cleaned(world, { boxes: [1] })).state).toBe('finished');
    expect(world.managed(1).size).toBe(0);
    expect(contents(world, 2)).toEqual(before);
    expect((await world.memory.readWrittenMailboxes(idOf(world))).length).toBe(5);
  });

  it('as a test run tells the brake and writes nothing', async () => {
    const world = await filled();
    expect(await world.writesDuring(() => cleaned(world, { mode: 'test' }))).toEqual([]);
    expect(world.eventsOf('brake.engaged')).toHaveLength(1);
  });

  it('never deletes for good what a user edited, and leaves foreign items and their folder', async () => {
    const world = await filled(3, 6);
    const user = world.organization.userOf(boxId(1));
    user.editContact(world.item(1, 2).id, { mobilePhone: '+49 170 5550101' });
    const folder = world.item(1, 1).folderId;
    const own = user.addContact({ displayName: 'My dentist' }, folder);
    const before = world.box(1).item(own);
    await cleaned(world, { boxes: [1] });
    expect(world.managed(1).size).toBe(0);
    expect(world.box(1).item(own)).toEqual(before);
    const kept = world.box(1).itemsIn(world.box(1).deletedItemsId);
    expect(kept.map(({ properties }) => properties.mobilePhone)).toEqual(['+49 170 5550101']);
  });

  it('skips a mailbox that is gone, finishes, and still remembers it', async () => {
    const world = await filled(3, 6);
    world.box(1).trouble.refuse('mailboxNotProvisioned');
    const run = await cleaned(world, { boxes: [1] });
    expect(run.state).toBe('finished');
    expect(world.eventsOf('mailbox.skipped')).toMatchObject([{ failure: { code: 'mailboxNotProvisioned' } }]);
    expect((await world.memory.readWrittenMailboxes(idOf(world))).map(({ id }) => id)).toContain(boxId(1));
  });

  it('that was cancelled on the way goes on where it stopped, when it is asked for again', async () => {
    const world = await filled(45, 1);
    world.policy = { ...world.policy, brake: { ...world.policy.brake, maxMailboxesPercent: 100 } };
    const controller = new AbortController();
    let writes = 0;
    const stop = world.organization.onWrite(() => {
      writes += 1;
      if (writes === 20) controller.abort();
    });
    expect((await cleaned(world, { signal: controller.signal })).state).toBe('cancelled');
    stop();
    expect(world.managed(1).size).toBeGreaterThan(0);
    expect(world.managed(1).size).toBeLessThan(45);
    expect((await cleaned(world)).state).toBe('finished');
    expect(world.managed(1).size).toBe(0);
    expect(await world.memory.readWrittenMailboxes(idOf(world))).toEqual([]);
  });

  it('gives way to the next planned run of its policy', async () => {
    const world = await filled();
    const waiting = await cleaned(world);
    await world.run();
    expect((await world.runs.read(waiting.id))?.state).toBe('superseded');
    await expect(approved(world, waiting)).rejects.toMatchObject({ code: 'nothingToApprove' });
    expect(world.managed(1).size).toBe(5);
  });
});

describe('the rollback of a clean-up', () => {
  it('brings every contact back as it was, with its mark and in its folder', async () => {
    const world = await filled();
    const before = [1, 2, 3].map((box) => contents(world, box));
    const run = await approved(world, await cleaned(world));
    expect((await world.rollback(run.id)).state).toBe('finished');
    expect([1, 2, 3].map((box) => contents(world, box))).toEqual(before);
    for (const box of [1, 2, 3]) expect(folderNames(world, box)).toContain(world.policy.folder.name);
    // They are ours again: the next run finds nothing to do.
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });

  it('the twin: with before-images that lack one value it does not', async () => {
    const world = await filled();
    const before = contents(world, 1);
    const { journal } = world;
    const forgetful: Journal = {
      intend: (id, mailbox, intents) => journal.intend(id, mailbox, intents.map(withoutSurname)),
      record: (ids, outcomes) => journal.record(ids, outcomes),
      readRun: (id, mailbox) => journal.readRun(id, mailbox),
      hasWrites: (id) => journal.hasWrites(id),
      handedOver: (person) => journal.handedOver(person),
    };
    const ports = { ...world.ports, journal: forgetful };
    const run = await approved(world, await cleaned(world), ports);
    await world.rollback(run.id);
    expect(contents(world, 1)).toHaveLength(before.length);
    expect(contents(world, 1)).not.toEqual(before);
  });

  it('leaves a person alone who came back meanwhile', async () => {
    const world = await filled(3, 1);
    const run = await approved(world, await cleaned(world));
    world.organization.putObject(person(1, { surname: ['Renamed'] }));
    await world.run();
    const now = contents(world, 1);
    await world.rollback(run.id);
    expect(contents(world, 1)).toEqual(now);
  });
});
