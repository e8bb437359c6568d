// EWS as it comes over the wire: contacts and folders, faults and errors in place, sync states, paging, ids.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attributesOf, type EwsTenant, startEwsTenant, textsOf } from './ews-client.ts';

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
});
