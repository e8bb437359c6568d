// A shared mailbox of an emulated organization, the hands of those who use it, and the source over a protocol. Only tests
// use it.

import { randomUUID } from 'node:crypto';
import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { createItem } from '../../../../emulator/src/organization/mailbox-store.ts';
import type { RecipientSeed, SourceHands } from '../../../../test/contract/contact-source.ts';
import type { ContactProperties } from '../../../model/contact.ts';
import { mailboxId, type SourceObjectId, sourceObjectId } from '../../../model/ids.ts';
import type { DirectoryMailbox } from '../../../model/mailbox.ts';
import type { SharedMailboxSource } from '../../../model/policy.ts';
import type { OpenContactFolders } from '../../../ports/contact-folders.ts';
import type { SourceReading } from '../../../ports/contact-source.ts';
import { silentLog } from '../../../ports/log.ts';
import type { MailboxDirectory } from '../../../ports/mailbox-directory.ts';
import { type ExtendedProperty, encodeCreate } from '../../graph/codec.ts';
import { normalizedId } from '../../graph/schema.ts';
import { createItemPhotos } from '../item-photos.ts';
import { createSharedMailboxReader } from '../shared-mailbox-source.ts';

/** How a protocol reaches the emulator. */
export interface Protocol {
  readonly location: DirectoryMailbox['location'];
  readonly open: OpenContactFolders;
  readonly requests: () => number;
  /** As if every earlier reading had been made by another installation. */
  readonly forget: () => void;
  close(): Promise<void>;
}

export class SharedMailboxBed {
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  readonly protocol: Protocol;
  readonly photos = createItemPhotos();
  readonly #items = new Map<SourceObjectId, string>();
  #mailbox: DirectoryMailbox | undefined;

  private constructor(emulator: RunningEmulator, control: EmulatorControl, protocol: Protocol) {
    this.emulator = emulator;
    this.control = control;
    this.protocol = protocol;
  }

  static async start(
    connect: (emulator: RunningEmulator, control: EmulatorControl) => Protocol | Promise<Protocol>,
  ): Promise<SharedMailboxBed> {
    const emulator = await startEmulator({ recipients: 2, mailboxes: 2 });
    const control = new EmulatorControl(emulator.url, emulator.caPem);
    return new SharedMailboxBed(emulator, control, await connect(emulator, control));
  }

  async close(): Promise<void> {
    await this.protocol.close();
    await this.control.close();
    await this.emulator.close();
  }

  async clearFaults(): Promise<void> {
    await this.control.clearFaults();
    await this.control.clearEwsFaults();
  }

