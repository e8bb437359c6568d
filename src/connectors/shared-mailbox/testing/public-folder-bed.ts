// Public folders of an emulated organization, the hands of those who use them, and the source over EWS. Only tests use it.

import { randomUUID } from 'node:crypto';
import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { hasPictureKey } from '../../../../emulator/src/ews/properties/mapi.ts';
import { dropContactPhoto, keepContactPhoto } from '../../../../emulator/src/organization/contact-photos.ts';
import { createItem, touchItem } from '../../../../emulator/src/organization/mailbox-store.ts';
import type { RecipientSeed, SourceHands } from '../../../../test/contract/contact-source.ts';
import type { ContactProperties } from '../../../model/contact.ts';
import type { SourceObjectId } from '../../../model/ids.ts';
import type { TargetMailbox } from '../../../model/mailbox.ts';
import type { PublicFolderSource } from '../../../model/policy.ts';
import type { ContactFolders } from '../../../ports/contact-folders.ts';
import type { SourceReading } from '../../../ports/contact-source.ts';
import type { DirectoryCache } from '../../../ports/directory-cache.ts';
import { silentLog } from '../../../ports/log.ts';
import { findPublicFolderRoutes } from '../../autodiscover/index.ts';
import { createEwsClient, openEwsPublicFolders } from '../../ews/index.ts';
import { basicSignIn, createExchangeHttp, type ExchangeHttp } from '../../exchange-http/index.ts';
import { type ExtendedProperty, encodeCreate } from '../../graph/codec.ts';
import { impatientClock, jsonMarkCodec } from '../../graph/testing/graph-test-bed.ts';
import { createItemPhotos } from '../item-photos.ts';
import { createPublicFolderReader, type PublicFolderReader } from '../public-folder-source.ts';

export class PublicFolderBed {
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  /** Address of the mailbox that reads. */
  readonly reader: string;
  readonly #http: ExchangeHttp;
  readonly #cache = new Map<string, Uint8Array>();
  readonly photos = createItemPhotos();
  readonly #items = new Map<SourceObjectId, string>();
  #touched = 0;
  /** Another one for each test. */
  path: readonly string[] = [];

  private constructor(
    emulator: RunningEmulator,
    control: EmulatorControl,
    reader: string,
    http: ExchangeHttp,
  ) {
    this.emulator = emulator;
    this.control = control;
    this.reader = reader;
    this.#http = http;
  }

  static async start(): Promise<PublicFolderBed> {
    const emulator = await startEmulator({ recipients: 2, mailboxes: 2 });
    const control = new EmulatorControl(emulator.url, emulator.caPem);
    const [person] = await control.people('UserMailbox');
    const reader = person?.primarySmtpAddress ?? '';
    const { userName, password } = await control.account(reader);
    const http = createExchangeHttp({
      signIn: basicSignIn({ account: userName, password }),
      additionalCa: emulator.caPem,
      clock: impatientClock(),
      log: silentLog,
      random: () => 0.5,
    });
    return new PublicFolderBed(emulator, control, reader, http);
  }

  async close(): Promise<void> {
    await this.#http.close();
    await this.control.close();
    await this.emulator.close();
  }

  /** Another, empty folder, whose contents lie in another mailbox than the hierarchy. */
  async renew(): Promise<void> {
    await this.control.clearEwsFaults();
    this.path = [`Customers ${randomUUID().slice(0, 8)}`];
    this.#items.clear();
    await this.control.createPublicFolder(this.path, { mailbox: 1 });
  }

  /** The folder of the test, unless others are named. */
  scope(change: Partial<PublicFolderSource> = {}): PublicFolderSource {
    return {
      type: 'publicFolder',
      folders: [{ path: [...this.path], includeSubfolders: false }],
      categories: [],
      includePrivate: false,
      excludeWithoutPhone: false,
      excludeWithoutEmail: false,
      include: [],
      exclude: [],
      ...change,
    };
  }

