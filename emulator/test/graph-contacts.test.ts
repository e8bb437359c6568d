// Contact folders and contacts over the wire: every shape and quirk that a client has to live with.

import { request } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createItem } from '../src/organization/mailbox-store.ts';
import { type GraphTenant, startGraphTenant } from './graph-tenant.ts';

let tenant: GraphTenant;
let folders: string;
let folder: string;
let contacts: string;
let round = 0;

const guid = '2f0c9f2e-5b7e-4c0b-9d0e-0d6b6e6f7a11';
const mark = `String {${guid}} Name SyncSourceId`;
const immutable = { prefer: 'IdType="ImmutableId"' };

beforeAll(async () => {
  tenant = await startGraphTenant();
  folders = `/users/${tenant.person.id}/contactFolders`;
});
afterAll(() => tenant.close());
beforeEach(async () => {
  round += 1;
  const made = await tenant.send('POST', folders, { json: { displayName: `GAL ${round}` } });
  folder = made.body.id;
  contacts = `${folders}/${folder}/contacts`;
});

async function create(json: object, headers: Record<string, string> = {}) {
  const made = await tenant.send('POST', contacts, { json, headers });
  expect(made.status, made.body.error?.message).toBe(201);
  return made.body;
}

describe('folders', () => {
  test('the default folder is not listed but is the parent, and answers to the alias', async () => {
    const list = await tenant.send('GET', `${folders}?$top=100&$count=true`);
    expect(list.body['@odata.count']).toBe(list.body.value.length);
    const names = list.body.value.map((one) => one.displayName);
    expect(names).toContain(`GAL ${round}`);
    expect(names).not.toContain('Contacts');
    const alias = await tenant.send('GET', `${folders}('contacts')`);
    expect(alias.body).toMatchObject({ displayName: 'Contacts', id: tenant.mailbox.contactsFolderId });
    expect(list.body.value[0]?.parentFolderId).toBe(alias.body.id);
  });

  test('a name that is taken is ErrorFolderExists, whatever its case', async () => {
    const again = await tenant.send('POST', folders, { json: { displayName: `gal ${round}` } });
    expect(again.status).toBe(409);
    expect(again.body.error.code).toBe('ErrorFolderExists');
    expect(again.body.error.message).toContain('A folder with the specified name already exists.');
  });

  test('a name of more than 256 characters is refused, new or as another name', async () => {
    const json = { displayName: 'x'.repeat(257) };
    for (const [method, path] of [
      ['POST', folders],
      ['PATCH', `${folders}/${folder}`],
    ] as const) {
      const refused = await tenant.send(method, path, { json });
      expect([refused.status, refused.body.error.code]).toEqual([400, 'ErrorFolderSavePropertyError']);
    }
    const longest = await tenant.send('POST', folders, { json: { displayName: 'x'.repeat(256) } });
    expect(longest.status).toBe(201);
    await tenant.send('DELETE', `${folders}/${longest.body.id}`);
  });

  test('child folders, renaming, marks and counts', async () => {
    const child = await tenant.send('POST', `${folders}/${folder}/childFolders`, {
      json: { displayName: 'contoso.example', singleValueExtendedProperties: [{ id: mark, value: 'p' }] },
    });
    expect(child.status).toBe(201);
    expect(child.headers.get('location')).toContain(child.body.id);
    const renamed = await tenant.send('PATCH', `${folders}/${child.body.id}`, { json: { displayName: 'x' } });
    expect(renamed.body.displayName).toBe('x');
    const filter = encodeURIComponent(`id eq '${mark}' or id eq 'Integer 0x3602' or id eq 'Integer 0x6638'`);
    const shown = await tenant.send(
      'GET',
      `${folders}/${folder}/childFolders?$expand=singleValueExtendedProperties($filter=${filter})`,
    );
    expect(shown.body.value[0]?.singleValueExtendedProperties).toEqual([
      { id: mark, value: 'p' },
      { id: 'Integer 0x3602', value: '0' },
      { id: 'Integer 0x6638', value: '0' },
    ]);
  });

  test('deleting a folder takes its contacts along', async () => {
    const contact = await create({ displayName: 'A' });
    expect((await tenant.send('DELETE', `${folders}/${folder}`)).status).toBe(204);
    const list = await tenant.send('GET', `${folders}?$top=100`);
    expect(list.body.value.map((one) => one.id)).not.toContain(folder);
    expect((await tenant.send('POST', `${folders}/${folder}/permanentDelete`)).status).toBe(204);
    expect((await tenant.send('GET', `/users/${tenant.person.id}/contacts/${contact.id}`)).status).toBe(404);
  });
});

