// Photos of the people of a tenant on the contacts of its mailboxes, through the command line, Microsoft Graph and the
// service's own pictures: compared by their pixels.

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type RunAnswer } from './installation.ts';

const FOLDER = 'Contacts/Company Contacts';
const RED = [200, 40, 30] as const;
const BLUE = [20, 60, 190] as const;
const GREEN = [30, 150, 60] as const;
type Color = readonly [number, number, number];

let box: Installation;
let targets: readonly string[] = [];
let people: readonly { readonly id: string; readonly displayName: string }[] = [];

const picture = ([r, g, b]: Color, width = 640, height = 480) =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();

beforeAll(async () => {
  box = await Installation.start({ recipients: 3, mailboxes: 3 });
  await box.setUp();
  people = await box.control.people('UserMailbox');
  targets = (await box.control.people('UserMailbox')).slice(0, 2).map((one) => one.primarySmtpAddress);
  const more = `mailboxes:
  addresses: [${targets.join(', ')}]
contact:
  photo: true
`;
  await box.json(['policy', 'apply', box.write('photos.yaml', box.policyText(more))]);
  // As processes they are tried elsewhere.
  box.commands = 'called';
});
afterAll(() => box.close());

const run = () => box.json<RunAnswer>(['run', 'All staff']);

async function contactOf(person: number, target = targets[0] ?? '') {
  const { items } = await box.control.mailbox(target);
  const name = people[person]?.displayName;
  const item = items.find((one) => one.folderPath === FOLDER && one.properties.displayName === name);
  if (item === undefined) throw new Error(`no contact of ${name}`);
  return item;
}

/** Average color and size of the contact's picture, as whoever opens it sees it. */
async function colorOf(person: number, target = targets[0] ?? '') {
  const shown = await box.control.contactPhoto(target, (await contactOf(person, target)).id);
  if (shown === undefined) return undefined;
  const { channels } = await sharp(shown).stats();
  const { width, height, format } = await sharp(shown).metadata();
  return { color: channels.map(({ mean }) => Math.round(mean)), width, height, format };
}

async function photoRequests(): Promise<readonly string[]> {
  const requests = await box.control.requests(10_000);
  const paths = requests.filter(({ face }) => face === 'graph').map(({ path }) => path);
  return paths.filter((path) => /\/photo(\/|$)/.test(path)).sort();
}

const isLike = (color: Color) => ({
  color: color.map((value) => expect.closeTo(value, -1)),
  width: 240,
  height: 240,
  format: 'jpeg',
});

describe('photos, from the command line', () => {
  it('says what is missing, and copies the contacts all the same', async () => {
    await box.control.setRoles({ graphRoles: ['Contacts.ReadWrite', 'Mail.Send'] });
    await box.control.setPhoto(people[2]?.id ?? '', await picture(RED));
    const { report } = await run();
    expect(report).toMatchObject({ run: { state: 'finished' }, failures: [] });
    expect(report.photos).toMatchObject({
      written: 0,
      failures: [{ number: 14040, whoActs: 'administrator' }],
    });
    expect(report.applied.created).toBe(4);
  });

  it('writes them when the right is there, small and of the same colors', async () => {
    await box.control.setRoles({
      graphRoles: ['Contacts.ReadWrite', 'Mail.Send', 'ProfilePhoto.Read.All'],
    });
    const { report } = await run();
    expect(report.photos).toEqual({
      ...{ people: 1, written: 2, removed: 0, kept: 0, left: 0, postponed: 0, failed: 0 },
      failures: [],
    });
    for (const target of targets) expect(await colorOf(2, target)).toEqual(isLike(RED));
    expect(await colorOf(1)).toBeUndefined();
  });

  it('asks nothing but the stamps when nothing changed, and writes nothing', async () => {
    await run();
    await box.control.clearRequests();
    const { report } = await run();
    expect(report.photos).toMatchObject({ people: 1, written: 0, kept: 0, failed: 0 });
    // One for each person, and none for a contact.
    expect(await photoRequests()).toEqual(people.map(({ id }) => `/v1.0/users/${id}/photo`).sort());
    const writes = (await box.control.requests(10_000)).filter(
      ({ face, method, path }) => face === 'graph' && method !== 'GET' && !path.endsWith('$batch'),
    );
    expect(writes).toEqual([]);
  });

  it('writes a new photo of the person, and leaves one that the user set', async () => {
    const [first = '', second = ''] = targets;
    await box.control.setContactPhoto(first, (await contactOf(2, first)).id, await picture(GREEN, 240, 240));
    await box.control.setPhoto(people[2]?.id ?? '', await picture(BLUE));
    const { report } = await run();
    expect(report.photos).toMatchObject({ written: 1, kept: 1, failed: 0 });
    expect((await colorOf(2, first))?.color).toEqual(isLike(GREEN).color);
    expect(await colorOf(2, second)).toEqual(isLike(BLUE));
  });

  it('leaves a withdrawn photo on a contact that the user edited, and says so', async () => {
    const [first = '', second = ''] = targets;
    const edited = await contactOf(2, second);
    await box.control.editContact(second, edited.id, { spouseName: 'Kim' });
    await box.control.setPhoto(people[2]?.id ?? '', null);
    const answer = await box.run(['run', 'All staff']);
    expect(answer.output).toContain('1 withdrawn, but cannot be removed');
    expect((await colorOf(2, first))?.color).toEqual(isLike(GREEN).color);
    expect((await colorOf(2, second))?.color).toEqual(isLike(BLUE).color);
    expect((await run()).report.photos).toMatchObject({ people: 0, written: 0, left: 0 });
    await box.control.editContact(second, edited.id, { spouseName: null });
  });

  it('makes a contact anew of which nothing but the photo was withdrawn: Graph takes no picture off', async () => {
    const [, second = ''] = targets;
    await box.control.setPhoto(people[2]?.id ?? '', await picture(RED));
    await run();
    expect((await colorOf(2, second))?.color).toEqual(isLike(RED).color);
    const before = await contactOf(2, second);
    await box.control.setPhoto(people[2]?.id ?? '', null);
    expect((await run()).report.photos).toMatchObject({ removed: 1, left: 0, failed: 0 });
    const after = await contactOf(2, second);
    expect(after.id).not.toBe(before.id);
    expect(after.properties.emailAddresses).toEqual(before.properties.emailAddresses);
    expect(await colorOf(2, second)).toBeUndefined();
    const { items } = await box.control.mailbox(second);
    expect(items.filter(({ folderPath }) => folderPath === FOLDER)).toHaveLength(2);
    expect(items.some(({ folderPath }) => folderPath === 'Deleted Items')).toBe(false);
    // One that has a photo again, for what comes next.
    await box.control.setPhoto(people[2]?.id ?? '', await picture(BLUE));
    expect((await run()).report.photos).toMatchObject({ written: 1, kept: 1, failed: 0 });
  });

  it('purges a contact with a photo of ours, and keeps one with the picture of the user', async () => {
    const [first = '', second = ''] = targets;
    await box.control.changePerson(people[2]?.id ?? '', {
      customAttributes: { 1: 'NoContactSync' },
    });
    await run();
    const deleted = async (target: string) =>
      (await box.control.mailbox(target)).items.filter((item) => item.folderPath === 'Deleted Items').length;
    expect(await deleted(first)).toBe(1);
    expect(await deleted(second)).toBe(0);
  });
});
