// A client of the control API for tests and the demo. Talks HTTPS only, so it works just the same when the
// emulator is a process of its own.

import { Agent } from 'undici';
import type { AutodiscoverRule } from '../autodiscover/rules.ts';
import type { EwsFault, RandomEwsFaultChoice } from '../ews/fault-kinds.ts';
import type { EwsSettings } from '../ews/service.ts';
import type { EwsUsageView } from '../ews/usage.ts';
import type { Fault, RandomFaultChoice } from '../faults/fault-action.ts';
import type { GraphSettings } from '../graph/settings.ts';
import type { SignInSettings } from '../organization/on-premises.ts';
import type { AppRegistration, RecipientTypeDetails } from '../organization/state.ts';
import type { LoggedRequest, RequestCounts } from '../server/request-log.ts';
import type { TrafficChoice, TrafficSettings } from '../traffic/settings.ts';
import type { Usage } from '../traffic/traffic.ts';
import type { AutodiscoverChoice } from './autodiscover-operations.ts';
import { callControl } from './caller.ts';
import type { AccountView, EwsSettingsChoice, SignInChoice } from './on-premises-operations.ts';
import type { ClockView, OrganizationView } from './organization-operations.ts';
import type { PersonAddition, PersonChange } from './people-operations.ts';
import type { ScriptedFault } from './trouble-operations.ts';
import type { FolderView, ItemView, MailboxView, RecipientView } from './views.ts';

export type {
  AccountView,
  FolderView,
  ItemView,
  MailboxView,
  OrganizationView,
  PersonAddition,
  PersonChange,
  RecipientView,
};

export interface SentMessageView {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly {
    readonly name: string;
    readonly contentType: string;
    readonly contentBytes: string;
  }[];
  readonly at: string;
}

type Roles = Partial<Pick<AppRegistration, 'graphRoles' | 'exchangeRoles' | 'directoryRoles'>>;

/** Nobody, everybody, or the members of a group. */
export type Impersonates = 'nobody' | 'everybody' | { readonly membersOf: string };

export interface AccountChange {
  readonly password?: string;
  readonly impersonates?: Impersonates;
  readonly isDisabled?: boolean;
  readonly isPasswordExpired?: boolean;
  readonly isLocked?: boolean;
}

export class EmulatorControl {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(url: string, caPem: string) {
    this.#url = url;
    this.#agent = new Agent({ connect: { ca: caPem } });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  organization(): Promise<OrganizationView> {
    return this.#call('organization/show');
  }

  reset(
    size: {
      seed?: number;
      recipients?: number;
      mailboxes?: number;
      onPremisesMailboxes?: number;
      keepApps?: boolean;
    } = {},
  ): Promise<OrganizationView> {
    return this.#call('organization/reset', size);
  }

  async now(): Promise<Date> {
    return new Date((await this.clock()).now);
  }

  clock(): Promise<ClockView> {
    return this.#call('clock/show');
  }

  setClockSpeed(speed: { factor?: number; skipWaitingAfterMilliseconds?: number }): Promise<ClockView> {
    return this.#call('clock/set-speed', speed);
  }

  /** Resolves when so much emulated time has passed. */
  async waitByClock(milliseconds: number, signal?: AbortSignal): Promise<Date> {
    return new Date((await this.#call<ClockView>('clock/wait', { milliseconds }, signal)).now);
  }

  async advanceClock(milliseconds: number): Promise<Date> {
    return new Date((await this.#call<{ now: string }>('clock/advance', { milliseconds })).now);
  }

  addApp(clientId: string, displayName: string): Promise<AppRegistration> {
    return this.#call('apps/add', { clientId, displayName });
  }

  removeApp(clientId: string): Promise<void> {
    return this.#call('apps/remove', { clientId });
  }

  /** JPEG or PNG; null takes it away. */
  setPhoto(who: string, picture: Uint8Array | null): Promise<void> {
    return this.#call('people/set-photo', {
      who,
      picture: picture && Buffer.from(picture).toString('base64'),
    });
  }

  /** In the mailbox, where EWS shows it: JPEG or PNG, the same photo in different sizes; none takes it away. */
  setMailboxPhoto(who: string, ...pictures: readonly Uint8Array[]): Promise<void> {
    return this.#call('people/set-mailbox-photo', {
      who,
      pictures: pictures.map((picture) => Buffer.from(picture).toString('base64')),
    });
  }

