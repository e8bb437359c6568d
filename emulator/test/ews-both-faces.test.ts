// One mailbox through two faces: what EWS writes Graph shows and the other way round; what leaves a folder is told to
// both; a user's own life in between.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { attributesOf, type EwsTenant, startEwsTenant, textsOf } from './ews-client.ts';

let tenant: EwsTenant;
let token: string;

beforeAll(async () => {
  tenant = await startEwsTenant();
  const [clientId = ''] = tenant.emulator.organization.apps.keys();
  token = tenant.emulator.issueToken(clientId, 'graph');
});
afterAll(() => tenant.close());

const contacts = '<t:DistinguishedFolderId Id="contacts"/>';
const deletedItems = '<t:DistinguishedFolderId Id="deleteditems"/>';

async function graph(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await tenant.http.send(
    method,
    `${tenant.emulator.url}/v1.0/users/${tenant.alice.id}${path}`,
    {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
  );
  expect(answer.status).toBeLessThan(300);
  return (answer.json ?? {}) as Record<string, unknown>;
}

function graphId(ewsId: string): string {
  return ewsId.replaceAll('+', '-').replaceAll('/', '_');
}

function ewsId(id: unknown): string {
  return String(id).replaceAll('-', '+').replaceAll('_', '/');
}

async function create(inner: string): Promise<string> {
  const { text } = await tenant.send(
    `<m:CreateItem><m:Items><t:Contact>${inner}</t:Contact></m:Items></m:CreateItem>`,
  );
  return attributesOf(text, 't:ItemId', 'Id')[0] ?? '';
}

async function get(id: string): Promise<string> {
  const { text } = await tenant.send(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
  );
  return text;
}

async function sync(state: string): Promise<string> {
  const { text } = await tenant.send(
    `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>${contacts}</m:SyncFolderId>${state}<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>`,
  );
  return text;
}

function stateOf(text: string): string {
  return `<m:SyncState>${textsOf(text, 'm:SyncState')[0]}</m:SyncState>`;
}

test('a contact that EWS made, in Graph', async () => {
  const id = await create(
    '<t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="HTML">&lt;p&gt;one&lt;br&gt;two&lt;/p&gt;</t:Body><t:DisplayName>Ada</t:DisplayName><t:PhoneNumbers><t:Entry Key="HomePhone">1</t:Entry><t:Entry Key="HomePhone2">2</t:Entry><t:Entry Key="Pager">3</t:Entry></t:PhoneNumbers><t:Birthday>1990-02-03T00:00:00Z</t:Birthday><t:ImAddresses><t:Entry Key="ImAddress1">sip:a</t:Entry></t:ImAddresses>',
  );
  const expanded =
    "?$expand=singleValueExtendedProperties($filter=id eq 'Integer 0x36' or id eq 'String 0x3a21')";
  expect(await graph('GET', `/contacts/${graphId(id)}${expanded}`)).toMatchObject({
    displayName: 'Ada',
    homePhones: ['1', '2'],
    imAddresses: ['sip:a'],
    birthday: '1990-02-03T11:59:00Z',
    personalNotes: 'one\r\ntwo',
    singleValueExtendedProperties: [
      { id: 'Integer 0x36', value: '2' },
      { id: 'String 0x3a21', value: '3' },
    ],
  });
});

test('a contact that Graph made, in EWS', async () => {
  const made = await graph('POST', '/contacts', {
    displayName: 'Grace',
    title: 'Dr.',
    generation: 'II',
    categories: ['Blue'],
    businessPhones: ['1', '2'],
    otherAddress: { city: 'Köln', postalCode: '50667' },
    emailAddresses: [{ address: 'g@example.com', name: 'Grace H' }],
    singleValueExtendedProperties: [{ id: 'String 0x3a24', value: '99' }],
  });
  const shown = await get(ewsId(made['id']));
  for (const part of [
    '<t:Categories><t:String>Blue</t:String></t:Categories>',
    '<t:Title>Dr.</t:Title>',
    '<t:Entry Key="EmailAddress1" Name="Grace H" RoutingType="SMTP" MailboxType="Contact">g@example.com</t:Entry>',
    '<t:Entry Key="Other"><t:City>Köln</t:City><t:PostalCode>50667</t:PostalCode></t:Entry>',
    '<t:Entry Key="BusinessFax">99</t:Entry><t:Entry Key="BusinessPhone">1</t:Entry><t:Entry Key="BusinessPhone2">2</t:Entry>',
    '<t:Generation>II</t:Generation>',
  ])
    expect(shown).toContain(part);
});

test('a list that Graph shortens moves up in the slots of EWS', async () => {
  const id = await create(
    '<t:DisplayName>Slots</t:DisplayName><t:EmailAddresses><t:Entry Key="EmailAddress3">3@example.com</t:Entry></t:EmailAddresses>',
  );
  expect(attributesOf(await get(id), 't:Entry', 'Key')).toEqual(['EmailAddress3']);
  await graph('PATCH', `/contacts/${graphId(id)}`, { emailAddresses: [{ address: 'new@example.com' }] });
  expect(attributesOf(await get(id), 't:Entry', 'Key')).toEqual(['EmailAddress1']);
});

test('moved to Deleted Items: gone from the folder, there under a new id', async () => {
  const id = await create('<t:DisplayName>Goes</t:DisplayName>');
  const state = stateOf(await sync(''));
  await tenant.send(
    `<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="SendToNone" AffectedTaskOccurrences="AllOccurrences"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
  );
  const told = await sync(state);
  expect([told.includes('<t:Delete>'), attributesOf(told, 't:ItemId', 'Id')]).toEqual([true, [id]]);
  const found = await tenant.send(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="contacts:DisplayName"/></t:AdditionalProperties></m:ItemShape><m:ParentFolderIds>${deletedItems}</m:ParentFolderIds></m:FindItem>`,
  );
  expect(textsOf(found.text, 't:DisplayName')).toEqual(['Goes']);
  expect(attributesOf(found.text, 't:ItemId', 'Id')).not.toContain(id);
});

test('what comes and goes between two rounds is not told', async () => {
  const state = stateOf(await sync(''));
  const id = await create('<t:DisplayName>Short</t:DisplayName>');
  await tenant.send(
    `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
  );
  expect(await sync(state)).toContain('<m:Changes />');
});

test('copied and moved by EWS: the copy has every property', async () => {
  const mark =
    '<t:ExtendedFieldURI PropertySetId="6f1a3c52-9a0c-4c50-9b6d-2f6f4f0f7a11" PropertyName="identity" PropertyType="String"/>';
  const id = await create(
    `<t:ExtendedProperty>${mark}<t:Value>7</t:Value></t:ExtendedProperty><t:DisplayName>Twice</t:DisplayName>`,
  );
  const copied = await tenant.send(
    `<m:CopyItem><m:ToFolderId>${contacts}</m:ToFolderId><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:CopyItem>`,
  );
  const [copy = ''] = attributesOf(copied.text, 't:ItemId', 'Id');
  expect(copy).not.toBe(id);
  const found = await tenant.send(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction><t:IsEqualTo>${mark}<t:FieldURIOrConstant><t:Constant Value="7"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds>${contacts}</m:ParentFolderIds></m:FindItem>`,
  );
  expect(attributesOf(found.text, 't:ItemId', 'Id').toSorted()).toEqual([id, copy].toSorted());
  const moved = await tenant.send(
    `<m:MoveItem><m:ToFolderId>${deletedItems}</m:ToFolderId><m:ItemIds><t:ItemId Id="${copy}"/><t:ItemId Id="${copy}"/></m:ItemIds></m:MoveItem>`,
  );
  expect(textsOf(moved.text, 'm:ResponseCode')).toEqual(['NoError', 'ErrorItemNotFound']);
});

test('folders are told by the hierarchy, too', async () => {
  const ask = async (state: string): Promise<string> =>
    (
      await tenant.send(
        `<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>${state}</m:SyncFolderHierarchy>`,
      )
    ).text;
  const first = await ask('');
  expect(textsOf(first, 't:DisplayName')).toContain('Contacts');
  const made = await graph('POST', '/contactFolders', { displayName: 'By Graph' });
  const second = await ask(stateOf(first));
  expect([second.includes('<t:Create>'), textsOf(second, 't:DisplayName')]).toEqual([true, ['By Graph']]);
  await graph('DELETE', `/contactFolders/${String(made['id'])}`);
  const third = await ask(stateOf(second));
  expect(attributesOf(third, 't:FolderId', 'Id')).toContain(ewsId(made['id']));
});

test('damaged texts of the store come as references to characters', async () => {
  const item = await tenant.control.createContact(tenant.alice.primarySmtpAddress, {
    properties: { displayName: 'bad \u0001 \ud800 end' },
  });
  expect(await get(ewsId(item.id))).toContain('<t:DisplayName>bad &#x1; &#xD800; end</t:DisplayName>');
});

test('a mailbox that moves: everything in it under new ids, one side holds it, the tenant names it accordingly', async () => {
  const address = tenant.alice.primarySmtpAddress;
  const { control } = tenant;
  await create('<t:DisplayName>Traveler</t:DisplayName>');
  const travelers = async () =>
    (await control.mailbox(address)).items.filter(
      ({ properties }) => properties['displayName'] === 'Traveler',
    );
  const ids = new Set<string>();
  for (const [to, type] of [
    ['online', 'UserMailbox'],
    ['onPremises', 'MailUser'],
    ['online', 'UserMailbox'],
  ] as const) {
    const before = await control.mailbox(address);
    const [item] = await travelers();
    await control.moveMailbox(address, to);
    const after = await control.mailbox(address);
    expect(after.exchangeGuid).toBe(before.exchangeGuid);
    expect(await travelers()).toMatchObject([
      { folderPath: 'Contacts', properties: item?.properties, extendedProperties: item?.extendedProperties },
    ]);
    const idsNow = [
      ...after.items.flatMap(({ id, immutableId }) => [id, immutableId]),
      ...after.folders.map(({ id }) => id),
    ];
    for (const id of idsNow) expect(ids).not.toContain(id);
    for (const id of idsNow) ids.add(id);
    expect(await control.person(tenant.alice.id)).toMatchObject({ recipientTypeDetails: type });
    const asked = await tenant.http.send(
      'GET',
      `${tenant.emulator.url}/v1.0/users/${tenant.alice.id}/contacts`,
      {
        headers: { authorization: `Bearer ${token}` },
      },
    );
    expect(asked.status).toBe(to === 'online' ? 200 : 404);
  }
});
