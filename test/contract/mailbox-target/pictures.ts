// Promises about the pictures of contacts.

import { expect } from 'vitest';
import type { ItemId } from '../../../src/model/ids.ts';
import type { ContactPictures } from '../../../src/ports/photos.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { type Bench, benches } from './bench.ts';

/** One pixel; the last bytes tell two apart. */
const pictureOf = (text: string): Uint8Array =>
  Uint8Array.from([
    ...[0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0, 0xff, 0xfe, 0, text.length + 2],
    ...new TextEncoder().encode(text),
    ...[0xff, 0xd9],
  ]);

function picturesOf({ target }: Bench): ContactPictures {
  if (target.pictures === undefined) throw new Error('this target has no pictures');
  return target.pictures;
}

async function shown(bench: Bench, itemId: ItemId): Promise<string | undefined> {
  const [picture] = await picturesOf(bench).read([itemId], bench.signal);
  return picture === undefined ? undefined : Buffer.from(picture).toString('hex');
}

const hex = (text: string): string => Buffer.from(pictureOf(text)).toString('hex');

export function picturePromises(suite: TargetSuite): void {
  const { promises } = suite;
  const withBench = benches(suite);

  promises(
    'a picture is set, shown byte by byte and replaced; the contact says that it is all there is',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const { itemId } = await bench.write(folderId, 1);
      const other = await bench.write(folderId, 2);
      for (const text of ['one', 'another']) {
        await bench.target.readContacts([itemId, other.itemId], bench.signal);
        const set = { kind: 'set', itemId, jpeg: pictureOf(text) } as const;
        expect(await picturesOf(bench).write([set], bench.signal)).toEqual([undefined]);
        expect(await shown(bench, itemId)).toBe(hex(text));
      }
      expect(await shown(bench, other.itemId)).toBeUndefined();
      const contacts = await bench.target.readContacts([itemId, other.itemId], bench.signal);
      expect(contacts.map(({ hasOtherData, picture }) => [hasOtherData, picture])).toEqual([
        [true, 'alone'],
        [undefined, undefined],
      ]);
    }),
  );

  promises(
    'a picture is taken off where the target says that it can',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const { itemId } = await bench.write(folderId, 1);
      await bench.target.readContacts([itemId], bench.signal);
      const pictures = picturesOf(bench);
      await pictures.write([{ kind: 'set', itemId, jpeg: pictureOf('one') }], bench.signal);
      const [failure] = await pictures.write([{ kind: 'remove', itemId }], bench.signal);
      expect(failure === undefined).toBe(pictures.canRemove);
      expect(await shown(bench, itemId)).toBe(pictures.canRemove ? undefined : hex('one'));
    }),
  );

  promises(
    'an item without our mark is not touched',
    withBench(async (bench) => {
      await bench.createFolder();
      const itemId = await bench.fixture.user.addContact({ displayName: 'Own' });
      await bench.target.readContacts([itemId], bench.signal);
      const before = await bench.fixture.dumpForeign();
      const set = { kind: 'set', itemId, jpeg: pictureOf('one') } as const;
      const [failure] = await picturesOf(bench).write([set], bench.signal);
      expect(failure).toMatchObject({ code: 'notOurs' });
      expect(await bench.fixture.dumpForeign()).toBe(before);
    }),
  );
}
