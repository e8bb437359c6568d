// A public folder and a shared mailbox of one emulated organization, and copying from one into the other. Only tests use it.

import { randomUUID } from 'node:crypto';
import { type ItemView, seededApp } from '@contactsync/emulator';
import type { Attachment, ContactItem } from '../../../../emulator/src/organization/state.ts';
import { copyMarkCodec, folderMark, markCodec } from '../../../composition/marks.ts';
import { copyContacts, type PlannedCopy } from '../../../engine/copy-contacts.ts';
import type { CopyOutcome } from '../../../engine/copy-writing.ts';
import { type PlannedUndo, type UndoOutcome, undoCopy } from '../../../engine/undo-copy.ts';
import type { ContactProperties } from '../../../model/contact.ts';
import { mailboxId, policyId, sourceObjectId } from '../../../model/ids.ts';
import type { DirectoryMailbox } from '../../../model/mailbox.ts';
import type { OpenContactFolders } from '../../../ports/contact-folders.ts';
import type { SourceReading } from '../../../ports/contact-source.ts';
import { silentLog } from '../../../ports/log.ts';
import type { MailboxDirectory } from '../../../ports/mailbox-directory.ts';
import type { MailboxTargets } from '../../../ports/mailbox-target.ts';
import { createEwsClient, createEwsTargets, openEwsContactFolders } from '../../ews/index.ts';
import { basicSignIn, createExchangeHttp } from '../../exchange-http/index.ts';
import { createGraphTargets, openGraphContactFolders } from '../../graph/index.ts';
import { impatientClock } from '../../graph/testing/graph-test-bed.ts';
import { createGraphClient } from '../../graph-client/index.ts';
import { createHttpClient } from '../../http/http-client.ts';
import { createInMemoryDirectoryCache } from '../../memory/stores/in-memory-directory-cache.ts';
import { InMemoryLeases } from '../../memory/stores/in-memory-leases.ts';
import { InMemoryLedger } from '../../memory/stores/in-memory-ledger.ts';
import { createOriginalContacts } from '../original-contacts.ts';
import { createSharedMailboxReader } from '../shared-mailbox-source.ts';
import { PublicFolderBed } from './public-folder-bed.ts';

const TARGET = 'Copies';

interface Way {
  readonly location: DirectoryMailbox['location'];
  readonly open: OpenContactFolders;
  readonly copies: MailboxTargets;
  /** As policies write. */
  readonly targets: MailboxTargets;
  close(): Promise<void>;
}

export interface CopyAnswer {
  readonly plan: (PlannedCopy['plan'] & Planned) | undefined;
  readonly outcome: CopyOutcome | undefined;
}

export interface UndoAnswer {
  readonly plan: PlannedUndo | undefined;
  readonly outcome: UndoOutcome | undefined;
}

interface Planned {
  readonly create: number;
  readonly update: number;
  readonly pictures: number;
  readonly withFiles: number;
  readonly withoutFiles: number;
  readonly keptForUser: number;
  readonly reading: PlannedCopy['reading'];
}

export class CopyBed {
  readonly folders: PublicFolderBed;
  readonly #way: Way;
  readonly #leases = new InMemoryLeases(impatientClock());
  readonly ledger = new InMemoryLedger();
  #mailbox: DirectoryMailbox | undefined;

  private constructor(folders: PublicFolderBed, way: Way) {
    this.folders = folders;
    this.#way = way;
  }

  static async start(protocol: 'Graph' | 'EWS'): Promise<CopyBed> {
    const folders = await PublicFolderBed.start();
    return new CopyBed(folders, protocol === 'Graph' ? throughGraph(folders) : throughEws(folders));
  }

  async close(): Promise<void> {
    await this.#way.close();
    await this.folders.close();
  }