  /** A new connection; what was remembered stays. */
  connect(location: TargetMailbox['location'] = 'onPremises'): PublicFolderReader {
    const folders = this.open({ cache: this.#memory });
    const { reader, photos } = this;
    return createPublicFolderReader({ folders, reader, location, log: silentLog, photos });
  }

  open(memory: { readonly cache?: DirectoryCache } = {}): ContactFolders {
    const { reader } = this;
    const common = { clock: impatientClock(), log: silentLog, random: () => 0.5 };
    const ewsUrl = () => Promise.resolve(this.emulator.ewsUrl);
    const http = this.#http;
    return openEwsPublicFolders({
      client: createEwsClient({ url: ewsUrl, http, impersonate: false, ...common }),
      reader,
      findRoutes: () => findPublicFolderRoutes({ http, ewsUrl, reader }),
      markCodec: jsonMarkCodec,
      ...memory,
      ...common,
    });
  }

  read(
    change: Partial<PublicFolderSource> = {},
    signal = new AbortController().signal,
  ): Promise<SourceReading> {
    return this.connect()(this.scope(change), signal);
  }

  async names(change: Partial<PublicFolderSource> = {}): Promise<readonly string[]> {
    const { objects } = await this.read(change);
    return objects.map(({ attributes }) => attributes.displayName?.[0] ?? '').sort();
  }

  /** The operations of EWS since the last call, in order. */
  async operations(): Promise<readonly string[]> {
    const requests = await this.control.requests(10_000);
    await this.control.clearRequests();
    return requests.flatMap(({ face, operation }) => (face === 'ews' ? [operation ?? ''] : []));
  }

  /** As Outlook writes it; the id of the item. */
  async add(properties: ContactProperties, path: readonly string[] = this.path): Promise<string> {
    const { singleValueExtendedProperties = [], ...plain } = encodeCreate(properties, []);
    const extended = singleValueExtendedProperties as readonly ExtendedProperty[];
    const { id } = await this.control.createPublicContact(path, {
      properties: plain,
      extendedProperties: Object.fromEntries(extended.map((one) => [one.id, one.value])),
    });
    return id;
  }

  /** So many at once, by their ids; without the way over the control API. */
  fill(count: number, now = new Date('2026-11-02T08:00:00Z')): readonly string[] {
    const { organization } = this.emulator;
    const mailbox = this.#store;
    const folder = [...mailbox.folders.values()].find(({ displayName }) => displayName === this.path[0]);
    if (folder === undefined) throw new Error('renew makes the folder');
    const open = { organization, mailbox, now };
    return Array.from(
      { length: count },
      (_, number) => createItem(open, folder.id, { properties: { displayName: `Customer ${number}` } }).id,
    );
  }

  /** The store lists it and cannot open it. */
  damage(item: string): void {
    const stored = this.#store.items.get(item);
    if (stored === undefined) throw new Error('no such item');
    stored.isDamaged = true;
  }

  /** undefined takes it off. */
  setPicture(item: string, bytes: Buffer | undefined): void {
    const stored = this.#touch(item);
    if (bytes === undefined) {
      stored.extendedProperties.delete(hasPictureKey);
      dropContactPhoto(this.#store, stored);
      return;
    }
    stored.extendedProperties.set(hasPictureKey, 'true');
    const { modifiedAt } = stored;
    const picture = { contentType: 'image/jpeg', bytes, width: 1, height: 1, changeNumber: 1, modifiedAt };
    keepContactPhoto(this.#store, stored, picture);
  }

  /** As Outlook does; without bytes an item within the item. A file of the same name is replaced. */
  attach(item: string, name: string, bytes: Buffer | undefined): void {
    const stored = this.#touch(item);
    const others = (stored.attachments ?? []).filter((one) => one.name !== name);
    const number = Math.max(1, ...(stored.attachments ?? []).map((one) => one.number)) + 1;
    const { modifiedAt } = stored;
    const content = bytes === undefined ? {} : { bytes };
    stored.attachments = [
      ...others,
      { number, name, contentType: 'text/plain', contentId: '', isInline: false, modifiedAt, ...content },
    ];
  }

  /** As it is stored, by the names of MAPI; the id of the item. */
  async addRaw(
    properties: Readonly<Record<string, unknown>>,
    extendedProperties: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    return (await this.control.createPublicContact(this.path, { properties, extendedProperties })).id;
  }

  editRaw(item: string, extendedProperties: Readonly<Record<string, string>>): void {
    const stored = this.#touch(item);
    for (const [id, value] of Object.entries(extendedProperties)) stored.extendedProperties.set(id, value);
  }

  #touch(item: string) {
    const { organization } = this.emulator;
    const now = new Date(Date.parse('2026-11-03T08:00:00Z') + this.#touched * 1_000);
    this.#touched += 1;
    return touchItem({ organization, mailbox: this.#store, now }, item);
  }

  /** Every item as it is stored. */
  contents(): string {
    const items = [...this.#store.items.values()];
    return JSON.stringify(items.map(({ id, changeNumber, properties }) => [id, changeNumber, properties]));
  }

  /** A part of what was remembered. */
  damageMemory(): void {
    for (const key of this.#cache.keys()) if (key.includes('/')) this.#cache.set(key, Buffer.from('x'));
  }

  forget(): void {
    this.#cache.clear();
  }

  get hands(): SourceHands {
    const unknown = () => Promise.reject(new Error('a public folder has none'));
    return {
      addRecipient: async (seed: RecipientSeed) => {
        const before = new Set((await this.read()).objects.map(({ id }) => id));
        const { id: item } = await this.control.createPublicContact(this.path, {
          properties: {
            displayName: seed.displayName,
            givenName: seed.givenName ?? null,
            surname: seed.surname ?? null,
            department: seed.department ?? null,
            businessPhones: [...(seed.businessPhones ?? [])],
            emailAddresses: entries([seed.primarySmtpAddress ?? '', ...(seed.proxyAddresses ?? [])]),
          },
        });
        const added = (await this.read()).objects.find(({ id }) => !before.has(id));
        if (added === undefined) throw new Error('the item is not read');
        this.#items.set(added.id, item);
        return added.id;
      },
      renameRecipient: async (id, displayName, primarySmtpAddress) => {
        const properties = { displayName, emailAddresses: entries([primarySmtpAddress]) };
        await this.control.editPublicContact(this.#itemOf(id), properties);
      },
      removeRecipient: (id) => this.control.deletePublicContact(this.#itemOf(id)),
      addGroup: unknown,
      nestGroup: unknown,
      addToAddressList: unknown,
      filterFor: unknown,
    };
  }

  get #memory(): DirectoryCache {
    return {
      read: (key) => Promise.resolve(this.#cache.get(key)),
      save: async (key, blob) => {
        this.#cache.set(key, blob);
      },
    };
  }

  get #store() {
    const store = this.emulator.organization.publicFolders?.store;
    if (store === undefined) throw new Error('renew makes the first folder');
    return store;
  }

  #itemOf(id: SourceObjectId): string {
    const item = this.#items.get(id);
    if (item === undefined) throw new Error('no such item');
    return item;
  }
}

const entries = (addresses: readonly string[]) =>
  addresses.filter((address) => address !== '').map((address) => ({ address, name: address }));
