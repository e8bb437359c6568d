// What copying out of a public folder carries besides contact properties, property by property, and how it follows the
// original; and how a copying is taken back. Through each protocol.

import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CopyBed } from './testing/copy-bed.ts';

const ADDRESS = '{00062004-0000-0000-c000-000000000046}';
const COMMON = '{00062008-0000-0000-c000-000000000046}';
const TASK = '{00062003-0000-0000-c000-000000000046}';
const TIME = '2026-11-20T09:30:00Z';

/** By the names of MAPI, as an item holds them. */
const IN_MAPI: readonly (readonly [what: string, id: string, value: string])[] = [
  ['telex', 'String 0x3a2c', '0411 1234'],
  ['ISDN', 'String 0x3a2d', '+49 30 1234567'],
  ['TTY/TDD', 'String 0x3a4b', '+49 30 7654321'],
  ['companies', `StringArray ${COMMON} Id 0x8539`, '["Contoso","Fabrikam"]'],
  ['customer id', 'String 0x3a4a', 'C 4711'],
  ['account', 'String 0x3a00', 'anna'],
  ['government id', 'String 0x3a07', 'G 1'],
  ['organizational id', 'String 0x3a10', 'O 2'],
  ['personal home page', 'String 0x3a50', 'https://anna.example'],
  ['FTP site', 'String 0x3a4c', 'ftp.contoso.example'],
  ['hobbies', 'String 0x3a43', 'Chess & <rowing>'],
  ['referred by', 'String 0x3a47', 'Bruno'],
  ['computer network name', 'String 0x3a49', 'PC7'],
  ['language', 'String 0x3a0c', 'German'],
  ['location', 'String 0x3a0d', 'Köln'],
  ['mileage', `String ${COMMON} Id 0x8534`, '12'],
  ['billing information', `String ${COMMON} Id 0x8535`, 'cost center 9'],
  ['free/busy address', `String ${ADDRESS} Id 0x80d8`, 'https://contoso.example/anna.vfb'],
  ['gender', 'Short 0x3a4d', '1'],
  ['importance', 'Integer 0x17', '2'],
  ['confidential', 'Integer 0x36', '3'],
  ['personal', 'Integer 0x36', '1'],
  ['flag', 'Integer 0x1090', '2'],
  ['color of the flag', 'Integer 0x1095', '6'],
  ['flag in the task list', 'Integer 0xe2b', '8'],
  ['wording of the flag', `String ${COMMON} Id 0x8530`, 'Follow up'],
  ['title in the task list', `String ${COMMON} Id 0x85a4`, 'Call Anna'],
  ['completion of the flag', 'SystemTime 0x1091', TIME],
  ['start of the flag', `SystemTime ${COMMON} Id 0x8516`, TIME],
  ['end of the flag', `SystemTime ${COMMON} Id 0x8517`, TIME],
  ['state of the task', `Integer ${TASK} Id 0x8101`, '1'],
  ['start of the task', `SystemTime ${TASK} Id 0x8104`, TIME],
  ['end of the task', `SystemTime ${TASK} Id 0x8105`, TIME],
  ['day on which the task was completed', `SystemTime ${TASK} Id 0x810f`, TIME],
  ['completion of the task', `Boolean ${TASK} Id 0x811c`, 'true'],
  ['reminder', `Boolean ${COMMON} Id 0x8503`, 'true'],
  ['time of the reminder', `SystemTime ${COMMON} Id 0x8502`, TIME],
  ['time of the next reminder', `SystemTime ${COMMON} Id 0x8560`, TIME],
];

const IN_LISTS: readonly (readonly [what: string, property: string, value: readonly string[]])[] = [
  ['children', 'children', ['Mia', 'Ben']],
  [
    'three IM addresses',
    'imAddresses',
    ['one@contoso.example', 'two@contoso.example', 'three@contoso.example'],
  ],
];

