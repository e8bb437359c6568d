// What lies in the contact folders of real mailboxes, through each protocol.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fullPerson, withoutNormalization } from '../../../test/contract/sample.ts';
import { mapContact } from '../../core/map.ts';
import { testPolicy } from '../../core/test-policy.ts';
import { IDENTITY_PROPERTY } from '../graph/ownership-properties.ts';
import { overEws } from './testing/over-ews.ts';
import { overGraph } from './testing/over-graph.ts';
import { SharedMailboxBed } from './testing/shared-mailbox-bed.ts';

const MARK = JSON.stringify([1, 'aaaaaaaa-2222-4333-8444-555555555555', null, 'x']);

describe.each([
  ['Graph', overGraph],
  ['EWS', overEws],
] as const)('through %s', (name, connect) => {
  let bed: SharedMailboxBed;
  beforeAll(async () => {
    bed = await SharedMailboxBed.start(connect);
  });
  afterAll(() => bed.close());
  beforeEach(() => bed.renew());

  it('every property comes over as it stands', async () => {
    const everything = { ...fullPerson([]), businessPhone2: '+49 30 1234568', homePhone2: '+49 30 1234569' };
    await bed.add(everything);
    const { objects, isComplete } = await bed.read();
    const policy = {
      ...testPolicy({ contact: { fileAs: '{fileAs}', phones: { format: 'asIs' } } }),
      source: bed.scope(),
    };
    const [object] = objects;
    if (object === undefined) throw new Error('one was added');
    const { properties, losses } = mapContact(object, policy, {});
    expect(withoutNormalization(properties)).toEqual(withoutNormalization(everything));
    expect([isComplete, losses]).toEqual([true, []]);
  });

  it('long notes are read whole', async () => {
    const notes = 'x'.repeat(30_000);
    await bed.add({ displayName: 'Anna', notes });
    expect((await bed.read()).objects[0]?.attributes.notes).toEqual([notes]);
  });

  it('folders are found by their path, slashes and all, with what lies below where that is wanted', async () => {
    const { control, address } = bed;
    await bed.add({ displayName: 'In Contacts' });
    await control.createFolder(address, 'Customers');
    const slash = await control.createFolder(address, 'North/South', 'Contacts/Customers');
    await bed.add({ displayName: 'In slash' }, slash.id);
    const deep = await control.createFolder(address, 'Deep', slash.id);
    await bed.add({ displayName: 'In deep' }, deep.id);
    const path = ['customers', 'North/South'];
    const read = (folder: { path: string[]; includeSubfolders: boolean }) => bed.names({ folders: [folder] });
    expect(await bed.names()).toEqual(['In Contacts']);
    expect(await read({ path, includeSubfolders: false })).toEqual(['In slash']);
    expect(await read({ path, includeSubfolders: true })).toEqual(['In deep', 'In slash']);
    expect(await read({ path: [], includeSubfolders: true })).toEqual(['In Contacts', 'In deep', 'In slash']);
    const twice = [
      { path, includeSubfolders: true },
      { path: [...path, 'Deep'], includeSubfolders: false },
    ];
    expect(await bed.names({ folders: twice })).toEqual(['In deep', 'In slash']);
  });

  it('a folder that is not there makes the reading incomplete, or impossible when it is the only one', async () => {
    await bed.add({ displayName: 'Anna' });
    const missing = { path: ['North', 'South'], includeSubfolders: false };
    const both = await bed.read({ folders: [{ path: [], includeSubfolders: false }, missing] });
    expect([both.objects.length, both.isComplete]).toEqual([1, false]);
    expect(both.gaps[0]).toMatchObject({ code: 'sourceFolderNotFound', details: { path: missing.path } });
    await expect(bed.read({ folders: [missing] })).rejects.toMatchObject({ code: 'sourceFolderNotFound' });
  });

  it('what contactSync wrote is no source, in its folders and beside the contacts of others', async () => {
    const { control, address } = bed;
    const item = await bed.add({ displayName: 'Ours' });
    await control.editContact(address, item, {}, { [IDENTITY_PROPERTY]: MARK });
    const newer = await bed.add({ displayName: 'Of a later release' });
    await control.editContact(address, newer, {}, { [IDENTITY_PROPERTY]: JSON.stringify([9, 'x']) });
    await bed.add({ displayName: 'Theirs' });
    const made = await control.createFolder(address, 'Company Contacts');
    await bed.add({ displayName: 'A user put it there' }, made.id);
    bed.setFolderProperty(made.id, IDENTITY_PROPERTY, MARK);
    const cache = await control.createFolder(address, 'Recipient Cache');
    await bed.add({ displayName: 'Suggested by Outlook' }, cache.id);
    bed.setFolderProperty(cache.id, 'String 0x3613', 'IPF.Contact.RecipientCache');
    const folders = [{ path: [], includeSubfolders: true }];
    expect(await bed.names({ folders })).toEqual(['Theirs']);
    const { isComplete, gaps, ours = [] } = await bed.read({ folders });
    expect([isComplete, gaps.map(({ code, details }) => [code, details['count']])]).toEqual([
      true,
      [['sourceItemsOurs', 2]],
    ]);
    expect(ours.flatMap(({ attributes }) => attributes.displayName ?? []).sort()).toEqual([
      'Of a later release',
      'Ours',
    ]);
  });

  it('items of other classes are passed over, contact lists told where the protocol shows them', async () => {
    const { control, address } = bed;
    await bed.add({ displayName: 'Anna' });
    for (const itemClass of ['IPM.DistList', 'IPM.Note'])
      await control.createContact(address, { properties: { displayName: itemClass }, itemClass });
    const { objects, isComplete, gaps } = await bed.read();
    const kinds = objects.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(name === 'EWS' ? ['contactItem', 'contactList'] : ['contactItem']);
    expect(isComplete).toBe(true);
    // Graph shows neither; the folder counts both.
    const told = gaps.map(({ code, details }) => [code, details['count']]);
    expect(told).toEqual(name === 'EWS' ? [] : [['sourceItemsNotListed', 2]]);
  });

  it('an item without any name is read as it is', async () => {
    await bed.add({ mobilePhone: '+49 170 1234567' });
    await bed.add({ isPrivate: 'true', notes: 'nobody' });
    const { objects, isComplete } = await bed.read();
    const found = objects.map(({ attributes }) => attributes);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ mobilePhones: ['+49 170 1234567'] }),
        expect.objectContaining({ isPrivate: ['true'], notes: ['nobody'] }),
      ]),
    );
    for (const attributes of found)
      expect([attributes.displayName, attributes.givenName]).toEqual([undefined, undefined]);
    expect([objects.length, isComplete]).toEqual([2, true]);
  });

  it('damaged items make the reading incomplete unless it is known who they are; everybody else is read', async () => {
    for (const number of [1, 2, 3, 4]) await bed.add({ displayName: `Customer ${number}` });
    const everybody = (await bed.read()).objects.map(({ id }) => id);
    bed.protocol.forget();
    const items = (await bed.control.mailbox(bed.address)).items;
    bed.damage(items[2]?.id ?? '');
    const { objects, isComplete, gaps, unreadable = [] } = await bed.read();
    const isKnown = name === 'EWS';
    expect([objects.length, isComplete]).toEqual([3, isKnown]);
    const code = isKnown ? 'sourceItemKept' : 'sourceItemUnreadable';
    expect(gaps.map((gap) => [gap.code, gap.details['count']])).toEqual([[code, 1]]);
    const left = everybody.filter((id) => objects.every((object) => object.id !== id));
    expect([...unreadable]).toEqual(isKnown ? left : []);
  });

  it('a folder of many pages is read whole, each item once', async () => {
    bed.fill(2_100);
    const before = bed.protocol.requests();
    const { objects, isComplete } = await bed.read();
    expect([new Set(objects.map(({ id }) => id)).size, isComplete]).toEqual([2_100, true]);
    // Graph: 3 pages of 999 and 11 of 200 changes; EWS: 5 of 512, a sixth for what came meanwhile, and 21 portions of
    // 100. The rest are folders, before and after.
    expect(bed.protocol.requests() - before).toBeLessThanOrEqual(name === 'EWS' ? 30 : 18);
  });

  it('a mailbox that refuses is named', async () => {
    await bed.control.addFault({
      count: 1_000,
      path: bed.mailbox.ownerId ?? '',
      action: { kind: 'answer', status: 403 },
    });
    await bed.control.addEwsFault({ count: 1_000, action: { kind: 'access-denied-here' } });
    await expect(bed.read()).rejects.toMatchObject({
      code: 'mailboxAccessDenied',
      details: { mailbox: bed.address },
    });
  });
});

