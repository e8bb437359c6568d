// EWS as it comes over the wire: contacts and folders, faults and errors in place, sync states, paging, ids.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attributesOf, type EwsTenant, startEwsTenant, textsOf } from './ews-client.ts';
import type { PlainAnswer } from './https-client.ts';

let tenant: EwsTenant;

beforeAll(async () => {
  tenant = await startEwsTenant();
});

afterAll(() => tenant.close());

const contacts = '<t:DistinguishedFolderId Id="contacts"/>';
const mark =
  '<t:ExtendedFieldURI PropertySetId="6F1A3C52-9A0C-4C50-9B6D-2F6F4F0F7A11" PropertyName="identity" PropertyType="String"/>';

async function makeFolder(name: string): Promise<string> {
  const answer = await tenant.send(
    `<m:CreateFolder><m:ParentFolderId>${contacts}</m:ParentFolderId><m:Folders><t:ContactsFolder><t:DisplayName>${name}</t:DisplayName></t:ContactsFolder></m:Folders></m:CreateFolder>`,
  );
  expect(textsOf(answer.text, 'm:ResponseCode')).toEqual(['NoError']);
  return attributesOf(answer.text, 't:FolderId', 'Id')[0] ?? '';
}

async function create(folder: string, ...inner: string[]): Promise<{ id: string; key: string }[]> {
  const answer = await tenant.send(
    `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:FolderId Id="${folder}"/></m:SavedItemFolderId><m:Items>${inner.map((one) => `<t:Contact>${one}</t:Contact>`).join('')}</m:Items></m:CreateItem>`,
  );
  expect(new Set(textsOf(answer.text, 'm:ResponseCode'))).toEqual(new Set(['NoError']));
  const ids = attributesOf(answer.text, 't:ItemId', 'Id');
  const keys = attributesOf(answer.text, 't:ItemId', 'ChangeKey');
  return ids.map((id, index) => ({ id, key: keys[index] ?? '' }));
}

async function get(id: string, more = ''): Promise<string> {
  const answer = await tenant.send(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>${more === '' ? '' : `<t:AdditionalProperties>${more}</t:AdditionalProperties>`}</m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
  );
  return answer.text;
}

