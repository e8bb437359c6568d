// An emulated tenant that can be set back to an earlier moment as often as a table of faults needs it: every case then
// begins with the same people, mailboxes, items and versions.

import type { Policy } from '@contactsync/contract';
import { Policy as PolicySchema } from '@contactsync/contract';
import {
  EmulatorControl,
  type MailboxView,
  type RunningEmulator,
  startEmulator,
} from '@contactsync/emulator';
import { createSelfSigned } from '../../src/certificates/create-self-signed.ts';

export const MAILBOXES = ['anna', 'bruno', 'carla', 'david'] as const;
/** The fourth leaves; the others stay. */
export const LEAVER = 'david';
export const FOLDER = 'Contacts/Company Contacts';

export const policy: Policy = PolicySchema.parse({
  kind: 'policy',
  version: 1,
  id: '0b5e0c11-7d1a-4c55-9a53-6f1d3f1f0f01',
  name: 'All staff',
  environment: 'contoso',
  source: { type: 'exchangeOnline' },
  deletion: { strategy: 'handOver', deletedByUser: 'respect' },
  brake: {
    maxPeople: 1_000,
    maxPeoplePercent: 100,
    maxMailboxes: 1_000,
    maxMailboxesPercent: 100,
    maxUnexplainedPercentPerMailbox: 100,
  },
});

/** What a mailbox holds, by the name of its owner. */
export type Mailboxes = ReadonlyMap<string, MailboxView>;

type Organization = RunningEmulator['organization'];
type Recipient = Organization['recipients'] extends Map<string, infer One> ? One : never;

/** A moment of the tenant. */
export type Moment = Pick<Organization, 'recipients' | 'apps' | 'removedItems'>;

export const addressOf = (alias: string): string => `${alias}@contoso.example`;
const personAlias = (number: number): string => `person${number}`;
export const PEOPLE = 23;

/** How the product writes into the mailboxes; people and mailboxes are always read from the tenant. */
export type Wire = 'graph' | 'ews';

export class Tenant {
  readonly wire: Wire;
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly #mailboxObjects = new Map<string, NonNullable<Recipient['mailbox']>>();

  private constructor(
    wire: Wire,
    emulator: RunningEmulator,
    pair: { readonly certificatePem: string; readonly privateKeyPem: string },
  ) {
    this.wire = wire;
    this.emulator = emulator;
    this.control = new EmulatorControl(emulator.url, emulator.caPem);
    this.certificatePem = pair.certificatePem;
    this.privateKeyPem = pair.privateKeyPem;
  }

  static async start(wire: Wire = 'graph'): Promise<Tenant> {
    const emulator = await startEmulator({
      recipients: 0,
      mailboxes: 0,
      seed: 5,
      speed: { skipWaitingAfterMilliseconds: 2 },
    });
    const made = await createSelfSigned({
      subject: 'contactSync faults',
      friendlyName: '',
      keyBits: 2048,
      lifetimeDays: 3_000,
      now: new Date(),
    });
    const { certificatePem } = made.certificate;
    const tenant = new Tenant(wire, emulator, { certificatePem, privateKeyPem: made.privateKeyPem });
    await tenant.control.registerCertificate(certificatePem);
    await tenant.#populate();
    return tenant;
  }

  async close(): Promise<void> {
    await this.control.close();
    await this.emulator.close();
  }

  moment(): Moment {
    const { recipients, apps, removedItems } = this.emulator.organization;
    for (const { mailbox } of recipients.values())
      if (mailbox !== undefined) this.#mailboxObjects.set(mailbox.exchangeGuid, mailbox);
    return structuredClone({ recipients, apps, removedItems });
  }

  /** Back to the moment, without faults, with a request log that begins now. */
  returnTo(moment: Moment): void {
    const { context, organization } = this.emulator;
    const copy = structuredClone(moment);
    // Tokens and links know the organization and each mailbox as objects: they are filled anew, not replaced.
    for (const recipient of copy.recipients.values()) {
      const { mailbox } = recipient;
      const known = mailbox === undefined ? undefined : this.#mailboxObjects.get(mailbox.exchangeGuid);
      if (mailbox !== undefined && known !== undefined) recipient.mailbox = Object.assign(known, mailbox);
    }
    Object.assign(organization, copy);
    context.clock.reset();
    context.faults.clear();
    context.log.clear();
    context.cursors.clear();
    context.traffic.reset();
    context.ews.faults.clear();
    context.ews.usage.clear();
  }

