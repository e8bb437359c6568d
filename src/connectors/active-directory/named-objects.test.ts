import { describe, expect, it } from 'vitest';
import { silentLog } from '../../ports/log.ts';
import { createInMemoryDirectoryCache } from '../memory/stores/in-memory-directory-cache.ts';
import { NamedObjects, recallNamedObjects, rememberNamedObjects } from './named-objects.ts';

const ID = '85619bf8-3a89-5d63-af0a-0c179834cdc7';
const MONDAY = new Date('2026-01-05T12:00:00Z');
const hoursLater = (hours: number) => new Date(MONDAY.getTime() + hours * 3_600_000);

async function later(server: string | undefined, now: Date): Promise<NamedObjects> {
  const cache = createInMemoryDirectoryCache();
  const named = new NamedObjects([], 'dc1', MONDAY);
  named.found('anna@contoso.example', ID);
  await rememberNamedObjects(cache, 'key', named, silentLog);
  return new NamedObjects(await recallNamedObjects(cache, 'key', silentLog), server, now);
}

describe('single objects that a policy names', () => {
  it('are remembered by their ids', async () => {
    const named = await later('dc1', hoursLater(1));
    expect([named.idOf('anna@contoso.example'), named.idOf('bert@contoso.example')]).toEqual([ID, undefined]);
  });

  it.each([
    ['the server that had it', 'dc1', 1, true],
    ['another one, that may not have heard of it yet', 'dc2', 1, false],
    ['another one a day later', 'dc2', 25, true],
    ['one that does not say who it is', undefined, 1, false],
  ] as const)('are proved gone by %s: %s after %i hours', async (_name, server, hours, isProved) => {
    const named = await later(server, hoursLater(hours));
    expect(named.isProvedGone('anna@contoso.example')).toBe(isProved);
    expect(named.isProvedGone('bert@contoso.example')).toBe(false);
  });

  it('that cannot be recalled were never seen', async () => {
    const cache = createInMemoryDirectoryCache();
    await cache.save('key', Buffer.from('damaged'));
    expect(await recallNamedObjects(cache, 'key', silentLog)).toEqual([]);
  });
});
