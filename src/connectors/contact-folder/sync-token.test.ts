// Ledgers hold tokens of earlier releases: what was written once must stay readable, and be written the same way.

import { describe, expect, it } from 'vitest';
import { itemId } from '../../model/ids.ts';
import { TOKEN_FORMAT as EWS } from '../ews/read-folder.ts';
import { TOKEN_FORMAT as GRAPH } from '../graph/read-folder.ts';
import { decodeSyncToken, encodeSyncToken, freshSyncToken, type SyncToken } from './sync-token.ts';

const token: SyncToken = {
  position: 'where to go on',
  foreignCount: 3,
  otherItems: 1,
  others: [itemId('copy'), itemId('of another policy')],
  ofOtherPolicies: 0,
  stamp: { lastCommit: '2026-11-02T08:00:00Z', itemCount: 9, roundAt: '2026-11-02T09:00:00.000Z' },
};

const STORED =
  ',"where to go on",3,1,["2026-11-02T08:00:00Z",9,"2026-11-02T09:00:00.000Z"],"copy","of another policy"]';

describe.each([
  ['Graph', GRAPH, '[2'],
  ['EWS', EWS, '["ews 1"'],
] as const)('a token of %s', (_, format, head) => {
  it('is stored as it always was', () => {
    expect(encodeSyncToken(token, format)).toBe(`${head}${STORED}`);
    expect(decodeSyncToken(`${head}${STORED}`, format)).toEqual(token);
  });

  it('without count and stamp as well', () => {
    expect(freshSyncToken('start', format)).toBe(`${head},"start",0,0,null]`);
    const bare = { ...token, otherItems: undefined, others: [], stamp: undefined };
    expect(encodeSyncToken(bare, format)).toBe(`${head},"where to go on",3,null,null]`);
    expect(decodeSyncToken(`${head},"where to go on",3,null,null]`, format)).toEqual(bare);
  });

  it('is none without a position, or with more others than are worth remembering', () => {
    expect(freshSyncToken(undefined, format)).toBeUndefined();
    const others = Array.from({ length: format.mostOthers + 1 }, (_one, index) => itemId(`copy ${index}`));
    expect(encodeSyncToken({ ...token, others }, format)).toBeUndefined();
    expect(encodeSyncToken({ ...token, others: others.slice(1) }, format)).toBeDefined();
  });

  it('tells how many contacts of other policies the record names', () => {
    const shared = { ...token, ofOtherPolicies: 1_000 };
    expect(decodeSyncToken(encodeSyncToken(shared, format) ?? '', format)).toEqual(shared);
  });

  it.each(['', 'no JSON', '{}', '[]', `${head}]`, `${head},"start"]`, `${head},null,0,0,null]`])(
    'is none: %s',
    (text) => {
      expect(decodeSyncToken(text, format)).toBeUndefined();
    },
  );
});

it('a token of one protocol is none to the other', () => {
  expect(decodeSyncToken(`[2${STORED}`, EWS)).toBeUndefined();
  expect(decodeSyncToken(`["ews 1"${STORED}`, GRAPH)).toBeUndefined();
});