  /** Trouble ends; a right that was taken away is given back. */
  async lift(before: Moment): Promise<void> {
    await this.control.clearFaults();
    await this.control.clearEwsFaults();
    for (const [clientId, { graphRoles, exchangeRoles, directoryRoles }] of before.apps)
      await this.control.setRoles({ graphRoles, exchangeRoles, directoryRoles }, clientId);
  }

  async mailboxes(): Promise<Mailboxes> {
    const views = MAILBOXES.map(
      async (alias) => [alias, await this.control.mailbox(addressOf(alias))] as const,
    );
    return new Map(await Promise.all(views));
  }

  /** Some people, mailboxes with contacts of their users, and a folder beside ours. */
  async #populate(): Promise<void> {
    const { control } = this;
    for (const alias of MAILBOXES)
      await control.addPerson({
        alias,
        displayName: `${alias[0]?.toUpperCase()}${alias.slice(1)} Ortega`,
        recipientTypeDetails: 'UserMailbox',
        person: { firstName: alias, lastName: 'Ortega', phone: '+49 89 6400001', department: 'Board' },
      });
    for (let number = 1; number <= PEOPLE; number += 1)
      await control.addPerson({
        alias: personAlias(number),
        displayName: `Quispe ${number}, Zoë`,
        recipientTypeDetails: 'MailContact',
        primarySmtpAddress: `${personAlias(number)}@${number % 2 === 0 ? 'contoso' : 'fabrikam'}.example`,
        person: {
          firstName: 'Zoë',
          lastName: `Quispe ${number}`,
          title: 'Specialist',
          department: number % 3 === 0 ? 'Sales' : 'Logistics',
          company: 'Contoso Example AG',
          phone: `+49 89 64${String(number).padStart(5, '0')}`,
          mobilePhone: `+49 151 23${String(number).padStart(5, '0')}`,
          city: 'Köln',
        },
      });
    for (const alias of MAILBOXES) {
      const mailbox = addressOf(alias);
      await control.createContact(mailbox, {
        properties: { displayName: 'Private Friend', mobilePhone: '+49 170 1', personalNotes: 'mine' },
        extendedProperties: { 'String 0x3a24': 'kept' },
      });
      await control.createFolder(mailbox, 'Family');
      await control.createContact(mailbox, {
        folder: 'Contacts/Family',
        properties: {
          displayName: 'Quispe 3, Zoë',
          emailAddresses: [{ address: 'person3@fabrikam.example' }],
        },
      });
    }
  }

  /** Between the first and the second run: renames, a new title, leavers, joiners, and what users do. */
  async live(): Promise<void> {
    const { control } = this;
    await control.changePerson(personAlias(1), {
      displayName: 'Quispe-Ortega 1, Zoë',
      person: { lastName: 'Quispe-Ortega 1' },
    });
    await control.changePerson(personAlias(2), { person: { title: null, phone: '+49 89 6500002' } });
    await control.changePerson('bruno', { displayName: 'Bruno Ortega-Paz' });
    await control.addPerson({
      alias: 'joiner',
      displayName: 'Joiner, Max',
      recipientTypeDetails: 'MailContact',
      person: { firstName: 'Max', lastName: 'Joiner', phone: '+49 89 6600001' },
    });
    // To the first of these three the users add something: it becomes theirs.
    for (const alias of ['anna', 'bruno']) {
      const mailbox = addressOf(alias);
      const ours = await this.#ours(mailbox);
      const left = ours.get('Quispe 5, Zoë') ?? '';
      await control.editContact(mailbox, left, { personalNotes: 'plays chess', spouseName: 'Kim' });
      await control.editContact(mailbox, ours.get('Quispe 8, Zoë') ?? '', { jobTitle: 'Guru' });
      await control.deleteContact(mailbox, ours.get('Quispe 9, Zoë') ?? '');
      await control.touchContact(mailbox, ours.get('Quispe 10, Zoë') ?? '');
      await control.createContact(mailbox, { folder: FOLDER, properties: { displayName: 'Added by hand' } });
    }
    for (const number of [5, 6, 7]) await control.removePerson(personAlias(number));
    await control.changePerson(LEAVER, { customAttributes: { 1: 'NoMailboxSync' } });
  }

  async #ours(mailbox: string): Promise<ReadonlyMap<string, string>> {
    const { items } = await this.control.mailbox(mailbox);
    const inFolder = items.filter(({ folderPath }) => folderPath === FOLDER);
    return new Map(inFolder.map(({ id, properties }) => [String(properties.displayName), id]));
  }
}
