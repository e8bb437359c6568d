// The bed on which the Graph target is tested: a fresh mailbox of an emulated tenant, the hands of its user, scripted
// trouble, and the target over the real HTTP client. Only tests use it.

import { randomUUID } from 'node:crypto';
import { type EmulatorControl, type RunningEmulator, seededApp } from '@contactsync/emulator';
import type {
  MailboxHands,
  MailboxTargetFixture,
  TargetTroubleHands,
} from '../../../../test/contract/mailbox-target.ts';
import type { ContactProperties } from '../../../model/contact.ts';
import {
  folderId,
  type ItemId,
  itemId,
  mailboxId,
  type PolicyId,
  sourceObjectId,
} from '../../../model/ids.ts';
import type { OwnershipMark, TargetMailbox } from '../../../model/mailbox.ts';
import type { Clock } from '../../../ports/clock.ts';
import { silentLog } from '../../../ports/log.ts';
import type { MailboxTargets } from '../../../ports/mailbox-target.ts';
import type { MarkCodec } from '../../../ports/mark-codec.ts';
import { createGraphClient, type GraphClient } from '../../graph-client/index.ts';
import { createHttpClient, type HttpClient } from '../../http/http-client.ts';
import { type ExtendedProperty, encodeCreate, encodeUpdate, type GraphJson } from '../codec.ts';
import { createGraphTargets } from '../graph-mailbox-target.ts';
import { IDENTITY_PROPERTY } from '../ownership-properties.ts';
import { normalizedId } from '../schema.ts';

/** Readable instead of compact; the real one is tested with its own vectors in core. */
export const jsonMarkCodec: MarkCodec = {
  encode({ version, policyId, sourceObjectId: source, fingerprint, fieldFingerprints }) {
    return {
      identity: JSON.stringify([version, policyId, source ?? null, fingerprint]),
      fields: fieldFingerprints,
    };
  },
  decode(identity, fields) {
    const [version, policyId, source, fingerprint] = JSON.parse(identity) as [
      number,
      PolicyId,
      string | null,
      string,
    ];
    if (version > 1) return { newer: version };
    return {
      version,
      policyId,
      sourceObjectId: source === null ? undefined : sourceObjectId(source),
      fingerprint,
      fieldFingerprints: fields,
    };
  },
};

export const folderMark = (policyId: PolicyId, name: string): OwnershipMark => ({
  version: 1,
  policyId,
  sourceObjectId: undefined,
  fingerprint: `name ${name}`,
  fieldFingerprints: '',
});

/** Waiting takes no time. */
export function impatientClock(): Clock & { readonly sleptMs: readonly number[] } {
  let now = Date.parse('2026-11-02T08:00:00Z');
  const sleptMs: number[] = [];
  return {
    sleptMs,
    now: () => new Date(now),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      now += milliseconds;
      sleptMs.push(milliseconds);
    },
  };
}

export class GraphTestBed {
  readonly targets: MailboxTargets;
  readonly mailbox: TargetMailbox;
  readonly client: GraphClient;
  readonly clock: ReturnType<typeof impatientClock>;
  readonly control: EmulatorControl;
  readonly address: string;
  readonly #http: HttpClient;

