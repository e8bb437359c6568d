// The photo pass in memory.

import { describe, expect, it } from 'vitest';
import { photoMarkIn } from '../core/photo-mark.ts';
import { testPolicy } from '../core/test-policy.ts';
import { Failure } from '../model/failure.ts';
import { PhotosInMemory, worldWithPhotos } from './testing/photos-in-memory.ts';
import { boxId, personId, type World } from './testing/world.ts';

const PICTURE_OF_USER = Uint8Array.from([0xff, 0xd8, 0xff, 0xda, 7, 7]);

const digestOn = (world: World, box: number, person: number) => {
  const { picture } = world.item(box, person);
  return picture === undefined ? undefined : (photoMarkIn(picture) ?? 'of the user');
};
const told = (world: World) => world.eventsOf('photos.written')[0];

describe('photos', () => {
  it('are written after the contacts, fetched once each, and not again', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(3, 2, photos);
    photos.byPerson.set(personId(1), 'anna').set(personId(2), 'ben');
    await world.run();
    expect(told(world)).toMatchObject({ people: 2, written: 4, failed: 0 });
    expect(photos.fetched).toEqual([personId(1), personId(2)]);
    expect([1, 2, 3].map((n) => digestOn(world, 2, n))).toEqual(['of-anna', 'of-ben', undefined]);
    const types = world.events.map(({ type }) => type);
    expect(types.lastIndexOf('mailbox.applied')).toBeLessThan(types.indexOf('photos.written'));

    const versions = world.box(1).items.map(({ version }) => version);
    await world.run();
    await world.run();
    expect(told(world)).toMatchObject({ people: 2, written: 0, kept: 0 });
    expect(photos.fetched).toHaveLength(2);
    expect(world.box(1).items.map(({ version }) => version)).toEqual(versions);
  });

  it('of one who changed theirs are written anew, the others are not touched', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(2, 1, photos);
    photos.byPerson.set(personId(1), 'anna').set(personId(2), 'ben');
    await world.run();
    const { version } = world.item(1, 2);
    photos.byPerson.set(personId(1), 'anna again');
    await world.run();
    expect(told(world)).toMatchObject({ written: 1 });
    expect(digestOn(world, 1, 1)).toBe('of-anna again');
    const box = { mailboxId: boxId(1), primarySmtpAddress: 'box1@contoso.example' };
    expect(world.eventsOf('mailbox.photos')).toMatchObject([{ ...box, written: 1, removed: 0 }]);
    await world.run();
    expect(world.eventsOf('mailbox.photos')).toEqual([]);
    expect(world.item(1, 2).version).toBe(version);
  });

  it('of the user stay', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(1, 1, photos);
    await world.run();
    world.box(1).setPicture(world.item(1, 1).id, PICTURE_OF_USER);
    photos.byPerson.set(personId(1), 'anna');
    await world.run();
    expect(told(world)).toMatchObject({ written: 0, kept: 1 });
    expect(digestOn(world, 1, 1)).toBe('of the user');
    await world.run();
    expect(told(world)).toMatchObject({ written: 0, kept: 0 });
  });

  it('are recognized when the ledger and the cache are lost', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(1, 1, photos);
    photos.byPerson.set(personId(1), 'anna');
    await world.run();
    const { version } = world.item(1, 1);
    await world.ledger.forget();
    photos.cached.clear();
    await world.run();
    expect(told(world)).toMatchObject({ people: 1, written: 0, kept: 0 });
    expect(world.item(1, 1).version).toBe(version);
  });

  it('that are withdrawn are taken off', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(1, 1, photos);
    photos.byPerson.set(personId(1), 'anna');
    await world.run();
    photos.byPerson.clear();
    await world.run();
    expect(told(world)).toMatchObject({ removed: 1 });
    expect(digestOn(world, 1, 1)).toBeUndefined();
  });

  it('that may not be read leave contacts and run as they are', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(2, 1, photos);
    photos.byPerson.set(personId(1), 'anna');
    await world.run();
    photos.refusal = new Failure('photoRightMissing');
    const run = await world.run();
    expect(run.state).toBe('finished');
    expect(told(world)).toMatchObject({ written: 0, removed: 0, failures: [{ code: 'photoRightMissing' }] });
    expect(digestOn(world, 1, 1)).toBe('of-anna');
  });

  it('that are none are told, and not fetched again before they change', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(2, 1, photos);
    photos.byPerson.set(personId(1), 'damaged').set(personId(2), 'ben');
    for (let run = 0; run < 2; run += 1) {
      await world.run();
      expect(told(world)).toMatchObject({
        failed: 1,
        failures: [
          { code: 'photoUnreadable', details: { people: [`person1@contoso.example (${personId(1)})`] } },
        ],
      });
    }
    expect(digestOn(world, 1, 2)).toBe('of-ben');
    expect(photos.fetched).toHaveLength(2);
  });

  it('do not keep a contact from being purged; the picture of the user does', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(2, 1, photos);
    photos.byPerson.set(personId(1), 'anna').set(personId(2), 'ben');
    await world.run();
    const ids = [1, 2].map((n) => world.item(1, n).id);
    world.box(1).setPicture(world.item(1, 2).id, PICTURE_OF_USER);
    for (const n of [1, 2]) world.organization.removeObject(personId(n));
    const run = await world.run();
    if (run.state === 'awaitingApproval') {
      const { digest } = world.eventsOf('brake.engaged')[0] ?? { digest: '' };
      await world.approve(run.id, digest);
    }
    expect(ids.map((id) => world.box(1).item(id)?.folderId)).toEqual([
      undefined,
      world.box(1).deletedItemsId,
    ]);
  });

  it('do not keep a rollback from removing what the run made', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(2, 1, photos);
    photos.byPerson.set(personId(1), 'anna');
    const run = await world.run();
    await world.rollback(run.id);
    expect(world.managed(1).size).toBe(0);
  });

  it('beyond what one mailbox may get in a run come with the next ones', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(12, 1, photos);
    world.policy = testPolicy({ contact: { photo: true, photoMegabytes: 1 } });
    // 110 kB each; looked at ten at a time.
    for (let n = 1; n <= 12; n += 1) photos.byPerson.set(personId(n), `${n} `.padEnd(110_000, '.'));
    const written: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      await world.run();
      written.push(told(world)?.written ?? -1);
      expect(told(world)?.postponed).toBe([2, 0, 0][run]);
    }
    expect(written).toEqual([10, 2, 0]);
  });

  it('are not asked for where the policy does not want them', async () => {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(1, 1, photos);
    world.policy = testPolicy();
    photos.refusal = new Failure('photoRightMissing');
    await world.run();
    expect(told(world)).toBeUndefined();
    expect(world.organization.mailboxOf(boxId(1))?.items[0]?.picture).toBeUndefined();
  });
});
