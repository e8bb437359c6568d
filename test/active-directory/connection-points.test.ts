// Autodiscover's connection points, read from a real Active Directory: of its own forest, and of the one that a pointer
// names.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  orderPoints,
  POINTER_KEYWORD,
  URL_KEYWORD,
} from '../../src/connectors/autodiscover/connection-points.ts';
import {
  createDirectoryConnectionPoints,
  type DirectoryPointsOptions,
} from '../../src/connectors/autodiscover/directory-connection-points.ts';
import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { expectFailure } from '../contract/mailbox-target/bench.ts';
import { needs, titleWith } from '../needs.ts';
import { type DomainController, startDomainController } from './domain-controller.ts';

const need = needs.samba();
const signal = new AbortController().signal;

describe.skipIf(!need.available)(titleWith(need, 'connection points'), () => {
  let controller: DomainController;
  beforeAll(async () => {
    controller = await startDomainController({ objects: 500 });
  }, 300_000);
  afterAll(() => controller?.stop());

  function pointsOf(
    settings: Partial<DirectoryPointsOptions['settings']> = {},
    options: Partial<DirectoryPointsOptions> = {},
  ) {
    return createDirectoryConnectionPoints({
      settings: {
        servers: [controller.address],
        baseDns: [],
        globalCatalog: false,
        encryption: 'ldaps',
        allowPlainLdap: false,
        account: controller.reader.name,
        ...settings,
      },
      password: controller.reader.password,
      additionalCa: controller.caPem,
      resolver: { resolveSrv: async () => [] },
      clock: new FakeClock(),
      log: silentLog,
      random: () => 0,
      ...options,
    });
  }

  it('of both kinds, and the site of the domain controller', async () => {
    const reading = await pointsOf().read(signal);
    expect(reading.site).toBe('Default-First-Site-Name');
    expect(reading.points.map(({ keywords }) => [...keywords].sort())).toEqual(
      expect.arrayContaining([
        [URL_KEYWORD, 'Site=Default-First-Site-Name'],
        [POINTER_KEYWORD, 'Domain=partner.example.net'],
      ]),
    );
    expect(orderPoints(reading, 'example.test')).toEqual({
      urls: ['https://autodiscover.example.test/Autodiscover/Autodiscover.xml'],
      forests: [],
      otherForests: [],
    });
    expect(orderPoints(reading, 'partner.example.net').forests).toEqual(['LDAP://dc1.partner.example.net']);
  });

  it('of the forest that a pointer names, by its domain in DNS or by its server', async () => {
    const asked: string[] = [];
    const resolveSrv = async (name: string) => {
      asked.push(name);
      return [{ name: controller.address, port: 389, priority: 0, weight: 0 }];
    };
    const away = { servers: ['127.0.0.1:1'] };
    const byDns = pointsOf(away, { resolver: { resolveSrv } });
    expect((await byDns.readAt(`LDAP://${controller.address}`, signal)).points).toHaveLength(2);
    expect(asked).toEqual([`_ldap._tcp.dc._msdcs.${controller.address}`]);
    // DNS leads out of the domain that the pointer names: it is not followed, though somebody would answer there.
    await expectFailure(byDns.readAt('LDAP://localhost', signal), 'domainControllerUnreachable');
    const byServer = await pointsOf(away).readAt(`ldap://${controller.address}/CN=Services`, signal);
    expect(byServer.points).toHaveLength(2);
  });

  it('no password goes to another forest without encryption, nor to what is no address', async () => {
    const plain = pointsOf({ encryption: 'none', allowPlainLdap: true });
    expect((await plain.read(signal)).points).toHaveLength(2);
    await expectFailure(plain.readAt(`LDAP://${controller.address}`, signal), 'plainLdapNotAllowed');
    await expectFailure(pointsOf().readAt('https://dc1.partner.example.net', signal), 'noDomainController');
  });

  it('a wrong password is a failure of the directory', async () => {
    await expectFailure(pointsOf({}, { password: 'wrong' }).read(signal), 'directoryPasswordRefused');
  });
});
