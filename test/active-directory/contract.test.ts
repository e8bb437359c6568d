// The promises of ContactSource and MailboxDirectory, on a real Active Directory behind the limits of Windows.

import { afterAll, beforeAll, describe } from 'vitest';
import { type MailboxId, mailboxId, type SourceObjectId } from '../../src/model/ids.ts';
import { type ContactSourceFixture, contactSourceContract } from '../contract/contact-source.ts';
import { type MailboxDirectoryFixture, mailboxDirectoryContract } from '../contract/mailbox-directory.ts';
import { needs, titleWith } from '../needs.ts';
import { ATTRIBUTE_IDS } from './access-rights.ts';
import { Administrator, guidOf } from './administrator.ts';
import { connectTo, wholeDirectory } from './connector.ts';
import { type DomainController, startDomainController } from './domain-controller.ts';
import { type StrictProxy, startStrictProxy } from './strict-proxy.ts';

const need = needs.samba();

describe.skipIf(!need.available)(titleWith(need, 'Active Directory'), () => {
  let controller: DomainController;
  beforeAll(async () => {
    controller = await startDomainController({ objects: 500 });
  }, 300_000);
  afterAll(() => controller?.stop());

  async function bench() {
    const admin = await Administrator.signIn(controller);
    const proxy = await startStrictProxy({
      upstream: { host: controller.address, port: 389 },
      tls: controller.tls,
      rules: { maxPageSize: 20, maxValRange: 5 },
    });
    const connector = connectTo(controller, { servers: [`localhost:${proxy.port}`], baseDns: [admin.unit] });
    return {
      admin,
      connector,
      trouble: troubleOf(admin, proxy),
      async dispose() {
        await connector.close();
        await proxy.close();
        await admin.signOut();
      },
    };
  }

  function troubleOf(admin: Administrator, proxy: StrictProxy) {
    return {
      async stopHalfWay() {
        proxy.rules.maxPageSize = 1;
        proxy.rules.cutAfterPages = 1;
      },
      denyGroup: (name: string) => admin.hideMembers(`CN=${name},${admin.unit}`),
      async refuseSignIn() {
        proxy.rules.refuseSignIn = '533';
        proxy.cutAll();
      },
      removeRight: () => admin.denyReader(admin.unit, ATTRIBUTE_IDS.userAccountControl),
    };
  }

  /** Who is named is told apart by an attribute that nothing else uses. */
  async function filterFor(admin: Administrator, dns: readonly string[]): Promise<string> {
    for (const dn of dns) await admin.change(dn, { division: 'chosen (1)' });
    return '(&(division=chosen \\281\\29)(!(division=chosen)))';
  }

  async function nestGroup(admin: Administrator, name: string, into: string): Promise<void> {
    await admin.change(`CN=${into},${admin.unit}`, { member: [`CN=${name},${admin.unit}`] }, 'add');
  }

  async function sourceFixture(): Promise<ContactSourceFixture> {
    const { admin, connector, trouble, dispose } = await bench();
    const namesOf = (ids: readonly SourceObjectId[]) => Promise.all(ids.map((id) => admin.nameOf(id)));
    return {
      source: connector.source,
      admin: {
        addRecipient: (seed) =>
          admin.addRecipient({
            kind: seed.kind,
            displayName: seed.displayName,
            ...(seed.primarySmtpAddress === undefined ? {} : { address: seed.primarySmtpAddress }),
            ...(seed.isDisabled === undefined ? {} : { isDisabled: seed.isDisabled }),
            more: {
              givenName: seed.givenName,
              sn: seed.surname,
              department: seed.department,
              telephoneNumber: seed.businessPhones?.[0],
              extensionAttribute3: seed.customAttribute3,
              msExchHideFromAddressLists: seed.isHidden === true ? 'TRUE' : undefined,
              ...(seed.proxyAddresses === undefined
                ? {}
                : {
                    proxyAddresses: [
                      ...seed.proxyAddresses.map((address) => `smtp:${address}`),
                      `SMTP:${seed.primarySmtpAddress}`,
                    ],
                  }),
            },
          }),
        async renameRecipient(id, displayName, address) {
          const dn = await admin.nameOf(id);
          await admin.change(dn, { displayName, mail: address, proxyAddresses: [`SMTP:${address}`] });
        },
        removeRecipient: async (id) => admin.remove(await admin.nameOf(id)),
        addGroup: async (name, members) => void (await admin.addGroup(name, await namesOf(members))),
        nestGroup: (name, into) => nestGroup(admin, name, into),
        async addToAddressList(list, members) {
          const dn = await addressList(admin, list);
          for (const name of await namesOf(members))
            await admin.change(name, { showInAddressBook: dn }, 'add');
        },
        filterFor: async (members) => filterFor(admin, await namesOf(members)),
      },
      trouble,
      dispose,
    };
  }

  async function addressList(admin: Administrator, name: string): Promise<string> {
    const container =
      'CN=All Address Lists,CN=Address Lists Container,CN=Example Org,CN=Microsoft Exchange,CN=Services,CN=Configuration';
    const dn = `CN=${name},${container},${controller.baseDn}`;
    await admin.add(dn, { objectClass: 'addressBookContainer', displayName: name });
    return dn;
  }

  contactSourceContract('Active Directory', sourceFixture, { scope: wholeDirectory, largeOrganization: 45 });

  async function directoryFixture(): Promise<MailboxDirectoryFixture> {
    const { admin, connector, trouble, dispose } = await bench();
    const names = new Map<MailboxId, SourceObjectId>();
    const nameOf = async (id: MailboxId) => {
      const owner = names.get(id);
      if (owner === undefined) throw new Error(`no mailbox ${id}`);
      return admin.nameOf(owner);
    };
    return {
      directory: connector.directory,
      admin: {
        async addMailbox(seed) {
          const mailboxGuid = Buffer.from(crypto.getRandomValues(new Uint8Array(16)));
          const ownerId = await admin.addRecipient({
            kind: seed.kind,
            displayName: seed.displayName,
            address: seed.primarySmtpAddress,
            mailboxGuid,
            more: { extensionAttribute7: seed.customAttribute7 },
          });
          const id = mailboxId(guidOf(mailboxGuid));
          names.set(id, ownerId);
          return { id, ownerId };
        },
        async renameMailbox(id, displayName, address) {
          const dn = await nameOf(id);
          await admin.change(dn, { displayName, mail: address, proxyAddresses: [`SMTP:${address}`] });
        },
        removeMailbox: async (id) => admin.remove(await nameOf(id)),
        addMailContact: async (address) =>
          void (await admin.addRecipient({ kind: 'mailContact', displayName: address, address })),
        addGroup: async (name, members) =>
          void (await admin.addGroup(name, await Promise.all(members.map(nameOf)))),
        nestGroup: (name, into) => nestGroup(admin, name, into),
        filterFor: async (members) => filterFor(admin, await Promise.all(members.map(nameOf))),
      },
      trouble,
      dispose,
    };
  }

  mailboxDirectoryContract('Active Directory', directoryFixture, {
    filterIn: 'ldapFilter',
    location: 'onPremises',
    largeOrganization: 45,
  });
});
