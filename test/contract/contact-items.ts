// What every source of contact items promises besides ports/contact-source.ts: which items of which folders are read, what
// is left out and why, and what becomes of those that nobody can open.

import { describe, expect } from 'vitest';
import { selectContacts } from '../../src/core/select.ts';
import type { ContactProperties } from '../../src/model/contact.ts';
import { Failure } from '../../src/model/failure.ts';
import type { ItemSource } from '../../src/model/policy.ts';
import type { WantedFolder } from '../../src/ports/contact-folders.ts';
import type { SourceReading } from '../../src/ports/contact-source.ts';
import { fixtures } from './fixture.ts';
import { promisesExcept } from './promise.ts';

/** Those who use the folder; paths begin below the folder of the test. */
export interface ItemHands {
  /** The id of the item. */
  add(properties: ContactProperties, path?: readonly string[]): Promise<string>;
  addFolder(path: readonly string[]): Promise<void>;
  addOfClass(itemClass: string): Promise<void>;
  rename(item: string, displayName: string): Promise<void>;
  remove(item: string): Promise<void>;
  /** It is listed and cannot be opened. */
  damage(item: string): void;
}

export interface ContactItemsFixture {
  /** Paths begin below the folder of the test; nothing given: that folder alone. */
  read(folders?: readonly WantedFolder[], signal?: AbortSignal): Promise<SourceReading>;
  /** Of a policy that reads there. */
  readonly scope: ItemSource;
  readonly hands: ItemHands;
  refuseEverything(): Promise<void>;
  /** Every item that is stored, as it is stored. */
  contents(): string;
  dispose(): Promise<void>;
}

export type ItemBehavior = 'showsContactLists';

const namesIn = ({ objects }: Pick<SourceReading, 'objects'>) =>
  objects.map(({ attributes }) => attributes.displayName?.[0] ?? '').sort();

