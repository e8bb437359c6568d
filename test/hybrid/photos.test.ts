// Photos of a hybrid company, over both wires: what lies in the mailboxes, by its pixels.

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, HybridCompany, type Person } from './company.ts';

const FOLDER = 'Contacts/Company Contacts';
const RED = { r: 200, g: 40, b: 30 };
const BLUE = { r: 20, g: 60, b: 190 };
const GREEN = { r: 30, g: 150, b: 60 };

let company: HybridCompany;
beforeAll(async () => {
  company = await HybridCompany.start(['anna', 'bruno']);
  company.wantsPhotos = true;
});
afterAll(() => company.close());

const picture = (background: typeof RED, width = 300, height = 400) =>
  sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();

async function run() {
  const { run: done, events } = await company.run('activeDirectory');
  const photos = events.find((event) => event.type === 'photos.written');
  expect([done.state, photos?.failures]).toEqual(['finished', []]);
  return photos;
}

async function contactIn(mailbox: Person, person: Person) {
  const { items } = await company.control.mailbox(addressOf(mailbox));
  const found = items.filter(
    ({ folderPath, properties }) =>
      folderPath === FOLDER && String(properties['displayName']).toLowerCase().startsWith(person),
  );
  expect(found).toHaveLength(1);
  return found[0]?.id ?? '';
}

async function photoIn(mailbox: Person, person: Person) {
  return company.control.contactPhoto(addressOf(mailbox), await contactIn(mailbox, person));
}

async function colorIn(mailbox: Person, person: Person) {
  const shown = await photoIn(mailbox, person);
  if (shown === undefined) return undefined;
  const { channels } = await sharp(shown).stats();
  const [r, g, b] = channels.map(({ mean }) => Math.round(mean));
  return { r, g, b };
}

const isLike = ({ r, g, b }: typeof RED) => ({
  r: expect.closeTo(r, -1),
  g: expect.closeTo(g, -1),
  b: expect.closeTo(b, -1),
});

describe('photos of a hybrid company', () => {
  it('of the directory and of the tenant come into mailboxes on both sides', async () => {
    company.thumbnails.set('bruno', await picture(RED));
    company.thumbnails.set('carla', await picture(GREEN));
    await company.control.setPhoto(addressOf('carla'), await picture(BLUE));
    expect(await run()).toMatchObject({ people: 2, written: 6 });
    // Anna is in the building, David in the cloud. The photo in the tenant comes first.
    for (const mailbox of ['anna', 'david'] as const) {
      expect(await colorIn(mailbox, 'bruno')).toEqual(isLike(RED));
      expect(await colorIn(mailbox, 'carla')).toEqual(isLike(BLUE));
    }
    expect(await run()).toMatchObject({ written: 0, removed: 0, kept: 0 });
  });

  it('are recognized in a mailbox that moves', async () => {
    await company.control.moveMailbox(addressOf('anna'), 'online');
    expect(await run()).toMatchObject({ written: 0, removed: 0, kept: 0 });
    await company.control.moveMailbox(addressOf('anna'), 'onPremises');
    expect(await run()).toMatchObject({ written: 0, removed: 0, kept: 0 });
    expect(await colorIn('anna', 'bruno')).toEqual(isLike(RED));
  });

  it('are replaced by that of the directory when the tenant has none any more', async () => {
    await company.control.setPhoto(addressOf('carla'), null);
    expect(await run()).toMatchObject({ written: 3 });
    for (const mailbox of ['anna', 'david'] as const)
      expect(await colorIn(mailbox, 'carla')).toEqual(isLike(GREEN));
  });

  it('in a mailbox in the building come before that in the tenant, in their own size, and are asked for when the small one changes', async () => {
    const sizeIn = async (mailbox: Person) =>
      (await sharp((await photoIn(mailbox, 'bruno')) ?? Buffer.alloc(0)).metadata()).width;
    await company.control.setPhoto(addressOf('bruno'), await picture(RED, 96, 96));
    company.thumbnails.set('bruno', await picture(BLUE, 64, 64));
    await company.control.setMailboxPhoto(addressOf('bruno'), await picture(BLUE, 648, 648));
    expect(await run()).toMatchObject({ written: 3 });
    for (const mailbox of ['anna', 'david'] as const) {
      expect(await colorIn(mailbox, 'bruno')).toEqual(isLike(BLUE));
      expect(await sizeIn(mailbox)).toBe(240);
    }
    const asked = async () => {
      await company.control.clearRequests();
      const photos = await run();
      const log = await company.control.requests();
      return {
        written: photos?.written,
        requests: log.filter(({ operation }) => operation === 'GetUserPhoto').length,
      };
    };
    // Only whether the server answers at all.
    expect(await asked()).toEqual({ written: 0, requests: 1 });
    await company.control.setMailboxPhoto(addressOf('bruno'));
    expect(await asked()).toEqual({ written: 0, requests: 1 });
    company.thumbnails.delete('bruno');
    expect(await asked()).toEqual({ written: 3, requests: 2 });
    expect([await colorIn('anna', 'bruno'), await sizeIn('anna')]).toEqual([isLike(RED), 96]);
    await company.control.setPhoto(addressOf('bruno'), null);
    company.thumbnails.set('bruno', await picture(RED));
    expect(await run()).toMatchObject({ written: 3 });
  });

  it('are taken off where they are withdrawn: here from the contact, there with the contact', async () => {
    const [here, there] = [await contactIn('anna', 'bruno'), await contactIn('david', 'bruno')];
    company.thumbnails.delete('bruno');
    expect(await run()).toMatchObject({ removed: 3, left: 0, failed: 0 });
    expect(await colorIn('anna', 'bruno')).toBeUndefined();
    expect(await colorIn('david', 'bruno')).toBeUndefined();
    expect(await contactIn('anna', 'bruno')).toBe(here);
    expect(await contactIn('david', 'bruno')).not.toBe(there);
    expect(await run()).toMatchObject({ written: 0, removed: 0, left: 0 });
  });
});
