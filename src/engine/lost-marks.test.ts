// What a run does with a contact of ours that lost its mark, because some program wrote it back without the properties
// that it does not know.

import { describe, expect, it } from 'vitest';
import { MailboxUser } from '../connectors/memory/mailbox-user.ts';
import { buildReport } from '../core/report.ts';
import type { ItemId } from '../model/ids.ts';
import type { Policy } from '../model/policy.ts';
import type { Run } from '../model/run.ts';
import { person, personId, World } from './testing/world.ts';

async function filled(deletion: Partial<Policy['deletion']> = {}): Promise<World> {
  const world = new World(4, 1);
  world.policy = { ...world.policy, deletion: { ...world.policy.deletion, ...deletion } };
  await world.run();
  return world;
}

/** The program changes nothing else. */
function loseMark(world: World, number: number): ItemId {
  const { id } = world.item(1, number);
  world.box(1).updateItem(id, { mark: null });
  return id;
}

const user = (world: World) => new MailboxUser(world.box(1));
const bytesOf = (world: World, id: ItemId) => JSON.stringify(world.box(1).item(id));
const reportOf = async (world: World, run: Run) => buildReport(run, await world.runs.readEvents(run.id));

const notices = (world: World): readonly string[] =>
  world.eventsOf('mailbox.planned').flatMap(({ notices: told }) => told.map(({ kind }) => kind));

describe('A contact that lost its mark', () => {
  it('gets it back where it holds what was written, and nothing is written beside it', async () => {
    const world = await filled();
    const { mark, properties } = world.item(1, 2);
    const id = loseMark(world, 2);
    const run = await world.run();
    expect(world.box(1).item(id)).toMatchObject({ mark, properties });
    expect(world.box(1).items).toHaveLength(4);
    expect((await reportOf(world, run)).applied).toMatchObject({ adopted: 1, created: 0, updated: 0 });
    expect(await world.writesDuring(() => world.run())).toEqual([]);
  });

  it('follows what changed at the source meanwhile', async () => {
    const world = await filled();
    const id = loseMark(world, 2);
    world.organization.putObject(person(2, { surname: ['New'] }));
    await world.run();
    expect(world.item(1, 2)).toMatchObject({ id, properties: { surname: 'New' } });
    expect(world.box(1).items).toHaveLength(4);
  });

  it("is the user's where somebody edited it, and the report says so", async () => {
    const world = await filled();
    const id = loseMark(world, 2);
    user(world).editContact(id, { givenName: 'Max' });
    const bytes = bytesOf(world, id);
    await world.run();
    expect(notices(world)).toEqual(['lostMarkLeftAlone']);
    expect(bytesOf(world, id)).toBe(bytes);
    expect(world.item(1, 2).id).not.toBe(id);
    expect(await world.writesDuring(() => world.run())).toEqual([]);
    expect(notices(world)).toEqual([]);
    expect(bytesOf(world, id)).toBe(bytes);
  });

  it.each(['enriched', 'emptied'])("is the user's where somebody %s it", async (how) => {
    const world = await filled();
    const id = loseMark(world, 2);
    user(world).editContact(id, how === 'enriched' ? { spouseName: 'Sam' } : { businessPhone1: '' });
    const bytes = bytesOf(world, id);
    await world.run();
    expect(bytesOf(world, id)).toBe(bytes);
  });

  it('is not forgotten by a test run in between', async () => {
    const world = await filled();
    const id = loseMark(world, 2);
    await world.run('test');
    await world.run('test');
    user(world).editContact(world.item(1, 1).id, { givenName: 'Max' });
    await world.run();
    expect(world.item(1, 2).id).toBe(id);
    expect(world.box(1).items).toHaveLength(4);
  });

  it('is not taken for one that the user deleted', async () => {
    const world = await filled({ deletedByUser: 'respect' });
    const id = loseMark(world, 2);
    await world.run();
    expect(world.item(1, 2).id).toBe(id);
    expect(notices(world)).toEqual([]);
  });

  it('stays alone where deletions are respected and somebody edited it', async () => {
    const world = await filled({ deletedByUser: 'respect' });
    const id = loseMark(world, 2);
    user(world).editContact(id, { givenName: 'Max' });
    await world.run();
    expect(notices(world)).toEqual(['lostMarkLeftAlone', 'userDeletionRespected']);
    expect(world.box(1).items).toHaveLength(4);
    expect(world.managed(1).has(personId(2))).toBe(false);
  });

  it("is the user's where no ledger knows it any more", async () => {
    const world = await filled();
    const id = loseMark(world, 2);
    const bytes = bytesOf(world, id);
    await world.ledger.forget();
    await world.run();
    expect(bytesOf(world, id)).toBe(bytes);
    expect(world.item(1, 2).id).not.toBe(id);
  });

  it("is the user's where the person left the selection", async () => {
    const world = await filled();
    const id = loseMark(world, 2);
    const bytes = bytesOf(world, id);
    world.organization.removeObject(personId(2));
    await world.run();
    expect(bytesOf(world, id)).toBe(bytes);
  });

  it('is not what was handed over, also when the person comes back', async () => {
    const world = await filled({ strategy: 'handOver' });
    const { id } = world.item(1, 2);
    world.organization.removeObject(personId(2));
    await world.run();
    expect(world.box(1).item(id)?.mark).toBeUndefined();
    const bytes = bytesOf(world, id);
    world.organization.putObject(person(2));
    await world.run();
    expect(bytesOf(world, id)).toBe(bytes);
    expect(world.item(1, 2).id).not.toBe(id);
  });

  it('loses it once more by a rollback of the run', async () => {
    const world = await filled();
    const id = loseMark(world, 2);
    const { properties } = world.box(1).item(id) ?? {};
    const run = await world.run();
    await world.rollback(run.id);
    expect(world.box(1).item(id)).toMatchObject({ properties });
    expect(world.box(1).item(id)?.mark).toBeUndefined();
  });

  it('of a whole folder, all get it back', async () => {
    const world = await filled();
    for (const number of [1, 2, 3, 4]) loseMark(world, number);
    user(world).addContact({ displayName: 'Private' }, world.box(1).items[0]?.folderId);
    await world.run();
    expect(world.managed(1).size).toBe(4);
    expect(world.box(1).items).toHaveLength(5);
  });

  it.each([
    { people: 30, asked: 'one by one' },
    { people: 130, asked: 'in a list' },
  ])('is looked for $asked where $people are missing', async ({ people, asked }) => {
    const world = new World(people, 1);
    await world.run();
    const { targets } = world.ports;
    let singly = 0;
    Object.assign(world.ports, {
      targets: {
        capabilities: targets.capabilities,
        scan: targets.scan.bind(targets),
        open: (...of: Parameters<typeof targets.open>) => {
          const target = targets.open(...of);
          const original = target.readUnmarked.bind(target);
          return Object.assign(target, {
            readUnmarked: (...asks: Parameters<typeof original>) => {
              singly += asks[0].length;
              return original(...asks);
            },
          });
        },
      },
    });
    const [kept, ...others] = [...world.managed(1).values()];
    for (const { id } of others) user(world).purgeContact(id);
    if (kept === undefined) throw new Error('nobody was written');
    world.box(1).updateItem(kept.id, { mark: null });
    await world.run();
    expect(singly).toBe(asked === 'one by one' ? people : 0);
    expect(world.box(1).items).toHaveLength(people);
    expect(world.box(1).item(kept.id)?.mark).toEqual(kept.mark);
  });
});
