// Which connection points are asked, in which order, and which other forests.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConnectionPoint,
  orderPoints,
  POINTER_KEYWORD,
  type ServiceConnectionPoints,
  URL_KEYWORD,
} from './connection-points.ts';
import { stepText } from './steps.ts';
import { AutodiscoverBench, linesOf } from './testing/autodiscover-bench.ts';

const url = (binding: string, ...keywords: readonly string[]): ConnectionPoint => ({
  keywords: [URL_KEYWORD, ...keywords],
  bindings: [binding],
});
const pointer = (binding: string, ...keywords: readonly string[]): ConnectionPoint => ({
  keywords: [POINTER_KEYWORD.toLowerCase(), ...keywords],
  bindings: [binding],
});

describe('the order', () => {
  it('own site, every site, other sites; each in the order of the directory', () => {
    const points = [
      url('https://far/', 'Site=Paris'),
      url('https://any/'),
      url('https://near/', 'site=BERLIN', 'Site=Hamburg'),
      url('https://near2/', 'Site=Berlin'),
      { keywords: ['something else'], bindings: ['https://unrelated/'] },
    ];
    expect(orderPoints({ points, site: 'Berlin' }, 'contoso.example').urls).toEqual([
      'https://near/',
      'https://near2/',
      'https://any/',
      'https://far/',
    ]);
  });

  it('without a site of our own those for every site come first', () => {
    const points = [url('https://far/', 'Site=Paris'), url('https://any/')];
    expect(orderPoints({ points, site: undefined }, 'contoso.example').urls).toEqual([
      'https://any/',
      'https://far/',
    ]);
  });

  it('pointers: for this mail domain, for nobody in particular, and never those of others', () => {
    const points = [
      pointer('LDAP://a', 'Domain=Contoso.Example'),
      pointer('LDAP://b', 'Domain=fabrikam.example'),
      pointer('LDAP://c'),
    ];
    expect(orderPoints({ points, site: undefined }, 'contoso.example')).toEqual({
      urls: [],
      forests: ['LDAP://a'],
      otherForests: ['LDAP://c'],
    });
  });
});

describe('a search', () => {
  let bench: AutodiscoverBench;
  beforeAll(async () => {
    bench = await AutodiscoverBench.open();
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.renew());

  const EX01 = 'https://ex01.corp.example.com/autodiscover/autodiscover.xml';
  const EX02 = 'https://ex02.corp.example.com/Autodiscover/Autodiscover.xml';
  const reachable = ['ex01.corp.example.com:443', 'ex02.corp.example.com:443'];

  const forests = (
    own: readonly ConnectionPoint[],
    others: Readonly<Record<string, readonly ConnectionPoint[]>>,
  ): ServiceConnectionPoints => ({
    read: async () => ({ points: own, site: 'Berlin' }),
    readAt: async (ldapUrl) => ({ points: others[ldapUrl] ?? [], site: undefined }),
  });

  it('asks the server of the own site first', async () => {
    const scp = forests([url(EX01, 'Site=Paris'), url(EX02, 'Site=Berlin')], {});
    expect((await bench.search({ reachable, scp })).ewsUrl).toBe(
      'https://ex02.corp.example.com/EWS/Exchange.asmx',
    );
  });

  it('asks the forest that serves the mail domain before its own', async () => {
    const scp = forests([url(EX01), pointer('LDAP://dc.fabrikam.example', 'Domain=contoso.example')], {
      'LDAP://dc.fabrikam.example': [url(EX02)],
    });
    expect((await bench.search({ reachable, scp })).ewsUrl).toBe(
      'https://ex02.corp.example.com/EWS/Exchange.asmx',
    );
  });

  it('asks a forest that serves nobody in particular only where nothing else is known', async () => {
    const other = { 'LDAP://dc.fabrikam.example': [url(EX02)] };
    const pointing = pointer('LDAP://dc.fabrikam.example');
    const found = async (own: readonly ConnectionPoint[]) =>
      (await bench.search({ reachable, scp: forests(own, other) })).ewsUrl;
    expect(await found([pointing])).toBe('https://ex02.corp.example.com/EWS/Exchange.asmx');
    expect(await found([pointing, url(EX01)])).toBe('https://ex01.corp.example.com/EWS/Exchange.asmx');
  });

  it('does not go in circles between forests', async () => {
    const back = pointer('LDAP://dc.fabrikam.example', 'Domain=contoso.example');
    const scp = forests([back], { 'LDAP://dc.fabrikam.example': [back] });
    const failure = await bench.failure({ reachable, scp });
    expect(linesOf(failure).filter((line) => line.startsWith('LDAP://'))).toHaveLength(1);
    expect(linesOf(failure)).toContain('Active Directory: passed over, there are no connection points');
  });

  it('trusts the hosts that the directory names, and no others for it', async () => {
    await bench.control.setAutodiscover({ forms: ['pox'] });
    await bench.control.addAutodiscoverRule({
      host: 'ex01.corp.example.com',
      action: { kind: 'redirect-url', url: EX02 },
    });
    const alone = await bench.failure({ reachable, scp: forests([url(EX01)], {}) });
    expect(alone.details['hosts']).toEqual(['ex02.corp.example.com']);
    const points = [url(EX01, 'Site=Berlin'), url(EX02, 'Site=Paris')];
    const both = await bench.search({ reachable, scp: forests(points, {}) });
    expect(both.ewsUrl).toBe('https://ex02.corp.example.com/EWS/Exchange.asmx');
    expect(both.steps.map(stepText)).toContain(
      'https://ex01.corp.example.com/autodiscover/autodiscover.xml (signed in): 200, leads on to https://ex02.corp.example.com/Autodiscover/Autodiscover.xml',
    );
  });
});