  /** As the user sets it in Outlook. */
  setContactPhoto(mailbox: string, id: string, picture: Uint8Array): Promise<ItemView> {
    return this.#call('contacts/set-photo', {
      mailbox,
      id,
      picture: Buffer.from(picture).toString('base64'),
    });
  }

  async contactPhoto(mailbox: string, id: string): Promise<Buffer | undefined> {
    const { picture } = await this.#call<{ picture: string | null }>('contacts/photo', { mailbox, id });
    return picture === null ? undefined : Buffer.from(picture, 'base64');
  }

  /** Without a client id these speak of the seeded app registration "contactSync". */
  registerCertificate(certificatePem: string, clientId?: string): Promise<AppRegistration> {
    return this.#call('apps/register-certificate', {
      certificatePem,
      ...(clientId === undefined ? {} : { clientId }),
    });
  }

  removeCertificates(clientId?: string): Promise<AppRegistration> {
    return this.#call('apps/remove-certificates', clientId === undefined ? {} : { clientId });
  }

  setRoles(roles: Roles, clientId?: string): Promise<AppRegistration> {
    return this.#call('apps/set-roles', { ...roles, ...(clientId === undefined ? {} : { clientId }) });
  }

  /** Strict by default: each client assertion is good once. MSAL's own habit needs the lenient way. */
  async setEntraSettings(settings: { refuseReusedAssertions: boolean }): Promise<void> {
    await this.#call('entra/set-settings', settings);
  }

  people(recipientTypeDetails?: RecipientTypeDetails): Promise<RecipientView[]> {
    return this.#call('people/list', recipientTypeDetails === undefined ? {} : { recipientTypeDetails });
  }

  person(who: string): Promise<RecipientView> {
    return this.#call('people/show', { who });
  }

  addPerson(person: PersonAddition): Promise<RecipientView> {
    return this.#call('people/add', person);
  }

  changePerson(who: string, changes: Omit<PersonChange, 'who'>): Promise<RecipientView> {
    return this.#call('people/change', { who, ...changes });
  }

  removePerson(who: string): Promise<RecipientView> {
    return this.#call('people/remove', { who });
  }

  changeMembers(
    group: string,
    changes: { add?: readonly string[]; remove?: readonly string[] },
  ): Promise<RecipientView> {
    return this.#call('groups/change-members', { group, ...changes });
  }

  mailbox(mailbox: string): Promise<MailboxView> {
    return this.#call('mailbox/show', { mailbox });
  }

  sentMessages(mailbox: string): Promise<SentMessageView[]> {
    return this.#call('mailbox/sent', { mailbox });
  }

  receivedMessages(mailbox: string): Promise<SentMessageView[]> {
    return this.#call('mailbox/received', { mailbox });
  }

  createContact(
    mailbox: string,
    contact: {
      folder?: string;
      properties: Readonly<Record<string, unknown>>;
      extendedProperties?: Readonly<Record<string, string>>;
      itemClass?: string;
    },
  ): Promise<ItemView> {
    return this.#call('contacts/create', { mailbox, ...contact });
  }

  editContact(
    mailbox: string,
    id: string,
    properties: Readonly<Record<string, unknown>>,
    extendedProperties: Readonly<Record<string, string>> = {},
  ): Promise<ItemView> {
    return this.#call('contacts/edit', { mailbox, id, properties, extendedProperties });
  }

  touchContact(mailbox: string, id: string): Promise<ItemView> {
    return this.#call('contacts/touch', { mailbox, id });
  }

  /** To Deleted Items. */
  deleteContact(mailbox: string, id: string): Promise<void> {
    return this.#call('contacts/delete', { mailbox, id });
  }

  purgeContact(mailbox: string, id: string): Promise<void> {
    return this.#call('contacts/purge', { mailbox, id });
  }

  moveContact(mailbox: string, id: string, folder: string): Promise<ItemView> {
    return this.#call('contacts/move', { mailbox, id, folder });
  }

  copyContact(mailbox: string, id: string, folder: string): Promise<ItemView> {
    return this.#call('contacts/copy', { mailbox, id, folder });
  }

  createFolder(mailbox: string, displayName: string, parent = 'Contacts'): Promise<FolderView> {
    return this.#call('folders/create', { mailbox, displayName, parent });
  }

  renameFolder(mailbox: string, folder: string, displayName: string): Promise<FolderView> {
    return this.#call('folders/rename', { mailbox, folder, displayName });
  }

  moveFolder(mailbox: string, folder: string, parent: string): Promise<FolderView> {
    return this.#call('folders/move', { mailbox, folder, parent });
  }

  /** To Deleted Items. */
  deleteFolder(mailbox: string, folder: string): Promise<void> {
    return this.#call('folders/delete', { mailbox, folder });
  }

  purgeFolder(mailbox: string, folder: string): Promise<void> {
    return this.#call('folders/purge', { mailbox, folder });
  }

  emptyDeletedItems(mailbox: string): Promise<void> {
    return this.#call('folders/empty-deleted-items', { mailbox });
  }

  /** With the folders above it that are not there yet. `mailbox` 1: contents lie in another mailbox than the hierarchy. */
  createPublicFolder(
    path: readonly string[],
    choice: { folderClass?: string; mailbox?: number } = {},
  ): Promise<FolderView> {
    return this.#call('public-folders/create', { path, ...choice });
  }

  async setPublicFolderRights(path: readonly string[], rights: 'read' | 'visible' | 'hidden'): Promise<void> {
    await this.#call('public-folders/set-rights', { path, rights });
  }

  async setPublicFolderHosting(hosting: 'both' | 'onPremises' | 'online'): Promise<void> {
    await this.#call('public-folders/set-hosting', { hosting });
  }

  createPublicContact(
    path: readonly string[],
    contact: {
      properties: Readonly<Record<string, unknown>>;
      extendedProperties?: Readonly<Record<string, string>>;
      itemClass?: string;
    },
  ): Promise<ItemView> {
    return this.#call('public-folders/create-contact', { path, ...contact });
  }

  editPublicContact(id: string, properties: Readonly<Record<string, unknown>>): Promise<ItemView> {
    return this.#call('public-folders/edit-contact', { id, properties });
  }

  deletePublicContact(id: string): Promise<void> {
    return this.#call('public-folders/delete-contact', { id });
  }

  async addFault(fault: ScriptedFault): Promise<void> {
    await this.#call('faults/add', fault);
  }

  async unconsumedFaults(): Promise<Fault[]> {
    return (await this.#call<{ waiting: Fault[] }>('faults/list')).waiting;
  }

  async clearFaults(): Promise<void> {
    await this.#call('faults/clear');
  }

  /** How many requests met a fault, by kind. */
  faultsMet(): Promise<Record<string, number>> {
    return this.#call('faults/met');
  }

  async setRandomFaults(choice: RandomFaultChoice): Promise<void> {
    await this.#call('faults/set-random', choice);
  }

  trafficSettings(): Promise<TrafficSettings> {
    return this.#call('traffic/settings');
  }

  /** What is not named is off; counting begins anew. */
  setTraffic(choice: TrafficChoice): Promise<TrafficSettings> {
    return this.#call('traffic/set-settings', choice);
  }

  usage(): Promise<Usage> {
    return this.#call('traffic/usage');
  }

  graphSettings(): Promise<GraphSettings> {
    return this.#call('graph/settings');
  }

  /** What is not named goes back to the usual. */
  setGraphSettings(settings: Partial<GraphSettings>): Promise<GraphSettings> {
    return this.#call('graph/set-settings', settings);
  }

  accounts(): Promise<AccountView[]> {
    return this.#call('accounts/list');
  }

  /** Any name of the account or of the person whose it is, password included. */
  account(who: string): Promise<AccountView> {
    return this.#call('accounts/show', { who });
  }

  addAccount(samAccountName: string, impersonates: Impersonates = 'nobody'): Promise<AccountView> {
    return this.#call('accounts/add', { samAccountName, impersonates });
  }

  changeAccount(who: string, changes: AccountChange): Promise<AccountView> {
    return this.#call('accounts/change', { who, ...changes });
  }

  /** What is not named goes back to the usual. */
  setSignIn(choice: SignInChoice): Promise<SignInSettings> {
    return this.#call('authentication/set-settings', choice);
  }

  /** Whose servers hold the mailbox: EWS in the building, Graph, or (the usual) both show it. */
  async setHosting(mailbox: string, hosting: 'both' | 'onPremises' | 'online'): Promise<void> {
    await this.#call('mailbox/set-hosting', { mailbox, hosting });
  }

  /** With everything in it, under new ids. */
  async moveMailbox(mailbox: string, to: 'onPremises' | 'online'): Promise<void> {
    await this.#call('mailbox/move', { mailbox, to });
  }

  ewsUsage(): Promise<EwsUsageView> {
    return this.#call('ews/usage');
  }

  /** What is not named goes back to the usual. */
  setEwsSettings(choice: EwsSettingsChoice): Promise<EwsSettings> {
    return this.#call('ews/set-settings', choice);
  }

  async addEwsFault(fault: EwsFault): Promise<void> {
    await this.#call('ews/add-fault', fault);
  }

  async unconsumedEwsFaults(): Promise<EwsFault[]> {
    return (await this.#call<{ waiting: EwsFault[] }>('ews/faults')).waiting;
  }

  /** How many requests met a fault of EWS, by kind. */
  ewsFaultsMet(): Promise<Record<string, number>> {
    return this.#call('ews/faults-met');
  }

  async setRandomEwsFaults(choice: RandomEwsFaultChoice): Promise<void> {
    await this.#call('ews/set-random-faults', choice);
  }

  async clearEwsFaults(): Promise<void> {
    await this.#call('ews/clear-faults');
  }

  /** What is not named goes back to the usual. */
  async setAutodiscover(choice: AutodiscoverChoice): Promise<void> {
    await this.#call('autodiscover/set-settings', choice);
  }

  async addAutodiscoverRule(rule: AutodiscoverRule): Promise<void> {
    await this.#call('autodiscover/add-rule', rule);
  }

  async clearAutodiscoverRules(): Promise<void> {
    await this.#call('autodiscover/clear-rules');
  }

  /** The newest requests, oldest of them first. */
  requests(last?: number): Promise<LoggedRequest[]> {
    return this.#call('requests/list', last === undefined ? {} : { last });
  }

  requestCounts(): Promise<RequestCounts> {
    return this.#call('requests/counts');
  }

  async clearRequests(): Promise<void> {
    await this.#call('requests/clear');
  }

  #call<Result>(operation: string, body: object = {}, signal?: AbortSignal): Promise<Result> {
    return callControl(`${this.#url}/control/${operation}`, this.#agent, body, signal);
  }
}
