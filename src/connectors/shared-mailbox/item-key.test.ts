import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../../test/properties/check-law.ts';
import { itemId, sourceObjectId } from '../../model/ids.ts';
import type { ClaimedOriginal, DamagedItem, SourceItem } from '../../ports/contact-folders.ts';
import { keyed } from './item-key.ts';

const searchKey = Buffer.from('one').toString('base64');

const item = (name: string, change: Partial<SourceItem> = {}): SourceItem => ({
  itemId: itemId(name),
  kind: 'contact',
  searchKey,
  createdAt: '2026-01-01T00:00:00Z',
  isMarked: false,
  properties: { displayName: name },
  pictureStamp: '',
  ...change,
});

const claim = (copy: number, createdAt = '2020-01-01T00:00:00Z'): ClaimedOriginal => ({
  createdAt,
  copyId: sourceObjectId(`00000000-0000-4000-8000-00000000000${copy}`),
});

/** `what` holds which place, by item id. */
const idsOf = (...items: readonly SourceItem[]) =>
  Object.fromEntries(keyed(items).items.map(({ id, item: { itemId: name } }) => [name, id]));

const edited = (one: SourceItem, businessPhone1: string): SourceItem => ({
  ...one,
  properties: { ...one.properties, businessPhone1 },
});

const [plain, second, third] = keyed([
  item('1', { createdAt: '2026-01-01T00:00:00Z' }),
  item('2', { createdAt: '2026-01-02T00:00:00Z' }),
  item('3', { createdAt: '2026-01-03T00:00:00Z' }),
]).items.map(({ id }) => id);

describe('a copy that was made by order, and what a user copied of it', () => {
  const ours = item('ours', { original: claim(1), createdAt: '2026-01-01T00:00:00Z' });
  const users = item('users', { original: claim(1), createdAt: '2026-01-01T00:00:01Z' });
  const phones = fc.constantFrom('', '+49 1', '+49 5', '+49 9');

  it('keep their ids whatever is written into them, in any order of the reading', () => {
    holds(
      fc.property(phones, phones, fc.boolean(), (one, other, isTurned) => {
        const both = [edited(ours, one), edited(users, other)];
        expect(idsOf(...(isTurned ? both.toReversed() : both))).toEqual({ ours: plain, users: second });
      }),
    );
  });

  it('of one second are told apart by their contents, which is why ages come first', () => {
    const atOnce = { ...users, createdAt: ours.createdAt };
    const before = idsOf(edited(ours, '+49 5'), edited(atOnce, '+49 9'));
    const after = idsOf(edited(ours, '+49 5'), edited(atOnce, '+49 1'));
    expect([before['ours'], after['ours']]).toEqual([plain, second]);
  });

  it('take no place of another copy whose original is younger', () => {
    const another = item('another', {
      original: claim(2, '2020-01-02T00:00:00Z'),
      createdAt: '2026-01-02T00:00:00Z',
    });
    expect(idsOf(ours, another)).toEqual({ ours: plain, another: second });
    expect(idsOf(users, ours, another)).toEqual({ ours: plain, another: second, users: third });
  });

  it('are who they were to a source that was the public folder before', () => {
    const originals = [
      item('ours', { createdAt: '2020-01-01T00:00:00Z' }),
      item('another', { createdAt: '2020-01-02T00:00:00Z' }),
    ];
    // Copied in the other order.
    const another = item('another', {
      original: claim(2, '2020-01-02T00:00:00Z'),
      createdAt: '2025-01-01T00:00:00Z',
    });
    expect(idsOf(another, ours, users)).toMatchObject(idsOf(...originals));
  });

  it('where one cannot be opened, the other keeps its id', () => {
    const damaged = ({ itemId: id, createdAt, original, isMarked }: SourceItem): DamagedItem => ({
      itemId: id,
      searchKey,
      createdAt,
      ...(original === undefined ? {} : { original }),
      isMarked,
    });
    const withoutOurs = keyed([users], [damaged(ours)]);
    expect(withoutOurs.items.map(({ id }) => id)).toEqual([second]);
    expect([...withoutOurs.unreadable]).toEqual([plain]);
    const withoutUsers = keyed([ours], [damaged(users)]);
    expect(withoutUsers.items.map(({ id }) => id)).toEqual([plain]);
    expect([...withoutUsers.unreadable]).toEqual([second]);
    const untold = keyed([ours], [damaged({ ...users, createdAt: ours.createdAt })]);
    expect([untold.items, untold.unreadable.size]).toEqual([[], 2]);
  });
});

it('copies of originals of one second are told apart by their marks, not by their contents', () => {
  const one = item('one', { original: claim(1), createdAt: '2026-01-02T00:00:00Z' });
  const two = item('two', { original: claim(2), createdAt: '2026-01-01T00:00:00Z' });
  for (const phone of ['', '+49 1', '+49 9'])
    expect(idsOf(edited(one, '+49 5'), edited(two, phone))).toEqual({ one: plain, two: second });
});
