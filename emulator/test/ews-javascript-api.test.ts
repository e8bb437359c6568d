// The EWS client of another author over the emulator: what it sends has to be understood, what it expects has to come.

import { createRequire } from 'node:module';
import {
  AffectedTaskOccurrence,
  BasePropertySet,
  ConflictResolutionMode,
  ConnectingIdType,
  Contact,
  ContactSchema,
  ContactsFolder,
  DefaultExtendedPropertySet,
  DeleteMode,
  EmailAddress,
  EmailAddressKey,
  EwsLogging,
  ExchangeService,
  ExchangeVersion,
  ExtendedPropertyDefinition,
  Folder,
  type FolderId,
  FolderSchema,
  FolderView,
  Guid,
  ImpersonatedUserId,
  type Item,
  ItemId,
  ItemView,
  type IXHRApi,
  type IXHROptions,
  MapiPropertyType,
  MessageBody,
  MessageDisposition,
  PhoneNumberKey,
  PhysicalAddressEntry,
  PhysicalAddressKey,
  PropertySet,
  SearchFilter,
  SendCancellationsMode,
  SendInvitationsMode,
  ServiceError,
  ServiceResponseException,
  SyncFolderItemsScope,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} from 'ews-javascript-api';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EwsTenant, startEwsTenant } from './ews-client.ts';

EwsLogging.DebugLogEnabled = false;
// The library calls a function that Node took out of its util in version 23.
const util: Record<string, unknown> = createRequire(import.meta.url)('node:util');
util['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;

/** The library's own transport trusts no authority of ours. */
class TrustingTransport implements IXHRApi {
  readonly apiName = 'undici';
  readonly #agent: Agent;
  readonly #authorization: string;

  constructor(caPem: string, authorization: string) {
    this.#agent = new Agent({ connect: { ca: caPem } });
    this.#authorization = authorization;
  }

  async xhr(options: IXHROptions): Promise<Awaited<ReturnType<IXHRApi['xhr']>>> {
    const answer = await request(options.url, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: { ...options.headers, authorization: this.#authorization },
      body: options.data,
    });
    const text = await answer.body.text();
    const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
    const like = {
      response: text,
      responseText: text,
      status: answer.statusCode,
      statusText: String(answer.statusCode),
      readyState: 4,
      getAllResponseHeaders: () => headers.join('\r\n'),
      getResponseHeader: (name: string) => answer.headers[name.toLowerCase()] ?? null,
    };
    if (answer.statusCode >= 300) throw Object.assign(new Error('refused'), like);
    return like as unknown as Awaited<ReturnType<IXHRApi['xhr']>>;
  }

  xhrStream(): ReturnType<IXHRApi['xhr']> {
    throw new Error('not used');
  }

  disconnect(): void {}

  close(): Promise<void> {
    return this.#agent.close();
  }
}

let tenant: EwsTenant;
let transport: TrustingTransport;
let service: ExchangeService;

const markSet = new Guid('6f1a3c52-9a0c-4c50-9b6d-2f6f4f0f7a11');
const mark = new ExtendedPropertyDefinition(markSet, 'x-test-identity', MapiPropertyType.String);
const fax = new ExtendedPropertyDefinition(0x3a24, MapiPropertyType.String);
const fileUnder = new ExtendedPropertyDefinition(
  DefaultExtendedPropertySet.Address,
  0x8005,
  MapiPropertyType.String,
);

beforeAll(async () => {
  tenant = await startEwsTenant();
  const { userName, password } = tenant.emulator.serviceAccount;
  const authorization = `Basic ${Buffer.from(`${userName}:${password}`).toString('base64')}`;
  transport = new TrustingTransport(tenant.emulator.caPem, authorization);
  service = serviceFor(tenant.alice.primarySmtpAddress);
});

afterAll(async () => {
  await transport.close();
  await tenant.close();
});

function serviceFor(address: string): ExchangeService {
  const made = new ExchangeService(ExchangeVersion.Exchange2013_SP1);
  const { userName, password } = tenant.emulator.serviceAccount;
  made.Url = new Uri(tenant.emulator.ewsUrl);
  made.Credentials = new WebCredentials(userName, password);
  made.XHRApi = transport;
  made.ImpersonatedUserId = new ImpersonatedUserId(ConnectingIdType.SmtpAddress, address);
  made.HttpHeaders.Add('X-AnchorMailbox', address);
  return made;
}

async function newFolder(name: string): Promise<FolderId> {
  const folder = new ContactsFolder(service);
  folder.DisplayName = name;
  await folder.Save(WellKnownFolderName.Contacts);
  return folder.Id;
}

function newContact(number: number): Contact {
  const contact = new Contact(service);
  contact.GivenName = `Ada ${number}`;
  contact.Surname = 'Lovelace';
  contact.DisplayName = `Ada ${number} Lovelace`;
  contact.FileAs = `Lovelace, Ada ${number}`;
  contact.Body = new MessageBody('note');
  contact.EmailAddresses._setItem(
    EmailAddressKey.EmailAddress1,
    new EmailAddress(`ada${number}@example.com`),
  );
  contact.PhoneNumbers._setItem(PhoneNumberKey.MobilePhone, `+44 ${number}`);
  const address = new PhysicalAddressEntry();
  address.City = 'London';
  contact.PhysicalAddresses._setItem(PhysicalAddressKey.Business, address);
  contact.SetExtendedProperty(mark, `identity ${number}`);
  contact.SetExtendedProperty(fax, `+44 9 ${number}`);
  return contact;
}

async function createTwenty(folder: FolderId): Promise<Item[]> {
  const contacts = Array.from({ length: 20 }, (_, index) => newContact(index + 1));
  const responses = await service.CreateItems(
    contacts,
    folder,
    MessageDisposition.SaveOnly,
    SendInvitationsMode.SendToNone,
  );
  expect(responses.Responses.map((one) => one.ErrorCode)).toEqual(contacts.map(() => ServiceError.NoError));
  return contacts;
}

async function refusal(work: Promise<unknown>): Promise<ServiceError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof ServiceResponseException) return error.ErrorCode;
    // A SOAP fault.
    const { responseCode } = error as { readonly responseCode?: ServiceError };
    if (responseCode === undefined) throw error;
    return responseCode;
  }
}