  /** Another public folder and another mailbox, both empty. */
  async renew(): Promise<void> {
    await this.folders.control.clearFaults();
    await this.folders.renew();
    const { id, displayName, primarySmtpAddress } = await this.folders.control.addPerson({
      recipientTypeDetails: 'SharedMailbox',
      displayName: 'Customers',
      alias: `customers-${randomUUID().slice(0, 8)}`,
    });
    const { exchangeGuid } = await this.folders.control.mailbox(id);
    this.#mailbox = {
      id: mailboxId(exchangeGuid),
      kind: 'sharedMailbox',
      displayName,
      primarySmtpAddress,
      location: this.#way.location,
      ownerId: sourceObjectId(id),
      customAttributes: [],
    };
  }

  get mailbox(): DirectoryMailbox {
    if (this.#mailbox === undefined) throw new Error('renew makes the mailbox');
    return this.#mailbox;
  }

  async copy(
    change: {
      readonly mode?: 'run' | 'test';
      readonly includeSubfolders?: boolean;
      readonly mailbox?: string;
      readonly stopsAfterFirst?: true;
      readonly restoreDeleted?: true;
    } = {},
  ): Promise<CopyAnswer> {
    const { mode = 'run', includeSubfolders = false, mailbox = this.mailbox.primarySmtpAddress } = change;
    const stop = new AbortController();
    let plan: CopyAnswer['plan'];
    const outcome = await copyContacts(
      {
        folder: { path: this.folders.path, includeSubfolders },
        mailbox,
        targetFolder: TARGET,
        mode,
        restoreDeleted: change.restoreDeleted === true,
        holder: 'test',
      },
      {
        originals: createOriginalContacts({
          folders: this.folders.open(),
          reader: this.folders.reader,
          location: 'onPremises',
        }),
        directory: this.#directory,
        targets: this.#way.copies,
        leases: this.#leases,
        ledger: this.ledger,
      },
      {
        planned({ plan: made, pictures, withFiles, withoutFiles, keptForUser, reading }) {
          const told = { pictures, withFiles, withoutFiles, keptForUser, reading };
          const ofKind = (kind: string) => made.changes.filter((one) => one.kind === kind).length;
          plan = { ...made, create: ofKind('create'), update: ofKind('update'), ...told };
        },
        progress: () => {
          if (change.stopsAfterFirst === true) stop.abort();
        },
      },
      stop.signal,
    );
    return { plan, outcome };
  }

  /** What a policy would read that has the copies for its source. */
  readCopies(): Promise<SourceReading> {
    const { open, location } = this.#way;
    const reader = createSharedMailboxReader({ directory: this.#directory, open, location, log: silentLog });
    return reader(
      {
        type: 'sharedMailbox',
        mailbox: this.mailbox.primarySmtpAddress,
        folders: [{ path: [TARGET], includeSubfolders: true }],
        categories: [],
        includePrivate: true,
        excludeWithoutPhone: false,
        excludeWithoutEmail: false,
        include: [],
        exclude: [],
      },
      new AbortController().signal,
    );
  }

  /** Everything in the folder and below. */
  async copies(): Promise<readonly ContactProperties[]> {
    const signal = new AbortController().signal;
    const contacts = this.#way.open(this.mailbox);
    const all: ContactProperties[] = [];
    for (const folder of (await contacts.list(signal)).filter(({ name }) => name !== 'Contacts'))
      all.push(...(await contacts.read(folder, signal)).items.map(({ properties }) => properties));
    return all;
  }

  /** Name and path of each. */
  async copyPlaces(): Promise<readonly (readonly [string, string])[]> {
    const { items } = await this.folders.control.mailbox(this.mailbox.primarySmtpAddress);
    return items
      .map(({ properties, folderPath }) => [String(properties['displayName']), folderPath] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
  }

  async editCopy(name: string, properties: Readonly<Record<string, unknown>>): Promise<void> {
    const { control } = this.folders;
    const address = this.mailbox.primarySmtpAddress;
    const { items } = await control.mailbox(address);
    const item = items.find((one) => one.properties['displayName'] === name);
    await control.editContact(address, item?.id ?? '', properties);
  }

  /** As a form for a new contact, and no sooner than a second later. */
  async copyByHand(name: string, properties: Readonly<Record<string, unknown>>): Promise<void> {
    const { control } = this.folders;
    await control.advanceClock(2_000);
    const address = this.mailbox.primarySmtpAddress;
    const { id } = await control.copyContact(
      address,
      (await this.stored(name))?.id ?? '',
      `Contacts/${TARGET}`,
    );
    await control.editContact(address, id, properties);
  }

  async pictureOf(name: string): Promise<Buffer | undefined> {
    const { control } = this.folders;
    const address = this.mailbox.primarySmtpAddress;
    const { items } = await control.mailbox(address);
    const item = items.find((one) => one.properties['displayName'] === name);
    return control.contactPhoto(address, item?.id ?? '');
  }

  async setPictureOf(name: string, jpeg: Buffer): Promise<void> {
    const { control } = this.folders;
    const address = this.mailbox.primarySmtpAddress;
    const { items } = await control.mailbox(address);
    const item = items.find((one) => one.properties['displayName'] === name);
    await control.setContactPhoto(address, item?.id ?? '', jpeg);
  }

  /** The copy as the mailbox stores it, by the names of MAPI. */
  async stored(name: string): Promise<ItemView | undefined> {
    const { items } = await this.folders.control.mailbox(this.mailbox.primarySmtpAddress);
    return items.find((one) => one.properties['displayName'] === name);
  }

  /** Of the copy, and where they may be changed as a user does. */
  filesOf(name: string): Attachment[] {
    const item = this.#itemNamed(name);
    item.attachments ??= [];
    return item.attachments;
  }

  async deleteCopy(name: string): Promise<void> {
    const id = (await this.stored(name))?.id ?? '';
    await this.folders.control.deleteContact(this.mailbox.primarySmtpAddress, id);
  }

  async deleteFolder(): Promise<void> {
    await this.folders.control.deleteFolder(this.mailbox.primarySmtpAddress, `Contacts/${TARGET}`);
  }

  async editRaw(name: string, extendedProperties: Readonly<Record<string, string>>): Promise<void> {
    const id = (await this.stored(name))?.id ?? '';
    await this.folders.control.editContact(this.mailbox.primarySmtpAddress, id, {}, extendedProperties);
  }

  async undo(mode: 'run' | 'test' = 'run'): Promise<UndoAnswer> {
    let plan: PlannedUndo | undefined;
    const outcome = await undoCopy(
      { mailbox: this.mailbox.primarySmtpAddress, targetFolder: TARGET, mode, holder: 'test' },
      {
        directory: this.#directory,
        targets: this.#way.copies,
        leases: this.#leases,
        ledger: this.ledger,
      },
      {
        planned: (undo) => {
          plan = undo;
        },
        progress: () => {},
      },
      new AbortController().signal,
    );
    return { plan, outcome };
  }

  #itemNamed(name: string): ContactItem {
    const { recipients } = this.folders.emulator.organization;
    const address = this.mailbox.primarySmtpAddress;
    const owner = [...recipients.values()].find((one) => one.primarySmtpAddress === address);
    const items = [...(owner?.mailbox?.items.values() ?? [])];
    const item = items.find(({ properties }) => properties['displayName'] === name);
    if (item === undefined) throw new Error('no such copy');
    return item;
  }

  async addByHand(displayName: string): Promise<void> {
    await this.folders.control.createContact(this.mailbox.primarySmtpAddress, {
      folder: `Contacts/${TARGET}`,
      properties: { displayName },
    });
  }

  async markAsPolicyFolder(name: string): Promise<void> {
    const folder = { name, subfolderPerDomain: false, useDefaultContacts: false, existing: 'use' } as const;
    const target = this.#way.targets.open(this.mailbox, policyId(randomUUID()), folder);
    await target.applyFolder({ kind: 'create', key: '', name }, new AbortController().signal);
  }

  get #directory(): MailboxDirectory {
    return {
      readMailboxes: () =>
        Promise.resolve({ mailboxes: [this.mailbox], notFound: [], isComplete: true, gaps: [] }),
    };
  }
}

const common = { clock: impatientClock(), log: silentLog, random: () => 0.5 };

function throughEws({ emulator }: PublicFolderBed): Way {
  const { userName, password } = emulator.serviceAccount;
  const signIn = basicSignIn({ account: userName, password });
  const http = createExchangeHttp({ signIn, additionalCa: emulator.caPem, ...common });
  const options = {
    url: () => Promise.resolve(emulator.ewsUrl),
    http,
    impersonate: true,
    markCodec,
    folderMark,
    ...common,
  };
  return {
    location: 'onPremises',
    open: openEwsContactFolders({
      ...options,
      client: createEwsClient(options),
      cache: createInMemoryDirectoryCache(),
    }),
    copies: createEwsTargets({ ...options, markCodec: copyMarkCodec }),
    targets: createEwsTargets(options),
    close: () => http.close(),
  };
}

function throughGraph({ emulator }: PublicFolderBed): Way {
  const http = createHttpClient({
    allowedHosts: [new URL(emulator.url).host],
    additionalCa: emulator.caPem,
    ...common,
  });
  const client = createGraphClient({
    baseUrl: emulator.url,
    tokens: { token: async () => ({ value: emulator.issueToken(seededApp.clientId, 'graph') }) },
    http,
    ...common,
  });
  const options = { client, markCodec, folderMark, ...common };
  return {
    location: 'exchangeOnline',
    open: openGraphContactFolders({ ...options, cache: createInMemoryDirectoryCache() }),
    copies: createGraphTargets({ ...options, markCodec: copyMarkCodec }),
    targets: createGraphTargets(options),
    close: () => http.close(),
  };
}