  /** Another, empty mailbox. */
  async renew(): Promise<void> {
    await this.clearFaults();
    const alias = `customers-${randomUUID().slice(0, 8)}`;
    const { id, displayName, primarySmtpAddress } = await this.control.addPerson({
      recipientTypeDetails: 'SharedMailbox',
      displayName: 'Customers',
      alias,
    });
    const { exchangeGuid } = await this.control.mailbox(id);
    this.#items.clear();
    this.#mailbox = {
      id: mailboxId(exchangeGuid),
      kind: 'sharedMailbox',
      displayName,
      primarySmtpAddress,
      location: this.protocol.location,
      ownerId: sourceObjectId(id),
      customAttributes: [],
    };
  }

  get mailbox(): DirectoryMailbox {
    if (this.#mailbox === undefined) throw new Error('renew makes the mailbox');
    return this.#mailbox;
  }

  get address(): string {
    return this.mailbox.primarySmtpAddress;
  }

  /** The mailbox itself, unless another is named. */
  scope(change: Partial<SharedMailboxSource> = {}): SharedMailboxSource {
    return {
      type: 'sharedMailbox',
      mailbox: this.address,
      folders: [],
      categories: [],
      includePrivate: false,
      excludeWithoutPhone: false,
      excludeWithoutEmail: false,
      include: [],
      exclude: [],
      ...change,
    };
  }

  read(
    change: Partial<SharedMailboxSource> = {},
    signal = new AbortController().signal,
    { location, open }: Protocol = this.protocol,
  ): Promise<SourceReading> {
    const mailbox = { ...this.mailbox, location };
    const directory: MailboxDirectory = {
      readMailboxes: () =>
        Promise.resolve({ mailboxes: [mailbox], notFound: [], isComplete: true, gaps: [] }),
    };
    const reader = createSharedMailboxReader({
      directory,
      open,
      location,
      log: silentLog,
      photos: this.photos,
    });
    return reader(this.scope(change), signal);
  }

  async names(change: Partial<SharedMailboxSource> = {}): Promise<readonly string[]> {
    const { objects } = await this.read(change);
    return objects.map(({ attributes }) => attributes.displayName?.[0] ?? '').sort();
  }

  /** As Outlook writes it; the id of the item. */
  async add(properties: ContactProperties, folder = 'Contacts'): Promise<string> {
    const { singleValueExtendedProperties = [], ...plain } = encodeCreate(properties, []);
    const extended = singleValueExtendedProperties as readonly ExtendedProperty[];
    const { id } = await this.control.createContact(this.address, {
      folder,
      properties: plain,
      extendedProperties: Object.fromEntries(extended.map((one) => [one.id, one.value])),
    });
    return id;
  }

  /** So many at once, without the way over the control API. */
  fill(count: number, propertiesOf: (number: number) => Readonly<Record<string, unknown>> = numbered): void {
    const mailbox = this.emulator.organization.recipients.get(this.mailbox.ownerId ?? '')?.mailbox;
    if (mailbox === undefined) throw new Error('renew makes the mailbox');
    const open = { organization: this.emulator.organization, mailbox, now: new Date('2026-11-02T08:00:00Z') };
    for (let number = 0; number < count; number += 1)
      createItem(open, mailbox.contactsFolderId, { properties: propertiesOf(number) });
  }

  /** As Outlook makes folders for itself, and contactSync its own. */
  setFolderProperty(folder: string, id: string, value: string): void {
    const owner = this.mailbox.ownerId ?? '';
    const stored = this.emulator.organization.recipients.get(owner)?.mailbox?.folders.get(folder);
    if (stored === undefined) throw new Error('no such folder');
    stored.extendedProperties.set(normalizedId(id).replace('string', 'String'), value);
  }

  /** The store lists it and cannot open it. */
  damage(item: string, isDamaged = true): void {
    const stored = this.#stored(item);
    if (stored === undefined) throw new Error('no such item');
    stored.isDamaged = isDamaged;
  }

  /** Every item as it is stored. */
  contents(): string {
    const stored = this.emulator.organization.recipients.get(this.mailbox.ownerId ?? '')?.mailbox;
    return JSON.stringify(
      [...(stored?.items.values() ?? [])].map(({ id, changeNumber, properties }) => [
        id,
        changeNumber,
        properties,
      ]),
    );
  }

  /** The source object that an item is read as. */
  async objectOf(item: string): Promise<SourceObjectId> {
    const name = `probe ${randomUUID()}`;
    const { displayName = null } = this.#stored(item)?.properties ?? {};
    await this.control.editContact(this.address, item, { displayName: name });
    const { objects } = await this.read({ includePrivate: true });
    await this.control.editContact(this.address, item, { displayName });
    const found = objects.find(({ attributes }) => attributes.displayName?.[0] === name);
    if (found === undefined) throw new Error('the item is not read');
    return found.id;
  }

  get hands(): SourceHands {
    const unknown = () => Promise.reject(new Error('a shared mailbox has none'));
    return {
      addRecipient: async (seed: RecipientSeed) => {
        const item = await this.control.createContact(this.address, {
          properties: {
            displayName: seed.displayName,
            givenName: seed.givenName ?? null,
            surname: seed.surname ?? null,
            department: seed.department ?? null,
            businessPhones: [...(seed.businessPhones ?? [])],
            emailAddresses: entries([seed.primarySmtpAddress ?? '', ...(seed.proxyAddresses ?? [])]),
          },
        });
        const id = await this.objectOf(item.id);
        this.#items.set(id, item.id);
        return id;
      },
      renameRecipient: async (id, displayName, primarySmtpAddress) => {
        const properties = { displayName, emailAddresses: entries([primarySmtpAddress]) };
        await this.control.editContact(this.address, this.#itemOf(id), properties);
      },
      removeRecipient: (id) => this.control.deleteContact(this.address, this.#itemOf(id)),
      addGroup: unknown,
      nestGroup: unknown,
      addToAddressList: unknown,
      filterFor: unknown,
    };
  }

  #stored(item: string) {
    const owner = this.mailbox.ownerId ?? '';
    return this.emulator.organization.recipients.get(owner)?.mailbox?.items.get(item);
  }

  #itemOf(id: SourceObjectId): string {
    const item = this.#items.get(id);
    if (item === undefined) throw new Error('no such item');
    return item;
  }
}

const numbered = (number: number) => ({ displayName: `Customer ${number}` });

const entries = (addresses: readonly string[]) =>
  addresses.filter((address) => address !== '').map((address) => ({ address, name: address }));
