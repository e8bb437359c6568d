// Two domain controllers, one of which does not know somebody yet: which one is asked, and when its word is enough.

import { describe, expect, it } from 'vitest';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import { type Log, silentLog } from '../../ports/log.ts';
import type { ServerFacts } from '../ldap-client/reader.ts';
import { FakeClock } from '../memory/fake-clock.ts';
import { createInMemoryDirectoryCache } from '../memory/stores/in-memory-directory-cache.ts';
import { Controllers, type ControllersOptions } from './controllers.ts';

const signal = new AbortController().signal;
const HOUR_MS = 3_600_000;
const nameOf = (short: string) => `${short}.corp.contoso.example`;
const short = (host: string) => host.replace('.corp.contoso.example', '');

function factsOf(name: string, invocationId: string | undefined = `id of ${name}`): ServerFacts {
  const dn = 'DC=corp,DC=contoso,DC=example';
  return {
    defaultNamingContext: dn,
    configurationNamingContext: `CN=Configuration,${dn}`,
    rootDomainNamingContext: dn,
    invocationId,
    dnsHostName: nameOf(name),
  };
}

/** An environment from run to run; `zones` is what DNS says, `sites` who tells which site. */
class World {
  readonly clock = new FakeClock();
  readonly warnings: string[] = [];
  readonly askedForSite: string[][] = [];
  cache: DirectoryCache = createInMemoryDirectoryCache();
  site: string | undefined;
  zones: Readonly<Record<string, readonly string[]>> = {
    '_ldap._tcp.dc._msdcs.corp.contoso.example': ['a', 'b', 'c'],
    '_ldap._tcp.Berlin._sites.dc._msdcs.corp.contoso.example': ['c'],
  };
  servers: readonly string[] = [];

  run(more: Partial<ControllersOptions> = {}): Controllers {
    const log: Log = { ...silentLog, warn: (message) => this.warnings.push(message) };
    return new Controllers({
      settings: {
        domain: 'corp.contoso.example',
        servers: [...this.servers],
        globalCatalog: false,
        encryption: 'ldaps',
      },
      environmentId: 'one',
      resolver: {
        resolveSrv: async (name) =>
          (this.zones[name] ?? []).map((one) => ({ name: nameOf(one), port: 389, priority: 0, weight: 100 })),
      },
      askSite: async (servers) => {
        this.askedForSite.push(servers.map(({ host }) => short(host)));
        return this.site;
      },
      cache: this.cache,
      clock: this.clock,
      log,
      chance: () => 0,
      ...more,
    });
  }

  /** A run in which these answer; whether the last reading may take away. */
  async reads(...names: readonly string[]): Promise<'believed' | 'doubted'> {
    const controllers = this.run();
    return this.readsIn(controllers, ...names);
  }

  async readsIn(controllers: Controllers, ...names: readonly string[]): Promise<'believed' | 'doubted'> {
    for (const name of names) controllers.answered(factsOf(name), { host: nameOf(name), port: 636 });
    const doubt = await controllers.doubt();
    if (doubt === undefined) return 'believed';
    expect(doubt.code).toBe('anotherDomainController');
    return 'doubted';
  }

  async order(): Promise<readonly string[]> {
    return (await this.run().find(signal)).map(({ host }) => short(host));
  }
}