const HTML =
  '<html><body><p>Pays <b>late</b> &amp; <a href="https://contoso.example">grumbles</a></p></body></html>';
const asProperty = (html: string) => ({ 'Binary 0x1013': Buffer.from(html).toString('base64') });

describe.each(['Graph', 'EWS'] as const)('copied into a mailbox through %s', (protocol) => {
  let bed: CopyBed;
  beforeAll(async () => {
    bed = await CopyBed.start(protocol);
  });
  afterAll(() => bed.close());

  describe('property by property', () => {
    beforeAll(async () => {
      await bed.renew();
      for (const [displayName, id, value] of IN_MAPI)
        await bed.folders.addRaw({ displayName }, { [id]: value });
      for (const [displayName, name, value] of IN_LISTS)
        await bed.folders.addRaw({ displayName, [name]: value });
      const { outcome } = await bed.copy();
      expect(outcome).toMatchObject({ created: IN_MAPI.length + IN_LISTS.length, failures: [] });
    });

    it.each(IN_MAPI)('%s', async (what, id, value) => {
      expect((await bed.stored(what))?.extendedProperties[id]).toBe(value);
    });

    it.each(IN_LISTS)('%s', async (what, name, value) => {
      expect((await bed.stored(what))?.properties[name]).toEqual(value);
    });

    it('and done again nothing is written', async () => {
      expect((await bed.copy()).plan).toMatchObject({ create: 0, update: 0, pictures: 0, withFiles: 0 });
    });

    it('twin: without the property the copy has none', async () => {
      expect((await bed.stored('children'))?.extendedProperties['String 0x3a2c']).toBeUndefined();
    });
  });

  describe('a copy that is repeated', () => {
    beforeEach(() => bed.renew());

    it('follows further properties, and leaves those that a user changed', async () => {
      const { folders } = bed;
      const before = { 'String 0x3a2c': 'telex', 'String 0x3a2d': 'isdn', 'String 0x3a43': 'chess' };
      const anna = await folders.addRaw({ displayName: 'Anna', children: ['Mia'] }, before);
      await bed.copy();
      await bed.editRaw('Anna', { 'String 0x3a2d': 'of the user' });
      folders.editRaw(anna, {
        'String 0x3a2c': 'new telex',
        'String 0x3a2d': 'new isdn',
        'String 0x3a4a': 'C 1',
      });
      await folders.control.editPublicContact(anna, { children: ['Mia', 'Ben'], jobTitle: 'Boss' });
      const { plan, outcome } = await bed.copy();
      expect(plan).toMatchObject({ create: 0, update: 1, keptForUser: 1 });
      expect(outcome).toMatchObject({ updated: 1, failures: [] });
      const copy = await bed.stored('Anna');
      expect(copy?.extendedProperties).toMatchObject({
        'String 0x3a2c': 'new telex',
        'String 0x3a2d': 'of the user',
        'String 0x3a43': 'chess',
        'String 0x3a4a': 'C 1',
      });
      expect(copy?.properties).toMatchObject({ children: ['Mia', 'Ben'], jobTitle: 'Boss' });
      expect((await bed.copy()).plan).toMatchObject({ update: 0, unchanged: 1 });
    });

    it('clears what went from the original, unless a user changed it', async () => {
      const { folders } = bed;
      const values = { 'String 0x3a2c': 'telex', 'String 0x3a2d': 'isdn', 'Integer 0x1090': '2' };
      const anna = await folders.addRaw(
        { displayName: 'Anna', imAddresses: ['a@x.example', 'b@x.example'] },
        values,
      );
      await bed.copy();
      await bed.editRaw('Anna', { 'String 0x3a2d': 'of the user' });
      folders.editRaw(anna, { 'String 0x3a2c': '', 'String 0x3a2d': '', 'Integer 0x1090': '0' });
      await folders.control.editPublicContact(anna, { imAddresses: ['a@x.example'] });
      await bed.copy();
      const copy = await bed.stored('Anna');
      expect(copy?.extendedProperties['String 0x3a2c'] ?? '').toBe('');
      expect(copy?.extendedProperties['String 0x3a2d']).toBe('of the user');
      expect(copy?.extendedProperties['Integer 0x1090'] ?? '0').toBe('0');
      expect(copy?.properties['imAddresses']).toEqual(['a@x.example']);
      expect((await bed.copy()).plan).toMatchObject({ update: 0, unchanged: 1 });
    });

    it('keeps the second IM address when the first one changes', async () => {
      const anna = await bed.folders.addRaw({
        displayName: 'Anna',
        imAddresses: ['a@x.example', 'b@x.example'],
      });
      await bed.copy();
      await bed.folders.control.editPublicContact(anna, { imAddresses: ['c@x.example', 'b@x.example'] });
      await bed.copy();
      expect((await bed.stored('Anna'))?.properties['imAddresses']).toEqual(['c@x.example', 'b@x.example']);
    });

    it('keeps private what is private when it was confidential before', async () => {
      const anna = await bed.folders.addRaw({ displayName: 'Anna' }, { 'Integer 0x36': '3' });
      await bed.copy();
      bed.folders.editRaw(anna, { 'Integer 0x36': '2', [`Boolean ${COMMON} Id 0x8506`]: 'true' });
      await bed.copy();
      expect((await bed.stored('Anna'))?.extendedProperties['Integer 0x36']).toBe('2');
    });

    it('is made all the same where the server does not take one of its further properties', async () => {
      const refused = { 'Integer 0x1090': '99999999999', 'String 0x3a2c': 'telex' };
      const anna = await bed.folders.addRaw({ displayName: 'Anna', jobTitle: 'Clerk' }, refused);
      bed.folders.setPicture(anna, await picture('red'));
      await bed.folders.addRaw({ displayName: 'Bruno' }, { 'String 0x3a2c': 'telex' });
      const { outcome } = await bed.copy();
      expect(outcome).toMatchObject({ created: 2, failures: [{ count: 1 }] });
      expect((await bed.stored('Anna'))?.properties['jobTitle']).toBe('Clerk');
      expect((await bed.stored('Bruno'))?.extendedProperties['String 0x3a2c']).toBe('telex');
      // Tried again by every copying, and done as soon as the server takes it.
      expect((await bed.copy()).outcome).toMatchObject({ created: 0, failures: [{ count: 1 }] });
      bed.folders.editRaw(anna, { 'Integer 0x1090': '2' });
      expect((await bed.copy()).outcome).toMatchObject({ created: 0, pictures: 1, failures: [] });
      expect((await bed.stored('Anna'))?.extendedProperties).toMatchObject({ 'Integer 0x1090': '2' });
      expect((await bed.copies()).length).toBe(2);
      expect((await bed.copy()).plan).toMatchObject({ create: 0, update: 0, unchanged: 2 });
    });

    it('leaves deleted what a user deleted, until asked', async () => {
      const { folders } = bed;
      await folders.addRaw({ displayName: 'Anna' });
      await folders.addRaw({ displayName: 'Bruno' });
      await bed.copy();
      await bed.deleteCopy('Anna');
      const names = async () => (await bed.copies()).map(({ displayName = '' }) => displayName).sort();
      expect((await bed.copy()).plan).toMatchObject({ create: 0, leftDeleted: 1, unchanged: 1 });
      expect((await bed.copy()).plan).toMatchObject({ create: 0, leftDeleted: 1 });
      expect(await names()).toEqual(['Bruno']);
      const test = await bed.copy({ mode: 'test', restoreDeleted: true });
      expect(test.plan).toMatchObject({ create: 1, leftDeleted: 0 });
      expect((await bed.copy()).plan).toMatchObject({ leftDeleted: 1 });
      expect((await bed.copy({ restoreDeleted: true })).outcome).toMatchObject({ created: 1 });
      expect(await names()).toEqual(['Anna', 'Bruno']);
      expect((await bed.copy()).plan).toMatchObject({ create: 0, leftDeleted: 0, unchanged: 2 });
    });

    it('twin: with a lost ledger it comes back', async () => {
      await bed.folders.addRaw({ displayName: 'Anna' });
      await bed.copy();
      await bed.deleteCopy('Anna');
      await bed.ledger.forget();
      expect((await bed.copy()).plan).toMatchObject({ create: 1, leftDeleted: 0 });
    });

    it('begins anew where the whole folder was deleted', async () => {
      await bed.folders.addRaw({ displayName: 'Anna' });
      await bed.copy();
      await bed.deleteFolder();
      expect((await bed.copy()).outcome).toMatchObject({ created: 1 });
      expect((await bed.copy()).plan).toMatchObject({ unchanged: 1, leftDeleted: 0 });
    });

    it('follows a new picture, unless a user set or removed one', async () => {
      const { folders } = bed;
      const pictures = await Promise.all(['red', 'green', 'blue'].map(picture));
      const [red, green, blue] = pictures as [Buffer, Buffer, Buffer];
      const ids: string[] = [];
      for (const name of ['Anna', 'Bruno']) {
        const id = await folders.addRaw({ displayName: name });
        folders.setPicture(id, red);
        ids.push(id);
      }
      expect((await bed.copy()).outcome).toMatchObject({ created: 2, pictures: 2, failures: [] });
      expect((await bed.copy()).plan).toMatchObject({ update: 0, pictures: 0, unchanged: 2 });
      await bed.setPictureOf('Bruno', blue);
      for (const id of ids) folders.setPicture(id, green);
      expect((await bed.copy()).outcome).toMatchObject({ pictures: 1, failures: [] });
      expect(await bed.pictureOf('Anna')).toEqual(green);
      expect(await bed.pictureOf('Bruno')).toEqual(blue);
      expect((await bed.copy()).plan).toMatchObject({ update: 0, pictures: 0 });
      for (const id of ids) folders.setPicture(id, undefined);
      await bed.copy();
      // Graph cannot take a picture off.
      expect(await bed.pictureOf('Anna')).toEqual(protocol === 'EWS' ? undefined : green);
      expect(await bed.pictureOf('Bruno')).toEqual(blue);
      expect((await bed.copy()).plan).toMatchObject({ update: 0, pictures: 0 });
    });

    it('writes notes with their format where the protocol can, and tells how many lost it', async () => {
      const text = 'Pays late & grumbles';
      const anna = await bed.folders.addRaw({ displayName: 'Anna', personalNotes: text }, asProperty(HTML));
      await bed.folders.addRaw({ displayName: 'Bruno', personalNotes: '1 < 2\r\nplain' });
      const { outcome } = await bed.copy();
      expect(outcome).toMatchObject({ withoutFormat: protocol === 'EWS' ? 0 : 1, failures: [] });
      const html = async () => (await bed.stored('Anna'))?.extendedProperties['Binary 0x1013'];
      expect(await html()).toBe(protocol === 'EWS' ? asProperty(HTML)['Binary 0x1013'] : undefined);
      const copies = async () => new Map((await bed.copies()).map((copy) => [copy.displayName, copy.notes]));
      expect((await copies()).get('Anna')).toBe(text);
      expect((await copies()).get('Bruno')).toBe('1 < 2\r\nplain');
      expect((await bed.copy()).plan).toMatchObject({ update: 0, unchanged: 2 });
      const newer = HTML.replace('late', 'early');
      await bed.folders.control.editPublicContact(anna, { personalNotes: 'Pays early & grumbles' });
      bed.folders.editRaw(anna, asProperty(newer));
      await bed.copy();
      expect((await copies()).get('Anna')).toBe('Pays early & grumbles');
      expect(await html()).toBe(protocol === 'EWS' ? asProperty(newer)['Binary 0x1013'] : undefined);
    });

    it('is taken back: what nobody changed goes to Deleted Items, the rest stays', async () => {
      const { folders } = bed;
      await folders.addRaw({ displayName: 'Anna', personalNotes: 'x' }, { 'String 0x3a2c': 'telex' });
      for (const name of ['Edited', 'Telex', 'Picture', 'Mine']) {
        const id = await folders.addRaw({ displayName: name }, { 'String 0x3a2c': 'telex' });
        folders.setPicture(id, await picture('red'));
      }
      await bed.copy();
      await bed.editCopy('Edited', { jobTitle: 'Owner' });
      await bed.editRaw('Telex', { 'String 0x3a2c': 'of the user' });
      await bed.setPictureOf('Picture', await picture('blue'));
      await bed.addByHand('By hand');
      const test = await bed.undo('test');
      expect([test.plan, test.outcome]).toMatchObject([{ remove: 2, edited: 3 }, undefined]);
      expect((await bed.copies()).length).toBe(6);
      const { outcome } = await bed.undo();
      expect(outcome).toMatchObject({ removed: 2, folders: 0, changedMeanwhile: 0, failures: [] });
      const places = new Map(await bed.copyPlaces());
      expect([places.get('Anna'), places.get('Mine')]).toEqual(['Deleted Items', 'Deleted Items']);
      expect([...places.values()].filter((place) => place === 'Contacts/Copies').length).toBe(4);
      // Taken back is not deleted by a user.
      expect((await bed.copy()).plan).toMatchObject({ create: 2, leftDeleted: 0 });
    });

    it('is not taken back when a user attached something to it, whether the protocol can read that or not', async () => {
      for (const displayName of ['Anna', 'Bruno']) await bed.folders.addRaw({ displayName });
      await bed.copy();
      await bed.editRaw('Anna', { 'Boolean 0xe1b': 'true' });
      const file = { number: 9, name: 'offer.txt', contentType: 'text/plain', bytes: Buffer.from('offer') };
      if (protocol === 'EWS')
        bed.filesOf('Anna').push({ ...file, contentId: '', isInline: false, modifiedAt: new Date(0) });
      expect((await bed.undo()).plan).toMatchObject({ remove: 1, edited: 1 });
      expect(new Map(await bed.copyPlaces()).get('Anna')).toBe('Contacts/Copies');
    });

    it('is taken back with its folders where nobody changed anything', async () => {
      const deep = [...bed.folders.path, 'North'];
      await bed.folders.control.createPublicFolder(deep);
      await bed.folders.addRaw({ displayName: 'Anna' });
      await bed.folders.add({ displayName: 'Deep' }, deep);
      await bed.copy({ includeSubfolders: true });
      expect(await bed.undo()).toMatchObject({
        plan: { folder: 'copied' },
        outcome: { removed: 2, folders: 2 },
      });
      expect((await bed.undo()).plan).toMatchObject({ folder: 'missing', remove: 0, edited: 0 });
      expect((await bed.copy({ includeSubfolders: true })).outcome).toMatchObject({ created: 2 });
    });

    it('tells how many contacts have attachments that cannot be carried', async () => {
      const { folders } = bed;
      const [file, item] = [
        await folders.addRaw({ displayName: 'F' }),
        await folders.addRaw({ displayName: 'I' }),
      ];
      folders.attach(file, 'offer.txt', Buffer.from('offer'));
      folders.attach(item, 'A message', undefined);
      const { plan, outcome } = await bed.copy();
      expect(plan).toMatchObject(
        protocol === 'EWS' ? { withFiles: 1, withoutFiles: 1 } : { withFiles: 0, withoutFiles: 2 },
      );
      expect(outcome).toMatchObject({ created: 2, files: protocol === 'EWS' ? 1 : 0, failures: [] });
      expect((await bed.copy()).plan).toMatchObject({ update: 0, unchanged: 2, withFiles: 0 });
    });
  });
});

