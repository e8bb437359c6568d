// The promises of ContactSource and MailboxDirectory, on the emulator: with all rights, with the minimum of
// specification 4.3, and through Graph alone.

import { afterAll, beforeAll } from 'vitest';
import {
  type ContactSourceFixture,
  contactSourceContract,
  type RecipientSeed,
  type SourceHands,
} from '../../../test/contract/contact-source.ts';
import {
  type DirectoryHands,
  type MailboxDirectoryFixture,
  mailboxDirectoryContract,
} from '../../../test/contract/mailbox-directory.ts';
import { type MailboxId, mailboxId, sourceObjectId } from '../../model/ids.ts';
import type { SourceObjectKind } from '../../model/source-object.ts';
import type { KnownMailbox } from './graph-only-directory.ts';
import { recipientKind } from './recipient-kinds.ts';
import {
  type EmulatedTenant,
  FULL_RIGHTS,
  MINIMUM_RIGHTS,
  startEmulatedTenant,
} from './testing/emulated-tenant.ts';

let tenant: EmulatedTenant;
beforeAll(async () => {
  tenant = await startEmulatedTenant();
});
afterAll(() => tenant.close());

const TYPES = {
  userMailbox: 'UserMailbox',
  sharedMailbox: 'SharedMailbox',
  roomMailbox: 'RoomMailbox',
  equipmentMailbox: 'EquipmentMailbox',
  mailUser: 'MailUser',
  guestMailUser: 'GuestMailUser',
  mailContact: 'MailContact',
} as const;

function typeOf(kind: SourceObjectKind): (typeof TYPES)[keyof typeof TYPES] {
  const type = kind in TYPES ? TYPES[kind as keyof typeof TYPES] : undefined;
  if (type === undefined) throw new Error(`the emulator makes no ${kind}`);
  return type;
}

let made = 0;
const nextAlias = () => {
  made += 1;
  return `made${made}`;
};

async function addGroup(name: string, members: readonly string[]): Promise<void> {
  await tenant.control.addPerson({
    displayName: name,
    alias: nextAlias(),
    recipientTypeDetails: 'MailUniversalDistributionGroup',
    members: [...members],
  });
}

/** Who is named is told apart by an attribute that nothing else uses. */
async function filterFor(members: readonly string[]): Promise<string> {
  for (const who of members) await tenant.control.changePerson(who, { customAttributes: { 14: 'chosen' } });
  return "CustomAttribute14 -eq 'chosen'";
}

async function denyGroup(name: string): Promise<void> {
  const group = (await tenant.control.people()).find((one) => one.displayName === name);
  if (group === undefined) throw new Error(`no group ${name}`);
  // Exchange's own id for the admin REST, Entra's for Graph.
  const { exchangeObjectGuid } = tenant.emulator.organization.recipients.get(group.id) ?? {};
  await tenant.control.addFault({
    bodyText: `Get-DistributionGroupMember.*${exchangeObjectGuid}`,
    count: 1_000,
    action: { kind: 'answer', status: 403 },
  });
  await tenant.control.addFault({
    path: `/groups/${group.id}/transitiveMembers`,
    count: 1_000,
    action: {
      kind: 'answer',
      status: 403,
      body: { error: { code: 'Authorization_RequestDenied', message: '' } },
    },
  });
}

async function refuseSignIn(): Promise<void> {
  await tenant.control.removeCertificates();
}

const sourceHands: SourceHands = {
  async addRecipient(seed: RecipientSeed) {
    const { id } = await tenant.control.addPerson({
      alias: nextAlias(),
      displayName: seed.displayName,
      recipientTypeDetails: typeOf(seed.kind),
      ...(seed.primarySmtpAddress === undefined ? {} : { primarySmtpAddress: seed.primarySmtpAddress }),
      ...(seed.proxyAddresses === undefined ? {} : { otherAddresses: [...seed.proxyAddresses] }),
      ...(seed.isHidden === undefined ? {} : { hiddenFromAddressLists: seed.isHidden }),
      ...(seed.isDisabled === undefined ? {} : { accountEnabled: !seed.isDisabled }),
      ...(seed.customAttribute3 === undefined ? {} : { customAttributes: { 3: seed.customAttribute3 } }),
      person: {
        firstName: seed.givenName ?? null,
        lastName: seed.surname ?? null,
        department: seed.department ?? null,
        phone: seed.businessPhones?.[0] ?? null,
        otherTelephone: [...(seed.businessPhones?.slice(1) ?? [])],
      },
    });
    return sourceObjectId(id);
  },
  async renameRecipient(id, displayName, primarySmtpAddress) {
    await tenant.control.changePerson(id, { displayName, primarySmtpAddress });
  },
  async removeRecipient(id) {
    await tenant.control.removePerson(id);
  },
  addGroup,
  nestGroup: nest,
  async addToAddressList(list, members) {
    for (const id of members)
      tenant.emulator.organization.recipients.get(id)?.addressListMembership.push(`\\${list}`);
  },
  filterFor,
};

async function nest(name: string, into: string): Promise<void> {
  await tenant.control.changeMembers(into, { add: [name] });
}