  private constructor(emulator: RunningEmulator, control: EmulatorControl, mailbox: TargetMailbox) {
    this.control = control;
    this.mailbox = mailbox;
    this.address = mailbox.primarySmtpAddress;
    this.clock = impatientClock();
    this.#http = createHttpClient({
      allowedHosts: [new URL(emulator.url).host],
      additionalCa: emulator.caPem,
      log: silentLog,
      clock: this.clock,
    });
    this.client = createGraphClient({
      baseUrl: emulator.url,
      tokens: { token: async () => ({ value: emulator.issueToken(seededApp.clientId, 'graph') }) },
      http: this.#http,
      log: silentLog,
      clock: this.clock,
    });
    this.targets = createGraphTargets({
      client: this.client,
      markCodec: jsonMarkCodec,
      folderMark,
      log: silentLog,
      clock: this.clock,
    });
  }

  static async open(emulator: RunningEmulator, control: EmulatorControl): Promise<GraphTestBed> {
    const alias = `mailbox-${randomUUID().slice(0, 8)}`;
    const person = await control.addPerson({
      recipientTypeDetails: 'UserMailbox',
      displayName: alias,
      alias,
    });
    const { exchangeGuid } = await control.mailbox(person.id);
    return new GraphTestBed(emulator, control, {
      id: mailboxId(exchangeGuid),
      displayName: person.displayName,
      primarySmtpAddress: person.primarySmtpAddress,
      location: 'exchangeOnline',
      ownerId: sourceObjectId(person.id),
    });
  }

  get user(): MailboxHands {
    const { control, address } = this;
    const itemOf = async (id: ItemId) => {
      const found = (await control.mailbox(address)).items.find((one) => one.immutableId === id);
      if (found === undefined) throw new Error('no such item');
      return found;
    };
    return {
      contactsFolder: async () => {
        const folder = (await control.mailbox(address)).folders.find((one) => one.path === 'Contacts');
        return folderId(folder?.id ?? '');
      },
      createFolder: async (name, below) => folderId((await control.createFolder(address, name, below)).id),
      renameFolder: async (id, name) => void (await control.renameFolder(address, id, name)),
      moveFolder: async (id, below) => void (await control.moveFolder(address, id, below)),
      deleteFolder: (id) => control.deleteFolder(address, id),
      addContact: async (properties, folder) => {
        const written = split(encodeCreate(properties, []));
        const item = await control.createContact(address, { folder: folder ?? 'Contacts', ...written });
        return itemId(item.immutableId);
      },
      editContact: async (id, set) => {
        const { properties, extendedProperties } = split(encodeUpdate(set, set as ContactProperties, []));
        await control.editContact(address, id, properties, extendedProperties);
      },
      touchContact: async (id) => void (await control.touchContact(address, id)),
      copyContact: async (id, folder) => {
        const into = folder ?? (await itemOf(id)).folderId;
        return itemId((await control.copyContact(address, id, into)).immutableId);
      },
      moveContact: async (id, folder) => void (await control.moveContact(address, id, folder)),
      deleteContact: (id) => control.deleteContact(address, id),
      whereIs: async (id) => {
        const { folders, items } = await control.mailbox(address);
        const lies = items.find((one) => one.immutableId === id)?.folderId ?? id;
        const folder = folders.find((one) => one.id === lies);
        if (folder === undefined) return 'gone';
        return folder.isDeleted ? 'deletedItems' : 'inPlace';
      },
      putNewerMark: async (id) => {
        const identity = JSON.stringify([2, 'of a later release']);
        await control.editContact(address, id, {}, { [IDENTITY_PROPERTY]: identity });
      },
    };
  }

  get trouble(): TargetTroubleHands {
    const { control } = this;
    const contactWrites = { face: 'graph', path: '/contacts', batchPart: true } as const;
    return {
      loseNextAnswer: async () => {
        await control.addFault({
          ...contactWrites,

          action: { kind: 'process-then-drop' },
        });
      },
      loseNextFolderAnswer: async () => {
        const action = { kind: 'process-then-drop' } as const;
        await control.addFault({ face: 'graph', method: 'POST', path: '/contactFolders$', action });
      },
      failNextWrite: async () => {
        const body = { error: { code: 'ErrorPropertyValidationFailure', message: 'refused' } };
        const action = { kind: 'answer', status: 400, body } as const;
        await control.addFault({ ...contactWrites, method: 'POST', action });
      },
      expireSyncTokens: async () => {
        const body = { error: { code: 'syncStateNotFound', message: 'The sync state is not found.' } };
        const action = { kind: 'answer', status: 410, body } as const;
        await control.addFault({ face: 'graph', path: 'deltatoken=', action });
      },
      refuse: async (why) => {
        const [status, code] = REFUSALS[why];
        const action = { kind: 'answer', status, body: { error: { code, message: '' } } } as const;
        await control.addFault({ face: 'graph', path: '/users/', count: 10_000, action });
      },
    };
  }

  async fixture(): Promise<MailboxTargetFixture> {
    await this.control.clearFaults();
    return {
      targets: this.targets,
      mailbox: this.mailbox,
      user: this.user,
      trouble: this.trouble,
      dumpForeign: () => this.dumpForeign(),
      countRequests: async () => this.client.counts.innerRequests,
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
    await this.control.clearFaults();
    await this.#http.close();
  }
}

const REFUSALS = {
  mailboxNotProvisioned: [404, 'MailboxNotEnabledForRESTAPI'],
  mailboxAccessDenied: [403, 'ErrorAccessDenied'],
  serviceUnavailable: [503, 'serviceNotAvailable'],
} as const;

function split(body: GraphJson): {
  properties: Readonly<Record<string, unknown>>;
  extendedProperties: Readonly<Record<string, string>>;
} {
  const { singleValueExtendedProperties, ...properties } = body;
  const extended = (singleValueExtendedProperties ?? []) as readonly ExtendedProperty[];
  return { properties, extendedProperties: Object.fromEntries(extended.map(({ id, value }) => [id, value])) };
}
