// Copying a public folder of an emulated organization into a shared mailbox, through each protocol, and what the copies
// are as a source afterwards.

import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fullPerson, withoutNormalization } from '../../../test/contract/sample.ts';
import { CopyBed } from './testing/copy-bed.ts';

describe.each(['Graph', 'EWS'] as const)('into a mailbox through %s', (protocol) => {
  let bed: CopyBed;
  beforeAll(async () => {
    bed = await CopyBed.start(protocol);
  });
  afterAll(() => bed.close());
  beforeEach(() => bed.renew());

  it('everything comes over as it stands, and a source that moves to the copies sees the same people', async () => {
    const { folders } = bed;
    const everything = { ...fullPerson([]), businessPhone2: '+49 30 1234568', notes: 'x'.repeat(30_000) };
    await folders.add(everything);
    await folders.add({ mobilePhone: '+49 170 1234567' });
    await folders.add({ isPrivate: 'true', displayName: 'Twin' });
    await folders.add({ isPrivate: 'true', displayName: 'Twin' });
    const test = await bed.copy({ mode: 'test' });
    expect(test.plan).toMatchObject({ create: 4, update: 0, unchanged: 0 });
    expect([test.outcome, await bed.copies()]).toEqual([undefined, []]);

    const { outcome } = await bed.copy();
    expect(outcome).toMatchObject({ created: 4, updated: 0, changedMeanwhile: 0, failures: [] });
    const copied = (await bed.copies()).find(({ displayName }) => displayName === everything.displayName);
    expect(withoutNormalization(copied ?? {})).toEqual(withoutNormalization(everything));

    expect((await bed.copy()).plan).toMatchObject({ create: 0, update: 0, unchanged: 4 });
    const [before, after] = [await folders.read({ includePrivate: true }), await bed.readCopies()];
    const byId = ({ objects }: typeof before) =>
      new Map(objects.map(({ id, attributes }) => [id, attributes]));
    expect(byId(after)).toEqual(byId(before));
    expect(after.isComplete).toBe(true);
  });

  it('what a user copies of a copy is another contact, whatever becomes of either', async () => {
    await bed.folders.add({ displayName: 'Anna', businessPhone1: '+49 555' });
    await bed.copy();
    const who = async () =>
      new Map(
        (await bed.readCopies()).objects.map(({ id, attributes }) => [String(attributes['displayName']), id]),
      );
    const anna = (await who()).get('Anna');
    await bed.copyByHand('Anna', { displayName: 'Zoe', businessPhones: ['+49 777'] });
    const before = await who();
    expect([before.get('Anna'), before.size]).toEqual([anna, 2]);
    await bed.editCopy('Zoe', { businessPhones: ['+49 100'] });
    expect(await who()).toEqual(before);
    await bed.editCopy('Anna', { businessPhones: ['+49 900'] });
    expect(await who()).toEqual(before);
    expect((await bed.copy()).plan).toMatchObject({ create: 0, update: 0, unchanged: 1 });
  });

  it('what changed comes over, and what a user changed or added stays as it is', async () => {
    const { folders } = bed;
    const anna = await folders.add({
      displayName: 'Anna',
      jobTitle: 'Clerk',
      companyName: 'Kern KG',
      nickName: 'An',
    });
    await folders.add({ displayName: 'Bruno' });
    await bed.copy();
    await bed.editCopy('Anna', { jobTitle: 'Owner', spouseName: 'Tom' });
    await bed.addByHand('Carla');
    const unchanged = await bed.copy();
    expect(unchanged.plan).toMatchObject({ create: 0, update: 0, unchanged: 2 });
    await folders.control.editPublicContact(anna, {
      jobTitle: 'Boss',
      companyName: 'Kern AG',
      nickName: null,
    });
    const { plan, outcome } = await bed.copy();
    expect(plan).toMatchObject({ create: 0, update: 1, unchanged: 1, keptForUser: 1 });
    expect(outcome).toMatchObject({ created: 0, updated: 1 });
    const copies = await bed.copies();
    const copy = copies.find(({ displayName }) => displayName === 'Anna');
    expect(copy).toMatchObject({ jobTitle: 'Owner', companyName: 'Kern AG', spouseName: 'Tom' });
    expect(copy?.nickName).toBeUndefined();
    expect(copies.map(({ displayName = '' }) => displayName).sort()).toEqual(['Anna', 'Bruno', 'Carla']);
    expect((await bed.copy()).plan).toMatchObject({ create: 0, update: 0, unchanged: 2 });
  });

  it('pictures come over where the copy has none', async () => {
    const { folders } = bed;
    const [blue, red] = [await picture('blue'), await picture('red')];
    for (const displayName of ['Anna', 'Bruno'])
      folders.setPicture(await folders.add({ displayName }), displayName === 'Anna' ? blue : red);
    await folders.add({ displayName: 'Carla' });
    const { plan, outcome } = await bed.copy();
    expect([plan?.pictures, outcome?.pictures, outcome?.failures]).toEqual([2, 2, []]);
    expect([await bed.pictureOf('Anna'), await bed.pictureOf('Bruno')]).toEqual([blue, red]);
    await bed.setPictureOf('Anna', red);
    const again = await bed.copy();
    expect([again.plan?.pictures, again.plan?.unchanged]).toEqual([0, 3]);
    expect(await bed.pictureOf('Anna')).toEqual(red);
    expect(await bed.pictureOf('Carla')).toBeUndefined();
  });

  it('nothing is deleted, and what stands in several folders lies in sub-folders', async () => {
    const { folders } = bed;
    const gone = await folders.add({ displayName: 'Gone' });
    const deep = [...folders.path, 'North/South', 'a\\b'];
    await folders.control.createPublicFolder(deep.slice(0, 2));
    await folders.control.createPublicFolder(deep);
    await folders.add({ displayName: 'Deep' }, deep);
    const { plan } = await bed.copy({ includeSubfolders: true });
    expect(plan).toMatchObject({ create: 2 });
    await folders.control.deletePublicContact(gone);
    const again = await bed.copy({ includeSubfolders: true });
    expect(again.plan).toMatchObject({ create: 0, update: 0, unchanged: 1, withoutOriginal: 1 });
    expect(await bed.copyPlaces()).toEqual([
      ['Deep', `Contacts/Copies/North/South / a\\b`],
      ['Gone', 'Contacts/Copies'],
    ]);
  });

  it('a folder whose path is too long for a name, or is refused, keeps nothing else from being copied', async () => {
    const { folders } = bed;
    const names = ['a', 'b', 'c'].map((letter) => letter.repeat(100));
    for (const depth of [1, 2, 3])
      await folders.control.createPublicFolder([...folders.path, ...names.slice(0, depth)]);
    await folders.control.createPublicFolder([...folders.path, 'Refused']);
    await folders.add({ displayName: 'Top' });
    await folders.add({ displayName: 'Deep' }, [...folders.path, ...names]);
    await folders.add({ displayName: 'Refused' }, [...folders.path, 'Refused']);
    const [code, message] = ['ErrorFolderSavePropertyError', 'One or more invalid properties.'];
    if (protocol === 'EWS') {
      const action = { kind: 'soap-fault', code, message } as const;
      // The folder itself comes first.
      await folders.control.addEwsFault({ operation: 'CreateFolder', after: 1, count: 1, action });
    } else {
      const action = { kind: 'answer', status: 400, body: { error: { code, message } } } as const;
      await folders.control.addFault({ count: 1, bodyText: '"displayName":"Refused"', action });
    }
    const { outcome } = await bed.copy({ includeSubfolders: true });
    const failure = { code: 'unexpectedAnswer', details: { folder: 'Refused' } };
    expect(outcome).toMatchObject({ created: 2, failures: [{ count: 1, failure }] });
    expect((await bed.copy({ includeSubfolders: true })).outcome).toMatchObject({ created: 1, failures: [] });
    expect(await bed.copyPlaces()).toEqual([
      ['Deep', expect.stringMatching(/^Contacts\/Copies\/… \/ b{100} \/ c{100} \(/)],
      ['Refused', 'Contacts/Copies/Refused'],
      ['Top', 'Contacts/Copies'],
    ]);
  });

  it('what is no contact or cannot be opened is told, and the others are copied', async () => {
    const { folders } = bed;
    await folders.add({ displayName: 'Anna' });
    for (const itemClass of ['IPM.DistList', 'IPM.Note'])
      await folders.control.createPublicContact(folders.path, {
        properties: { displayName: 'x' },
        itemClass,
      });
    folders.damage(await folders.add({ displayName: 'Damaged' }));
    const { plan, outcome } = await bed.copy();
    expect(plan).toMatchObject({ create: 1, reading: { contactLists: 1, otherItems: 1 } });
    expect(plan?.reading.gaps.map(({ code }) => code)).toEqual(['sourceItemKept']);
    expect(outcome).toMatchObject({ created: 1 });
  });

  it('after an interruption and lost answers it is finished by doing it again, each once', async () => {
    const { folders } = bed;
    folders.fill(120);
    await folders.control.addFault({
      count: 1,
      bodyText: 'CreateItem|"POST"',
      action: { kind: 'answer-lost' },
    });
    await expect(bed.copy({ stopsAfterFirst: true })).rejects.toMatchObject({ code: 'cancelled' });
    const made = (await bed.copies()).length;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(120);
    expect((await bed.copy()).outcome?.failures).toEqual([]);
    expect((await bed.copy()).plan).toMatchObject({ create: 0, update: 0, unchanged: 120 });
    const names = (await bed.copies()).map(({ displayName }) => displayName);
    expect([names.length, new Set(names).size]).toEqual([120, 120]);
  });

  it('a folder that a policy fills is left alone', async () => {
    await bed.folders.add({ displayName: 'Anna' });
    await bed.markAsPolicyFolder('Copies');
    await expect(bed.copy()).rejects.toMatchObject({ code: 'copyFolderTaken' });
    expect(await bed.copies()).toEqual([]);
    await expect(bed.copy({ mailbox: 'nobody@contoso.example' })).rejects.toMatchObject({
      code: 'copyTargetNotFound',
    });
  });
});

const picture = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .jpeg()
    .toBuffer();