describe('both protocols', () => {
  let bed: SharedMailboxBed;
  beforeAll(async () => {
    bed = await SharedMailboxBed.start(overGraph);
  });
  afterAll(() => bed.close());

  it('tell the same items apart, copies too, with the same values', async () => {
    await bed.renew();
    const { control, address } = bed;
    const first = await bed.add({ ...fullPerson(['isPrivate']), homePhone2: '+49 30 1234569' });
    await bed.add({ displayName: 'Bruno' });
    await control.copyContact(address, first, 'Contacts');
    await control.createFolder(address, 'Other');
    await control.moveContact(address, first, 'Contacts/Other');
    const ews = overEws(bed.emulator);
    const folders = [{ path: [], includeSubfolders: true }];
    const never = new AbortController().signal;
    const byId = (reading: Awaited<ReturnType<SharedMailboxBed['read']>>) =>
      new Map(
        reading.objects
          .map(({ id, attributes }) => [id, attributes] as const)
          .toSorted(([one], [other]) => (one < other ? -1 : 1)),
      );
    const throughGraph = byId(await bed.read({ folders }, never));
    const throughEws = byId(await bed.read({ folders }, never, ews));
    await ews.close();
    expect(throughGraph.size).toBe(3);
    expect([...throughEws.keys()]).toEqual([...throughGraph.keys()]);
    expect(throughEws).toEqual(throughGraph);
  });
});
