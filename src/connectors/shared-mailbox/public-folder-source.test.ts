// What lies in public folders, and what a reading of them costs: the emulator refuses whatever Exchange refuses there.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fullPerson, withoutNormalization } from '../../../test/contract/sample.ts';
import { mapContact } from '../../core/map.ts';
import { testPolicy } from '../../core/test-policy.ts';
import { PublicFolderBed } from './testing/public-folder-bed.ts';

let bed: PublicFolderBed;
beforeAll(async () => {
  bed = await PublicFolderBed.start();
});
afterAll(() => bed.close());
beforeEach(async () => {
  await bed.renew();
  bed.forget();
});

describe('contacts of public folders', () => {
  it('come over with every property as it stands', async () => {
    const everything = { ...fullPerson([]), businessPhone2: '+49 30 1234568', homePhone2: '+49 30 1234569' };
    await bed.add(everything);
    const { objects, isComplete, gaps } = await bed.read();
    const contact = { fileAs: '{fileAs}', phones: { format: 'asIs' as const } };
    const policy = { ...testPolicy({ contact }), source: bed.scope() };
    const [object] = objects;
    if (object === undefined) throw new Error('one was added');
    const { properties, losses } = mapContact(object, policy, {});
    expect(withoutNormalization(properties)).toEqual(withoutNormalization(everything));
    expect([isComplete, gaps, losses]).toEqual([true, [], []]);
  });

  it('lie in folders that are found by their path, slashes and all, wherever their contents are kept', async () => {
    const north = [...bed.path, 'North/South'];
    const deep = [...north, 'Deep'];
    const mail = [...bed.path, 'Mail'];
    await bed.control.createPublicFolder(north, { mailbox: 0 });
    await bed.control.createPublicFolder(deep, { mailbox: 1 });
    await bed.control.createPublicFolder(mail, { folderClass: 'IPF.Note' });
    await bed.add({ displayName: 'At the top' });
    await bed.add({ displayName: 'In slash' }, north);
    await bed.add({ displayName: 'In deep' }, deep);
    await bed.add({ displayName: 'Among mail' }, mail);
    const read = (path: string[], includeSubfolders: boolean) =>
      bed.names({ folders: [{ path, includeSubfolders }] });
    expect(await read([...bed.path], false)).toEqual(['At the top']);
    expect(await read([...bed.path], true)).toEqual(['At the top', 'In deep', 'In slash']);
    expect(await read([...bed.path, 'north/SOUTH'], false)).toEqual(['In slash']);
    expect(await read(deep, true)).toEqual(['In deep']);
  });

  it('come with their pictures, also those that were opened in an earlier run', async () => {
    const signal = new AbortController().signal;
    const anna = await bed.add({ displayName: 'Anna' });
    await bed.add({ displayName: 'Ben' });
    bed.setPicture(anna, Buffer.from([0xff, 0xd8, 1, 2]));
    for (const _ of ['opened', 'remembered']) {
      const { objects } = await bed.read();
      const { stamps } = await bed.photos.readStamps(objects, signal);
      expect([...stamps.values()].filter((stamp) => stamp === '')).toHaveLength(1);
      const photos = await bed.photos.readPhotos(objects, signal);
      expect(photos.filter((photo) => photo !== undefined)).toEqual([Uint8Array.from([0xff, 0xd8, 1, 2])]);
    }
  });

  it('keep their identity when they are changed, and are told apart from copies', async () => {
    const item = await bed.add({ displayName: 'Anna' });
    const before = (await bed.read()).objects[0]?.id;
    await bed.control.editPublicContact(item, { displayName: 'Married' });
    const [after] = (await bed.read()).objects;
    expect([after?.id, after?.attributes.displayName]).toEqual([before, ['Married']]);
  });

  it('are read beside items of other classes, contact lists and damaged ones', async () => {
    await bed.add({ displayName: 'Anna' });
    await bed.add({ mobilePhone: '+49 170 1234567' });
    const damaged = await bed.add({ displayName: 'Damaged' });
    for (const itemClass of ['IPM.DistList', 'IPM.Note'])
      await bed.control.createPublicContact(bed.path, { properties: { displayName: itemClass }, itemClass });
    bed.damage(damaged);
    const { objects, isComplete, gaps, unreadable = new Set() } = await bed.read();
    expect(objects.map(({ kind }) => kind).sort()).toEqual(['contactItem', 'contactItem', 'contactList']);
    expect([isComplete, unreadable.size]).toEqual([true, 1]);
    expect(gaps).toMatchObject([{ code: 'sourceItemKept', details: { count: 1 } }]);
  });
});

