// The limits of Windows, imposed on Samba by a proxy. For each limit a twin that does without paging or ranges, and
// fails: so the limit is there.

import { Client } from 'ldapts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import { createInMemoryDirectoryCache } from '../../src/connectors/memory/stores/in-memory-directory-cache.ts';
import type { ActiveDirectory } from '../../src/model/environment.ts';
import { expectFailure } from '../contract/mailbox-target/bench.ts';
import { needs, titleWith } from '../needs.ts';
import { connectTo, everyMailboxHere, wholeDirectory } from './connector.ts';
import { type DomainController, startDomainController } from './domain-controller.ts';
import { type ProxyRules, type StrictProxy, startStrictProxy } from './strict-proxy.ts';

const need = needs.samba();
const signal = new AbortController().signal;

describe.skipIf(!need.available)(titleWith(need, 'Active Directory with the limits of Windows'), () => {
  let controller: DomainController;
  const proxies: StrictProxy[] = [];
  beforeAll(async () => {
    controller = await startDomainController({ objects: 500 });
  }, 300_000);
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.close();
  });
  afterAll(() => controller?.stop());

  async function proxyWith(rules: Partial<ProxyRules> = {}): Promise<StrictProxy> {
    const proxy = await startStrictProxy({
      upstream: { host: controller.address, port: 389 },
      tls: controller.tls,
      rules,
    });
    proxies.push(proxy);
    return proxy;
  }
  const through = (proxy: StrictProxy | readonly StrictProxy[], settings: Partial<ActiveDirectory> = {}) =>
    connectTo(controller, { servers: [proxy].flat().map(({ port }) => `localhost:${port}`), ...settings });

  async function naiveClient(proxy: StrictProxy): Promise<Client> {
    const client = new Client({
      url: `ldaps://localhost:${proxy.port}`,
      tlsOptions: { ca: [controller.caPem] },
    });
    await client.bind(controller.reader.name, controller.reader.password);
    return client;
  }

  const everyone = () => {
    const group = controller.manifest.cases.everyone;
    if (group?.members === undefined) throw new Error('the manifest names the group of everyone');
    return { dn: group.dn, members: group.members };
  };

  it('MaxPageSize: more recipients than a page are all read', async () => {
    const { source, close } = through(await proxyWith({ maxPageSize: 60 }));
    const reading = await source.read(wholeDirectory, signal);
    expect(reading.objects).toHaveLength(controller.manifest.recipients);
    expect(reading.isComplete).toBe(true);
    await close();
  });

  it('twin: without paging the same search ends at the limit', async () => {
    const client = await naiveClient(await proxyWith({ maxPageSize: 60 }));
    await expect(client.search(controller.baseDn, { filter: '(mailNickname=*)' })).rejects.toMatchObject({
      code: 4,
    });
    await client.unbind();
  });

  it('MaxValRange: a group with more members than a range is read whole', async () => {
    const { source, close } = through(await proxyWith({ maxValRange: 150 }));
    const reading = await source.read({ ...wholeDirectory, groups: [everyone().dn] }, signal);
    expect(reading.objects).toHaveLength(everyone().members);
    expect(reading.isComplete).toBe(true);
    await close();
  });

  it('twin: without ranges the same group seems to be empty', async () => {
    const client = await naiveClient(await proxyWith({ maxValRange: 150 }));
    const { searchEntries } = await client.search(everyone().dn, { scope: 'base', attributes: ['member'] });
    expect(searchEntries[0]?.member).toEqual([]);
    expect(searchEntries[0]?.['member;range=0-149']).toHaveLength(150);
    await client.unbind();
  });

  it('an empty page with more to come is not the end', async () => {
    const { source, close } = through(await proxyWith({ emptyPageFirst: true }));
    const reading = await source.read(wholeDirectory, signal);
    expect(reading.objects).toHaveLength(controller.manifest.recipients);
    await close();
  });

  it('twin: a client that stops at an empty page finds nobody', async () => {
    const client = await naiveClient(await proxyWith({ emptyPageFirst: true }));
    const { searchEntries } = await client.search(controller.baseDn, {
      filter: '(mailNickname=*)',
      paged: true,
    });
    expect(searchEntries).toEqual([]);
    await client.unbind();
  });

  it('a busy server is asked again, and left for the next one when it stays busy', async () => {
    const busyOnce = await proxyWith({ busy: 2 });
    const first = through(busyOnce);
    expect((await first.source.read(wholeDirectory, signal)).isComplete).toBe(true);
    await first.close();

    const second = through([await proxyWith({ busy: 1_000 }), await proxyWith()]);
    const reading = await second.source.read(wholeDirectory, signal);
    expect([reading.objects.length, reading.isComplete]).toEqual([controller.manifest.recipients, true]);
    await second.close();

    const third = through(await proxyWith({ busy: 1_000 }));
    await expectFailure(third.source.read(wholeDirectory, signal), 'domainControllerBusy');
    await third.close();
  });

  it('a cut after page 3: the reading begins again on the next server and is whole', async () => {
    const [cut, whole] = [await proxyWith({ maxPageSize: 60, cutAfterPages: 3 }), await proxyWith()];
    const { source, close } = through([cut, whole]);
    const reading = await source.read(wholeDirectory, signal);
    expect([reading.objects.length, reading.isComplete]).toEqual([controller.manifest.recipients, true]);
    expect(new Set(reading.objects.map(({ id }) => id)).size).toBe(reading.objects.length);
    await close();
  });

  it('a cut after page 3 of the only server: what was read, and never as a whole', async () => {
    const { source, directory, close } = through(await proxyWith({ maxPageSize: 60, cutAfterPages: 3 }));
    const reading = await source.read(wholeDirectory, signal);
    expect(reading.objects).toHaveLength(180);
    expect(reading.isComplete).toBe(false);
    expect(reading.gaps.map(({ code, details }) => [code, details.reason])).toEqual([
      ['sourceIncomplete', '11041'],
    ]);
    expect(reading.objects.some((object) => object.unknownAttributes?.includes('manager'))).toBe(true);
    // Nothing is left to read with: every page is cut now.
    const mailboxes = await directory.readMailboxes(everyMailboxHere, signal);
    expect(mailboxes.isComplete).toBe(false);
    await close();
  });

  it('a half reading is not remembered as the whole', async () => {
    const cache = createInMemoryDirectoryCache();
    const proxy = await proxyWith({ maxPageSize: 60, cutAfterPages: 3 });
    const servers = [`localhost:${proxy.port}`];
    const first = connectTo(controller, { servers }, { cache });
    expect((await first.source.read(wholeDirectory, signal)).isComplete).toBe(false);
    await first.close();
    proxy.rules.cutAfterPages = undefined;
    const second = connectTo(controller, { servers }, { cache });
    expect((await second.source.read(wholeDirectory, signal)).objects).toHaveLength(
      controller.manifest.recipients,
    );
    await second.close();
  });

  it('a pointer to another domain is a gap, one to the configuration is not; neither is followed', async () => {
    const ordinary = through(await proxyWith());
    expect((await ordinary.source.read(wholeDirectory, signal)).gaps).toEqual([]);
    await ordinary.close();
    const { source, close } = through(await proxyWith({ referral: `DC=child,${controller.baseDn}` }));
    const reading = await source.read(wholeDirectory, signal);
    expect(reading.gaps.map(({ code, details }) => [code, details.partition])).toEqual([
      ['directoryReferral', `dc=child,${controller.baseDn.toLowerCase()}`],
    ]);
    expect(reading.objects).toHaveLength(controller.manifest.recipients);
    // Nobody of a group or list of names is missing because there is another domain.
    const group = await source.read(
      { ...wholeDirectory, groups: ['Nested 1'], objects: ['umlaut@example.test'] },
      signal,
    );
    expect([group.isComplete, group.objects.length]).toEqual([true, 8]);
    await close();
  });

  it('an unchanged directory costs a handful of requests and not one entry', async () => {
    const cache = createInMemoryDirectoryCache();
    const proxy = await proxyWith();
    const servers = [`localhost:${proxy.port}`];
    const first = connectTo(controller, { servers }, { cache });
    const full = await first.source.read(wholeDirectory, signal);
    await first.close();
    proxy.forgetSeen();
    const second = connectTo(controller, { servers }, { cache });
    const again = await second.source.read(wholeDirectory, signal);
    await second.close();
    expect(again).toEqual(full);
    // What the server says about itself, its invocation id, and the highest sequence number.
    expect(proxy.seen.filter(({ kind }) => kind === 'search')).toHaveLength(3);
    expect(proxy.entryCount).toBe(3);
  });

  it('a server that was restored, or another one of the same name, is read in full; it takes nothing away at first', async () => {
    const cache = createInMemoryDirectoryCache();
    const clock = new FakeClock();
    const proxy = await proxyWith();
    const servers = [`localhost:${proxy.port}`];
    const read = async () => {
      const { source, directory, close } = connectTo(controller, { servers }, { cache, clock });
      const readings = [
        await source.read(wholeDirectory, signal),
        await directory.readMailboxes({ ...everyMailboxHere, addresses: ['nobody@example.test'] }, signal),
      ] as const;
      await close();
      return readings;
    };
    const [known, knownMailboxes] = await read();
    expect([known.isComplete, knownMailboxes.isComplete]).toEqual([true, true]);
    expect(knownMailboxes.notFound).toHaveLength(1);
    proxy.rules.invocationId = Buffer.alloc(16, 7);
    proxy.forgetSeen();
    const [doubted, doubtedMailboxes] = await read();
    expect(proxy.entryCount).toBeGreaterThan(controller.manifest.recipients);
    expect(doubted.objects).toHaveLength(known.objects.length);
    for (const { isComplete, gaps } of [doubted, doubtedMailboxes]) {
      expect(isComplete).toBe(false);
      expect(gaps.map(({ code }) => code)).toEqual(['anotherDomainController']);
    }
    expect(doubtedMailboxes.notFound).toEqual([]);
    clock.advance(5 * 3_600_000);
    const [settled, settledMailboxes] = await read();
    expect([settled.isComplete, settledMailboxes.isComplete]).toEqual([true, true]);
    expect(settledMailboxes.notFound).toHaveLength(1);
  });

  it.each([
    ['52e', 'directoryPasswordRefused', 11020],
    ['525', 'directoryPasswordRefused', 11020],
    ['530', 'directorySignInRefused', 11024],
    ['532', 'directoryPasswordExpired', 11021],
    ['533', 'directoryAccountDisabled', 11022],
    ['701', 'directoryAccountDisabled', 11022],
    ['773', 'directoryPasswordExpired', 11021],
    ['775', 'directoryAccountLocked', 11023],
  ] as const)('a sign-in refused with %s is %s, and tried once in all', async (data, code, number) => {
    const [one, two] = [await proxyWith({ refuseSignIn: data }), await proxyWith()];
    const { source, directory, close } = through([one, two]);
    const failure = await expectFailure(source.read(wholeDirectory, signal), code);
    expect(failure.number).toBe(number);
    await expectFailure(source.read(wholeDirectory, signal), code);
    await expectFailure(directory.readMailboxes(everyMailboxHere, signal), code);
    const steps = await source.probe(signal);
    expect(steps.map(({ ok, failure }) => [ok, failure?.code])).toEqual([[false, code]]);
    const binds = [...one.seen, ...two.seen].filter(({ kind }) => kind === 'bind');
    expect(binds).toHaveLength(1);
    await close();
  });
});
