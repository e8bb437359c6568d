// What people are anchored by, in a real directory: mS-DS-ConsistencyGuid of recipients, whole and beside other readings.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guidBytes } from '../../src/connectors/ldap-client/object-guid.ts';
import { type SourceObjectId, sourceObjectId } from '../../src/model/ids.ts';
import { expectFailure } from '../contract/mailbox-target/bench.ts';
import { needs, titleWith } from '../needs.ts';
import { Administrator } from './administrator.ts';
import { connectTo, wholeDirectory } from './connector.ts';
import { type DomainController, startDomainController } from './domain-controller.ts';
import { type StrictProxy, startStrictProxy } from './strict-proxy.ts';

const need = needs.samba();
const signal = new AbortController().signal;

describe.skipIf(!need.available)(titleWith(need, 'source anchors'), () => {
  let controller: DomainController;
  let proxy: StrictProxy;
  let admin: Administrator;
  beforeAll(async () => {
    controller = await startDomainController({ objects: 500 });
    proxy = await startStrictProxy({
      upstream: { host: controller.address, port: 389 },
      tls: controller.tls,
      rules: { maxPageSize: 2 },
    });
    admin = await Administrator.signIn(controller);
  }, 300_000);
  afterAll(async () => {
    await admin?.signOut();
    await proxy?.close();
    await controller?.stop();
  });

  const connect = (settings = {}, options = {}) =>
    connectTo(controller, { servers: [`localhost:${proxy.port}`], ...settings }, options);
  const inUnit = () => ({
    ...wholeDirectory,
    organizationalUnits: [{ dn: admin.unit, includeChildren: true }],
  });
  const anchoredBy = (anchor: SourceObjectId | Buffer | undefined, displayName: string) =>
    admin.addRecipient({
      kind: 'userMailbox',
      displayName,
      more: {
        'mS-DS-ConsistencyGuid': typeof anchor === 'string' ? guidBytes(anchor) : anchor,
      },
    });

  it('are told of whoever has one, page by page, with the objectGUIDs among them', async () => {
    const [elsewhere, further] = [sourceObjectId(randomUUID()), sourceObjectId(randomUUID())];
    const without = await anchoredBy(undefined, 'Without');
    const moved = await anchoredBy(elsewhere, 'Moved');
    const borrowed = await anchoredBy(without, 'Borrowed');
    const own = await anchoredBy(undefined, 'Own');
    await admin.change(await admin.nameOf(own), { 'mS-DS-ConsistencyGuid': guidBytes(own) });
    await anchoredBy(Buffer.from('no id at all'), 'Odd');
    // No recipient: nobody copies it.
    await admin.add(`CN=plain,${admin.unit}`, {
      objectClass: 'contact',
      'mS-DS-ConsistencyGuid': guidBytes(further),
    });
    const { sourceAnchors, close } = connect();
    const { anchors, taken } = await sourceAnchors(signal);
    await close();
    expect(new Map(anchors)).toEqual(
      new Map([
        [moved, elsewhere],
        [borrowed, without],
        [own, own],
      ]),
    );
    expect([...taken]).toEqual([without]);
  });

  it('are none where a global catalog does not hold them', async () => {
    const { sourceAnchors, close } = connectTo(controller, { globalCatalog: true });
    const { anchors } = await sourceAnchors(signal);
    await close();
    expect(anchors.size).toBe(0);
  });

  it('are read beside others through one connection, and a refused password is sent once', async () => {
    const together = async (password: string) => {
      const { source, sourceAnchors, close } = connect({}, { password });
      proxy.forgetSeen();
      const settled = await Promise.allSettled([source.read(inUnit(), signal), sourceAnchors(signal)]);
      await close();
      return { settled, binds: proxy.seen.filter(({ kind }) => kind === 'bind').length };
    };
    const fine = await together(controller.reader.password);
    expect([fine.settled.map(({ status }) => status), fine.binds]).toEqual([['fulfilled', 'fulfilled'], 1]);
    const refused = await together('wrong');
    expect(refused.binds).toBe(1);
    for (const one of refused.settled)
      await expectFailure(
        one.status === 'rejected' ? Promise.reject(one.reason) : Promise.resolve(),
        'directoryPasswordRefused',
      );
  });
});
