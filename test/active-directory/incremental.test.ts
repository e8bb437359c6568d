// After any sequence of changes the reading that remembers the last one equals the reading that remembers nothing. The
// changes are drawn from a seed, so a run that fails can be run again.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import { createInMemoryDirectoryCache } from '../../src/connectors/memory/stores/in-memory-directory-cache.ts';
import type { SourceObjectId } from '../../src/model/ids.ts';
import type { ActiveDirectorySource } from '../../src/model/policy.ts';
import type { SourceReading } from '../../src/ports/contact-source.ts';
import type { DirectoryCache } from '../../src/ports/directory-cache.ts';
import { needs, titleWith } from '../needs.ts';
import { Administrator } from './administrator.ts';
import { connectTo, everyMailboxHere, wholeDirectory } from './connector.ts';
import { type DomainController, startDomainController } from './domain-controller.ts';
import { type StrictProxy, startStrictProxy } from './strict-proxy.ts';

const need = needs.samba();
const signal = new AbortController().signal;
const SEEDS = process.env.REQUIRE_ALL === '1' ? [1, 2] : [1];
const ROUNDS = 5;
const CHANGES_PER_ROUND = 5;

/** mulberry32 */
function drawsFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

describe.skipIf(!need.available)(titleWith(need, 'reading only what changed'), () => {
  let controller: DomainController;
  let proxy: StrictProxy;
  let admin: Administrator;
  beforeAll(async () => {
    controller = await startDomainController({ objects: 500 });
    proxy = await startStrictProxy({
      upstream: { host: controller.address, port: 389 },
      tls: controller.tls,
      rules: { maxPageSize: 25, maxValRange: 4 },
    });
    admin = await Administrator.signIn(controller);
  }, 300_000);
  afterAll(async () => {
    await admin?.signOut();
    await proxy?.close();
    await controller?.stop();
  });

  async function read(scope: ActiveDirectorySource, cache: DirectoryCache, clock = new FakeClock()) {
    const settings = { servers: [`localhost:${proxy.port}`], baseDns: [admin.unit] };
    const { source, directory, close } = connectTo(controller, settings, { cache, clock });
    const reading = inOrder(await source.read(scope, signal));
    const mailboxes = await directory.readMailboxes(
      {
        ...everyMailboxHere,
        groups: scope.groups,
        organizationalUnits: scope.organizationalUnits,
        ...(scope.ldapFilter === undefined ? {} : { ldapFilter: scope.ldapFilter }),
      },
      signal,
    );
    await close();
    return {
      reading,
      mailboxes: [...mailboxes.mailboxes].sort((a, b) => (a.id < b.id ? -1 : 1)),
      gaps: mailboxes.gaps,
    };
  }

  it.each(SEEDS)(
    'equals the full reading after every round of changes, seed %i',
    async (seed) => {
      const draw = drawsFrom(seed);
      const world = await buildWorld(admin);
      const scopes = scopesIn(world, controller);
      const caches = scopes.map(() => createInMemoryDirectoryCache());
      const done: string[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [index, scope] of scopes.entries()) {
          const incremental = await read(scope, caches[index] ?? createInMemoryDirectoryCache());
          const full = await read(scope, createInMemoryDirectoryCache());
          expect(incremental, `seed ${seed}, scope ${index}, after ${done.join('; ')}`).toEqual(full);
          expect(full.reading.isComplete, `scope ${index} after ${done.join('; ')}`).toBe(true);
        }
        for (let change = 0; change < CHANGES_PER_ROUND; change += 1)
          done.push(await changeSomething(admin, world, draw));
      }
      await world.clear();
    },
    600_000,
  );

  it('twin: with sequence numbers that never change the two readings differ', async () => {
    const world = await buildWorld(admin);
    const cache = createInMemoryDirectoryCache();
    proxy.rules.frozenSequence = true;
    await read(wholeDirectory, cache);
    for (const id of world.people) await admin.change(await admin.nameOf(id), { department: 'Changed' });
    const incremental = await read(wholeDirectory, cache);
    expect(incremental).not.toEqual(await read(wholeDirectory, createInMemoryDirectoryCache()));
    proxy.rules.frozenSequence = false;
    await world.clear();
  });

  it('reads the values of what changed, and of nothing else', async () => {
    const world = await buildWorld(admin);
    const cache = createInMemoryDirectoryCache();
    await read(wholeDirectory, cache);
    const [first] = world.people;
    if (first === undefined) throw new Error('somebody was made');
    await admin.change(await admin.nameOf(first), { department: 'Changed' });
    proxy.forgetSeen();
    const { reading } = await read(wholeDirectory, cache);
    expect(reading.objects.find(({ id }) => id === first)?.attributes.department).toEqual(['Changed']);
    const withValues = proxy.seen.filter(({ attributes }) => attributes.includes('telephoneNumber'));
    expect(withValues).toHaveLength(1);
    await world.clear();
  });

  it('what is remembered is trusted for a day', async () => {
    const cache = createInMemoryDirectoryCache();
    const clock = new FakeClock();
    await read(wholeDirectory, cache, clock);
    const searchesFor = async () => {
      proxy.forgetSeen();
      await read(wholeDirectory, cache, clock);
      return proxy.seen.filter(({ attributes }) => attributes.includes('telephoneNumber')).length;
    };
    clock.advance(23 * 3_600_000);
    expect(await searchesFor()).toBe(0);
    clock.advance(2 * 3_600_000);
    expect(await searchesFor()).toBeGreaterThan(0);
  });

  it('what is read bit by bit does not put off the next whole reading', async () => {
    const inner = createInMemoryDirectoryCache();
    const clock = new FakeClock();
    const readAt: unknown[] = [];
    const cache: DirectoryCache = {
      read: (key) => inner.read(key),
      save: (key, blob) => {
        const text = Buffer.from(blob).toString('utf8');
        const at = text.startsWith('{') ? JSON.parse(text).readAt : undefined;
        if (at !== undefined) readAt.push(at);
        return inner.save(key, blob);
      },
    };
    await read(wholeDirectory, cache, clock);
    const whole = readAt.length;
    clock.advance(12 * 3_600_000);
    const world = await buildWorld(admin);
    await read(wholeDirectory, cache, clock);
    expect(readAt.length).toBeGreaterThan(whole);
    expect(new Set(readAt).size).toBe(1);
    await world.clear();
  });

  it('what cannot be understood is read in full', async () => {
    const cache: DirectoryCache = { read: async () => new Uint8Array([1, 2, 3]), save: async () => {} };
    const broken: DirectoryCache = {
      read: () => Promise.reject(new Error('disk')),
      save: () => Promise.reject(new Error('disk')),
    };
    const full = await read(wholeDirectory, createInMemoryDirectoryCache());
    expect(await read(wholeDirectory, cache)).toEqual(full);
    expect(await read(wholeDirectory, broken)).toEqual(full);
  });
});