describe('shapes', () => {
  test('unset is null, [] or {}; made by hand it is an empty string', async () => {
    const made = await create({ givenName: 'Erika', surname: 'Muster' });
    expect(made).toMatchObject({
      displayName: 'Erika Muster',
      fileAs: 'Muster, Erika',
      jobTitle: null,
      businessPhones: [],
      emailAddresses: [],
      primaryEmailAddress: null,
      homeAddress: {},
      personalNotes: '',
      birthday: null,
    });
    createItem(
      { organization: tenant.emulator.organization, mailbox: tenant.mailbox, now: new Date() },
      folder,
      { properties: { givenName: 'Hand' }, madeByHand: true },
    );
    const list = await tenant.send('GET', `${contacts}?$filter=givenName eq 'hand'`);
    expect(list.body.value[0]).toMatchObject({ jobTitle: '', mobilePhone: '', businessPhones: [] });
  });

  test('what is stored differs from what was sent', async () => {
    const made = await create({
      displayName: ' Erika ',
      personalNotes: 'a\nb',
      birthday: '1980-05-06T00:00:00Z',
      emailAddresses: [{ address: 'e@contoso.example' }],
    });
    expect(made).toMatchObject({
      displayName: 'Erika',
      personalNotes: 'a\r\nb',
      birthday: '1980-05-06T11:59:00Z',
      emailAddresses: [{ name: 'e@contoso.example', address: 'e@contoso.example' }],
      primaryEmailAddress: { name: 'e@contoso.example', address: 'e@contoso.example' },
    });
  });

  test('lists cut strings at 255 characters, a single GET does not', async () => {
    const long = 'x'.repeat(300);
    const made = await create({
      jobTitle: long,
      singleValueExtendedProperties: [{ id: mark, value: long }],
    });
    expect(made.jobTitle).toHaveLength(300);
    const expand = `$expand=singleValueExtendedProperties($filter=${encodeURIComponent(`id eq '${mark}'`)})`;
    const list = await tenant.send('GET', `${contacts}?${expand}`);
    expect(list.body.value[0]?.jobTitle).toHaveLength(255);
    expect(list.body.value[0]?.singleValueExtendedProperties[0]?.value).toHaveLength(255);
    const delta = await tenant.send('GET', `${contacts}/delta`);
    expect(delta.body.value[0]?.jobTitle).toHaveLength(255);
    const single = await tenant.send('GET', `${contacts}/${made.id}?${expand}`);
    expect(single.body.jobTitle).toHaveLength(300);
    expect(single.body.singleValueExtendedProperties[0]?.value).toHaveLength(300);
  });

  test('a half surrogate at the cut is replaced', async () => {
    await create({ jobTitle: `${'x'.repeat(254)}\u{1f600}` });
    const list = await tenant.send('GET', contacts);
    expect(list.body.value[0]?.jobTitle).toBe(`${'x'.repeat(254)}\ufffd`);
  });
});

