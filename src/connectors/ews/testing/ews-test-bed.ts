// The bed on which the EWS target is tested: a fresh mailbox of an emulated organization, the hands of its user, scripted
// trouble, and the target over the real HTTP client. Only tests use it.

import { randomUUID } from 'node:crypto';
import type { EmulatorControl, RunningEmulator } from '@contactsync/emulator';
import type {
  MailboxHands,
  MailboxTargetFixture,
  TargetTroubleHands,
} from '../../../../test/contract/mailbox-target.ts';
import type { ContactProperties } from '../../../model/contact.ts';
import {
  type FolderId,
  folderId,
  type ItemId,
  itemId,
  mailboxId,
  sourceObjectId,
} from '../../../model/ids.ts';
import type { TargetMailbox } from '../../../model/mailbox.ts';
import { silentLog } from '../../../ports/log.ts';
import type { MailboxTarget, MailboxTargets } from '../../../ports/mailbox-target.ts';
import { basicSignIn, createExchangeHttp, type ExchangeHttp } from '../../exchange-http/index.ts';
import { type ExtendedProperty, encodeCreate, encodeUpdate, type GraphJson } from '../../graph/codec.ts';
import { IDENTITY_PROPERTY } from '../../graph/ownership-properties.ts';
import { normalizedId } from '../../graph/schema.ts';
import { folderMark, impatientClock, jsonMarkCodec } from '../../graph/testing/graph-test-bed.ts';
import { createEwsTargets, type EwsTargets } from '../ews-mailbox-target.ts';

/** The emulator's control shows ids in the spelling of Graph. */
const fromStore = (id: string) => id.replaceAll('-', '+').replaceAll('_', '/');
const toStore = (id: string) => id.replaceAll('+', '-').replaceAll('/', '_');

export class EwsTestBed {
  readonly targets: EwsTargets;
  readonly mailbox: TargetMailbox;
  readonly clock: ReturnType<typeof impatientClock>;
  readonly control: EmulatorControl;
  readonly http: ExchangeHttp;
  readonly #ewsUrl: string;
  /** An item's id changes when it moves: by the ids it ever had. */
  readonly #immutableIds = new Map<string, string>();

  private constructor(emulator: RunningEmulator, control: EmulatorControl, mailbox: TargetMailbox) {
    this.control = control;
    this.mailbox = mailbox;
    this.clock = impatientClock();
    const { userName, password } = emulator.serviceAccount;
    this.http = createExchangeHttp({
      signIn: basicSignIn({ account: userName, password }),
      additionalCa: emulator.caPem,
      log: silentLog,
      clock: this.clock,
      random: () => 0.5,
    });
    this.#ewsUrl = emulator.ewsUrl;
    this.targets = this.targetsOver(this.http);
  }

  /** Further targets, such as ones whose answers are changed on their way. */
  targetsOver(http: ExchangeHttp): EwsTargets {
    return createEwsTargets({
      url: () => Promise.resolve(this.#ewsUrl),
      http,
      markCodec: jsonMarkCodec,
      folderMark,
      impersonate: true,
      log: silentLog,
      clock: this.clock,
      random: () => 0.5,
    });
  }

  static async open(emulator: RunningEmulator, control: EmulatorControl): Promise<EwsTestBed> {
    const alias = `mailbox-${randomUUID().slice(0, 8)}`;
    const person = await control.addPerson({
      recipientTypeDetails: 'UserMailbox',
      displayName: alias,
      alias,
    });
    const { exchangeGuid } = await control.mailbox(person.id);
    return new EwsTestBed(emulator, control, {
      id: mailboxId(exchangeGuid),
      displayName: person.displayName,
      primarySmtpAddress: person.primarySmtpAddress,
      location: 'onPremises',
      ownerId: sourceObjectId(person.id),
    });
  }

  get address(): string {
    return this.mailbox.primarySmtpAddress;
  }

  get user(): MailboxHands {
    const { control, address } = this;
    return {
      contactsFolder: async () => {
        const folder = (await control.mailbox(address)).folders.find((one) => one.path === 'Contacts');
        return folderId(fromStore(folder?.id ?? ''));
      },
      createFolder: async (name, below) => {
        const parent = below === undefined ? undefined : toStore(below);
        return folderId(fromStore((await control.createFolder(address, name, parent)).id));
      },
      renameFolder: async (id, name) => void (await control.renameFolder(address, toStore(id), name)),
      moveFolder: async (id, below) => void (await control.moveFolder(address, toStore(id), toStore(below))),
      deleteFolder: (id) => control.deleteFolder(address, toStore(id)),
      addContact: async (properties, folder) => {
        const written = split(encodeCreate(properties, []));
        const into = folder === undefined ? 'Contacts' : toStore(folder);
        return itemId(fromStore((await control.createContact(address, { folder: into, ...written })).id));
      },
      editContact: async (id, set) => {
        const { properties, extendedProperties } = split(encodeUpdate(set, set as ContactProperties, []));
        await control.editContact(address, toStore(id), properties, extendedProperties);
      },
      touchContact: async (id) => void (await control.touchContact(address, toStore(id))),
      copyContact: async (id, folder) => {
        const into = folder === undefined ? await this.#folderOf(id) : toStore(folder);
        return itemId(fromStore((await control.copyContact(address, toStore(id), into)).id));
      },
      moveContact: async (id, folder) => {
        await this.#rememberIds();
        return itemId(fromStore((await control.moveContact(address, toStore(id), toStore(folder))).id));
      },
      deleteContact: async (id) => {
        await this.#rememberIds();
        await control.deleteContact(address, toStore(id));
      },
      whereIs: (id) => this.#whereIs(id),
      putNewerMark: async (id) => {
        const identity = JSON.stringify([2, 'of a later release']);
        await control.editContact(address, toStore(id), {}, { [IDENTITY_PROPERTY]: identity });
      },
    };
  }

  get trouble(): TargetTroubleHands {
    const { control } = this;
    const lose = (bodyText: string) =>
      control.addFault({ face: 'ews', bodyText, action: { kind: 'process-then-drop' } });
    return {
      loseNextAnswer: () => lose('<m:(CreateItem|UpdateItem|DeleteItem)'),
      loseNextFolderAnswer: () => lose('<m:(CreateFolder|UpdateFolder|DeleteFolder)'),
      failNextWrite: () =>
        control.addEwsFault({
          operation: 'CreateItem',
          action: { kind: 'batch-stopped', afterItems: 0, code: 'ErrorPropertyValidationFailure' },
        }),
      expireSyncTokens: () =>
        control.addEwsFault({ operation: 'SyncFolderItems', action: { kind: 'sync-state-invalid' } }),
      refuse: (why) => control.addEwsFault({ count: 'unlimited', action: { kind: REFUSALS[why] } }),
    };
  }

  async fixture(): Promise<MailboxTargetFixture> {
    await this.#clearFaults();
    return {
      targets: this.#watched(),
      mailbox: this.mailbox,
      user: this.user,
      trouble: this.trouble,
      dumpForeign: () => this.dumpForeign(),
      countRequests: async () => this.targets.counts.requests,
      dispose: () => this.close(),
    };
  }

  async dumpForeign(): Promise<string> {
    const { folders, items } = await this.control.mailbox(this.address);
    const isForeign = (one: { extendedProperties: Readonly<Record<string, string>> }) =>
      (one.extendedProperties[normalizedId(IDENTITY_PROPERTY)] ?? '') === '';
    return JSON.stringify([folders.filter(isForeign), items.filter(isForeign)]);
  }

  async close(): Promise<void> {
    await this.#clearFaults();
    await this.http.close();
  }

  async #clearFaults(): Promise<void> {
    await this.control.clearFaults();
    await this.control.clearEwsFaults();
  }