test('finds Contacts and the folder it made there', async () => {
  const id = await newFolder('Found again');
  const contacts = await Folder.Bind(service, WellKnownFolderName.Contacts);
  expect(contacts.DisplayName).toBe('Contacts');
  const found = await service.FindFolders(
    WellKnownFolderName.Contacts,
    new SearchFilter.IsEqualTo(FolderSchema.DisplayName, 'found AGAIN'),
    new FolderView(10),
  );
  expect(found.Folders.map((one) => one.Id.UniqueId)).toEqual([id.UniqueId]);
  expect(found.Folders[0]).toBeInstanceOf(ContactsFolder);
  expect(await refusal(newFolder('Found again'))).toBe(ServiceError.ErrorFolderExists);
});

test('creates twenty contacts with extended properties and reads them back', async () => {
  const folder = await newFolder('Twenty');
  const made = await createTwenty(folder);
  const view = new ItemView(8);
  view.PropertySet = new PropertySet(BasePropertySet.IdOnly, [mark, fileUnder, ContactSchema.DisplayName]);
  const marks: string[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    view.Offset = offset;
    const page = await service.FindItems(folder, view);
    for (const item of page.Items) {
      const out = { outValue: '' };
      expect(item.TryGetProperty(mark, out)).toBe(true);
      marks.push(out.outValue);
    }
    expect(page.TotalCount).toBe(20);
    offset = page.MoreAvailable ? page.NextPageOffset : null;
  }
  expect(marks.toSorted()).toEqual(made.map((_, index) => `identity ${index + 1}`).toSorted());
  const [first] = made;
  const read = await Contact.Bind(
    service,
    first?.Id ?? new ItemId(),
    new PropertySet(BasePropertySet.FirstClassProperties, [mark]),
  );
  expect(read.PhoneNumbers._getItem(PhoneNumberKey.BusinessFax)).toBe('+44 9 1');
  expect(read.EmailAddresses._getItem(EmailAddressKey.EmailAddress1).Address).toBe('ada1@example.com');
  expect(read.PhysicalAddresses._getItem(PhysicalAddressKey.Business).City).toBe('London');
  expect(read.Body.Text).toBe('note');
});

