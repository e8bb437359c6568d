// The company of the hybrid demo: people in the building and in the cloud, known to a real Active Directory where Samba is
// installed and to the emulated tenant; a shared mailbox with customers, a public folder with suppliers, photos.

import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { Administrator } from '../../test/active-directory/administrator.ts';
import {
  type DomainController,
  startDomainController,
} from '../../test/active-directory/domain-controller.ts';
import { Emulator, type Item } from './emulator.ts';
import type { Stage } from './stage.ts';

export type Color = readonly [number, number, number];

export interface Person {
  readonly firstName: string;
  lastName: string;
  readonly address: string;
  side: 'onPremises' | 'online';
  readonly title: string;
  readonly phone: string;
  photo: Color | undefined;
}

/** A contact of the shared mailbox or the public folder. */
export interface Business {
  readonly name: string;
  readonly company: string;
  readonly phone: string;
}

export const SHARED_MAILBOX = 'customers@contoso.example';
export const SHARED_FOLDER = 'Key Accounts';
export const PUBLIC_FOLDER = ['Suppliers'];
const DEPARTMENT = 'Engineering';
const COMPANY = 'Contoso';
const RED: Color = [200, 40, 30];
const BLUE: Color = [20, 60, 190];
export const GREEN: Color = [30, 150, 60];

/** What Exchange writes in Active Directory for a mailbox in the cloud. */
const REMOTE = { msExchRecipientTypeDetails: '2147483648', msExchRemoteRecipientType: '4' };

const person = (name: string, side: Person['side'], title: string, phone: string, photo?: Color): Person => {
  const [firstName = '', lastName = ''] = name.split(' ');
  const address = `${firstName.toLowerCase()}@contoso.example`;
  return { firstName, lastName, address, side, title, phone, photo };
};

const PEOPLE = () => [
  person('Anna Berger', 'onPremises', 'Architect', '+4930901811', RED),
  person('Bruno Keller', 'onPremises', 'Buyer', '+4930901812'),
  person('Carla Neri', 'onPremises', 'Controller', '+390612345678', BLUE),
  person('David Okafor', 'online', 'Developer', '+4930901814'),
  person('Elif Demir', 'online', 'Engineer', '+4930901815', BLUE),
  person('Fumiko Sato', 'online', 'Assistant', '+81312345678'),
];

const CUSTOMERS: readonly Business[] = [
  { name: 'Kern Metals', company: 'Kern KG', phone: '+493019000' },
  { name: 'Northwind', company: 'Northwind Traders', phone: '+12065550100' },
];
const SUPPLIERS: readonly Business[] = [
  { name: 'Fabrikam Steel', company: 'Fabrikam', phone: '+498919000' },
  { name: 'Tailspin Paper', company: 'Tailspin', phone: '+4922119000' },
];

export const nameOfPerson = ({ firstName, lastName }: Person) => `${firstName} ${lastName}`;

export class HybridCompany {
  readonly people = PEOPLE();
  customers = CUSTOMERS;
  suppliers = SUPPLIERS;
  readonly emulator: Emulator;
  readonly directory:
    | { readonly controller: DomainController; readonly administrator: Administrator }
    | undefined;
  readonly #items = new Map<string, string>();

  private constructor(emulator: Emulator, directory: HybridCompany['directory']) {
    this.emulator = emulator;
    this.directory = directory;
  }

  static async start(stage: Stage, hasDirectory: boolean): Promise<HybridCompany> {
    const emulator = await stage.starting(Emulator.start(stage.directory, { recipients: 0, mailboxes: 0 }));
    const controller = hasDirectory
      ? await stage.starting(startDomainController({ objects: 500 }))
      : undefined;
    const directory =
      controller === undefined
        ? undefined
        : { controller, administrator: await stage.starting(signIn(controller)) };
    const company = new HybridCompany(emulator, directory);
    for (const one of company.people) await company.#join(one);
    await company.#serve();
    return company;
  }

  named(firstName: string): Person {
    const found = this.people.find((one) => one.firstName === firstName);
    if (found === undefined) throw new Error(`nobody is called ${firstName}`);
    return found;
  }