describe('changing', () => {
  test('the display name is made anew when a name part changes without it', async () => {
    const made = await create({
      displayName: 'Muster, Erika (Contoso)',
      givenName: 'Erika',
      surname: 'Muster',
    });
    const kept = await tenant.send('PATCH', `${contacts}/${made.id}`, { json: { jobTitle: 'Buyer' } });
    expect(kept.body.displayName).toBe('Muster, Erika (Contoso)');
    const remade = await tenant.send('PATCH', `${contacts}/${made.id}`, { json: { surname: 'Schmidt' } });
    expect(remade.body.displayName).toBe('Erika Schmidt');
  });

  test('null and [] clear, what is absent stays', async () => {
    const made = await create({
      jobTitle: 'Buyer',
      department: 'D',
      businessPhones: ['1'],
      emailAddresses: [{ address: 'e@contoso.example' }],
    });
    const changed = await tenant.send('PATCH', `${contacts}/${made.id}`, {
      json: { jobTitle: null, businessPhones: [], emailAddresses: [] },
    });
    expect(changed.body).toMatchObject({
      jobTitle: null,
      businessPhones: [],
      emailAddresses: [],
      department: 'D',
    });
  });

  test('every write moves the change key; a stale If-Match is refused and changes nothing', async () => {
    const made = await create({ displayName: 'A' });
    expect(made['@odata.etag']).toBe(`W/"${made.changeKey}"`);
    const etag = { 'if-match': made['@odata.etag'] };
    const first = await tenant.send('PATCH', `${contacts}/${made.id}`, {
      json: { jobTitle: '1' },
      headers: etag,
    });
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).toBe(first.body['@odata.etag']);
    expect(first.body.changeKey).not.toBe(made.changeKey);
    for (const [method, send] of [
      ['PATCH', { json: { jobTitle: '2' }, headers: etag }],
      ['DELETE', { headers: etag }],
    ] as const) {
      const stale = await tenant.send(method, `${contacts}/${made.id}`, send);
      expect(stale.status).toBe(412);
      expect(stale.body.error.code).toBe('ErrorIrresolvableConflict');
    }
    expect((await tenant.send('GET', `${contacts}/${made.id}`)).body.jobTitle).toBe('1');
  });

  test('DELETE moves to Deleted Items, permanentDelete does not', async () => {
    const [a, b] = [
      await create({ displayName: 'A' }, immutable),
      await create({ displayName: 'B' }, immutable),
    ];
    expect((await tenant.send('DELETE', `${contacts}/${a.id}`)).status).toBe(204);
    expect((await tenant.send('POST', `${contacts}/${b.id}/permanentDelete`)).status).toBe(204);
    const anywhere = `/users/${tenant.person.id}/contacts`;
    const gone = await tenant.send('GET', `${anywhere}/${a.id}`);
    expect(gone.body.parentFolderId).toBe(tenant.mailbox.deletedItemsFolderId);
    expect((await tenant.send('GET', `${anywhere}/${b.id}`)).body.error.code).toBe('ErrorItemNotFound');
    expect((await tenant.send('GET', `${contacts}/${a.id}`)).status).toBe(404);
  });

  test('permanentDelete without Content-Length is 411', async () => {
    const made = await create({ displayName: 'A' });
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(`${tenant.root}${contacts}/${made.id}/permanentDelete`, {
        method: 'POST',
        ca: tenant.emulator.caPem,
        headers: {
          authorization: `Bearer ${tenant.tokenWith(['Contacts.ReadWrite'])}`,
          'transfer-encoding': 'chunked',
        },
      });
      outgoing.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(status).toBe(411);
  });
});