describe('contacts', () => {
  test('an item is stored, shown typed and by MAPI property, and seen through Graph', async () => {
    const folder = await makeFolder('All kinds');
    const [made] = await create(
      folder,
      `<t:Subject>Ada</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="Text">one\ntwo</t:Body><t:Categories><t:String>Blue</t:String></t:Categories><t:ExtendedProperty>${mark}<t:Value>42</t:Value></t:ExtendedProperty><t:FileAs>Lovelace</t:FileAs><t:DisplayName> Ada Lovelace </t:DisplayName><t:GivenName>Ada</t:GivenName><t:EmailAddresses><t:Entry Key="EmailAddress2">ada@example.com</t:Entry></t:EmailAddresses><t:PhysicalAddresses><t:Entry Key="Business"><t:Street>1 Way</t:Street><t:City>London</t:City></t:Entry></t:PhysicalAddresses><t:PhoneNumbers><t:Entry Key="BusinessFax">+44 1</t:Entry><t:Entry Key="BusinessPhone2">+44 2</t:Entry></t:PhoneNumbers><t:Birthday>1815-12-10T00:00:00.000Z</t:Birthday><t:JobTitle>Countess</t:JobTitle><t:Surname>Lovelace</t:Surname>`,
    );
    const shown = await get(
      made?.id ?? '',
      '<t:ExtendedFieldURI PropertyTag="0x3A17" PropertyType="String"/><t:ExtendedFieldURI PropertyTag="14884" PropertyType="String"/><t:ExtendedFieldURI DistinguishedPropertySetId="Address" PropertyId="32915" PropertyType="String"/><t:ExtendedFieldURI DistinguishedPropertySetId="Address" PropertyId="32838" PropertyType="String"/>' +
        mark,
    );
    expect(shown).toContain('<t:Sensitivity>Private</t:Sensitivity>');
    expect(shown).toContain('<t:Body BodyType="Text">one&#xD;\ntwo</t:Body>');
    expect(shown).toContain('<t:DisplayName>Ada Lovelace</t:DisplayName>');
    expect(shown).toContain('<t:Birthday>1815-12-10T11:59:00Z</t:Birthday>');
    expect(shown).toContain(
      '<t:Entry Key="EmailAddress2" Name="ada@example.com" RoutingType="SMTP" MailboxType="Contact">ada@example.com</t:Entry>',
    );
    expect(shown).toContain('<t:Entry Key="BusinessPhone2">+44 2</t:Entry>');
    expect(shown).toContain(
      '<t:ExtendedFieldURI PropertyTag="0x3a17" PropertyType="String" /><t:Value>Countess</t:Value>',
    );
    expect(shown).toContain(
      '<t:ExtendedFieldURI PropertyTag="0x3a24" PropertyType="String" /><t:Value>+44 1</t:Value>',
    );
    expect(textsOf(shown, 't:Value')).toEqual(['Countess', '+44 1', 'ada@example.com', 'London', '42']);
    const item = (await tenant.control.mailbox(tenant.alice.primarySmtpAddress)).items.find(
      (one) => one.id === made?.id.replaceAll('+', '-').replaceAll('/', '_'),
    );
    expect(item?.properties).toMatchObject({
      jobTitle: 'Countess',
      emailAddresses: [{ address: 'ada@example.com', name: 'ada@example.com' }],
      businessAddress: { street: '1 Way', city: 'London' },
      businessPhones: ['+44 2'],
    });
  });

  test('a wrong order inside of a contact is a schema fault with its place', async () => {
    const answer = await tenant.send(
      '<m:CreateItem><m:Items><t:Contact><t:Surname>B</t:Surname><t:GivenName>A</t:GivenName></t:Contact></m:Items></m:CreateItem>',
    );
    expect(answer.status).toBe(500);
    expect(answer.text).toContain(
      '<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">ErrorSchemaValidation</e:ResponseCode>',
    );
    expect(answer.text).toMatch(
      /<t:Value Name="LineNumber">1<\/t:Value><t:Value Name="LinePosition">\d+<\/t:Value>/,
    );
    expect(answer.text).toContain('t:GivenName');
  });

  test.each([
    [
      'a title by its tag',
      '<t:ExtendedFieldURI PropertyTag="0x3A45" PropertyType="String"/>',
      'Dr.',
      '<t:Title>Dr.</t:Title>',
    ],
    [
      'a job title by its tag',
      '<t:ExtendedFieldURI PropertyTag="0x3A17" PropertyType="String"/>',
      'Countess',
      '<t:JobTitle>Countess</t:JobTitle>',
    ],
    [
      'an e-mail address by its id',
      '<t:ExtendedFieldURI DistinguishedPropertySetId="Address" PropertyId="32899" PropertyType="String"/>',
      'a@example.com',
      '<t:Entry Key="EmailAddress1" Name="a@example.com" RoutingType="SMTP" MailboxType="Contact">a@example.com</t:Entry>',
    ],
    [
      'a city by its id',
      '<t:ExtendedFieldURI PropertySetId="00062004-0000-0000-C000-000000000046" PropertyId="32838" PropertyType="String"/>',
      'London',
      '<t:Entry Key="Business"><t:City>London</t:City></t:Entry>',
    ],
    [
      'a fax by its tag',
      '<t:ExtendedFieldURI PropertyTag="14884" PropertyType="String"/>',
      '+44',
      '<t:Entry Key="BusinessFax">+44</t:Entry>',
    ],
    [
      'privacy by its tag',
      '<t:ExtendedFieldURI PropertyTag="0x36" PropertyType="Integer"/>',
      '2',
      '<t:Sensitivity>Private</t:Sensitivity>',
    ],
  ])('%s shows in the typed view', async (_, uri, value, typed) => {
    const folder = await makeFolder(`By property ${value}`);
    const property = `<t:ExtendedProperty>${uri}<t:Value>${value}</t:Value></t:ExtendedProperty>`;
    const [made] = await create(folder, `<t:Subject>x</t:Subject>${property}`);
    expect(await get(made?.id ?? '')).toContain(typed);
  });

  test('categories are a property of several values', async () => {
    const folder = await makeFolder('Keywords');
    const uri =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Keywords" PropertyType="StringArray"/>';
    const [made] = await create(
      folder,
      `<t:Subject>x</t:Subject><t:ExtendedProperty>${uri}<t:Values><t:Value>Blue</t:Value><t:Value>Red</t:Value></t:Values></t:ExtendedProperty>`,
    );
    const shown = await get(made?.id ?? '', uri);
    expect(shown).toContain('<t:Categories><t:String>Blue</t:String><t:String>Red</t:String></t:Categories>');
    expect(shown).toContain('<t:Values><t:Value>Blue</t:Value><t:Value>Red</t:Value></t:Values>');
  });

  test.each([
    [
      'tag and set together',
      'PropertyTag="0x3a45" PropertySetId="6f1a3c52-9a0c-4c50-9b6d-2f6f4f0f7a11" PropertyType="String"',
    ],
    ['a set without a name', 'PropertySetId="6f1a3c52-9a0c-4c50-9b6d-2f6f4f0f7a11" PropertyType="String"'],
    ['a name without a set', 'PropertyName="x" PropertyType="String"'],
    [
      'two sets',
      'DistinguishedPropertySetId="Address" PropertySetId="6f1a3c52-9a0c-4c50-9b6d-2f6f4f0f7a11" PropertyName="x" PropertyType="String"',
    ],
    ['a tag of named properties', 'PropertyTag="0x8001" PropertyType="String"'],
    ['a type no item has', 'PropertyTag="0x3a45" PropertyType="Object"'],
  ])('%s is no property', async (_, attributes) => {
    const { text } = await tenant.send(
      `<m:CreateItem><m:Items><t:Contact><t:ExtendedProperty><t:ExtendedFieldURI ${attributes}/><t:Value>x</t:Value></t:ExtendedProperty></t:Contact></m:Items></m:CreateItem>`,
    );
    expect(textsOf(text, 'm:ResponseCode')).toEqual(['ErrorInvalidExtendedProperty']);
  });

  test('one bad contact of several fails in its place', async () => {
    const { text } = await tenant.send(
      `<m:CreateItem><m:Items><t:Contact><t:DisplayName>good</t:DisplayName></t:Contact><t:Contact><t:Notes>no</t:Notes></t:Contact><t:Contact><t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x36" PropertyType="Integer"/><t:Value>two</t:Value></t:ExtendedProperty></t:Contact></m:Items></m:CreateItem>`,
    );
    expect(textsOf(text, 'm:ResponseCode')).toEqual([
      'NoError',
      'ErrorInvalidPropertyRequest',
      'ErrorInvalidExtendedPropertyValue',
    ]);
    expect(text.match(/<m:Items \/>/g)).toHaveLength(2);
  });

  test('a table cuts at 255 characters and has no body, an opened item has both', async () => {
    const folder = await makeFolder('Long');
    const long = 'x'.repeat(300);
    const [made] = await create(
      folder,
      `<t:Body BodyType="Text">${long}</t:Body><t:ExtendedProperty>${mark}<t:Value>${long}</t:Value></t:ExtendedProperty><t:DisplayName>${long}</t:DisplayName>`,
    );
    const { text } = await tenant.send(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties>${mark}</t:AdditionalProperties></m:ItemShape><m:ParentFolderIds><t:FolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
    );
    expect([
      textsOf(text, 't:Value')[0]?.length,
      textsOf(text, 't:DisplayName')[0]?.length,
      text.includes('t:Body'),
    ]).toEqual([255, 255, false]);
    const opened = await get(made?.id ?? '', mark);
    expect([textsOf(opened, 't:Value')[0]?.length, textsOf(opened, 't:Body')[0]?.length]).toEqual([300, 300]);
  });

  test('a field in the middle is freed, the others stay in their slots', async () => {
    const folder = await makeFolder('Slots');
    const [made] = await create(
      folder,
      '<t:DisplayName>s</t:DisplayName><t:EmailAddresses><t:Entry Key="EmailAddress1" Name="One">1@example.com</t:Entry><t:Entry Key="EmailAddress2">2@example.com</t:Entry><t:Entry Key="EmailAddress3">3@example.com</t:Entry></t:EmailAddresses>',
    );
    const field = (index: number): string =>
      `<t:IndexedFieldURI FieldURI="contacts:EmailAddress" FieldIndex="EmailAddress${index}"/>`;
    const updated = await update(
      made,
      `<t:DeleteItemField>${field(2)}</t:DeleteItemField><t:SetItemField>${field(1)}<t:Contact><t:EmailAddresses><t:Entry Key="EmailAddress1">new@example.com</t:Entry></t:EmailAddresses></t:Contact></t:SetItemField>`,
    );
    expect(textsOf(updated.text, 'm:ResponseCode')).toEqual(['NoError']);
    const shown = await get(made?.id ?? '');
    expect(attributesOf(shown, 't:Entry', 'Key')).toEqual(['EmailAddress1', 'EmailAddress3']);
    expect(attributesOf(shown, 't:Entry', 'Name')).toEqual(['new@example.com', '3@example.com']);
  });

  test.each([
    [
      'two properties in one change',
      '<t:SetItemField><t:FieldURI FieldURI="contacts:JobTitle"/><t:Contact><t:Department>a</t:Department><t:JobTitle>b</t:JobTitle></t:Contact></t:SetItemField>',
      'ErrorIncorrectUpdatePropertyCount',
    ],
    [
      'another property than the path says',
      '<t:SetItemField><t:FieldURI FieldURI="contacts:JobTitle"/><t:Contact><t:Department>a</t:Department></t:Contact></t:SetItemField>',
      'ErrorIncorrectUpdatePropertyCount',
    ],
    [
      'an empty text',
      '<t:SetItemField><t:FieldURI FieldURI="contacts:JobTitle"/><t:Contact><t:JobTitle/></t:Contact></t:SetItemField>',
      'ErrorPropertyUpdate',
    ],
    [
      'a whole list',
      '<t:SetItemField><t:FieldURI FieldURI="contacts:PhoneNumbers"/><t:Contact><t:PhoneNumbers><t:Entry Key="MobilePhone">1</t:Entry></t:PhoneNumbers></t:Contact></t:SetItemField>',
      'ErrorInvalidPropertySet',
    ],
    [
      'a time the server keeps',
      '<t:DeleteItemField><t:FieldURI FieldURI="item:LastModifiedTime"/></t:DeleteItemField>',
      'ErrorInvalidPropertyDelete',
    ],
  ])('an update of %s is refused', async (_, updates, code) => {
    const folder = await makeFolder(`Refused ${code} ${updates.length}`);
    const [made] = await create(folder, '<t:DisplayName>r</t:DisplayName>');
    expect(textsOf((await update(made, updates)).text, 'm:ResponseCode')).toEqual([code]);
  });

  test('change keys: wanted, well formed, current', async () => {
    const folder = await makeFolder('Keys');
    const [made] = await create(folder, '<t:DisplayName>k</t:DisplayName>');
    const change = (value: string): string =>
      `<t:SetItemField><t:FieldURI FieldURI="contacts:JobTitle"/><t:Contact><t:JobTitle>${value}</t:JobTitle></t:Contact></t:SetItemField>`;
    const code = async (
      given: { id: string; key?: string },
      resolution = 'NeverOverwrite',
    ): Promise<string | undefined> =>
      textsOf((await update(given, change(String(given.key)), resolution)).text, 'm:ResponseCode')[0];
    const id = made?.id ?? '';
    expect(await code({ id })).toBe('ErrorChangeKeyRequiredForWriteOperations');
    expect(await code({ id, key: 'bm9uZQ==' })).toBe('ErrorInvalidChangeKey');
    expect(await code({ id, key: made?.key ?? '' })).toBe('NoError');
    expect(await code({ id, key: made?.key ?? '' })).toBe('ErrorIrresolvableConflict');
    expect(await code({ id, key: made?.key ?? '' }, 'AutoResolve')).toBe('NoError');
    expect(await code({ id }, 'AlwaysOverwrite')).toBe('NoError');
  });

  test('ids are case-sensitive and must be whole', async () => {
    const folder = await makeFolder('Ids');
    const [made] = await create(folder, '<t:DisplayName>i</t:DisplayName>');
    const id = made?.id ?? '';
    const last = id.search(/[a-z](?=[^a-z]*$)/);
    const otherCase = `${id.slice(0, last)}${id.charAt(last).toUpperCase()}${id.slice(last + 1)}`;
    expect(textsOf(await get(otherCase), 'm:ResponseCode')).toEqual(['ErrorItemNotFound']);
    expect(textsOf(await get(id.slice(0, -3)), 'm:ResponseCode')).toEqual(['ErrorInvalidIdMalformed']);
    expect(textsOf(await get(''), 'm:ResponseCode')).toEqual(['ErrorInvalidIdEmpty']);
  });

  test('a picture is an attachment, and the one that Graph shows', async () => {
    const folder = await makeFolder('Pictures');
    const [made] = await create(folder, '<t:DisplayName>p</t:DisplayName>');
    const jpeg = Buffer.from('ffd8ffc0001108006000600301220002110103110 1'.replace(' ', ''), 'hex').toString(
      'base64',
    );
    const attached = await tenant.send(
      `<m:CreateAttachment><m:ParentItemId Id="${made?.id}"/><m:Attachments><t:FileAttachment><t:Name>ContactPicture.jpg</t:Name><t:ContentType>image/jpeg</t:ContentType><t:IsInline>false</t:IsInline><t:IsContactPhoto>true</t:IsContactPhoto><t:Content>${jpeg}</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>`,
    );
    expect(textsOf(attached.text, 'm:ResponseCode')).toEqual(['NoError']);
    const shown = await get(made?.id ?? '');
    expect(shown).toContain('<t:HasPicture>true</t:HasPicture>');
    expect(attributesOf(shown, 't:ItemId', 'ChangeKey')).toEqual(
      attributesOf(attached.text, 't:AttachmentId', 'RootItemChangeKey'),
    );
    const [attachment = ''] = attributesOf(shown, 't:AttachmentId', 'Id');
    const got = await tenant.send(
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${attachment}"/></m:AttachmentIds></m:GetAttachment>`,
    );
    expect(textsOf(got.text, 't:Content')).toEqual([jpeg]);
    const [app] = tenant.emulator.organization.apps.keys();
    const graph = await tenant.http.send(
      'GET',
      `${tenant.emulator.url}/v1.0/users/${tenant.alice.id}/contacts/${made?.id.replaceAll('+', '-').replaceAll('/', '_')}/photo/$value`,
      { headers: { authorization: `Bearer ${tenant.emulator.issueToken(app ?? '', 'graph')}` } },
    );
    expect([graph.status, graph.headers['content-type']]).toEqual([200, 'image/jpeg']);
    await tenant.send(
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${attachment}"/></m:AttachmentIds></m:DeleteAttachment>`,
    );
    expect(await get(made?.id ?? '')).toContain('<t:HasPicture>false</t:HasPicture>');
  });
});

