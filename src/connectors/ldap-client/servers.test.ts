import { describe, expect, it } from 'vitest';
import { expectFailure } from '../../../test/contract/mailbox-target/bench.ts';
import { findServers, readServer, type ServerSettings, type ServiceRecord } from './servers.ts';

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

const find = (records: readonly ServiceRecord[], random: () => number, more: Partial<ServerSettings> = {}) =>
  findServers(settings(more), { resolveSrv: async () => records }, random);

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
    ['ldaps', false, 636],
    ['startTls', false, 389],
    ['none', false, 389],
    ['ldaps', true, 3269],
    ['startTls', true, 3268],
  ] as const)('%s, global catalog %s: port %i', async (encryption, globalCatalog, port) => {
    expect(await find([record('dc.contoso.example.', 0, 0)], () => 0, { encryption, globalCatalog })).toEqual(
      [{ host: 'dc.contoso.example', port }],
    );
  });

  it('the lowest priority comes first, whatever chance says', async () => {
    const records = [record('far', 20, 100), record('near', 10, 0)];
    for (const chance of [0, 0.5, 0.999])
      expect((await find(records, () => chance)).map(({ host }) => host)).toEqual(['near', 'far']);
  });

  it('among equals the weight decides how often one is first', async () => {
    const records = [record('light', 0, 1), record('heavy', 0, 3)];
    const firsts = await Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => (await find(records, () => index / 1_000))[0]?.host),
    );
    const heavy = firsts.filter((host) => host === 'heavy').length;
    expect(heavy).toBeGreaterThan(550);
    expect(heavy).toBeLessThan(800);
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