describe('refusals', () => {
  test.each([
    [
      { emailAddresses: Array.from({ length: 4 }, (_, n) => ({ address: `${n}@contoso.example` })) },
      'The multi value property EmailAddresses has 4 entries, that exceeds the max allowed value of 3',
    ],
    [
      { businessPhones: ['1', '2', '3'] },
      'The multi value property BusinessPhones has 3 entries, that exceeds the max allowed value of 2',
    ],
    [{ homePhones: ['1', '2', '3'] }, 'HomePhones has 3 entries'],
    [{ emailAddresses: [{ name: 'x', address: '' }] }, 'no address'],
    [{ emailAddresses: [], primaryEmailAddress: null }, "'emailAddresses' and 'primaryEmailAddress'"],
    [{ faxNumber: '1' }, "'faxNumber' does not exist"],
    [{ businessAddress: { zip: '1' } }, "'zip' does not exist"],
    [{ jobTitle: 5 }, "'jobTitle'"],
    [{ id: 'x' }, "'id' is read-only"],
    [{ parentFolderId: 'x' }, "'parentFolderId' is read-only"],
    [
      { singleValueExtendedProperties: [{ id: 'String 0x8001', value: 'x' }] },
      'extended property attribute combination',
    ],
    [{ singleValueExtendedProperties: [{ id: mark, value: null }] }, 'must be a string'],
    [{ singleValueExtendedProperties: [{ id: 'Integer 0x36', value: 'two' }] }, 'value is invalid'],
  ])('a body with %j is 400', async (json, text) => {
    const answer = await tenant.send('POST', contacts, { json });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(text);
    expect((await tenant.send('GET', contacts)).body.value).toEqual([]);
  });

  test.each([
    ['GET', '/contacts?$search=x', 501, '$search'],
    ['GET', '/contacts?top=5', 501, "'top'"],
    ['GET', '/contacts?$top=1001', 400, '1000'],
    ['GET', '/contacts?$select=faxNumber', 400, 'faxNumber'],
    ['GET', '/contacts?$filter=fax eq 1', 400, 'fax'],
    ['GET', "/contacts?$filter=emailAddresses/any(a:startswith(a/address,'x'))", 400, 'address eq'],
    ['GET', '/contacts?$expand=extensions', 501, 'extensions'],
    ['GET', '/contacts?$top=1&$top=2', 400, 'more than once'],
    ['GET', '/calendar', 501, '/calendar'],
    ['PUT', '/contacts', 405, 'PUT'],
    ['GET', '/contacts/short', 400, 'Id is malformed.'],
    ['GET', '/contactFolders/short', 400, 'Id is malformed.'],
  ])('%s %s is refused by name', async (method, path, status, text) => {
    const answer = await tenant.send(method, `/users/${tenant.person.id}${path}`);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toContain(text);
  });

  test('headers with a meaning the emulator lacks are refused by name', async () => {
    for (const [name, value] of [
      ['if-none-match', '*'],
      ['prefer', 'outlook.body-content-type="text"'],
      ['x-http-method', 'PATCH'],
    ] as const) {
      const answer = await tenant.send('GET', contacts, { headers: { [name]: value } });
      expect(answer.status).toBe(501);
      expect(answer.body.error.message).toContain(name === 'prefer' ? value : name);
    }
  });

  test('errors carry the ids of the request', async () => {
    const answer = await tenant.send('GET', '/users/nobody@contoso.example/contacts', {
      headers: { 'client-request-id': 'my-id' },
    });
    expect(answer.status).toBe(404);
    expect(answer.body.error.code).toBe('ErrorInvalidUser');
    const inner = answer.body.error.innerError;
    expect(Object.keys(inner)).toEqual(['date', 'request-id', 'client-request-id']);
    expect(inner['client-request-id']).toBe('my-id');
    expect(answer.headers.get('request-id')).toBe(inner['request-id']);
    expect(inner.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  });

  test('a mailbox outside Exchange Online', async () => {
    tenant.mailbox.isEnabledForRest = false;
    const answer = await tenant.send('GET', contacts);
    tenant.mailbox.isEnabledForRest = true;
    expect([answer.status, answer.body.error.code]).toEqual([404, 'MailboxNotEnabledForRESTAPI']);
  });

  test('the role decides: no token 401, reading with Contacts.Read, writing not', async () => {
    const authorization = `Bearer ${tenant.tokenWith(['Contacts.Read'])}`;
    expect((await tenant.send('GET', contacts, { headers: { authorization } })).status).toBe(200);
    const refused = await tenant.send('POST', contacts, {
      json: { displayName: 'A' },
      headers: { authorization },
    });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'ErrorAccessDenied']);
    expect((await tenant.send('GET', contacts, { headers: { authorization: '' } })).status).toBe(401);
    const none = { authorization: `Bearer ${tenant.tokenWith([])}` };
    expect((await tenant.send('GET', contacts, { headers: none })).status).toBe(403);
  });
});