describe('attachments, through EWS', () => {
  let bed: CopyBed;
  let anna = '';
  beforeAll(async () => {
    bed = await CopyBed.start('EWS');
  });
  afterAll(() => bed.close());
  beforeEach(async () => {
    await bed.renew();
    anna = await bed.folders.addRaw({ displayName: 'Anna' });
    bed.folders.attach(anna, 'offer.txt', Buffer.from('offer'));
    bed.folders.attach(anna, 'Übersicht & mehr.txt', Buffer.from([0, 1, 2, 255]));
  });
  const contents = () =>
    bed
      .filesOf('Anna')
      .map(({ name, bytes }) => [name, bytes?.toString('latin1')] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const SECOND = ['Übersicht & mehr.txt', '\u0000\u0001\u0002\u00ff'] as const;

  it('come over once, and follow the original', async () => {
    expect((await bed.copy()).outcome).toMatchObject({ created: 1, files: 2, failures: [] });
    expect(contents()).toEqual([['offer.txt', 'offer'], SECOND]);
    expect((await bed.copy()).plan).toMatchObject({ update: 0, unchanged: 1 });
    bed.folders.attach(anna, 'offer.txt', Buffer.from('new offer'));
    expect((await bed.copy()).outcome).toMatchObject({ files: 1, failures: [] });
    expect(contents()).toEqual([['offer.txt', 'new offer'], SECOND]);
    expect((await bed.copy()).plan).toMatchObject({ update: 0, unchanged: 1 });
  });

  it('of the user stay, and one that the user deleted stays deleted', async () => {
    await bed.copy();
    const files = bed.filesOf('Anna');
    files.splice(0, files.length, ...files.filter(({ name }) => name !== 'offer.txt'));
    const [other] = files;
    if (other === undefined) throw new Error('the second file was copied');
    files.push({ ...other, number: 9, name: 'mine.txt', bytes: Buffer.from('mine') });
    bed.folders.attach(anna, 'third.txt', Buffer.from('third'));
    await bed.copy();
    expect(contents()).toEqual([['mine.txt', 'mine'], ['third.txt', 'third'], SECOND]);
  });

  it('that a user changed stays beside the newer version', async () => {
    await bed.copy();
    const file = bed.filesOf('Anna').find(({ name }) => name === 'offer.txt');
    if (file === undefined) throw new Error('the file was copied');
    file.bytes = Buffer.from('of the user');
    bed.folders.attach(anna, 'offer.txt', Buffer.from('new offer'));
    await bed.copy();
    expect(new Set(contents().map(([, content]) => content))).toEqual(
      new Set([SECOND[1], 'new offer', 'of the user']),
    );
    expect(contents().length).toBe(3);
  });

  it('after an interruption or a lost answer come over once all the same', async () => {
    await bed.folders.control.addFault({
      count: 1,
      bodyText: 'CreateAttachment',
      action: { kind: 'answer-lost' },
    });
    const first = await bed.copy();
    expect(first.outcome?.failures.length).toBe(1);
    expect((await bed.copy()).outcome?.failures).toEqual([]);
    expect(contents()).toEqual([['offer.txt', 'offer'], SECOND]);
    expect((await bed.copy()).plan).toMatchObject({ update: 0, unchanged: 1 });
  });

  it('make a copy one that is left when it is taken back, if a user changed them', async () => {
    await bed.copy();
    expect((await bed.undo('test')).plan).toMatchObject({ remove: 1, edited: 0 });
    const [file] = bed.filesOf('Anna');
    if (file === undefined) throw new Error('the file was copied');
    file.bytes = Buffer.from('of the user');
    expect((await bed.undo('test')).plan).toMatchObject({ remove: 0, edited: 1 });
  });
});

const picture = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .jpeg()
    .toBuffer();