function inOrder(reading: SourceReading): SourceReading {
  return { ...reading, objects: [...reading.objects].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

interface World {
  readonly people: SourceObjectId[];
  /** Distinguished names; they change when a unit is renamed. */
  readonly groups: string[];
  readonly units: string[];
  clear(): Promise<void>;
}

async function buildWorld(admin: Administrator): Promise<World> {
  const units = [`OU=North,${admin.unit}`, `OU=South,${admin.unit}`];
  for (const unit of units) await admin.add(unit, { objectClass: 'organizationalUnit' });
  const people: SourceObjectId[] = [];
  for (const kind of ['userMailbox', 'mailContact', 'mailUser', 'sharedMailbox'] as const) {
    for (let number = 0; number < 4; number += 1) {
      const id = await admin.addRecipient({ kind, displayName: `${kind} ${number}` });
      const dn = await admin.nameOf(id);
      await admin.move(dn, dn.replace(admin.unit, units[number % 2] ?? admin.unit));
      people.push(id);
    }
  }
  const names = await Promise.all(people.map((id) => admin.nameOf(id)));
  const inner = await admin.addGroup('Inner', names.slice(0, 7));
  const outer = await admin.addGroup('Outer', [inner, ...names.slice(9, 11)]);
  const security = await admin.addGroup('Primary', names.slice(11, 13), { groupType: '-2147483646' });
  const world = { people, groups: [inner, outer, security], units };
  return {
    ...world,
    async clear() {
      for (const id of people) await admin.remove(await admin.nameOf(id)).catch(() => {});
      for (const dn of [...world.groups, ...world.units]) await admin.remove(dn).catch(() => {});
    },
  };
}

function scopesIn(world: World, controller: DomainController): readonly ActiveDirectorySource[] {
  const dynamic = controller.manifest.cases.dynamicGroup;
  if (dynamic === undefined) throw new Error('the manifest has a dynamic group');
  return [
    wholeDirectory,
    { ...wholeDirectory, groups: ['Outer', 'Primary'] },
    { ...wholeDirectory, ldapFilter: '(|(department=Sales)(title=*))' },
    { ...wholeDirectory, addressLists: ['Berlin'], groups: [dynamic.dn] },
    {
      ...wholeDirectory,
      organizationalUnits: [{ dn: world.units[0] ?? '', includeChildren: true }],
      objects: [world.people[1] ?? ''],
      groups: ['Inner'],
    },
  ];
}

/** One random change; says what was done. */
async function changeSomething(
  admin: Administrator,
  world: World,
  draw: (below: number) => number,
): Promise<string> {
  const pick = <T>(list: readonly T[]): T => {
    const one = list[draw(list.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  };
  // The second one is named by a scope and stays.
  const changeable = world.people.filter((_, index) => index !== 1);
  const id = pick(changeable);
  const dn = await admin.nameOf(id);
  const group = pick(world.groups);
  const changes: Readonly<Record<string, () => Promise<void>>> = {
    department: () => admin.change(dn, { department: pick(['Sales', 'Legal', 'Support']) }),
    title: () => admin.change(dn, { title: draw(2) === 0 ? [] : 'Director' }),
    displayName: () => admin.change(dn, { displayName: `Renamed ${draw(1_000)}` }),
    manager: async () => admin.change(dn, { manager: await admin.nameOf(pick(world.people)) }),
    hidden: () => admin.change(dn, { msExchHideFromAddressLists: draw(2) === 0 ? [] : 'TRUE' }),
    noLongerMailEnabled: () => admin.change(dn, { mailNickname: [] }),
    mailEnabledAgain: () => admin.change(dn, { mailNickname: `again${draw(1_000_000)}` }),
    inAddressList: () => admin.change(dn, { showInAddressBook: berlin(admin) }),
    joins: () => admin.change(group, { member: [dn] }, 'add'),
    leaves: () => admin.change(group, { member: [dn] }, 'delete'),
    nests: () => admin.change(group, { member: [pick(world.groups)] }, 'add'),
    moves: async () => admin.move(dn, `${dn.slice(0, dn.indexOf(','))},${pick(world.units)}`),
    dies: async () => {
      await admin.remove(dn);
      world.people.splice(world.people.indexOf(id), 1);
    },
    isBorn: async () =>
      void world.people.push(await admin.addRecipient({ kind: 'userMailbox', displayName: 'New' })),
    rename: () => admin.move(dn, `CN=renamed ${draw(1_000_000)},${dn.slice(dn.indexOf(',') + 1)}`),
    renamesUnit: async () => {
      // Everything below moves along, and no sequence number tells of it.
      const south = world.units[1] ?? '';
      const renamed = `OU=South ${draw(1_000)},${admin.unit}`;
      await admin.move(south, renamed);
      world.units[1] = renamed;
    },
  };
  const name = pick(Object.keys(changes));
  try {
    await changes[name]?.();
    return name;
  } catch (thrown) {
    // Already a member, not a member, a name that is taken: the directory refuses, and nothing changed.
    return `${name} refused (${thrown instanceof Error ? thrown.name : ''})`;
  }
}

function berlin(admin: Administrator): string {
  const domain = admin.unit.slice(admin.unit.indexOf(',') + 1);
  return `CN=Berlin,CN=All Address Lists,CN=Address Lists Container,CN=Example Org,CN=Microsoft Exchange,CN=Services,CN=Configuration,${domain}`;
}