describe('a folder', () => {
  const over = (...paths: string[][]) => ({
    folders: paths.map((path) => ({ path, includeSubfolders: true })),
  });

  it('that is not there, or hidden, makes the reading impossible when it is the only one', async () => {
    const hidden = [...bed.path, 'Hidden'];
    await bed.control.createPublicFolder(hidden);
    await bed.control.setPublicFolderRights(hidden, 'hidden');
    for (const path of [['Nowhere'], hidden])
      await expect(bed.read(over(path))).rejects.toMatchObject({
        code: 'sourceFolderNotFound',
        details: { path },
      });
  });

  it('that is closed is named with the cmdlet that opens it', async () => {
    await bed.control.setPublicFolderRights(bed.path, 'visible');
    const identity = `'\\${bed.path[0]}'`;
    await expect(bed.read()).rejects.toMatchObject({
      code: 'publicFolderAccessDenied',
      details: {
        mailbox: bed.reader,
        cmdlet: `Add-PublicFolderClientPermission -Identity ${identity} -User '${bed.reader}' -AccessRights FolderVisible,ReadItems`,
      },
    });
  });

  it('that is closed below an open one makes the reading incomplete, and everybody else is read', async () => {
    await bed.add({ displayName: 'Open' });
    const closed = [...bed.path, "Board's"];
    await bed.control.createPublicFolder(closed);
    await bed.add({ displayName: 'Closed' }, closed);
    await bed.add({ displayName: 'After' }, [...bed.path]);
    await bed.control.setPublicFolderRights(closed, 'visible');
    const { objects, isComplete, gaps } = await bed.read(over([...bed.path]));
    expect(objects.map(({ attributes }) => attributes.displayName)).toEqual(
      expect.arrayContaining([['After'], ['Open']]),
    );
    expect([objects.length, isComplete, gaps.length]).toEqual([2, false, 1]);
    expect(gaps[0]).toMatchObject({
      code: 'publicFolderAccessDenied',
      details: { folder: `\\${bed.path[0]}\\Board's` },
    });
    expect(gaps[0]?.details['cmdlet']).toContain(`-Identity '\\${bed.path[0]}\\Board''s'`);
  });

  it('that changes is read with one request for what changed, and an unchanged one with none', async () => {
    const item = await bed.add({ displayName: 'Anna', notes: 'long' });
    await bed.add({ displayName: 'Bruno' });
    await bed.operations();
    await bed.read();
    expect(await bed.operations()).toEqual(['FindFolder', 'GetFolder', 'FindItem', 'GetItem']);
    const unchanged = await bed.read();
    expect(await bed.operations()).toEqual(['FindFolder', 'GetFolder', 'FindItem']);
    expect(unchanged.objects.map(({ attributes }) => attributes.notes?.[0])).toEqual(
      expect.arrayContaining(['long', undefined]),
    );
    await bed.control.editPublicContact(item, { jobTitle: 'Owner' });
    const changed = await bed.read();
    expect(await bed.operations()).toEqual(['FindFolder', 'GetFolder', 'FindItem', 'GetItem']);
    expect(changed.objects.flatMap(({ attributes }) => attributes.jobTitle ?? [])).toEqual(['Owner']);
    await bed.control.deletePublicContact(item);
    expect(await bed.names()).toEqual(['Bruno']);
  });

  it('of many pages is read whole, each contact once, and nothing is opened the second time', async () => {
    bed.fill(1_200);
    const { objects, isComplete } = await bed.read();
    expect([new Set(objects.map(({ id }) => id)).size, isComplete]).toEqual([1_200, true]);
    await bed.operations();
    expect((await bed.read()).objects).toHaveLength(1_200);
    const counts = Object.groupBy(await bed.operations(), (operation) => operation);
    // Folders once more after the pages: nothing may have moved up between them.
    expect(counts).toMatchObject({
      FindItem: { length: 3 },
      FindFolder: { length: 2 },
      GetFolder: { length: 2 },
    });
    expect(counts['GetItem']).toBeUndefined();
  });
});