describe('whose word is enough to delete', () => {
  it('that of the first one, and of the same one whenever it answers', async () => {
    const world = new World();
    expect(await world.reads('a')).toBe('believed');
    world.clock.advance(1_000 * HOUR_MS);
    expect(await world.reads('a')).toBe('believed');
  });

  it('another one takes nothing away at first, however long the former one was silent', async () => {
    const world = new World();
    await world.reads('a');
    world.clock.advance(100 * HOUR_MS);
    expect(await world.reads('b')).toBe('doubted');
    world.clock.advance(3.9 * HOUR_MS);
    expect(await world.reads('b')).toBe('doubted');
    world.clock.advance(0.1 * HOUR_MS);
    expect(await world.reads('b')).toBe('believed');
    // Now it is the one that counts, and the former one is another.
    expect(await world.reads('a')).toBe('doubted');
    expect(await world.reads('b')).toBe('believed');
  });

  it('when the former one answers again, the waiting begins anew', async () => {
    const world = new World();
    await world.reads('a');
    await world.reads('b');
    world.clock.advance(3 * HOUR_MS);
    expect(await world.reads('a')).toBe('believed');
    world.clock.advance(3 * HOUR_MS);
    expect(await world.reads('b')).toBe('doubted');
  });

  it('where the former one is gone for good, many that take turns settle as well', async () => {
    const world = new World();
    await world.reads('a');
    expect(await world.reads('b')).toBe('doubted');
    world.clock.advance(2 * HOUR_MS);
    expect(await world.reads('c')).toBe('doubted');
    world.clock.advance(2 * HOUR_MS);
    expect(await world.reads('b')).toBe('believed');
  });

  it('one restored from a backup is another one, and one without a number goes by its name', async () => {
    const world = new World();
    await world.reads('a');
    const restored = world.run();
    restored.answered(factsOf('a', 'a new id'), { host: nameOf('a'), port: 636 });
    expect((await restored.doubt())?.details).toMatchObject({ server: nameOf('a'), before: nameOf('a') });
    const nameless = new World();
    const withoutId = (name: string) => {
      const run = nameless.run();
      run.answered({ ...factsOf(name), invocationId: undefined }, { host: nameOf(name), port: 636 });
      return run.doubt();
    };
    expect(await withoutId('a')).toBeUndefined();
    expect(await withoutId('a')).toBeUndefined();
    expect(await withoutId('b')).toBeDefined();
  });

  it('a run that went on with another one in its middle is doubted as a whole from there', async () => {
    const world = new World();
    await world.reads('a');
    const run = world.run();
    expect(await world.readsIn(run, 'a')).toBe('believed');
    expect(await world.readsIn(run, 'b')).toBe('doubted');
    expect(await world.readsIn(run, 'a')).toBe('doubted');
  });

  it('a clock that is set back does not make the doubt last', async () => {
    const world = new World();
    await world.reads('a');
    world.clock.advance(1_000 * HOUR_MS);
    await world.reads('b');
    const { cache } = world;
    const earlier = new World();
    earlier.cache = cache;
    expect(await earlier.reads('b')).toBe('doubted');
    earlier.clock.advance(4 * HOUR_MS);
    expect(await earlier.reads('b')).toBe('believed');
  });

  it('environments do not share it, and memory that fails hinders nobody', async () => {
    const world = new World();
    await world.reads('a');
    expect(await world.readsIn(world.run({ environmentId: 'other' }), 'b')).toBe('believed');
    world.cache = {
      read: () => Promise.reject(new Error('disk')),
      save: () => Promise.reject(new Error('disk')),
    };
    expect(await world.reads('b')).toBe('believed');
    expect(await world.order()).toEqual(['a', 'b', 'c']);
    expect(world.warnings.length).toBeGreaterThan(0);
  });
});