  async #folderOf(id: ItemId): Promise<string> {
    const found = (await this.control.mailbox(this.address)).items.find((one) => one.id === toStore(id));
    if (found === undefined) throw new Error('no such item');
    return found.folderId;
  }

  async #whereIs(id: FolderId | ItemId): Promise<'inPlace' | 'deletedItems' | 'gone'> {
    const { folders, items } = await this.control.mailbox(this.address);
    const stored = toStore(id);
    const immutable = this.#immutableIds.get(stored);
    const item = items.find((one) => one.id === stored || one.immutableId === immutable);
    const folder = folders.find((one) => one.id === (item?.folderId ?? stored));
    if (folder === undefined) return 'gone';
    return folder.isDeleted ? 'deletedItems' : 'inPlace';
  }

  async #rememberIds(): Promise<void> {
    const { items } = await this.control.mailbox(this.address);
    for (const item of items) this.#immutableIds.set(item.id, item.immutableId);
  }

  /** The targets, with the ids of all items remembered before each write. */
  #watched(): MailboxTargets {
    const { targets } = this;
    const remember = () => this.#rememberIds();
    return {
      capabilities: targets.capabilities,
      scan: (mailbox, signal) => targets.scan(mailbox, signal),
      ...(targets.leftovers === undefined ? {} : { leftovers: targets.leftovers }),
      open(...parts) {
        const target = targets.open(...parts);
        const watched: MailboxTarget = {
          readFolder: (options, signal) => target.readFolder(options, signal),
          readContacts: (ids, signal) => target.readContacts(ids, signal),
          readUnmarked: (ids, signal) => target.readUnmarked(ids, signal),
          readElsewhere: (signal) => target.readElsewhere(signal),
          applyFolder: (action, signal) => target.applyFolder(action, signal),
          async applyChanges(changes, signal) {
            if (changes.some(({ kind }) => kind === 'delete')) await remember();
            return target.applyChanges(changes, signal);
          },
          ...(target.pictures === undefined ? {} : { pictures: target.pictures }),
          ...(target.further === undefined ? {} : { further: target.further }),
        };
        return watched;
      },
    };
  }
}

const REFUSALS = {
  mailboxNotProvisioned: 'mailbox-gone',
  mailboxAccessDenied: 'access-denied-here',
  serviceUnavailable: 'store-unavailable',
} as const;

function split(body: GraphJson): {
  properties: Readonly<Record<string, unknown>>;
  extendedProperties: Readonly<Record<string, string>>;
} {
  const { singleValueExtendedProperties, ...properties } = body;
  const extended = (singleValueExtendedProperties ?? []) as readonly ExtendedProperty[];
  return { properties, extendedProperties: Object.fromEntries(extended.map(({ id, value }) => [id, value])) };
}
