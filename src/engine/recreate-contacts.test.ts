// Withdrawn photos where the picture of a contact cannot be taken off, as in Graph.

import { describe, expect, it } from 'vitest';
import { InMemoryTargets } from '../connectors/memory/mailbox-target.ts';
import { MailboxUser } from '../connectors/memory/mailbox-user.ts';
import { folderMark } from '../core/fingerprint.ts';
import type { RunPorts } from './run-ports.ts';
import { PhotosInMemory, worldWithPhotos } from './testing/photos-in-memory.ts';
import { personId, type World } from './testing/world.ts';

/** Two people with photos in one mailbox; the first one's was withdrawn since. */
async function withdrawn(): Promise<{ readonly world: World; readonly user: MailboxUser }> {
  const photos = new PhotosInMemory();
  const world = worldWithPhotos(2, 1, photos);
  const targets = new InMemoryTargets(world.organization, {
    folderMark,
    capabilities: { canRemovePictures: false },
  });
  (world.ports as { -readonly [Name in keyof RunPorts]: RunPorts[Name] }).targets = targets;
  photos.byPerson.set(personId(1), 'anna').set(personId(2), 'ben');
  await world.run();
  photos.byPerson.delete(personId(1));
  return { world, user: new MailboxUser(world.box(1)) };
}

const told = (world: World) => world.eventsOf('photos.written')[0];

/** Everything there is of the person, outside of Deleted Items. */
const itemsOf = (world: World, n: number) =>
  world
    .box(1)
    .items.filter(
      ({ mark, folderId }) => mark?.sourceObjectId === personId(n) && !world.box(1).isDeletedFolder(folderId),
    );

async function expectSettled(world: World): Promise<void> {
  const [one, ...more] = itemsOf(world, 1);
  expect([one?.picture, more]).toEqual([undefined, []]);
  expect(one?.properties.displayName).toBe('Person 1');
  expect(world.item(1, 2).picture).toBeDefined();
  expect(world.box(1).trouble.pending).toBe(0);
  // Nothing of it looks like a deletion or an edit of the user.
  const writes = await world.writesDuring(() => world.run());
  expect(writes).toEqual([]);
  expect(world.eventsOf('mailbox.planned').flatMap(({ notices }) => notices)).toEqual([]);
  expect(told(world)).toMatchObject({ removed: 0, left: 0, failed: 0 });
}

describe('Taking back what cannot be deleted: a contact whose photo was withdrawn', () => {
  it('is made anew without it, and the old one deleted for good', async () => {
    const { world } = await withdrawn();
    const before = world.item(1, 1);
    const writes = await world.writesDuring(() => world.run());
    expect(writes).toEqual(['create applied', 'delete applied']);
    expect(told(world)).toMatchObject({ removed: 1, left: 0, failed: 0 });
    expect(world.item(1, 1)).toMatchObject({ properties: before.properties, mark: before.mark });
    expect(world.box(1).item(before.id)).toBeUndefined();
    await expectSettled(world);
  });

  it('stays as it is when the user edited it, put something into it, or has a copy', async () => {
    for (const act of [
      (user: MailboxUser, world: World) => user.editContact(world.item(1, 1).id, { spouseName: 'Kim' }),
      (user: MailboxUser, world: World) => {
        const copy = user.copyContact(world.item(1, 1).id);
        user.editContact(copy, { spouseName: 'Kim' });
      },
    ]) {
      const { world, user } = await withdrawn();
      const { id } = world.item(1, 1);
      act(user, world);
      const writes = await world.writesDuring(() => world.run());
      expect(writes).toEqual([]);
      expect(told(world)).toMatchObject({ removed: 0, left: 1, failed: 0 });
      expect(world.box(1).item(id)?.picture).toBeDefined();
      await world.run();
      expect(told(world)).toMatchObject({ removed: 0, left: 0, failed: 0 });
    }
  });

  it.each([
    ['the answer to making it', 1, 'loseAnswer'],
    ['the answer to deleting the old one', 2, 'loseAnswer'],
  ] as const)('is there once when %s is lost', async (_what, nth, kind) => {
    const { world } = await withdrawn();
    world.box(1).trouble.atWrite(nth, { kind });
    await world.run();
    expect(told(world)).toMatchObject({ removed: 1, failed: 0 });
    await expectSettled(world);
  });

  it.each([
    ['the request to make it is lost', 1, { kind: 'loseRequest' }],
    ['the request to delete the old one is lost', 2, { kind: 'loseRequest' }],
    ['the user touches the old one meanwhile', 2, { kind: 'conflict' }],
    ['the mailbox breaks before it is made', 1, { kind: 'break', code: 'mailboxFull' }],
    ['the mailbox breaks before the old one is deleted', 2, { kind: 'break', code: 'mailboxFull' }],
  ] as const)('is there once after the next run when %s', async (_what, nth, trouble) => {
    const { world } = await withdrawn();
    world.box(1).trouble.atWrite(nth, trouble);
    const run = await world.run();
    expect(run.state).toBe('finished');
    expect(told(world)).toMatchObject({ removed: 0, failed: 1 });
    expect(itemsOf(world, 1).length).toBeGreaterThan(0);
    await world.run();
    expect(told(world)).toMatchObject({ removed: 1, failed: 0 });
    await expectSettled(world);
  });

  it('is left alone by a rollback of the run that replaced it', async () => {
    const { world } = await withdrawn();
    const run = await world.run();
    const { id } = world.item(1, 1);
    await world.rollback(run.id);
    expect(itemsOf(world, 1).map((item) => item.id)).toEqual([id]);
  });
});