describe('ids', () => {
  test('both forms are accepted, immutable ones survive a move', async () => {
    const made = await create({ displayName: 'A' });
    const same = await tenant.send('GET', `${contacts}/${made.id}`, { headers: immutable });
    expect(same.headers.get('preference-applied')).toBe('IdType="ImmutableId"');
    expect(same.body.id).not.toBe(made.id);
    expect((await tenant.send('GET', `${contacts}/${same.body.id}`)).body.id).toBe(made.id);
    await tenant.send('DELETE', `${contacts}/${made.id}`);
    const anywhere = `/users/${tenant.person.userPrincipalName}/contacts`;
    expect((await tenant.send('GET', `${anywhere}/${made.id}`)).status).toBe(404);
    expect((await tenant.send('GET', `${anywhere}/${same.body.id}`)).status).toBe(200);
  });

  test('the case of an id matters', async () => {
    const made = await create({ displayName: 'A' });
    const swapped = made.id.replace(/[a-z]/i, (letter: string) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    expect((await tenant.send('GET', `${contacts}/${swapped}`)).body.error.code).toBe('ErrorItemNotFound');
  });
});

describe('lists', () => {
  test('ten at a time, next links verbatim, distribution lists counted but not shown', async () => {
    for (let number = 0; number < 23; number += 1)
      await create({ displayName: `P${number}`, companyName: 'A+B & C' });
    createItem(
      { organization: tenant.emulator.organization, mailbox: tenant.mailbox, now: new Date() },
      folder,
      { properties: { displayName: 'List' }, itemClass: 'IPM.DistList' },
    );
    const names: string[] = [];
    const sizes: number[] = [];
    let next: string | undefined =
      `${contacts}?$select=displayName&$count=true&$filter=${encodeURIComponent("companyName eq 'A+B & C'")}`;
    while (next !== undefined) {
      const page = await tenant.send('GET', next);
      names.push(...page.body.value.map((one) => one.displayName));
      sizes.push(page.body.value.length);
      next = page.body['@odata.nextLink'];
      if (next !== undefined) expect(next.startsWith(`${tenant.root}/users/`)).toBe(true);
    }
    expect(sizes).toEqual([10, 10, 3]);
    expect(new Set(names).size).toBe(23);
    const counted = await tenant.send('GET', `${contacts}?$count=true&$top=1`);
    expect(counted.body['@odata.count']).toBe(24);
  });

  test('$select brings id and etag along and nothing else', async () => {
    await create({ displayName: 'A', jobTitle: 'B' });
    const list = await tenant.send('GET', `${contacts}?$select=jobTitle`);
    expect(Object.keys(list.body.value[0] ?? {})).toEqual(['@odata.etag', 'id', 'jobTitle']);
  });

  test('$orderby', async () => {
    for (const displayName of ['b', 'C', 'a']) await create({ displayName });
    const names = async (order: string) =>
      (await tenant.send('GET', `${contacts}?$orderby=${order}`)).body.value.map((one) => one.displayName);
    expect(await names('displayName')).toEqual(['a', 'b', 'C']);
    expect(await names('displayName desc')).toEqual(['C', 'b', 'a']);
    expect(await names('createdDateTime,displayName')).toHaveLength(3);
  });

  test('$filter', async () => {
    await create({
      displayName: 'Ümit',
      companyName: "O'Hara",
      categories: ['GAL'],
      businessAddress: { city: 'Köln' },
      emailAddresses: [{ address: 'Umit@contoso.example' }],
      singleValueExtendedProperties: [
        { id: mark, value: 'g:5F' },
        { id: 'Integer 0x0036', value: '2' },
      ],
    });
    await create({
      displayName: 'Other',
      singleValueExtendedProperties: [{ id: 'Integer 0x36', value: '0' }],
    });
    const found = async (filter: string) =>
      (await tenant.send('GET', `${contacts}?$filter=${encodeURIComponent(filter)}`)).body.value.map(
        (one) => one.displayName,
      );
    for (const filter of [
      "displayName eq 'ümit'",
      "companyName eq 'O''Hara'",
      "startswith(displayName,'Üm')",
      "contains(companyName,'hara') and not (displayName eq 'x')",
      "displayName in ('x', 'Ümit')",
      "categories/any(c:c eq 'GAL')",
      "businessAddress/city eq 'Köln'",
      "emailAddresses/any(a:a/address eq 'umit@contoso.example')",
      `singleValueExtendedProperties/Any(ep: ep/id eq '${mark}' and ep/value eq 'G:5f')`,
      `singleValueExtendedProperties/Any(ep: ep/id eq '${mark.toUpperCase().replace('STRING', 'String').replace('NAME SYNCSOURCEID', 'Name SyncSourceId')}' and ep/value ne null)`,
      "singleValueExtendedProperties/Any(ep: ep/id eq 'Integer 0x0036' and cast(ep/value, Edm.Int32) gt 1)",
    ])
      expect(await found(filter), filter).toEqual(['Ümit']);
    expect(
      await found(
        `singleValueExtendedProperties/Any(ep: ep/id eq '${mark.replace('SyncSourceId', 'syncsourceid')}' and ep/value ne null)`,
      ),
    ).toEqual([]);
  });
});

describe('extended properties', () => {
  const ids = [
    'String 0x3A24',
    'Integer 0x0036',
    'Boolean {00062008-0000-0000-C000-000000000046} Id 0x8506',
    mark,
  ];

  async function read(id: string, wanted: readonly string[] = ids) {
    const filter = encodeURIComponent(wanted.map((one) => `id eq '${one}'`).join(' or '));
    const answer = await tenant.send(
      'GET',
      `${contacts}/${id}?$expand=singleValueExtendedProperties($filter=${filter})`,
    );
    return answer.body.singleValueExtendedProperties;
  }

  test('ids come back in lower case without leading zeros, names exactly; only what is set', async () => {
    const made = await create({
      displayName: 'A',
      singleValueExtendedProperties: [
        { id: ids[0], value: '+49 89' },
        { id: ids[1], value: '2' },
        { id: ids[2], value: 'True' },
      ],
    });
    expect(made.singleValueExtendedProperties).toBeUndefined();
    expect(await read(made.id)).toEqual([
      { id: 'String 0x3a24', value: '+49 89' },
      { id: 'Integer 0x36', value: '2' },
      { id: 'Boolean {00062008-0000-0000-c000-000000000046} Id 0x8506', value: 'true' },
    ]);
    expect(await read(made.id, [mark])).toBeUndefined();
    expect(await read(made.id, ['String 0x001A'])).toEqual([{ id: 'String 0x1a', value: 'IPM.Contact' }]);
  });

  test('PATCH keeps those not named; an empty string clears', async () => {
    const made = await create({
      displayName: 'A',
      singleValueExtendedProperties: [
        { id: ids[0], value: '1' },
        { id: mark, value: 'm' },
      ],
    });
    await tenant.send('PATCH', `${contacts}/${made.id}`, {
      json: { singleValueExtendedProperties: [{ id: 'String 0x3a24', value: '' }] },
    });
    expect(await read(made.id)).toEqual([
      { id: 'String 0x3a24', value: '' },
      { id: mark, value: 'm' },
    ]);
  });
});

describe('photo', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  test('none is 404; written it is there, moves the version, cannot be deleted', async () => {
    const made = await create({ displayName: 'A' });
    const photo = `${contacts}/${made.id}/photo`;
    for (const path of [photo, `${photo}/$value`]) {
      const missing = await tenant.send('GET', path);
      expect([missing.status, missing.body.error.code]).toEqual([404, 'ErrorItemNotFound']);
    }
    expect(
      (await tenant.send('PUT', `${photo}/$value`, { raw: { type: 'image/png', bytes: png } })).status,
    ).toBe(200);
    expect((await tenant.send('GET', photo)).body).toMatchObject({
      id: '1X1',
      '@odata.mediaContentType': 'image/png',
    });
    const value = await tenant.send('GET', `${photo}/$value`);
    expect(value.bytes.equals(png)).toBe(true);
    expect((await tenant.send('GET', `${contacts}/${made.id}`)).body.changeKey).not.toBe(made.changeKey);
    expect((await tenant.send('DELETE', photo)).status).toBe(405);
    expect((await tenant.send('DELETE', `${photo}/$value`)).status).toBe(405);
    expect((await tenant.send('GET', `${contacts}/${made.id}/photos/48x48/$value`)).body.error.code).toBe(
      'RequestBroker--ParseUri',
    );
  });

  test('no picture is 400, more than 4 MB is 413', async () => {
    const made = await create({ displayName: 'A' });
    const photo = `${contacts}/${made.id}/photo/$value`;
    expect((await tenant.send('PUT', photo, { raw: { type: 'image/jpeg', bytes: 'no' } })).status).toBe(400);
    const big = Buffer.alloc(4 * 1024 * 1024 + 1);
    expect((await tenant.send('PUT', photo, { raw: { type: 'image/jpeg', bytes: big } })).status).toBe(413);
  });

  test('a user has none here', async () => {
    const photo = await tenant.send('GET', `/users/${tenant.person.id}/photo/$value`);
    expect([photo.status, photo.body.error.code]).toEqual([404, 'ImageNotFound']);
    const size = await tenant.send('GET', `/users/${tenant.person.id}/photos/1x1/$value`);
    expect(size.body.error.code).toBe('ErrorInvalidImageId');
  });
});