test('finds by a restriction on its own property', async () => {
  const folder = await newFolder('Restricted');
  await createTwenty(folder);
  const one = await service.FindItems(
    folder,
    new SearchFilter.IsEqualTo(mark, 'identity 7'),
    new ItemView(50),
  );
  expect(one.TotalCount).toBe(1);
  const all = await service.FindItems(folder, new SearchFilter.Exists(mark), new ItemView(50));
  expect(all.TotalCount).toBe(20);
});

test('follows a folder through sync states: creates, changes, deletes', async () => {
  const folder = await newFolder('Followed');
  const made = await createTwenty(folder);
  const sync = (state: string, most = 512) =>
    service.SyncFolderItems(
      folder,
      new PropertySet(BasePropertySet.IdOnly),
      [],
      most,
      SyncFolderItemsScope.NormalItems,
      state,
    );
  let state = '';
  let seen = 0;
  for (let isMore = true; isMore; ) {
    const round = await sync(state, 7);
    seen += round.Count;
    state = round.SyncState;
    isMore = round.MoreChangesAvailable;
  }
  expect(seen).toBe(20);
  expect((await sync(state)).Count).toBe(0);

  const [changed, deleted] = made;
  const contact = await Contact.Bind(service, changed?.Id ?? new ItemId());
  contact.JobTitle = 'Countess';
  await contact.Update(ConflictResolutionMode.NeverOverwrite);
  await service.DeleteItems(
    [deleted?.Id ?? new ItemId()],
    DeleteMode.HardDelete,
    SendCancellationsMode.SendToNone,
    AffectedTaskOccurrence.AllOccurrences,
  );
  const round = await sync(state);
  const changes = Array.from({ length: round.Count }, (_, index) => round._getItem(index));
  expect(changes.map((one) => one.ItemId.UniqueId).toSorted()).toEqual(
    [changed?.Id.UniqueId ?? '', deleted?.Id.UniqueId ?? ''].toSorted(),
  );
  expect(await refusal(sync('bm9uc2Vuc2U='))).toBe(ServiceError.ErrorInvalidSyncStateData);
});

test('a strange change is a conflict, unless it is to be overwritten', async () => {
  const folder = await newFolder('Contested');
  const [item] = await createTwenty(folder);
  const mine = await Contact.Bind(service, item?.Id ?? new ItemId());
  await tenant.control.editContact(
    tenant.alice.primarySmtpAddress,
    mine.Id.UniqueId.replaceAll('+', '-').replaceAll('/', '_'),
    { jobTitle: 'by the user' },
  );
  mine.Department = 'Engines';
  expect(await refusal(mine.Update(ConflictResolutionMode.NeverOverwrite))).toBe(
    ServiceError.ErrorIrresolvableConflict,
  );
  const again = await Contact.Bind(service, mine.Id);
  expect(again.JobTitle).toBe('by the user');
  again.Department = 'Engines';
  again.JobTitle = null as unknown as string;
  await again.Update(ConflictResolutionMode.NeverOverwrite);
  const last = await Contact.Bind(service, mine.Id);
  expect([last.Department, last.JobTitle]).toEqual(['Engines', null]);
});

test('who may not impersonate is told so; who has no mailbox, too', async () => {
  await tenant.control.changeAccount('svc-contactsync', { impersonates: 'nobody' });
  expect(await refusal(newFolder('Denied'))).toBe(ServiceError.ErrorImpersonateUserDenied);
  await tenant.control.changeAccount('svc-contactsync', { impersonates: 'everybody' });
  const stranger = serviceFor('nobody@contoso.example');
  expect(await refusal(Folder.Bind(stranger, WellKnownFolderName.Contacts))).toBe(
    ServiceError.ErrorNonExistentMailbox,
  );
});

test('names are resolved in the directory', async () => {
  const found = await service.ResolveName(`smtp:${tenant.bob.primarySmtpAddress}`);
  expect(found.Count).toBe(1);
  expect(found._getItem(0).Mailbox.Address).toBe(tenant.bob.primarySmtpAddress);
});
