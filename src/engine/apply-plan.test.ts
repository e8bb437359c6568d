import { describe, expect, it } from 'vitest';
import type { Run } from '../model/run.ts';
import { boxId, person, personId, World } from './testing/world.ts';

/** What the report counts: every try of a mailbox tells what it has written. */
function reported(world: World) {
  const sum = { created: 0, updated: 0, deleted: 0, failed: 0 };
  for (const { counts } of world.eventsOf('mailbox.applied')) {
    for (const key of ['created', 'updated', 'deleted', 'failed'] as const) sum[key] += counts[key];
  }
  return sum;
}

async function outcomesOf(world: World, run: Run): Promise<string[]> {
  const outcomes: string[] = [];
  for await (const { change, outcome } of world.journal.readRun(run.id))
    if (!change.startsWith('folder')) outcomes.push(`${change} ${outcome ?? 'never heard of'}`);
  return outcomes;
}

/** What the user does right after the next write reached the mailbox, or did not. */
function afterNextWrite(world: World, work: () => void): void {
  const stop = world.organization.onWrite(() => {
    stop();
    work();
  });
}

describe('a contact that fails', () => {
  const refused = { kind: 'fail', code: 'contactRefused' } as const;

  it('is one failed contact, and not tried again, when its mailbox is tried twice', async () => {
    const world = new World(30, 1);
    world.box(1).trouble.atWrite(1, refused);
    world.box(1).trouble.atWrite(21, { kind: 'break', code: 'serviceUnavailable' });
    const run = await world.run();

    expect(run.state).toBe('finishedWithErrors');
    expect(reported(world)).toMatchObject({ created: 29, failed: 1 });
    expect(world.managed(1).size).toBe(29);
    expect(world.eventsOf('contact.failed')).toHaveLength(1);
  });

  it('keeps a mailbox that is emptied remembered, also when the second try meets no trouble', async () => {
    const world = new World(30, 6);
    await world.run();
    world.policy = {
      ...world.policy,
      mailboxes: { ...world.policy.mailboxes, exclude: ['box2@contoso.example'] },
    };
    world.box(2).trouble.atWrite(1, refused);
    world.box(2).trouble.atWrite(21, { kind: 'break', code: 'serviceUnavailable' });
    await world.run();

    expect(world.managed(2).size).toBe(1);
    await world.run();
    expect(world.managed(2).size).toBe(0);
  });
});

describe('a write whose answer was lost', () => {
  it.each(['loseAnswer', 'loseRequest'] as const)('is counted once with %s', async (kind) => {
    const world = new World(5, 1);
    await world.run();
    world.organization.putObject(person(1, { surname: ['Adler'] }));
    world.organization.putObject(person(6));
    world.organization.removeObject(personId(2));
    for (const nth of [1, 2, 3]) world.box(1).trouble.atWrite(nth, { kind });
    await world.run();

    expect(reported(world)).toEqual({ created: 1, updated: 1, deleted: 1, failed: 0 });
  });

  it.each(['loseAnswer', 'loseRequest'] as const)(
    'and that puts back what a user changed is counted once with %s',
    async (kind) => {
      const world = new World(5, 1);
      await world.run();
      world.organization.userOf(boxId(1)).editContact(world.item(1, 1).id, { surname: 'Mine' });
      world.box(1).trouble.atWrite(1, { kind });
      const run = await world.run();

      expect(reported(world)).toMatchObject({ updated: 1 });
      expect(await outcomesOf(world, run)).toEqual(
        kind === 'loseAnswer' ? ['update applied'] : ['update unknown', 'update applied'],
      );
    },
  );

  it('and that did not happen is counted once when a phone touches the contact meanwhile', async () => {
    const world = new World(5, 1);
    await world.run();
    const user = world.organization.userOf(boxId(1));
    const { id } = world.item(1, 1);
    user.editContact(id, { surname: 'Mine' });
    world.box(1).trouble.atWrite(1, { kind: 'loseRequest' });
    afterNextWrite(world, () => user.touchContact(id));
    const run = await world.run();

    expect(reported(world)).toMatchObject({ updated: 1 });
    expect(await outcomesOf(world, run)).toEqual(['update unknown', 'update applied']);
  });

  it('and that did not happen is not counted when the user deletes the contact meanwhile', async () => {
    const world = new World(5, 1);
    await world.run();
    world.organization.putObject(person(1, { surname: ['Adler'] }));
    const { id } = world.item(1, 1);
    world.box(1).trouble.atWrite(1, { kind: 'loseRequest' });
    afterNextWrite(world, () => world.organization.userOf(boxId(1)).deleteContact(id));
    const run = await world.run();

    expect(reported(world)).toMatchObject({ created: 1, updated: 0 });
    expect(await outcomesOf(world, run)).toEqual(['update unknown', 'create applied']);
  });
});
