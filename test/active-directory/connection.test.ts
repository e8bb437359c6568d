// Reaching a real Active Directory: every way to encrypt, every form of an account, and what refuses us.

import { createServer } from 'node:net';
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActiveDirectory } from '../../src/model/environment.ts';
import { expectFailure } from '../contract/mailbox-target/bench.ts';
import { needs, titleWith } from '../needs.ts';
import { Administrator } from './administrator.ts';
import { connectTo, wholeDirectory } from './connector.ts';
import { type DomainController, startDomainController } from './domain-controller.ts';
import { startStrictProxy } from './strict-proxy.ts';

const need = needs.samba();
const signal = new AbortController().signal;

describe.skipIf(!need.available)(titleWith(need, 'reaching Active Directory'), () => {
  let controller: DomainController;
  let admin: Administrator;
  beforeAll(async () => {
    controller = await startDomainController({ objects: 500, requiresTls: true });
    admin = await Administrator.signIn(controller);
  }, 300_000);
  afterAll(async () => {
    await admin?.signOut();
    await controller?.stop();
  });

  async function countThrough(settings: Partial<ActiveDirectory>, password?: string): Promise<number> {
    const { source, close } = connectTo(controller, settings, password === undefined ? {} : { password });
    try {
      const reading = await source.read({ ...wholeDirectory, objects: ['umlaut@example.test'] }, signal);
      expect(reading.gaps).toEqual([]);
      return reading.objects.length;
    } finally {
      await close();
    }
  }

  it.each([
    ['LDAPS', {}],
    ['StartTLS', { encryption: 'startTls' }],
    ['LDAPS to a global catalog', { globalCatalog: true }],
    ['StartTLS to a global catalog', { globalCatalog: true, encryption: 'startTls' }],
  ] as const)('%s', async (_name, settings) => {
    expect(await countThrough(settings)).toBe(1);
  });

  it('the account as user principal name, DOMAIN\\user and distinguished name', async () => {
    for (const account of [controller.reader.name, 'CORP\\svc-gal-read', controller.reader.dn])
      expect(await countThrough({ account })).toBe(1);
  });

  it('plain LDAP needs to be allowed here, and there', async () => {
    await expectFailure(countThrough({ encryption: 'none' }), 'plainLdapNotAllowed');
    await expectFailure(countThrough({ encryption: 'none', allowPlainLdap: true }), 'encryptionRequired');
  });

  it('finds its domain controllers by DNS, in the order of priority', async () => {
    const asked: string[] = [];
    // The name of the domain is that of its only server, as far as names lead here.
    const domain = controller.address;
    const resolver = {
      async resolveSrv(name: string) {
        asked.push(name);
        return [
          { name: `nobody.${domain}`, port: 389, priority: 0, weight: 100 },
          { name: controller.address, port: 389, priority: 10, weight: 100 },
        ];
      },
    };
    for (const globalCatalog of [false, true]) {
      const settings = { servers: [], domain, globalCatalog };
      const { source, close } = connectTo(controller, settings, { resolver });
      const reading = await source.read({ ...wholeDirectory, objects: ['umlaut@example.test'] }, signal);
      expect(reading.objects).toHaveLength(1);
      await close();
    }
    // The site is asked for once, and known afterwards.
    const site = 'Default-First-Site-Name';
    expect([...new Set(asked)]).toEqual([
      `_ldap._tcp.dc._msdcs.${domain}`,
      `_ldap._tcp.${site}._sites.dc._msdcs.${domain}`,
      `_gc._tcp.${domain}`,
      `_gc._tcp.${site}._sites.${domain}`,
    ]);
    await expectFailure(countThrough({ servers: [], domain: 'corp.example.test' }), 'noDomainController');
    await expectFailure(countThrough({ servers: [] }), 'noDomainController');
    const elsewhere = connectTo(controller, { servers: [], domain: 'corp.example.test' }, { resolver });
    await expectFailure(elsewhere.source.read(wholeDirectory, signal), 'domainControllerOutside');
    await elsewhere.close();
  });

  it('a certificate that nobody here trusts', async () => {
    const { source, close } = connectTo(controller, {}, { additionalCa: undefined });
    await expectFailure(source.read(wholeDirectory, signal), 'untrustedDomainController');
    await close();
    const other = connectTo(controller, { encryption: 'startTls' }, { additionalCa: undefined });
    await expectFailure(other.source.read(wholeDirectory, signal), 'untrustedDomainController');
    await other.close();
  });

  it('a certificate for another name, and no password is sent there', async () => {
    // The certificate knows 127.0.0.1 and localhost, not this address.
    const host = '127.0.0.3';
    const proxy = await startStrictProxy({
      upstream: { host: controller.address, port: 636 },
      tls: controller.tls,
      host,
    });
    await expectFailure(countThrough({ servers: [`${host}:${proxy.port}`] }), 'domainControllerNameMismatch');
    expect(proxy.seen).toEqual([]);
    await proxy.close();
  });

  it('LDAPS where none is spoken, and a port that nobody listens on', async () => {
    await expectFailure(countThrough({ servers: [`${controller.address}:389`] }), 'ldapsRefused');
    await expectFailure(
      countThrough({ servers: [`${controller.address}:636`], encryption: 'startTls' }),
      'startTlsRefused',
    );
    await expectFailure(
      countThrough({ servers: [`${controller.address}:1`] }),
      'domainControllerUnreachable',
    );
  });

  it('something that is no directory answers', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).resume();
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expectFailure(
      countThrough({ servers: [`127.0.0.1:${port}`], encryption: 'none', allowPlainLdap: true }),
      'unexpectedDirectoryAnswer',
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it('an empty password is not a sign-in as nobody', async () => {
    await expectFailure(countThrough({}, ''), 'directoryPasswordRefused');
  });

  it('a wrong password, and accounts that are disabled, expired, to be renewed or unknown', async () => {
    const account = await addAccount('reader1');
    expect(await countThrough({ account }, PASSWORD)).toBe(1);
    await expectFailure(countThrough({ account }, 'wrong'), 'directoryPasswordRefused');
    await expectFailure(
      countThrough({ account: 'nobody@example.test' }, 'wrong'),
      'directoryPasswordRefused',
    );
    const dn = `CN=reader1,${admin.unit}`;
    await admin.change(dn, { pwdLastSet: '0' });
    await expectFailure(countThrough({ account }, PASSWORD), 'directoryPasswordExpired');
    await admin.change(dn, { pwdLastSet: '-1', accountExpires: '125911584000000000' });
    await expectFailure(countThrough({ account }, PASSWORD), 'directoryAccountDisabled');
    await admin.change(dn, { accountExpires: '0', userAccountControl: '514' });
    await expectFailure(countThrough({ account }, PASSWORD), 'directoryAccountDisabled');
  });

  it('after a refusal the account has one failed attempt, however often it is read', async () => {
    const account = await addAccount('reader2');
    // Samba counts only where a domain locks.
    await admin.change(controller.baseDn, { lockoutThreshold: '10' });
    const servers = [controller.address, `${controller.address}:3269`, controller.address];
    const { source, directory, close } = connectTo(controller, { account, servers }, { password: 'wrong' });
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expectFailure(source.read(wholeDirectory, signal), 'directoryPasswordRefused');
    await source.probe(signal);
    await expectFailure(
      directory.readMailboxes(
        { groups: [], organizationalUnits: [], addresses: [], exclude: [], types: ['userMailbox'] },
        signal,
      ),
      'directoryPasswordRefused',
    );
    await close();
    const entry = await admin.find('(sAMAccountName=reader2)', ['badPwdCount']);
    expect(entry?.badPwdCount).toBe('1');
  });

  it('a locked account is told from a wrong password', async () => {
    const account = await addAccount('reader3');
    await admin.change(controller.baseDn, { lockoutThreshold: '3' });
    for (let attempt = 0; attempt < 4; attempt += 1) await countThrough({ account }, 'wrong').catch(() => {});
    await expectFailure(countThrough({ account }, PASSWORD), 'directoryAccountLocked');
    await admin.change(controller.baseDn, { lockoutThreshold: '0' });
  });

  const PASSWORD = 'Passw0rd.Test1';

  async function addAccount(name: string): Promise<string> {
    const dn = `CN=${name},${admin.unit}`;
    await admin.add(dn, {
      objectClass: 'user',
      sAMAccountName: name,
      userPrincipalName: `${name}@example.test`,
      userAccountControl: '514',
    });
    // A password is only taken over an encrypted connection, in quotes and UTF-16.
    const client = new Client({
      url: `ldaps://${controller.address}`,
      tlsOptions: { ca: [controller.caPem] },
    });
    await client.bind(controller.administrator.name, controller.administrator.password);
    const modification = new Attribute({
      type: 'unicodePwd',
      values: [Buffer.from(`"${PASSWORD}"`, 'utf16le')],
    });
    await client.modify(dn, new Change({ operation: 'replace', modification }));
    await client.unbind();
    await admin.change(dn, { userAccountControl: '512' });
    return `${name}@example.test`;
  }
});
