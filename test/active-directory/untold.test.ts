// What a domain controller does not tell: attributes that may not be read, attributes and members that a global catalog
// does not hold, names that nobody bears any more. Nothing of it counts as empty.

import { Client } from 'ldapts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryDirectoryCache } from '../../src/connectors/memory/stores/in-memory-directory-cache.ts';
import { selectContacts } from '../../src/core/select.ts';
import type { SourceObjectId } from '../../src/model/ids.ts';
import type { ActiveDirectorySource } from '../../src/model/policy.ts';
import type { DirectoryCache } from '../../src/ports/directory-cache.ts';
import { needs, titleWith } from '../needs.ts';
import { Administrator } from './administrator.ts';
import { connectTo, everyMailboxHere, wholeDirectory } from './connector.ts';
import { type DomainController, startDomainController } from './domain-controller.ts';
import { type ProxyRules, type StrictProxy, startStrictProxy, WINDOWS_LIMITS } from './strict-proxy.ts';

const need = needs.samba();
const signal = new AbortController().signal;
const HIDDEN = 'msExchHideFromAddressLists';

describe.skipIf(!need.available)(titleWith(need, 'what a domain controller does not tell'), () => {
  let controller: DomainController;
  let catalog: StrictProxy;
  let proxy: StrictProxy;
  let admin: Administrator;
  beforeAll(async () => {
    controller = await startDomainController({ objects: 500 });
    const tls = controller.tls;
    proxy = await startStrictProxy({ upstream: { host: controller.address, port: 389 }, tls });
    catalog = await startStrictProxy({ upstream: { host: controller.address, port: 3268 }, tls });
  }, 300_000);
  beforeEach(async () => {
    admin = await Administrator.signIn(controller);
  });
  afterEach(async () => {
    for (const one of [proxy, catalog]) Object.assign(one.rules, WINDOWS_LIMITS);
    await admin.signOut();
  });
  afterAll(async () => {
    await proxy?.close();
    await catalog?.close();
    await controller?.stop();
  });

  interface Asked {
    readonly rules?: Partial<ProxyRules>;
    readonly cache?: DirectoryCache;
    readonly isCatalog?: boolean;
  }
  function connect({ rules = {}, cache = createInMemoryDirectoryCache(), isCatalog = false }: Asked) {
    const server = isCatalog ? catalog : proxy;
    Object.assign(server.rules, WINDOWS_LIMITS, rules);
    const settings = {
      servers: [`localhost:${server.port}`],
      baseDns: [admin.unit],
      globalCatalog: isCatalog,
    };
    return connectTo(controller, settings, { cache });
  }
  async function read(scope: Partial<ActiveDirectorySource>, asked: Asked = {}) {
    const { source, close } = connect(asked);
    const reading = await source.read({ ...everyKind, ...scope }, signal);
    await close();
    return reading;
  }
  async function readMailboxes(asked: Asked) {
    const { directory, close } = connect(asked);
    const reading = await directory.readMailboxes(everyMailboxHere, signal);
    await close();
    return reading;
  }
  const reasons = (gaps: Awaited<ReturnType<typeof read>>['gaps']) =>
    gaps.map(({ details }) => [details.reason, details.attribute]);
  const everyKind: ActiveDirectorySource = {
    ...wholeDirectory,
    recipientTypes: ['userMailbox', 'mailContact'],
  };

  describe('attributes that may not be read', () => {
    const addContact = (more: Record<string, string> = {}) =>
      admin.addRecipient({ kind: 'mailContact', displayName: 'Contact', more });

    it('a contact of which nobody may read whether it is hidden is not published, nor is anybody deleted', async () => {
      const hidden = await addContact({ [HIDDEN]: 'TRUE' });
      const person = await admin.addRecipient({ kind: 'userMailbox', displayName: 'Person' });
      const rules = { unreadable: { attributes: [HIDDEN], objectClass: 'contact' } };
      const { objects, isComplete, gaps } = await read({}, { rules });
      expect(new Map(objects.map(({ id, isHidden }) => [id, isHidden]))).toEqual(
        new Map<SourceObjectId, unknown>([
          [hidden, 'unknown'],
          [person, false],
        ]),
      );
      expect(selectContacts(objects, everyKind).selected.map(({ id }) => id)).toEqual([person]);
      expect([isComplete, reasons(gaps)]).toEqual([false, [['untoldAttribute', HIDDEN]]]);
    });

    it('twin: who only looks at the values cannot tell the hidden contact from others', async () => {
      await addContact({ [HIDDEN]: 'TRUE' });
      await addContact();
      Object.assign(proxy.rules, { unreadable: { attributes: [HIDDEN], objectClass: 'contact' } });
      const client = new Client({
        url: `ldaps://localhost:${proxy.port}`,
        tlsOptions: { ca: [controller.caPem] },
      });
      await client.bind(controller.reader.name, controller.reader.password);
      const { searchEntries } = await client.search(admin.unit, {
        filter: '(objectClass=contact)',
        attributes: ['objectClass', HIDDEN],
      });
      await client.unbind();
      expect(searchEntries.map((entry) => entry[HIDDEN])).toEqual([[], []]);
    });

    it('a field that may not be read is left as it stands, and keeps nobody from being deleted', async () => {
      await addContact({ department: 'Sales', otherTelephone: '+49 30 2', telephoneNumber: '+49 30 1' });
      const attributes = ['department', 'otherTelephone'];
      const reading = await read({}, { rules: { unreadable: { attributes, objectClass: 'contact' } } });
      expect([reading.isComplete, reading.gaps]).toEqual([true, []]);
      expect(reading.objects[0]?.unknownAttributes).toEqual(['department', 'businessPhones']);
      expect(reading.objects[0]?.attributes.department).toBeUndefined();
    });

    it('what decides about somebody: marks, kind, alias, the state of the account', async () => {
      const person = await admin.addRecipient({
        kind: 'userMailbox',
        displayName: 'Person',
        isDisabled: true,
        more: { homeMDB: undefined, extensionAttribute4: 'NoContactSync' },
      });
      for (const [attribute, told] of [
        ['extensionAttribute4', 'extensionAttribute'],
        ['msExchRecipientTypeDetails', 'msExchRecipientTypeDetails'],
        ['mailNickname', 'mailNickname'],
        ['userAccountControl', 'userAccountControl (disabled)'],
      ] as const) {
        const rules = { unreadable: { attributes: [attribute], objectClass: 'user' } };
        const { objects, isComplete, gaps } = await read({}, { rules });
        expect([attribute, objects.map(({ id }) => id), isComplete]).toEqual([attribute, [person], false]);
        expect(reasons(gaps)).toEqual([['untoldAttribute', told]]);
        expect(selectContacts(objects, everyKind).selected).toEqual([]);
      }
    });

    it('a mailbox with marks or addresses that may not be read is neither filled nor emptied', async () => {
      await admin.addRecipient({ kind: 'userMailbox', displayName: 'Person' });
      for (const attribute of ['extensionAttribute4', 'proxyAddresses']) {
        const rules = { unreadable: { attributes: [attribute], objectClass: 'user' } };
        const { mailboxes, isComplete } = await readMailboxes({ rules });
        expect([attribute, mailboxes.map(({ customAttributes }) => customAttributes)]).toEqual([
          attribute,
          ['unknown'],
        ]);
        expect(isComplete).toBe(false);
      }
      const rules = { unreadable: { attributes: ['userAccountControl'], objectClass: 'user' } };
      expect((await readMailboxes({ rules })).isComplete).toBe(true);
    });

    it('a filter about what may not be read leaves open whom it fits', async () => {
      await addContact({ department: 'Sales' });
      const rules = { unreadable: { attributes: ['department'], objectClass: 'contact' } };
      for (const ldapFilter of ['(department=Sales)', '(!(department=Legal))']) {
        const { objects, isComplete } = await read({ ldapFilter }, { rules });
        expect([ldapFilter, objects, isComplete]).toEqual([ldapFilter, [], false]);
      }
      expect((await read({ ldapFilter: '(title=*)' }, { rules })).isComplete).toBe(true);
    });

    it('a filter about an attribute that does not exist fits nobody, which is said', async () => {
      const { isComplete, gaps } = await read({ ldapFilter: '(departmnt=Sales)' });
      expect([isComplete, reasons(gaps)]).toEqual([false, [['unknownAttribute', 'departmnt']]]);
    });
  });

  describe('a global catalog', () => {
    const notHeld = ['info', 'otherTelephone', 'department'];
    const throughCatalog = { isCatalog: true, rules: { notHeld } };

    it('says nothing of attributes that it does not hold: fields stay, people come and go', async () => {
      const more = { department: 'Sales', info: 'Notes', title: 'Director' };
      await admin.addRecipient({ kind: 'userMailbox', displayName: 'Person', more });
      const { objects, isComplete, gaps } = await read({}, throughCatalog);
      expect([isComplete, gaps]).toEqual([true, []]);
      expect(objects[0]?.isHidden).toBe(false);
      expect(objects[0]?.unknownAttributes).toEqual(
        expect.arrayContaining(['department', 'notes', 'businessPhones']),
      );
      expect(objects[0]?.unknownAttributes).not.toContain('surname');
      expect(objects[0]?.attributes.department).toBeUndefined();
    });

    it('is told in the connection test, like a directory that holds everything', async () => {
      const schemaStep = async (asked: Asked) => {
        const { source, close } = connect(asked);
        const steps = await source.probe(signal);
        await close();
        return steps.find(({ name }) => name === 'Active Directory: schema');
      };
      expect(await schemaStep({})).toEqual({ name: 'Active Directory: schema', ok: true });
      expect((await schemaStep(throughCatalog))?.note).toMatch(
        /^The global catalog leaves out \d+ of \d+ attributes/,
      );
    });

    it('cannot evaluate a filter about what it does not hold', async () => {
      const { isComplete, gaps } = await read({ ldapFilter: '(department=Sales)' }, throughCatalog);
      expect([isComplete, reasons(gaps)]).toEqual([false, [['notInGlobalCatalog', 'department']]]);
      const held = await read({ ldapFilter: '(sn=Sales)' }, throughCatalog);
      expect([held.isComplete, held.gaps]).toEqual([true, []]);
    });

    it('that does not say what it holds leaves what is usually missing open, and nobody is deleted', async () => {
      await admin.addRecipient({ kind: 'userMailbox', displayName: 'Person', more: { sn: 'Known' } });
      const rules = { notHeld: ['isMemberOfPartialAttributeSet'] };
      const { objects, isComplete, gaps } = await read({}, { isCatalog: true, rules });
      expect([isComplete, gaps.map(({ details }) => details.reason)]).toEqual([false, ['globalCatalog']]);
      expect(objects[0]?.isHidden).toBe(false);
      expect(objects[0]?.unknownAttributes).toContain('notes');
      expect(objects[0]?.unknownAttributes).not.toContain('surname');
      const mailboxes = await readMailboxes({ isCatalog: true, rules });
      expect([mailboxes.isComplete, mailboxes.mailboxes[0]?.customAttributes]).toEqual([false, []]);
    });

    it('without the flag of people hidden publishes nobody', async () => {
      await admin.addRecipient({ kind: 'userMailbox', displayName: 'Person' });
      const { objects, isComplete } = await read({}, { isCatalog: true, rules: { notHeld: [HIDDEN] } });
      expect([objects.map(({ isHidden }) => isHidden), isComplete]).toEqual([['unknown'], false]);
    });

    it('knows the members of universal groups only', async () => {
      const id = await admin.addRecipient({ kind: 'userMailbox', displayName: 'Person' });
      const names = [await admin.nameOf(id)];
      await admin.addGroup('Universal', names);
      await admin.addGroup('Global', names, { groupType: '2' });
      const universal = await read({ groups: ['Universal'] }, throughCatalog);
      expect([universal.objects.length, universal.isComplete]).toEqual([1, true]);
      const global = await read({ groups: ['Global'] }, throughCatalog);
      expect([global.isComplete, global.gaps.map(({ code, details }) => [code, details.reason])]).toEqual([
        false,
        [['groupUnreadable', 'notUniversal']],
      ]);
      expect((await read({ groups: ['Global'] })).isComplete).toBe(true);
    });
  });

  describe('single objects that are not there', () => {
    async function twoPeople() {
      const [leaver, stayer] = [
        await admin.addRecipient({
          kind: 'userMailbox',
          displayName: 'Leaver',
          address: 'leaver@contoso.example',
        }),
        await admin.addRecipient({
          kind: 'userMailbox',
          displayName: 'Stayer',
          address: 'stayer@contoso.example',
        }),
      ];
      return { leaver, stayer, dn: await admin.nameOf(leaver) };
    }

    it('one that is deleted is a leaver, named by whatever name', async () => {
      for (const form of ['dn', 'id', 'address'] as const) {
        const { leaver, stayer, dn } = await twoPeople();
        const objects = [{ dn, id: leaver, address: 'leaver@contoso.example' }[form], stayer];
        const cache = createInMemoryDirectoryCache();
        expect((await read({ objects }, { cache })).objects).toHaveLength(2);
        await admin.remove(dn);
        for (let again = 0; again < 2; again += 1) {
          const { objects: left, isComplete, gaps } = await read({ objects }, { cache });
          expect([form, left.map(({ id }) => id), isComplete]).toEqual([form, [stayer], true]);
          expect(gaps.map(({ code, details }) => [code, details.object])).toEqual([
            ['directoryObjectNotFound', objects[0]],
          ]);
        }
        await admin.remove(await admin.nameOf(stayer));
      }
    });

    it('one that was renamed or moved is followed, and one that only changed its address is no leaver', async () => {
      const { leaver, stayer, dn } = await twoPeople();
      const byName = { objects: [dn, stayer] };
      const byAddress = { objects: ['leaver@contoso.example', stayer] };
      const cache = createInMemoryDirectoryCache();
      for (const scope of [byName, byAddress]) await read(scope, { cache });
      const renamed = `CN=Renamed,${admin.unit}`;
      await admin.move(dn, renamed);
      const followed = await read(byName, { cache });
      expect([followed.objects.length, followed.isComplete, followed.gaps]).toEqual([2, true, []]);
      await admin.change(renamed, {
        mail: 'new@contoso.example',
        proxyAddresses: ['SMTP:new@contoso.example'],
      });
      const { isComplete, gaps } = await read(byAddress, { cache });
      expect([isComplete, gaps.map(({ details }) => details.reason)]).toEqual([false, ['otherAddress']]);
      await admin.change(renamed, { mailNickname: [] });
      const disabled = await read(byName, { cache });
      expect([disabled.objects.map(({ id }) => id), disabled.isComplete]).toEqual([[stayer], true]);
      expect(leaver).not.toBe(stayer);
    });

    it('twin: without a memory the renamed one is nobody', async () => {
      const { stayer, dn } = await twoPeople();
      await read({ objects: [dn, stayer] });
      await admin.move(dn, `CN=Renamed,${admin.unit}`);
      expect((await read({ objects: [dn, stayer] })).objects.map(({ id }) => id)).toEqual([stayer]);
    });
  });
});
