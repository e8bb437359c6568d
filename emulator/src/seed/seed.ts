// Demo organizations from (size, seed): the same numbers give the same people, ids included.

import { addRecipient, addressListsOf, type NewRecipient } from '../organization/recipients.ts';
import type { Organization, Recipient, RecipientTypeDetails } from '../organization/state.ts';
import { addGroups, namedGroups } from './groups.ts';
import { mailboxOddities, type Oddity, recipientOddities } from './oddities.ts';
import { PersonMaker, type SeededPerson } from './person.ts';
import { addPrivateContacts } from './private-contacts.ts';
import { makeRandom, type Random } from './random.ts';

export interface SeedOptions {
  readonly seed: number;
  /** Recipients of every kind. */
  readonly recipients: number;
  /** User mailboxes among them. */
  readonly mailboxes: number;
}

export const defaultSize = { recipients: 300, mailboxes: 40 };

export const seededApp = {
  clientId: 'a1f3c9d2-5b7e-4c0b-9d0e-0d6b6e6f7a11',
  displayName: 'contactSync',
};

/** What is made from a generated person; groups come after. */
type PersonType = Exclude<
  RecipientTypeDetails,
  | 'MailUniversalDistributionGroup'
  | 'MailUniversalSecurityGroup'
  | 'DynamicDistributionGroup'
  | 'GroupMailbox'
>;

// A fixed past: dates of the directory must not depend on when the emulator was started.
const seededAt = new Date('2026-10-01T08:00:00Z');

export function seedOrganization(options: SeedOptions): Organization {
  if (options.mailboxes > options.recipients)
    throw new RangeError('mailboxes are recipients: there cannot be more of them');
  const organization = emptyOrganization();
  const key = `${options.seed}/${options.recipients}/${options.mailboxes}`;
  const counts = kindsFor(options);
  const random = makeRandom(options.seed, 'people');
  const people = new PersonMaker(random);
  const add = (type: PersonType, number: number) =>
    addSeeded(organization, { key: `${key}:${type}:${number}`, type, person: people.make(), random });

  for (const [type, count] of counts.people) {
    for (let number = 1; number <= count; number += 1) add(type, number);
  }
  layOddities(organization, options, key);
  addManagers(organization, makeRandom(options.seed, 'managers'));
  addGroups(organization, {
    count: counts.groups,
    key,
    random: makeRandom(options.seed, 'groups'),
    whenChanged: seededAt,
  });
  const privateRandom = makeRandom(options.seed, 'private contacts');
  for (const recipient of organization.recipients.values()) {
    if (recipient.recipientTypeDetails === 'UserMailbox' && recipient.mailbox !== undefined) {
      addPrivateContacts(organization, recipient.mailbox, privateRandom, seededAt);
    }
  }
  return organization;
}

function emptyOrganization(): Organization {
  return {
    tenantId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    initialDomain: 'contoso.onmicrosoft.com',
    domains: ['contoso.example', 'contoso.onmicrosoft.com'],
    recipients: new Map(),
    apps: new Map([
      [
        seededApp.clientId,
        {
          ...seededApp,
          certificates: [],
          graphRoles: [
            'Contacts.ReadWrite',
            'GroupMember.Read.All',
            'Mail.Send',
            'Organization.Read.All',
            'OrgContact.Read.All',
            'User.Read.All',
          ],
          exchangeRoles: ['Exchange.ManageAsApp'],
          directoryRoles: ['Exchange Recipient Administrator'],
        },
      ],
    ]),
    removedItems: new Map(),
  };
}

/** How many of each kind; together exactly as many recipients as asked for. */
function kindsFor(options: SeedOptions): {
  readonly people: readonly (readonly [PersonType, number])[];
  readonly groups: number;
} {
  const rest = options.recipients - options.mailboxes;
  const share = (part: number) => Math.floor(rest * part);
  const groups = rest >= 40 ? Math.max(namedGroups, share(0.03)) : rest >= 15 ? 3 : 0;
  const shared = share(0.04);
  const rooms = share(0.04);
  const equipment = share(0.02);
  const guests = share(0.06);
  const mailUsers = share(0.3);
  const contacts = rest - groups - shared - rooms - equipment - guests - mailUsers;
  return {
    people: [
      ['UserMailbox', options.mailboxes],
      ['SharedMailbox', shared],
      ['RoomMailbox', rooms],
      ['EquipmentMailbox', equipment],
      ['MailUser', mailUsers],
      ['GuestMailUser', guests],
      ['MailContact', contacts],
    ],
    groups,
  };
}

interface SeededRecipient {
  readonly key: string;
  readonly type: PersonType;
  readonly person: SeededPerson;
  readonly random: Random;
}

function addSeeded(organization: Organization, seeded: SeededRecipient): Recipient {
  const { key, type, person, random } = seeded;
  const base = {
    key,
    recipientTypeDetails: type,
    alias: person.alias,
    whenChanged: seededAt,
  };
  const recipient = addRecipient(organization, { ...base, ...shapeOf(type, person, random) });
  // Exchange lists what is no mail address as well.
  if (recipient.mailbox !== undefined) {
    recipient.emailAddresses.push(`SIP:${person.alias}@contoso.example`);
    if (random.chance(0.1)) {
      recipient.emailAddresses.push('X500:/o=Contoso/ou=First Administrative Group/cn=Recipients/cn=legacy');
    }
  }
  return recipient;
}

type Shape = Omit<NewRecipient, 'key' | 'recipientTypeDetails' | 'alias' | 'whenChanged'>;