  async #join(one: Person): Promise<void> {
    const displayName = nameOfPerson(one);
    const exchangeGuid = randomUUID();
    const isOnline = one.side === 'online';
    const mailboxGuid = guidBytes(exchangeGuid);
    const id = await this.directory?.administrator.addRecipient({
      kind: isOnline ? 'remoteMailbox' : 'userMailbox',
      displayName,
      address: one.address,
      mailboxGuid,
      more: {
        givenName: one.firstName,
        sn: one.lastName,
        title: one.title,
        telephoneNumber: one.phone,
        department: DEPARTMENT,
        company: COMPANY,
        ...(isOnline ? { ...REMOTE, msExchMailboxGuid: mailboxGuid } : {}),
      },
    });
    await this.emulator.control('people/add', {
      displayName,
      alias: one.firstName.toLowerCase(),
      primarySmtpAddress: one.address,
      recipientTypeDetails: 'UserMailbox',
      exchangeGuid,
      ...(id === undefined ? {} : { onPremisesImmutableId: guidBytes(id).toString('base64') }),
      person: {
        firstName: one.firstName,
        lastName: one.lastName,
        title: one.title,
        phone: one.phone,
        department: DEPARTMENT,
        company: COMPANY,
      },
    });
    await this.emulator.control('mailbox/move', { mailbox: one.address, to: one.side });
    if (one.photo !== undefined) await this.#showPhoto(one, one.photo);
  }

  async #serve(): Promise<void> {
    const { emulator } = this;
    await emulator.control('people/add', {
      displayName: 'Customers',
      alias: 'customers',
      primarySmtpAddress: SHARED_MAILBOX,
      recipientTypeDetails: 'SharedMailbox',
    });
    await emulator.control('folders/create', { mailbox: SHARED_MAILBOX, displayName: SHARED_FOLDER });
    for (const customer of this.customers) await this.#addTo('shared mailbox', customer);
    await emulator.control('public-folders/create', { path: PUBLIC_FOLDER });
    for (const supplier of this.suppliers) await this.#addTo('public folder', supplier);
    await emulator.control('people/add', {
      displayName: 'contactSync',
      alias: 'contactsync',
      primarySmtpAddress: this.account.name,
      recipientTypeDetails: 'UserMailbox',
      hiddenFromAddressLists: true,
      customAttributes: { '1': 'NoMailboxSync' },
    });
    if (this.directory === undefined) return;
    await emulator.control('mailbox/move', { mailbox: this.account.name, to: 'onPremises' });
    const { name, password } = this.account;
    await emulator.control('accounts/change', { who: name, password, impersonates: 'everybody' });
  }

  /** One for Active Directory and Exchange Server; its mailbox opens the public folders. */
  get account(): { readonly name: string; readonly password: string } {
    return this.directory?.controller.reader ?? { name: 'contactsync@contoso.example', password: '' };
  }

  async moveToCloud(one: Person): Promise<void> {
    await this.emulator.control('mailbox/move', { mailbox: one.address, to: 'online' });
    await this.#changeEntry(one, REMOTE);
    one.side = 'online';
  }

  /** As directory synchronization has it: the same in both directories. */
  async rename(one: Person, lastName: string): Promise<void> {
    one.lastName = lastName;
    const displayName = nameOfPerson(one);
    await this.#changeEntry(one, { sn: lastName, displayName });
    await this.emulator.control('people/change', { who: one.address, displayName, person: { lastName } });
  }

  async takePhoto(one: Person, photo: Color): Promise<void> {
    one.photo = photo;
    await this.#showPhoto(one, photo);
  }

  async #showPhoto(one: Person, photo: Color): Promise<void> {
    const image = sharp({ create: { width: 300, height: 300, channels: 3, background: colorOf(photo) } });
    const jpeg = await image.jpeg().toBuffer();
    await this.emulator.control('people/set-photo', { who: one.address, picture: jpeg.toString('base64') });
    await this.#changeEntry(one, { thumbnailPhoto: jpeg });
  }

  async #changeEntry(one: Person, values: Readonly<Record<string, string | Buffer>>): Promise<void> {
    if (this.directory === undefined) return;
    const { administrator } = this.directory;
    const entry = await administrator.find(`(mail=${one.address})`, ['mail']);
    if (entry === undefined) throw new Error(`Active Directory has no ${one.address}`);
    await administrator.change(entry.dn, values);
  }

  async winCustomer(customer: Business): Promise<void> {
    this.customers = [...this.customers, customer];
    await this.#addTo('shared mailbox', customer);
  }

  async loseSupplier(name: string): Promise<void> {
    this.suppliers = this.suppliers.filter((one) => one.name !== name);
    await this.emulator.control('public-folders/delete-contact', { id: this.#items.get(name) });
  }

  async #addTo(place: 'shared mailbox' | 'public folder', { name, company, phone }: Business): Promise<void> {
    const properties = { displayName: name, fileAs: name, companyName: company, businessPhones: [phone] };
    const { id } =
      place === 'shared mailbox'
        ? await this.emulator.control<Item & { id: string }>('contacts/create', {
            ...{ mailbox: SHARED_MAILBOX, folder: `Contacts/${SHARED_FOLDER}`, properties },
          })
        : await this.emulator.control<Item & { id: string }>('public-folders/create-contact', {
            ...{ path: PUBLIC_FOLDER, properties },
          });
    this.#items.set(name, id);
  }
}

async function signIn(controller: DomainController): Promise<Administrator & { stop(): Promise<void> }> {
  const administrator = await Administrator.signIn(controller);
  return Object.assign(administrator, { stop: () => administrator.client.unbind() });
}

/** As Active Directory keeps them, with the first three groups in little-endian order. */
function guidBytes(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  return Buffer.concat([
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8),
  ]);
}

function colorOf([r, g, b]: Color) {
  return { r, g, b };
}

/** What must stand in a mailbox, by folder and name, worked out from the company alone. */
export function expectedIn(
  company: HybridCompany,
  owner: Person,
): ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const businesses = (all: readonly Business[]) =>
    new Map(
      all.map(({ name, company: companyName, phone }) => [name, { companyName, businessPhones: [phone] }]),
    );
  return new Map([
    [
      'Contacts/Company Contacts',
      new Map(
        company.people
          .filter((one) => one !== owner)
          .map((one) => [
            nameOfPerson(one),
            {
              givenName: one.firstName,
              surname: one.lastName,
              jobTitle: one.title,
              department: DEPARTMENT,
              companyName: COMPANY,
              businessPhones: [one.phone],
              emailAddresses: [{ name: nameOfPerson(one), address: one.address }],
            },
          ]),
      ),
    ],
    ['Contacts/Customers', businesses(company.customers)],
    ['Contacts/Suppliers', businesses(company.suppliers)],
  ]);
}