describe('several that take turns behind one name', () => {
  const behindOneName = async (world: World, ...names: readonly string[]) => {
    const run = world.run();
    for (const name of names) run.answered(factsOf(name), { host: 'ldap.corp.contoso.example', port: 636 });
    return (await run.doubt()) === undefined ? 'believed' : 'doubted';
  };

  it('are all believed, each when it has been known for four hours', async () => {
    const world = new World();
    expect(await behindOneName(world, 'a')).toBe('believed');
    expect(await behindOneName(world, 'b')).toBe('doubted');
    world.clock.advance(HOUR_MS);
    expect(await behindOneName(world, 'a')).toBe('believed');
    expect(await behindOneName(world, 'c')).toBe('doubted');
    world.clock.advance(2.9 * HOUR_MS);
    expect(await behindOneName(world, 'a')).toBe('believed');
    expect(await behindOneName(world, 'b')).toBe('doubted');
    expect(await behindOneName(world, 'a')).toBe('believed');
    world.clock.advance(0.1 * HOUR_MS);
    expect(await behindOneName(world, 'b')).toBe('believed');
    expect(await behindOneName(world, 'c')).toBe('doubted');
    expect(await behindOneName(world, 'a')).toBe('believed');
    world.clock.advance(HOUR_MS);
    for (const name of ['c', 'a', 'b', 'c']) expect(await behindOneName(world, name)).toBe('believed');
    expect(await behindOneName(world, 'd')).toBe('doubted');
  });

  it('also where every run speaks to two of them', async () => {
    const world = new World();
    expect(await behindOneName(world, 'a', 'b')).toBe('doubted');
    world.clock.advance(3.9 * HOUR_MS);
    expect(await behindOneName(world, 'b', 'a')).toBe('doubted');
    world.clock.advance(0.1 * HOUR_MS);
    expect(await behindOneName(world, 'b', 'a')).toBe('believed');
    expect(await behindOneName(world, 'a', 'b')).toBe('believed');
  });

  it('twin: at addresses of their own, one that stands in is doubted again each time', async () => {
    const world = new World();
    for (let day = 0; day < 4; day += 1) {
      expect(await world.reads('a')).toBe('believed');
      expect(await world.reads('b')).toBe('doubted');
      world.clock.advance(24 * HOUR_MS);
    }
  });

  it('one that was met in a future that is not yet has to wait like a new one', async () => {
    const world = new World();
    world.clock.advance(1_000 * HOUR_MS);
    await behindOneName(world, 'a', 'b');
    const earlier = new World();
    earlier.cache = world.cache;
    expect(await behindOneName(earlier, 'a', 'b')).toBe('doubted');
    earlier.clock.advance(4 * HOUR_MS);
    expect(await behindOneName(earlier, 'a', 'b')).toBe('believed');
  });
});

describe('who is asked first', () => {
  it('the one that answered last, when it was believed', async () => {
    const world = new World();
    expect(await world.order()).toEqual(['a', 'b', 'c']);
    await world.reads('b');
    expect(await world.order()).toEqual(['b', 'a', 'c']);
    await world.reads('c');
    expect(await world.order()).toEqual(['b', 'a', 'c']);
    world.clock.advance(4 * HOUR_MS);
    await world.reads('c');
    expect(await world.order()).toEqual(['c', 'a', 'b']);
    // DNS no longer names it.
    world.zones = { '_ldap._tcp.dc._msdcs.corp.contoso.example': ['a', 'b'] };
    expect(await world.order()).toEqual(['a', 'b']);
  });

  it('those that a person names keep the order they were given', async () => {
    const world = new World();
    world.servers = [nameOf('a'), nameOf('b')];
    await world.reads('b');
    expect(await world.order()).toEqual(['a', 'b']);
    expect(world.askedForSite).toEqual([]);
  });

  it('those of the site, which is asked for once a day', async () => {
    const world = new World();
    world.site = 'Berlin';
    expect(await world.order()).toEqual(['c', 'a', 'b']);
    expect(await world.order()).toEqual(['c', 'a', 'b']);
    expect(world.askedForSite).toEqual([['a', 'b', 'c']]);
    world.clock.advance(25 * HOUR_MS);
    // That nobody answers says nothing about where this computer is.
    world.site = undefined;
    expect(await world.order()).toEqual(['c', 'a', 'b']);
    expect(world.askedForSite).toHaveLength(2);
    world.site = 'Hamburg';
    expect(await world.order()).toEqual(['a', 'b', 'c']);
  });

  it('no domain controller at all', async () => {
    const world = new World();
    world.zones = {};
    await expect(world.order()).rejects.toMatchObject({ code: 'noDomainController' });
  });
});