export function contactItemsContract(
  name: string,
  make: () => Promise<ContactItemsFixture>,
  { notSupported = [] }: { readonly notSupported?: readonly ItemBehavior[] } = {},
): void {
  const promises = promisesExcept(notSupported);
  const withFixture = fixtures(make);

  describe(`contact items: ${name}`, () => {
    promises(
      'reads the folders by their paths, slashes and all, and what lies below where that is wanted',
      withFixture(async ({ read, hands }) => {
        await hands.addFolder(['North/South']);
        await hands.addFolder(['North/South', 'Deep']);
        await hands.add({ displayName: 'Top' });
        await hands.add({ displayName: 'Slash' }, ['North/South']);
        await hands.add({ displayName: 'Deep' }, ['North/South', 'Deep']);
        const named = async (path: readonly string[], includeSubfolders: boolean) =>
          namesIn(await read([{ path, includeSubfolders }]));
        expect(await named([], false)).toEqual(['Top']);
        expect(await named([], true)).toEqual(['Deep', 'Slash', 'Top']);
        expect(await named(['north/SOUTH'], false)).toEqual(['Slash']);
        expect(await named(['North/South'], true)).toEqual(['Deep', 'Slash']);
      }),
    );

    promises(
      'a folder that is not there makes the reading incomplete with its path; the others are read',
      withFixture(async ({ read, hands }) => {
        await hands.add({ displayName: 'Top' });
        const here = { path: [], includeSubfolders: false };
        const reading = await read([here, { path: ['Nowhere'], includeSubfolders: false }]);
        expect([namesIn(reading), reading.isComplete]).toEqual([['Top'], false]);
        expect(reading.gaps.map(({ code, number }) => [code, number])).toEqual([
          ['sourceFolderNotFound', 14031],
        ]);
      }),
    );

    promises(
      'the same item has the same id in every reading, whatever is edited; deletions are seen',
      withFixture(async ({ read, hands }) => {
        const item = await hands.add({ displayName: 'Anna' });
        const other = await hands.add({ displayName: 'Bruno' });
        const idOf = ({ objects }: SourceReading, wanted: string) =>
          objects.find(({ attributes }) => attributes.displayName?.[0] === wanted)?.id;
        const before = await read();
        await hands.rename(item, 'Married');
        const after = await read();
        expect(idOf(after, 'Married')).toBe(idOf(before, 'Anna'));
        expect(idOf(after, 'Bruno')).toBe(idOf(before, 'Bruno'));
        await hands.remove(other);
        const last = await read();
        expect([namesIn(last), last.isComplete]).toEqual([['Married'], true]);
      }),
    );

    promises(
      'private items, those without category, address or name are read, and left out for the reason',
      withFixture(async ({ read, hands, scope }) => {
        const categories = 'Published';
        await hands.add({ displayName: 'Anna', emailAddress1: 'anna@contoso.example', categories });
        await hands.add({ displayName: 'Private', categories, isPrivate: 'true' });
        await hands.add({ displayName: 'Uncategorized', emailAddress1: 'u@contoso.example' });
        await hands.add({ displayName: 'Without address', categories });
        await hands.add({ notes: 'nobody', categories });
        const { objects, isComplete } = await read();
        expect([objects.length, isComplete]).toEqual([5, true]);
        const chosen = selectContacts(objects, { ...scope, categories: ['published'] });
        expect(namesIn({ objects: chosen.selected })).toEqual(['Anna', 'Without address']);
        expect(chosen.excluded.map(({ reason }) => reason).sort()).toEqual([
          'private',
          'withoutCategory',
          'withoutName',
        ]);
        const strict = selectContacts(objects, { ...scope, excludeWithoutEmail: true });
        expect(namesIn({ objects: strict.selected })).toEqual(['Anna', 'Uncategorized']);
      }),
    );

    promises(
      'items of other classes are passed over',
      withFixture(async ({ read, hands }) => {
        await hands.add({ displayName: 'Anna' });
        await hands.addOfClass('IPM.Note');
        const reading = await read();
        expect([namesIn(reading), reading.isComplete]).toEqual([['Anna'], true]);
      }),
    );

    promises(
      'contact lists are read as what they are and not carried',
      withFixture(async ({ read, hands, scope }) => {
        await hands.addOfClass('IPM.DistList');
        const { objects, isComplete } = await read();
        expect([objects.map(({ kind }) => kind), isComplete]).toEqual([['contactList'], true]);
        expect(selectContacts(objects, scope).excluded.map(({ reason }) => reason)).toEqual(['contactList']);
      }),
      { needs: 'showsContactLists' },
    );

    promises(
      'a damaged item is told, and everybody else is read',
      withFixture(async ({ read, hands }) => {
        await hands.add({ displayName: 'Anna' });
        hands.damage(await hands.add({ displayName: 'Damaged' }));
        const reading = await read();
        expect(namesIn(reading)).toEqual(['Anna']);
        // Either nobody may be deleted because of this reading, or it says whom it could not read.
        expect(reading.isComplete).toBe((reading.unreadable?.size ?? 0) === 1);
        expect(reading.gaps.map(({ details }) => details['count'])).toEqual([1]);
      }),
    );

    promises(
      'whoever is damaged is named by the id that the item had',
      withFixture(async ({ read, hands }) => {
        await hands.add({ displayName: 'Anna' });
        const item = await hands.add({ displayName: 'Damaged' });
        const before = (await read()).objects.find(
          ({ attributes }) => attributes.displayName?.[0] === 'Damaged',
        );
        await hands.rename(item, 'Damaged now');
        hands.damage(item);
        const { unreadable = new Set(), isComplete, gaps } = await read();
        expect([[...unreadable], isComplete]).toEqual([[before?.id], true]);
        expect(gaps.map(({ code, number }) => [code, number])).toEqual([['sourceItemKept', 14033]]);
      }),
    );

    promises(
      'reading changes nothing',
      withFixture(async ({ read, hands, contents }) => {
        await hands.add({ displayName: 'Anna', notes: 'x'.repeat(3_000) });
        await hands.addOfClass('IPM.DistList');
        const before = contents();
        await read();
        await read();
        expect(contents()).toBe(before);
      }),
    );

    promises(
      'a folder that nobody may read is a failure with a number',
      withFixture(async ({ read, hands, refuseEverything }) => {
        await hands.add({ displayName: 'Anna' });
        await refuseEverything();
        const thrown = await read().catch((failure: unknown) => failure);
        expect(thrown).toBeInstanceOf(Failure);
        if (thrown instanceof Failure) expect(thrown.number).toBeGreaterThan(10_000);
      }),
    );
  });
}