function update(
  made: { id: string; key?: string } | undefined,
  updates: string,
  resolution = 'NeverOverwrite',
): Promise<PlainAnswer> {
  const key = made?.key === undefined ? '' : ` ChangeKey="${made.key}"`;
  return tenant.send(
    `<m:UpdateItem ConflictResolution="${resolution}" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${made?.id}"${key}/><t:Updates>${updates}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  );
}

describe('folders', () => {
  test('MAPI properties of a folder, and its class', async () => {
    const folder = await makeFolder('Properties');
    await create(folder, '<t:DisplayName>1</t:DisplayName>', '<t:DisplayName>2</t:DisplayName>');
    const tags = [
      ['0x3602', 'Integer'],
      ['0x3603', 'Integer'],
      ['0x3008', 'SystemTime'],
      ['0x360a', 'Boolean'],
      ['0x3613', 'String'],
      ['0x670a', 'SystemTime'],
    ];
    const { text } = await tenant.send(
      `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${tags.map(([tag, type]) => `<t:ExtendedFieldURI PropertyTag="${tag}" PropertyType="${type}"/>`).join('')}<t:FieldURI FieldURI="folder:FolderClass"/></t:AdditionalProperties></m:FolderShape><m:FolderIds><t:FolderId Id="${folder}"/></m:FolderIds></m:GetFolder>`,
    );
    expect(textsOf(text, 't:Value')).toEqual([
      '2',
      '0',
      expect.stringMatching(/Z$/),
      'false',
      'IPF.Contact',
      expect.stringMatching(/Z$/),
    ]);
    expect(text).toContain('<m:Folders><t:ContactsFolder>');
    expect(textsOf(text, 't:FolderClass')).toEqual(['IPF.Contact']);
  });

  test('many known folders in one request, the unknown fail in their places', async () => {
    const ids = ['contacts', 'inbox', 'deleteditems', 'msgfolderroot', 'calendar'].map(
      (id) => `<t:DistinguishedFolderId Id="${id}"/>`,
    );
    const { text } = await tenant.send(
      `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${ids.join('')}</m:FolderIds></m:GetFolder>`,
    );
    expect(textsOf(text, 'm:ResponseCode')).toEqual([
      'NoError',
      'ErrorFolderNotFound',
      'NoError',
      'NoError',
      'ErrorFolderNotFound',
    ]);
  });

  test('of a name of more than 256 characters is refused, new or as another name', async () => {
    const id = await makeFolder('Short');
    const named = `<t:ContactsFolder><t:DisplayName>${'x'.repeat(257)}</t:DisplayName></t:ContactsFolder>`;
    for (const operation of [
      `<m:CreateFolder><m:ParentFolderId>${contacts}</m:ParentFolderId><m:Folders>${named}</m:Folders></m:CreateFolder>`,
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${id}"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/>${named}</t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    ])
      expect(textsOf((await tenant.send(operation)).text, 'm:ResponseCode')).toEqual([
        'ErrorFolderSavePropertyError',
      ]);
  });

  test('made as a plain folder with the class of contacts, renamed, moved, emptied, deleted', async () => {
    const { text } = await tenant.send(
      `<m:CreateFolder><m:ParentFolderId>${contacts}</m:ParentFolderId><m:Folders><t:Folder><t:FolderClass>IPF.Contact</t:FolderClass><t:DisplayName>Plain</t:DisplayName></t:Folder><t:Folder><t:DisplayName>Mail</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
    );
    expect(text).toMatch(/<t:ContactsFolder>.*<t:Folder>/);
    const [plain = '', mail = ''] = attributesOf(text, 't:FolderId', 'Id');
    await create(plain, '<t:DisplayName>in it</t:DisplayName>');
    const steps = [
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${plain}"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:ContactsFolder><t:DisplayName>Renamed</t:DisplayName></t:ContactsFolder></t:SetFolderField><t:SetFolderField>${mark}<t:Folder><t:ExtendedProperty>${mark}<t:Value>ours</t:Value></t:ExtendedProperty></t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
      `<m:MoveFolder><m:ToFolderId><t:FolderId Id="${mail}"/></m:ToFolderId><m:FolderIds><t:FolderId Id="${plain}"/></m:FolderIds></m:MoveFolder>`,
      `<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="false"><m:FolderIds><t:FolderId Id="${plain}"/></m:FolderIds></m:EmptyFolder>`,
    ];
    for (const step of steps)
      expect(textsOf((await tenant.send(step)).text, 'm:ResponseCode')).toEqual(['NoError']);
    const found = await tenant.send(
      `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape><t:AdditionalProperties>${mark}</t:AdditionalProperties></m:FolderShape><m:Restriction><t:Exists>${mark}</t:Exists></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>`,
    );
    expect([
      textsOf(found.text, 't:DisplayName'),
      textsOf(found.text, 't:TotalCount'),
      textsOf(found.text, 't:Value'),
    ]).toEqual([['Renamed'], ['0'], ['ours']]);
    const removed = await tenant.send(
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="${mail}"/>${contacts}</m:FolderIds></m:DeleteFolder>`,
    );
    expect(textsOf(removed.text, 'm:ResponseCode')).toEqual(['NoError', 'ErrorDeleteDistinguishedFolder']);
  });
});

describe('pages', () => {
  test('of 1000, and of 250 with a restriction', async () => {
    const folder = await makeFolder('Pages');
    await create(
      folder,
      ...Array.from(
        { length: 260 },
        (_, index) =>
          `<t:ExtendedProperty>${mark}<t:Value>${index}</t:Value></t:ExtendedProperty><t:DisplayName>n${index}</t:DisplayName>`,
      ),
    );
    const find = async (offset: number, restriction: string): Promise<PlainAnswer> =>
      tenant.send(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="500" Offset="${offset}" BasePoint="Beginning"/>${restriction}<m:ParentFolderIds><t:FolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
      );
    const whole = await find(0, '');
    expect(attributesOf(whole.text, 't:ItemId', 'Id')).toHaveLength(260);
    expect(whole.text).toContain(
      '<m:RootFolder IndexedPagingOffset="260" TotalItemsInView="260" IncludesLastItemInRange="true">',
    );
    const restricted = `<m:Restriction><t:Exists>${mark}</t:Exists></m:Restriction>`;
    const first = await find(0, restricted);
    expect(first.text).toContain(
      '<m:RootFolder IndexedPagingOffset="250" TotalItemsInView="260" IncludesLastItemInRange="false">',
    );
    const second = await find(250, restricted);
    expect(attributesOf(second.text, 't:ItemId', 'Id')).toHaveLength(10);
  });
});

describe('sync states', () => {
  const sync = (folder: string, state: string, who?: string): Promise<PlainAnswer> =>
    tenant.send(
      `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:FolderId Id="${folder}"/></m:SyncFolderId>${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}<m:MaxChangesReturned>2</m:MaxChangesReturned></m:SyncFolderItems>`,
      { who },
    );

  test('the newest first; what changed meanwhile comes in the next round', async () => {
    const folder = await makeFolder('Rounds');
    const made = await create(
      folder,
      ...['1', '2', '3'].map((name) => `<t:DisplayName>${name}</t:DisplayName>`),
    );
    const first = await sync(folder, '');
    expect(attributesOf(first.text, 't:ItemId', 'Id')).toEqual([made[2]?.id, made[1]?.id]);
    await update(
      made[2],
      '<t:SetItemField><t:FieldURI FieldURI="contacts:JobTitle"/><t:Contact><t:JobTitle>j</t:JobTitle></t:Contact></t:SetItemField>',
    );
    const second = await sync(folder, textsOf(first.text, 'm:SyncState')[0] ?? '');
    expect(attributesOf(second.text, 't:ItemId', 'Id')).toEqual([made[0]?.id]);
    expect(textsOf(second.text, 'm:IncludesLastItemInRange')).toEqual(['true']);
    const third = await sync(folder, textsOf(second.text, 'm:SyncState')[0] ?? '');
    expect(third.text).toContain('<t:Update>');
    expect(attributesOf(third.text, 't:ItemId', 'Id')).toEqual([made[2]?.id]);
  });

  test('of another folder or none at all are refused', async () => {
    const [one, two] = [await makeFolder('State of'), await makeFolder('State for')];
    const [state = ''] = textsOf((await sync(one, '')).text, 'm:SyncState');
    expect(textsOf((await sync(two, state)).text, 'm:ResponseCode')).toEqual(['ErrorInvalidSyncStateData']);
    expect(textsOf((await sync(one, 'nonsense')).text, 'm:ResponseCode')).toEqual([
      'ErrorInvalidSyncStateData',
    ]);
    await tenant.control.purgeFolder(tenant.alice.primarySmtpAddress, 'Contacts/State of');
    expect(textsOf((await sync(one, state)).text, 'm:ResponseCode')).toEqual(['ErrorSyncFolderNotFound']);
  });
});
