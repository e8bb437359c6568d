import { describe, expect, it } from 'vitest';
import { serverName } from '../../../contract/src/address.ts';
import { expectFailure } from '../../../test/contract/mailbox-target/bench.ts';
import { type Log, silentLog } from '../../ports/log.ts';
import {
  findServers,
  isInDomain,
  readServer,
  type ServerSettings,
  type ServiceRecord,
  steadyChance,
} from './servers.ts';

const settings = (more: Partial<ServerSettings> = {}): ServerSettings => ({
  servers: [],
  domain: 'corp.contoso.example',
  globalCatalog: false,
  encryption: 'ldaps',
  ...more,
});

const record = (name: string, priority: number, weight: number): ServiceRecord => ({
  name,
  port: 389,
  priority,
  weight,
});

const find = (
  records: readonly ServiceRecord[],
  chance: (name: string) => number,
  more: Partial<ServerSettings> = {},
) => findServers(settings(more), { resolveSrv: async () => records }, chance);

/** Names in the domain as hosts, and back. */
const inDomain = (name: string) => `${name}.corp.contoso.example`;
const short = (servers: Awaited<ReturnType<typeof findServers>>) =>
  servers.map(({ host }) => host.replace('.corp.contoso.example', ''));

describe('domain controllers', () => {
  it('named ones are taken in their order, with the port of the encryption', async () => {
    const named = {
      servers: ['dc1.contoso.example', 'dc2.contoso.example:1636', '[2001:db8::1]', '[2001:db8::1]:7'],
    };
    expect(await find([], () => 0, named)).toEqual([
      { host: 'dc1.contoso.example', port: 636 },
      { host: 'dc2.contoso.example', port: 1636 },
      { host: '2001:db8::1', port: 636 },
      { host: '2001:db8::1', port: 7 },
    ]);
    expect(readServer('2001:db8::1', 636)).toEqual({ host: '2001:db8::1', port: 636 });
  });

  it.each([
    'dc1:99999',
    'dc1:0',
    'dc1:',
    'ldap://dc1',
    'a b',
    'dc1/../x',
    '[::1',
    '[dc1]:636',
    'd\tc1',
    '[::1]:65536',
  ])('%j is none: it is left out, and where nothing else is named its place is told', async (bad) => {
    expect(readServer(bad, 636)).toBeUndefined();
    expect(serverName.safeParse(bad).success).toBe(false);
    const warned: unknown[] = [];
    const log: Log = { ...silentLog, warn: (_, data) => void warned.push(data) };
    const named = settings({ servers: [bad, 'dc2:7'] });
    expect(await findServers(named, { resolveSrv: async () => [] }, () => 0, log)).toEqual([
      { host: 'dc2', port: 7 },
    ]);
    const place =
      'onPremises.activeDirectory.servers[0]: must be host or host:port (1 to 65535), without ldap://';
    expect(warned).toEqual([{ places: [place] }]);
    const failure = await expectFailure(
      find([], () => 0, { servers: [bad] }),
      'invalidDocument',
    );
    expect(failure.details).toEqual({ places: [place] });
  });

  it.each([
    'dc1',
    'dc_1.contoso.example.:1',
    ' dc1:65535 ',
    '192.0.2.1:636',
    '[::1]:3269',
    '2001:db8::1',
    'fe80::1%eth0',
    'münchen.example',
  ])('%j is one, for the schema as well', (good) => {
    expect(readServer(good, 636)).toBeDefined();
    expect(serverName.parse(good)).toBe(good);
  });

  it.each([
    ['ldaps', false, 636],
    ['startTls', false, 389],
    ['none', false, 389],
    ['ldaps', true, 3269],
    ['startTls', true, 3268],
  ] as const)('%s, global catalog %s: port %i', async (encryption, globalCatalog, port) => {
    expect(
      await find([record('DC.corp.contoso.example.', 0, 0)], () => 0, { encryption, globalCatalog }),
    ).toEqual([{ host: 'dc.corp.contoso.example', port }]);
  });

  it('the lowest priority comes first, whatever chance says', async () => {
    const records = [record(inDomain('far'), 20, 100), record(inDomain('near'), 10, 0)];
    for (const chance of [0, 0.5, 0.999])
      expect(short(await find(records, () => chance))).toEqual(['near', 'far']);
  });

  it('among equals the weight decides how often one is first', async () => {
    const records = [
      record(inDomain('none'), 0, 0),
      record(inDomain('light'), 0, 1),
      record(inDomain('heavy'), 0, 3),
    ];
    const firsts = await Promise.all(
      Array.from(
        { length: 1_000 },
        async (_, seed) => short(await find(records, steadyChance(`${seed}`)))[0],
      ),
    );
    const heavy = firsts.filter((host) => host === 'heavy').length;
    expect(heavy).toBeGreaterThan(690);
    expect(heavy).toBeLessThan(800);
    expect(firsts.filter((host) => host === 'none').length).toBeLessThan(30);
  });

  it('an installation keeps its order, also when the answer is shuffled and when one comes or goes', async () => {
    const records = ['a', 'b', 'c', 'd', 'e'].map((name) => record(inDomain(name), 0, 100));
    const chance = steadyChance('one installation');
    const order = short(await find(records, chance));
    expect(short(await find(records.toReversed(), chance))).toEqual(order);
    const [first = '', ...others] = order;
    expect(
      short(
        await find(
          records.filter(({ name }) => name !== inDomain(first)),
          chance,
        ),
      ),
    ).toEqual(others);
    const orders = await Promise.all(
      Array.from({ length: 20 }, async (_, seed) =>
        short(await find(records, steadyChance(`${seed}`))).join(),
      ),
    );
    expect(new Set(orders).size).toBeGreaterThan(10);
  });

  it('those of the site come first, the others after them, each once', async () => {
    const asked: string[] = [];
    const zones: Readonly<Record<string, readonly ServiceRecord[]>> = {
      '_ldap._tcp.Berlin._sites.dc._msdcs.corp.contoso.example': [record(inDomain('b'), 50, 0)],
      '_ldap._tcp.dc._msdcs.corp.contoso.example': ['a', 'b', 'c'].map((name) =>
        record(inDomain(name), 0, 0),
      ),
      '_gc._tcp.Berlin._sites.corp.contoso.example': [record(inDomain('g'), 0, 0)],
    };
    const resolver = {
      resolveSrv: async (name: string) => {
        asked.push(name);
        const records = zones[name];
        if (records === undefined) throw new Error('ENOTFOUND');
        return records;
      },
    };
    const from = async (more: Partial<ServerSettings>) =>
      short(await findServers(settings(more), resolver, () => 0));
    expect(await from({ site: 'Berlin' })).toEqual(['b', 'a', 'c']);
    expect(await from({})).toEqual(['a', 'b', 'c']);
    expect(await from({ site: 'Closed' })).toEqual(['a', 'b', 'c']);
    expect(await from({ site: 'Berlin', globalCatalog: true })).toEqual(['g']);
    expect(asked.at(-1)).toBe('_gc._tcp.corp.contoso.example');
    expect(asked).toContain('_ldap._tcp.Closed._sites.dc._msdcs.corp.contoso.example');
  });

  it('DNS may name servers of the domain only: others are not asked, and said', async () => {
    const warnings: unknown[] = [];
    const log: Log = { ...silentLog, warn: (_, data) => warnings.push(data) };
    const strangers = ['dc.fabrikam.example', 'dc.evilcorp.contoso.example', '192.0.2.7'];
    const resolve = (names: readonly string[]) => ({
      resolveSrv: async () => names.map((name) => record(name, 0, 100)),
    });
    const own = inDomain('dc');
    const found = await findServers(settings(), resolve([...strangers, own]), () => 0, log);
    expect(found).toEqual([{ host: own, port: 636 }]);
    expect(warnings).toEqual([
      { domain: 'corp.contoso.example', servers: expect.arrayContaining(strangers) },
    ]);
    const failure = await expectFailure(
      findServers(settings(), resolve(strangers), () => 0),
      'domainControllerOutside',
    );
    expect(failure.details).toMatchObject({ servers: expect.arrayContaining(strangers) });
    // Twin: the same names, typed by a person, are asked.
    expect(await find([], () => 0, { servers: strangers })).toHaveLength(strangers.length);
  });

  it.each([
    ['DC1.Corp.Contoso.Example.', true],
    ['corp.contoso.example', true],
    ['dc.emea.corp.contoso.example', true],
    ['dc.contoso.example', false],
    ['xcorp.contoso.example', false],
    ['corp.contoso.example.fabrikam.example', false],
    ['', false],
  ])('%s in the domain: %s', (host, isOne) => {
    expect(isInDomain(host, 'corp.contoso.example')).toBe(isOne);
    expect(isInDomain(host, '')).toBe(false);
  });

  it('nothing found: a service that is not offered, an answer without records, no answer', async () => {
    await expectFailure(
      find([record('.', 0, 0)], () => 0),
      'noDomainController',
    );
    await expectFailure(
      find([], () => 0),
      'noDomainController',
    );
    const failing = { resolveSrv: () => Promise.reject(new Error('ENOTFOUND')) };
    await expectFailure(
      findServers(settings(), failing, () => 0),
      'noDomainController',
    );
  });
});