function sourceFixture(
  rights: typeof FULL_RIGHTS,
  useExchangeAdminApi: boolean,
): () => Promise<ContactSourceFixture> {
  return async () => {
    await tenant.reset(rights);
    return {
      source: {
        read: (scope, signal) => tenant.connect({ useExchangeAdminApi }).source.read(scope, signal),
        probe: (signal) => tenant.connect({ useExchangeAdminApi }).source.probe(signal),
      },
      admin: sourceHands,
      trouble: {
        denyGroup,
        refuseSignIn,
        async stopHalfWay() {
          // Page by page, and the second page never comes.
          await tenant.control.addFault({
            path: useExchangeAdminApi ? 'InvokeCommand' : '/contacts',
            ...(useExchangeAdminApi ? { bodyText: 'Get-User' } : {}),
            count: 1_000,
            action: { kind: 'answer', status: 500 },
          });
        },
        async removeRight() {
          if (!useExchangeAdminApi) return;
          await tenant.control.addFault({
            bodyText: 'Get-User',
            count: 1_000,
            action: { kind: 'answer', status: 403 },
          });
        },
      },
      dispose: () => Promise.resolve(),
    };
  };
}

contactSourceContract('Exchange Online with all rights', sourceFixture(FULL_RIGHTS, true));
contactSourceContract('Exchange Online with the minimum rights', sourceFixture(MINIMUM_RIGHTS, true));
contactSourceContract('Microsoft Graph alone', sourceFixture(FULL_RIGHTS, false), {
  notSupported: ['addressLists', 'filter', 'hiddenFlag', 'customAttributes', 'completeReading'],
});

const ownerOf = (id: MailboxId) => {
  for (const recipient of tenant.emulator.organization.recipients.values()) {
    if (recipient.mailbox?.exchangeGuid === id) return recipient.id;
  }
  throw new Error(`no mailbox ${id}`);
};

const directoryHands: DirectoryHands = {
  async addMailbox(seed) {
    const { id } = await tenant.control.addPerson({
      alias: nextAlias(),
      displayName: seed.displayName,
      recipientTypeDetails: typeOf(seed.kind),
      primarySmtpAddress: seed.primarySmtpAddress,
      ...(seed.customAttribute7 === undefined ? {} : { customAttributes: { 7: seed.customAttribute7 } }),
    });
    const exchangeGuid = tenant.emulator.organization.recipients.get(id)?.mailbox?.exchangeGuid;
    if (exchangeGuid === undefined) throw new Error('a mailbox was added');
    return { id: mailboxId(exchangeGuid), ownerId: sourceObjectId(id) };
  },
  async renameMailbox(id, displayName, primarySmtpAddress) {
    await tenant.control.changePerson(ownerOf(id), { displayName, primarySmtpAddress });
  },
  async removeMailbox(id) {
    await tenant.control.removePerson(ownerOf(id));
  },
  async addMailContact(primarySmtpAddress) {
    await tenant.control.addPerson({
      alias: nextAlias(),
      displayName: primarySmtpAddress,
      recipientTypeDetails: 'MailContact',
      primarySmtpAddress,
    });
  },
  addGroup: (name, members) => addGroup(name, members.map(ownerOf)),
  nestGroup: nest,
  filterFor: (members) => filterFor(members.map(ownerOf)),
};

/** As an earlier full reading would have left them in the store. */
function everyKnownMailbox(): readonly KnownMailbox[] {
  return [...tenant.emulator.organization.recipients.values()].flatMap((recipient) =>
    recipient.mailbox === undefined
      ? []
      : [
          {
            id: mailboxId(recipient.mailbox.exchangeGuid),
            ownerId: sourceObjectId(recipient.id),
            kind: recipientKind(recipient.recipientTypeDetails),
          },
        ],
  );
}

function directoryFixture(
  rights: typeof FULL_RIGHTS,
  useExchangeAdminApi: boolean,
): () => Promise<MailboxDirectoryFixture> {
  return async () => {
    await tenant.reset(rights);
    return {
      directory: {
        readMailboxes: (scope, signal) =>
          tenant
            .connect({ useExchangeAdminApi, knownMailboxes: everyKnownMailbox() })
            .directory.readMailboxes(scope, signal),
      },
      admin: directoryHands,
      trouble: {
        denyGroup,
        refuseSignIn,
        async stopHalfWay() {
          await tenant.control.addFault({
            bodyText: 'Get-Mailbox',
            action: { kind: 'answer', status: 200, body: await halfPage() },
          });
          await tenant.control.addFault({
            path: 'skiptoken=half',
            count: 1_000,
            action: { kind: 'answer', status: 500 },
          });
        },
        removeRight: () => Promise.reject(new Error('no right of Exchange hides custom attributes')),
      },
      dispose: () => Promise.resolve(),
    };
  };
}

/** A first page with one mailbox and a link to a second. */
async function halfPage(): Promise<object> {
  const [first] = everyKnownMailbox();
  return {
    '@odata.nextLink': `${tenant.emulator.url}/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand?$skiptoken=half`,
    value: [{ ExchangeGuid: first?.id, DisplayName: 'First', PrimarySmtpAddress: 'first@contoso.example' }],
  };
}

mailboxDirectoryContract('Exchange Online with all rights', directoryFixture(FULL_RIGHTS, true), {
  notSupported: ['removeRight'],
});
mailboxDirectoryContract('Exchange Online with the minimum rights', directoryFixture(MINIMUM_RIGHTS, true), {
  notSupported: ['removeRight'],
});
mailboxDirectoryContract('Microsoft Graph alone', directoryFixture(FULL_RIGHTS, false), {
  notSupported: ['filter', 'completeReading', 'stopHalfWay', 'removeRight'],
});