function shapeOf(type: PersonType, person: SeededPerson, random: Random): Shape {
  const { alias } = person;
  switch (type) {
    case 'SharedMailbox': {
      const name = `${random.pick(['Info', 'Sales', 'Support', 'Bewerbung', 'Rechnungen', 'Empfang'])} ${person.person.city ?? 'Contoso'} ${alias.length}`;
      return { displayName: name, primarySmtpAddress: `shared.${alias}@contoso.example`, person: {} };
    }
    case 'RoomMailbox':
      return {
        displayName: `Room ${random.pick(['Alster', 'Isar', 'Vltava', 'Tejo', 'Thames'])} ${alias.length}.${random.below(100)}`,
        primarySmtpAddress: `room.${alias}@contoso.example`,
        person: { ...(person.person.city === undefined ? {} : { city: person.person.city }), office: 'HQ' },
      };
    case 'EquipmentMailbox':
      return {
        displayName: `${random.pick(['Beamer', 'Car M-CO', 'Camera', 'Dodávka'])} ${random.below(1000)}`,
        primarySmtpAddress: `equipment.${alias}@contoso.example`,
        person: {},
      };
    case 'GuestMailUser':
      return {
        displayName: person.displayName,
        primarySmtpAddress: `${alias}@fabrikam.example`,
        externalEmailAddress: `${alias}@fabrikam.example`,
        // Guests are seldom more than a name.
        person: random.chance(0.5) ? {} : { ...pickName(person) },
        // Outside the address lists unless somebody shows them.
        hiddenFromAddressLists: random.chance(0.8),
      };
    case 'MailContact': {
      const domain = random.pick(['fabrikam.example', 'northwind.example', 'example.org', 'example.net']);
      return {
        displayName: person.displayName,
        primarySmtpAddress: `${alias}@${domain}`,
        externalEmailAddress: `${alias}@${domain}`,
        person: person.person,
        otherAddresses: person.furtherLocalParts.slice(0, 1).map((local) => `${local}@${domain}`),
      };
    }
    case 'MailUser':
      return {
        displayName: person.displayName,
        primarySmtpAddress: `${alias}@contoso.example`,
        externalEmailAddress: `${alias}@on-premises.contoso.example`,
        person: person.person,
        otherAddresses: person.furtherLocalParts.map((local) => `${local}@contoso.example`),
      };
    case 'UserMailbox':
      return {
        displayName: person.displayName,
        primarySmtpAddress: `${alias}@contoso.example`,
        person: person.person,
        otherAddresses: [
          `${alias}@contoso.onmicrosoft.com`,
          ...person.furtherLocalParts.map((local) => `${local}@contoso.example`),
        ],
      };
  }
}

function pickName(person: SeededPerson): { firstName?: string; lastName?: string } {
  const { firstName, lastName } = person.person;
  return {
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
  };
}

/** Small organizations stay free of oddities: a test that asks for three people wants ordinary ones. */
function layOddities(organization: Organization, options: SeedOptions, key: string): void {
  const all = [...organization.recipients.values()];
  const random = makeRandom(options.seed, `oddities of ${key}`);
  const mailboxes = all.filter((one) => one.recipientTypeDetails === 'UserMailbox');
  if (mailboxes.length >= 2 * mailboxOddities.length) {
    mailboxOddities.forEach((oddity, index) => {
      const recipient = mailboxes[mailboxes.length - 1 - index];
      if (recipient !== undefined) apply(oddity, recipient);
    });
  }
  const others = all.filter((one) => ['MailUser', 'MailContact'].includes(one.recipientTypeDetails));
  if (others.length < 2 * recipientOddities.length) return;
  for (const oddity of recipientOddities) {
    const [recipient] = others.splice(random.below(others.length), 1);
    if (recipient !== undefined) apply(oddity, recipient);
  }
}

function apply(oddity: Oddity, recipient: Recipient): void {
  if (oddity.displayName !== undefined) recipient.displayName = oddity.displayName;
  if (oddity.isBare === true) recipient.person = pickNameOf(recipient);
  Object.assign(recipient.person, oddity.person);
  for (const [number, value] of Object.entries(oddity.customAttributes ?? {})) {
    recipient.customAttributes[Number(number) - 1] = value;
  }
  for (let number = 1; number <= (oddity.furtherAddresses ?? 0); number += 1) {
    recipient.emailAddresses.push(`smtp:${recipient.alias}.${number}@contoso.example`);
  }
  if (oddity.isHidden === true) recipient.hiddenFromAddressLists = true;
  if (oddity.isDisabled === true) recipient.accountEnabled = false;
  if (oddity.isWithoutRest === true && recipient.mailbox !== undefined)
    recipient.mailbox.isEnabledForRest = false;
  recipient.addressListMembership = addressListsOf(recipient);
}

function pickNameOf(recipient: Recipient): Recipient['person'] {
  const { firstName, lastName } = recipient.person;
  return {
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
  };
}

function addManagers(organization: Organization, random: Random): void {
  const bosses = [...organization.recipients.values()].filter(
    (one) => one.recipientTypeDetails === 'UserMailbox',
  );
  if (bosses.length === 0) return;
  for (const recipient of organization.recipients.values()) {
    const boss = random.pick(bosses.slice(0, Math.max(1, Math.floor(bosses.length / 5))));
    const hasPerson = ['UserMailbox', 'MailUser'].includes(recipient.recipientTypeDetails);
    if (hasPerson && boss !== recipient && random.chance(0.7)) recipient.managerId = boss.id;
  }
}