describe('a folder in which nothing happened', () => {
  const anHourAgo = new Date('2026-11-02T07:00:00Z');
  const folders = ['FindFolder', 'GetFolder'];

  it('is not even listed, and whatever happens in it is seen', async () => {
    const [first = ''] = bed.fill(600, anHourAgo);
    const before = await bed.read();
    await bed.operations();
    const byId = ({ objects }: typeof before) => new Map(objects.map((object) => [object.id, object]));
    expect(byId(await bed.read())).toEqual(byId(before));
    expect(await bed.operations()).toEqual(folders);
    await bed.control.deletePublicContact(first);
    expect((await bed.read()).objects).toHaveLength(599);
    await bed.operations();
    expect((await bed.read()).objects).toHaveLength(599);
    expect(await bed.operations()).toEqual(folders);
    await bed.add({ displayName: 'New' });
    expect((await bed.read()).objects).toHaveLength(600);
    expect(await bed.operations()).toEqual(expect.arrayContaining(['FindItem', 'GetItem']));
  });

  it('is read anew where what was kept of it is damaged, or something in it could not be opened', async () => {
    const [first = ''] = bed.fill(3, anHourAgo);
    await bed.read();
    bed.damageMemory();
    await bed.operations();
    expect((await bed.read()).objects).toHaveLength(3);
    expect(await bed.operations()).toEqual([...folders, 'FindItem', 'GetItem']);
    bed.forget();
    bed.damage(first);
    await bed.read();
    await bed.operations();
    expect((await bed.read()).objects).toHaveLength(2);
    expect(await bed.operations()).toEqual(expect.arrayContaining(['FindItem', 'GetItem']));
  });
});

describe('the way there', () => {
  it('is asked for once for each reading', async () => {
    await bed.control.clearRequests();
    await bed.read();
    const requests = await bed.control.requests(10_000);
    expect(requests.flatMap(({ face, operation }) => (face === 'autodiscover' ? [operation] : []))).toEqual([
      'soap',
      'soap',
      'pox',
    ]);
  });

  it('that Autodiscover does not tell is a failure with a reason', async () => {
    await bed.control.setAutodiscover({ forms: ['json', 'pox'] });
    await expect(bed.read()).rejects.toMatchObject({
      code: 'publicFoldersNotFound',
      details: { reason: 'HTTP 404' },
    });
    await bed.control.setAutodiscover({});
    await bed.control.addAutodiscoverRule({ form: 'pox', action: { kind: 'error', code: '500' } });
    await expect(bed.read()).rejects.toMatchObject({
      code: 'publicFoldersNotFound',
      details: { reason: 'noContentMailbox' },
    });
    await bed.control.clearAutodiscoverRules();
  });

  it('in Exchange Online comes with a warning, and a block is told from a closed folder', async () => {
    await bed.add({ displayName: 'Anna' });
    const online = bed.connect('exchangeOnline');
    const signal = new AbortController().signal;
    const reading = await online(bed.scope(), signal);
    expect([reading.isComplete, reading.gaps.map(({ code }) => code)]).toEqual([
      true,
      ['publicFoldersOnlineEnding'],
    ]);
    await bed.control.addFault({
      count: 1_000,
      path: '/EWS/Exchange.asmx',
      action: { kind: 'answer', status: 403 },
    });
    await expect(online(bed.scope(), signal)).rejects.toMatchObject({ code: 'exchangeWebServicesBlocked' });
    await expect(bed.read()).rejects.toMatchObject({ code: 'mailboxAccessDenied' });
    await bed.control.clearFaults();
  });
});
